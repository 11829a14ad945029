"""A Linux tablet: one file a sense or a hand."""
