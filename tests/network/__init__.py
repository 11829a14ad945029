"""The tablet's network, in namespaces of our own: home, the evil twin, and the way to the controller."""
