"""NetworkManager as Debian's python3-dbusmock plays it, for a bus given by DBUS_SYSTEM_BUS_ADDRESS.

Run by the system's own Python, which has dbusmock. The tablet is joined to Larkfield; a line on standard input names
the access point to move to ("home", "twin", "nowhere"), and "ok" comes back when that is done.
"""

import subprocess
import sys

import dbus
import dbusmock
from dbusmock.templates.networkmanager import DeviceState, InfrastructureMode, NMActiveConnectionState

NM = "org.freedesktop.NetworkManager"
WIRELESS = f"{NM}.Device.Wireless"
PSK = 0x100
POINTS = {"home": ("02:AA:AA:AA:AA:01", PSK), "twin": ("02:EE:EE:EE:EE:01", 0)}


def main() -> None:
    """Play until standard input ends."""
    template = {"NetworkingEnabled": True, "WirelessEnabled": True}
    player, manager = dbusmock.DBusTestCase.spawn_server_template("networkmanager", template, stdout=subprocess.DEVNULL)
    try:
        device = manager.AddWiFiDevice("mock_wlan", "wlan0", DeviceState.ACTIVATED)
        play(device, points(manager, device))
    finally:
        player.terminate()
        player.wait()


def points(manager: dbus.Interface, device: str) -> dict[str, str]:
    """Add the access points; gives the path of each."""
    infrastructure = InfrastructureMode.NM_802_11_MODE_INFRA
    paths = {"nowhere": "/"}
    for name, (mac, security) in POINTS.items():
        paths[name] = manager.AddAccessPoint(device, name, "Larkfield", mac, infrastructure, 2412, 54000, 82, security)
    connection = manager.AddWiFiConnection(device, "larkfield", "Larkfield", "wpa-psk")
    state = NMActiveConnectionState.NM_ACTIVE_CONNECTION_STATE_ACTIVATED
    manager.AddActiveConnection([device], connection, paths["home"], "active", state)
    return paths


def play(device: str, paths: dict[str, str]) -> None:
    """Move as told."""
    thing = dbus.SystemBus().get_object(NM, device)
    mock = dbus.Interface(thing, "org.freedesktop.DBus.Mock")
    mock.AddProperty(WIRELESS, "ActiveAccessPoint", dbus.ObjectPath(paths["home"]))  # the template leaves it out
    say("ok")
    for line in sys.stdin:
        where = dbus.ObjectPath(paths[line.strip()])
        dbus.Interface(thing, "org.freedesktop.DBus.Properties").Set(WIRELESS, "ActiveAccessPoint", where)
        say("ok")


def say(word: str) -> None:
    """Answer the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
