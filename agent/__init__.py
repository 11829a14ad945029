"""The service on a tablet: it looks, asks the agreement, acts and tells."""

__version__ = "0.1.0"
