"""A service on a private bus, written as a table of objects: properties to read, and methods to call.

It answers on a thread of its own. Changing a property tells whoever asked to be told, as the real services do.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

PROPERTIES = "org.freedesktop.DBus.Properties"
STOP = "uk.test.Larkfield"
UNKNOWN = "org.freedesktop.DBus.Error.UnknownObject"

Answer = tuple[str, tuple[Any, ...]]
"""The signature and the values of a method's answer."""

Value = tuple[str, Any]
"""A property: its signature and its value."""


class RefusedError(Exception):
    """A method answers with an error: the name of the error, and a sentence."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name


@dataclass
class Thing:
    """One object: its properties by interface, and its methods by (interface, name)."""

    properties: dict[str, dict[str, Value]] = field(default_factory=dict)
    methods: dict[tuple[str, str], Callable[..., Answer]] = field(default_factory=dict)


class BusService:
    """A named service from entering to leaving."""

    def __init__(self, address: str, name: str, things: Mapping[str, Thing]) -> None:
        """Take the bus, the service's name, and its objects by path; objects may be added later."""
        self._address, self._name = address, name
        self.things = dict(things)
        self._sending = threading.Lock()
        self._line: DBusConnection | None = None
        self._thread = threading.Thread(target=self.serve, name=name)

    def __enter__(self) -> Self:
        """Take the name; the service answers on return."""
        self._line = open_dbus_connection(self._address)
        self._line.send_and_get_reply(message_bus.RequestName(self._name))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the name back."""
        try:
            with open_dbus_connection(self._address) as line:
                line.send_and_get_reply(new_method_call(DBusAddress("/", self._name, STOP), "Stop"), timeout=5)
        except OSError:
            pass  # the bus is gone, and the service with it
        self._thread.join()
        self.line().close()

    def line(self) -> DBusConnection:
        """The open connection."""
        if self._line is None:
            msg = "the service was not entered"
            raise RuntimeError(msg)
        return self._line

    def serve(self) -> None:
        """Answer until told to stop, or until the bus is gone."""
        while True:
            try:
                asked = self.line().receive()
                if asked.header.message_type is MessageType.method_call and not self.answered(asked):
                    return
            except OSError:
                return

    def answered(self, asked: Message) -> bool:
        """Answer one call; False when it was the one to stop."""
        if asked.header.fields.get(HeaderFields.interface) == STOP:
            self.send(new_method_return(asked))
            return False
        try:
            signature, values = self.answer(asked)
        except RefusedError as refused:
            self.send(new_error(asked, refused.name, "s", (str(refused),)))
        except KeyError as missing:
            self.send(new_error(asked, UNKNOWN, "s", (f"there is no {missing}",)))
        else:
            self.send(new_method_return(asked, signature or None, values))
        return True

    def answer(self, asked: Message) -> Answer:
        """Find the answer to one call. Raises KeyError, RefusedError."""
        fields = asked.header.fields
        thing = self.things[fields[HeaderFields.path]]
        interface, member = fields[HeaderFields.interface], fields[HeaderFields.member]
        if interface != PROPERTIES:
            return thing.methods[interface, member](*asked.body)
        known = thing.properties[asked.body[0]]
        return ("a{sv}", (known,)) if member == "GetAll" else ("v", (known[asked.body[1]],))

    def change(self, path: str, interface: str, name: str, value: Value) -> None:
        """Change one property, and tell whoever listens."""
        self.things[path].properties[interface][name] = value
        self.signal(path, PROPERTIES, "PropertiesChanged", ("sa{sv}as", (interface, {name: value}, [])))

    def signal(self, path: str, interface: str, name: str, says: Answer = ("", ())) -> None:
        """Send a signal."""
        signature, values = says
        self.send(new_signal(DBusAddress(path, interface=interface), name, signature or None, values))

    def send(self, message: Message) -> None:
        """Send one message; several threads may."""
        with self._sending:
            self.line().send(message)
