"""The agent as a background service under systemd: put it in, take it out, and speak with the system while it runs."""

from agent.service.installing import install
from agent.service.notifier import Notifier
from agent.service.places import ServiceError
from agent.service.removing import uninstall

__all__ = ["Notifier", "ServiceError", "install", "uninstall"]
