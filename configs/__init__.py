"""Settings that ship with the product: the default agreement, example configurations, service units."""
