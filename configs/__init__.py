"""What ships with the product for both sides: the default agreement, example settings, service units, the look."""
