"""Matching tablet photos to a journal: short-lived children decode; the process that asks stays light."""
