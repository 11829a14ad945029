"""The journal's exports on the controller: handed in, read, offered to tablets, and let go of."""
