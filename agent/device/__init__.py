"""One folder an operating system, chosen once, at the door."""
