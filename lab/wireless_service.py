"""A NetworkManager on a private bus that calls a cable Wi-Fi: so that a tablet in a namespace can join “Larkfield”.

Only what a tablet asks of it: which access point an interface is joined to, and what that access point offers.
"""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from lab.bus_service import Answer, BusService, RefusedError, Thing

NAME = "org.freedesktop.NetworkManager"
MANAGER = "/org/freedesktop/NetworkManager"
DEVICE = f"{MANAGER}/Devices/1"
POINT = f"{MANAGER}/AccessPoint"
WIRELESS = f"{NAME}.Device.Wireless"
UNKNOWN = f"{NAME}.UnknownDevice"
WIFI, PRIVACY, PSK = 2, 0x1, 0x100
"""NM_DEVICE_TYPE_WIFI, and the flags of an access point that asks for a password by WPA2."""


@dataclass(frozen=True)
class Point:
    """One access point."""

    ssid: str
    bssid: str
    has_password: bool = True

    def thing(self) -> Thing:
        """Its object on the bus."""
        about = {
            "Ssid": ("ay", self.ssid.encode()),
            "HwAddress": ("s", self.bssid.upper()),
            "Flags": ("u", PRIVACY if self.has_password else 0),
            "WpaFlags": ("u", 0),
            "RsnFlags": ("u", PSK if self.has_password else 0),
        }
        return Thing({f"{NAME}.AccessPoint": about})


@dataclass
class WirelessService:
    """The service from entering to leaving; the interface is joined to the first point that it was given."""

    address: str
    points: tuple[Point, ...]
    interface: str = "eth0"
    _service: BusService = field(init=False, repr=False)

    def __enter__(self) -> Self:
        """Start to answer."""
        manager = Thing(methods={(NAME, "GetDeviceByIpIface"): self.device})
        joined = {"ActiveAccessPoint": ("o", f"{POINT}/0")}
        device = Thing({f"{NAME}.Device": {"DeviceType": ("u", WIFI)}, WIRELESS: joined})
        points = {f"{POINT}/{number}": point.thing() for number, point in enumerate(self.points)}
        self._service = BusService(self.address, NAME, {MANAGER: manager, DEVICE: device, **points})
        self._service.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering."""
        self._service.__exit__(kind, error, trace)

    def device(self, interface: str) -> Answer:
        """The path of an interface's device."""
        if interface != self.interface:
            raise RefusedError(UNKNOWN, f"no device is called {interface}")
        return "o", (DEVICE,)

    def join(self, point: Point) -> None:
        """Move to another access point."""
        self._service.change(DEVICE, WIRELESS, "ActiveAccessPoint", ("o", f"{POINT}/{self.points.index(point)}"))
