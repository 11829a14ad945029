"""The matcher: what it knows again, and what it refuses to guess."""
