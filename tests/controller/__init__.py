"""The controller: its rules on a real database, and its letters over real HTTPS."""
