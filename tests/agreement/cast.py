"""The cast and the places of the agreement's tests: one tablet of Larkfield Nursery, its network, and an evil twin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agreement.clauses.secure_network import SecureNetwork, TrustedNetwork
from agreement.facts import App, Evidence, Medium, Network, Photo, Security, Strength, Tablet

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LARKFIELD = Network(
    "wlan0", Medium.WIFI, "Larkfield", Security.WPA2, "02:aa:aa:aa:aa:01", "10.77.0.1", "02:aa:aa:aa:aa:02"
)
TWIN = replace(LARKFIELD, bssid="02:ee:ee:ee:ee:01", gateway_mac="02:ee:ee:ee:ee:02")
CAFE = Network("wlan0", Medium.WIFI, "FreeCafe", Security.NONE, "02:cc:cc:cc:cc:01", "10.9.0.1", "02:cc:cc:cc:cc:02")
TRUSTED = TrustedNetwork(
    "Larkfield",
    Medium.WIFI,
    frozenset({LARKFIELD.gateway_mac}),
    frozenset({LARKFIELD.bssid}),
    Security.WPA2,
)
ONLY_LARKFIELD = SecureNetwork((TRUSTED,))
DIGEST = "ab" * 32
OTHER = "cd" * 32
PAINT = App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint")


def photo(age: timedelta = timedelta(hours=1), digest: str = DIGEST, evidence: Evidence | None = None) -> Photo:
    """One photo on Sunflower 1, taken so long before noon."""
    return Photo(f"/home/cleo/DCIM/{digest[:4]}.jpg", digest, 4_000_000, NOON - age, evidence)


def proof(strength: Strength = Strength.DELIVERED, digest: str = DIGEST) -> Evidence:
    """Evidence that the photo with this digest is in the journal."""
    return Evidence(digest, strength, "journal drop (webdav)", NOON)


def sunflower(**seen: object) -> Tablet:
    """One look at Sunflower 1 at noon."""
    return replace(Tablet("sunflower-1", NOON), **seen)  # type: ignore[arg-type]  # the tests name real fields
