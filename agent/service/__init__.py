"""The agent as a background service under systemd: put it in, take it out, and speak with the system while it runs."""
