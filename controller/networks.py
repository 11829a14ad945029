"""Networks: those that tablets were on, and which of them the manager trusts."""

from dataclasses import dataclass, replace
from datetime import datetime

from agreement.agreement import Agreement
from agreement.clauses.secure_network import SecureNetwork, TrustedNetwork
from agreement.facts import Medium
from controller import standings
from controller.notices import NETWORKS
from controller.records import Author, NetworkSeen
from controller.seams import Books, Store

MOST = 100
"""Characters of the manager's word for a network."""


class NetworkError(ValueError):
    """The network cannot be trusted, or no longer trusted; says why and what to do."""


@dataclass(frozen=True, slots=True)
class NetworkView:
    """One network, by whomever it was seen."""

    key: str
    latest: NetworkSeen
    first_at: datetime
    last_at: datetime
    devices: tuple[str, ...]  # ids of the tablets that were on it
    trusted: bool

    @property
    def shown(self) -> str:
        """What to call it: the manager's word, its own name, or its router."""
        seen = self.latest
        return seen.word or seen.name or f"{seen.medium.value} network of router {seen.gateway_mac or seen.gateway}"


def every(books: Books, setting: str) -> tuple[NetworkView, ...]:
    """Every network that a setting's tablets were on, the latest first."""
    clause = standings.terms(books, setting).secure_network
    sights: dict[str, list[NetworkSeen]] = {}
    for seen in books.networks.seen(setting):
        sights.setdefault(seen.key, []).append(seen)
    return tuple(view(seen, clause) for seen in sights.values())


def view(seen: list[NetworkSeen], clause: SecureNetwork | None) -> NetworkView:
    """Sum up all sights of one network; the latest comes first."""
    return NetworkView(
        key=seen[0].key,
        latest=seen[0],
        first_at=min(sight.first_at for sight in seen),
        last_at=seen[0].last_at,
        devices=tuple(sight.device for sight in seen),
        trusted=clause is not None and clause.trusts(seen[0].as_network()),
    )


def trust(store: Store, setting: str, key: str, author: Author) -> None:
    """Trust a network that was seen: a new version of the agreement, told to every tablet. Raises NetworkError."""

    def job(books: Books) -> None:
        seen = sighted(books, setting, key)
        network = recognised(seen)
        clause = standings.terms(books, setting).secure_network
        if clause is not None and clause.trusts(seen.as_network()):
            msg = "this network is trusted already"
            raise NetworkError(msg)
        why = f"Trusted the network {seen.word or seen.name or seen.gateway_mac}"
        standings.change(books, setting, lambda held: trusting(held, network), author, why)
        books.ring(NETWORKS)

    store.write(job)


def sighted(books: Books, setting: str, key: str) -> NetworkSeen:
    """The latest sight of a network. Raises NetworkError."""
    seen = books.networks.seen(setting, key=key)
    if not seen:
        msg = "no tablet has seen this network; join it with a tablet first"
        raise NetworkError(msg)
    return seen[0]


def recognised(seen: NetworkSeen) -> TrustedNetwork:
    """What the network is known by from now on. Raises NetworkError when it has only a name to show."""
    if not seen.gateway_mac:
        msg = "this network has not shown its router yet; wait for the tablet’s next check-in, then try again"
        raise NetworkError(msg)
    if seen.medium is Medium.WIFI and not seen.bssid:
        msg = "the tablet could not tell its access point, so an impostor could not be told from it"
        raise NetworkError(msg)
    wifi = seen.medium is Medium.WIFI
    name = seen.name if wifi else seen.word or seen.name or "wired"
    points = frozenset({seen.bssid}) if wifi else frozenset[str]()
    return TrustedNetwork(name, seen.medium, frozenset({seen.gateway_mac}), points, seen.security)


def trusting(held: Agreement, network: TrustedNetwork) -> Agreement:
    """The agreement with one network more; a further access point of a known network joins it."""
    trusted = list(held.secure_network.trusted) if held.secure_network else []
    for i, known in enumerate(trusted):
        if same_but_for_points(known, network):
            trusted[i] = replace(known, bssids=known.bssids | network.bssids)
            break
    else:
        trusted.append(network)
    return replace(held, secure_network=SecureNetwork(tuple(trusted)))


def same_but_for_points(one: TrustedNetwork, other: TrustedNetwork) -> bool:
    """Tell whether two are one network, of whose access points each names some."""
    return (one.medium, one.name, one.gateway_macs, one.security) == (
        other.medium,
        other.name,
        other.gateway_macs,
        other.security,
    )


def distrust(store: Store, setting: str, key: str, author: Author) -> None:
    """Trust a network no more. Raises NetworkError for the last one that is trusted (law 6)."""

    def job(books: Books) -> None:
        seen = sighted(books, setting, key)
        why = f"Stopped trusting the network {seen.word or seen.name or seen.gateway_mac}"
        standings.change(books, setting, lambda held: distrusting(held, seen), author, why)
        books.ring(NETWORKS)

    store.write(job)


def distrusting(held: Agreement, seen: NetworkSeen) -> Agreement:
    """The agreement without this network, or without this access point of it. Raises NetworkError."""
    trusted = held.secure_network.trusted if held.secure_network else ()
    kept = tuple(rest for known in trusted if (rest := without(known, seen)) is not None)
    if kept == trusted:
        msg = "this network is not trusted"
        raise NetworkError(msg)
    if not kept:
        msg = (
            "this is the only network that is trusted: without it every tablet would be cut off. "
            "Trust another network first."
        )
        raise NetworkError(msg)
    return replace(held, secure_network=SecureNetwork(kept))


def without(known: TrustedNetwork, seen: NetworkSeen) -> TrustedNetwork | None:
    """What is left of a trusted network without what was seen; None when that was all of it."""
    if not known.is_same(seen.as_network()):
        return known
    points = known.bssids - {seen.bssid}
    return replace(known, bssids=points) if points else None


def rename(store: Store, setting: str, key: str, word: str, author: Author) -> None:
    """Call a network by the manager's own word; an empty one forgets it. Raises NetworkError."""
    word = " ".join(word.split())[:MOST]

    def job(books: Books) -> None:
        seen = sighted(books, setting, key)
        books.networks.rename(setting, key, word)
        books.audit.add(author, f"Called the network {seen.name or seen.gateway_mac} “{word}”", "networks")
        books.ring(NETWORKS)

    store.write(job)
