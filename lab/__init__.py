"""A nursery in a box, for the tests and the demo: networks in namespaces, a message bus, a login service, a journal."""
