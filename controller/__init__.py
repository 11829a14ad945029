"""The manager's side: the device API, the dashboard, the staff's page."""

__version__ = "0.1.0"
