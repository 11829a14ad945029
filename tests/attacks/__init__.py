"""Tables of what must be refused, each row with who tries it and what they are told."""
