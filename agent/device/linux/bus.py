"""The system message bus (D-Bus), as little of it as the agent needs: call, read properties, wait for a signal.

jeepney costs 3.5 MB, so it is loaded with the first question: a tablet without a bus never pays for it. One connection
is kept; one that broke is opened afresh with the next question. Use from one thread.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

PATIENCE = 2.0
"""Seconds that a service may take over one answer."""

MOST_SIGNALS = 64
PROPERTIES = "org.freedesktop.DBus.Properties"


@dataclass(frozen=True, slots=True)
class Thing:
    """One interface of one object of one service."""

    service: str
    path: str
    interface: str


class Bus:
    """A connection to the system bus, opened when first needed. Every failure is an OSError."""

    def __init__(self, address: str = "SYSTEM") -> None:
        """Take the address of a bus, or the system's own (also by DBUS_SYSTEM_BUS_ADDRESS)."""
        self._address = address
        self._line: DBusConnection | None = None

    def call(self, thing: Thing, method: str, signature: str = "", *arguments: object) -> tuple[Any, ...]:
        """Call a method and give its answer. Raises OSError with the service's own words."""
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call  # noqa: PLC0415 - loaded when needed

        where = DBusAddress(thing.path, thing.service, thing.interface)
        message = new_method_call(where, method, signature or None, arguments)
        reply = self.asked(lambda line: line.send_and_get_reply(message, timeout=PATIENCE))
        if reply.header.message_type is MessageType.error:
            name = str(reply.header.fields.get(HeaderFields.error_name, "an unnamed error"))
            msg = f"{thing.service} refused {method}: {said(reply.body) or name}"
            raise refusal(name)(msg)
        return tuple(reply.body)

    def properties(self, thing: Thing) -> Mapping[str, Any]:
        """Read every property of a thing."""
        answer = self.call(Thing(thing.service, thing.path, PROPERTIES), "GetAll", "s", thing.interface)
        return {name: value for name, (_signature, value) in answer[0].items()}

    def property(self, thing: Thing, name: str) -> object:
        """Read one property of a thing."""
        answer = self.call(Thing(thing.service, thing.path, PROPERTIES), "Get", "ss", thing.interface, name)
        return answer[0][1]

    def wait_for_changes(self, service: str, done: Callable[[], bool], patience: float) -> None:
        """Return as soon as `done` is true, asked after each change of a property; `patience` seconds at most."""
        from jeepney import MatchRule, message_bus  # noqa: PLC0415 - loaded when needed

        rule = MatchRule(type="signal", sender=service, interface=PROPERTIES, member="PropertiesChanged")
        heard: deque[Any] = deque(maxlen=MOST_SIGNALS)
        message = message_bus.AddMatch(rule)
        self.asked(lambda line: line.send_and_get_reply(message, timeout=PATIENCE))
        local = MatchRule(type="signal", interface=PROPERTIES, member="PropertiesChanged")
        deadline = time.monotonic() + patience
        with contextlib.ExitStack() as ending:
            ending.callback(self.forget, message_bus.RemoveMatch(rule))
            ending.enter_context(self.connected().filter(local, queue=heard))
            while not done() and (left := deadline - time.monotonic()) > 0:
                if not self.hears(heard, left):
                    return

    def hears(self, heard: deque[Any], patience: float) -> bool:
        """Wait for the next signal; False when none came in time."""
        try:
            self.asked(lambda line: line.recv_until_filtered(heard, timeout=patience))
        except TimeoutError:
            return False
        return True

    def forget(self, message: object) -> None:
        """Ask for no more signals; without a connection there is nothing to forget."""
        with contextlib.suppress(OSError):
            self.asked(lambda line: line.send_and_get_reply(message, timeout=PATIENCE))

    def asked(self, question: Callable[["DBusConnection"], Any]) -> Any:  # noqa: ANN401 - whatever the bus answers
        """Put one question. A line that broke since the last one is opened once more."""
        was_open = self._line is not None
        try:
            return self.once(question)
        except (ConnectionError, BrokenPipeError):
            if not was_open:
                raise
            return self.once(question)

    def once(self, question: Callable[["DBusConnection"], Any]) -> Any:  # noqa: ANN401 - whatever the bus answers
        """Put one question; a line that fails is closed."""
        line = self.connected()
        try:
            return question(line)
        except TimeoutError as late:
            self.close()  # a late answer must not be taken for the next one
            msg = "the system bus did not answer in time"
            raise TimeoutError(msg) from late
        except OSError:
            self.close()
            raise

    def connected(self) -> "DBusConnection":
        """The open line. Raises OSError where there is no bus."""
        if self._line is None:
            from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 - loaded when needed

            try:
                self._line = open_dbus_connection(self._address)
            except (OSError, RuntimeError, ValueError) as failure:
                msg = "there is no system message bus (D-Bus) to ask"
                raise OSError(msg) from failure
        return self._line

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        if self._line is not None:
            self._line.close()
            self._line = None


def refusal(name: str) -> type[OSError]:
    """The kind of OSError that a D-Bus error is."""
    if name.endswith((".ServiceUnknown", ".UnknownObject", ".UnknownDevice", ".NoSuchSession", ".UnknownMethod")):
        return FileNotFoundError
    return PermissionError if name.endswith((".AccessDenied", ".InteractiveAuthorizationRequired")) else OSError


def said(body: tuple[Any, ...]) -> str:
    """The sentence that came with an error, if any."""
    return body[0][:300] if body and isinstance(body[0], str) else ""
