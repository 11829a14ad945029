"""A notice on this person's own screen, through the session's message bus (org.freedesktop.Notifications).

Format: Desktop Notifications Specification 1.2. Nothing flashes or sounds; it is shown as any other.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

SERVICE: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
PATIENCE: Final = 5.0
"""Seconds that the desktop may take to show it."""

NORMAL: Final = 1
ENTRY: Final = "safeuse-photos"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said: a line, a sentence, and the word on its button."""

    title: str
    words: str
    button: str


def show(notice: Notice, shown: Callable[[], None], stays: float, address: str = "SESSION") -> bool:
    """Show a notice; True when its button, or the notice itself, was touched within `stays` seconds.

    `shown` is called once the desktop says that it shows it. Raises OSError when nothing shows notices here.
    """
    from jeepney import DBusAddress, MatchRule, MessageType, message_bus, new_method_call  # noqa: PLC0415 - when needed
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - as above

    rule = MatchRule(type="signal", interface=SERVICE, path=PATH)
    try:
        line = open_dbus_connection(address)
    except (OSError, RuntimeError, ValueError, KeyError) as failure:
        msg = "this session has no message bus"
        raise OSError(msg) from failure
    heard: deque[Any] = deque(maxlen=64)
    with line, line.filter(rule, queue=heard):
        line.send_and_get_reply(message_bus.AddMatch(rule), timeout=PATIENCE)
        call = new_method_call(DBusAddress(PATH, SERVICE, SERVICE), "Notify", "susssasa{sv}i", arguments(notice))
        reply = line.send_and_get_reply(call, timeout=PATIENCE)
        if reply.header.message_type is MessageType.error:
            msg = f"nothing in this session shows notices: {(reply.body or ('no reason given',))[0]}"
            raise OSError(msg)
        shown()
        return touched(line, heard, reply.body[0], time.monotonic() + stays)


def arguments(notice: Notice) -> tuple[object, ...]:
    """The arguments of Notify: name, replaced, icon, title, words, actions, hints, how long (as the desktop likes)."""
    actions = ["default", notice.button, "open", notice.button]
    hints = {"urgency": ("y", NORMAL), "desktop-entry": ("s", ENTRY)}
    return "Safeuse", 0, "camera-photo", notice.title, notice.words, actions, hints, -1


def touched(line: Any, heard: deque[Any], number: int, until: float) -> bool:  # noqa: ANN401 - jeepney's connection
    """Wait for what becomes of this notice: True when it was touched, False when it was put away or time is up."""
    from jeepney import HeaderFields  # noqa: PLC0415 - when needed

    while (left := until - time.monotonic()) > 0:
        try:
            signal = line.recv_until_filtered(heard, timeout=left)
        except TimeoutError:
            return False
        name = signal.header.fields.get(HeaderFields.member)
        if signal.body[:1] == (number,) and name in {"ActionInvoked", "NotificationClosed"}:
            return bool(name == "ActionInvoked")
    return False
