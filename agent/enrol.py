"""Enrolment: from a code on paper to a tablet that the controller knows by its key."""

from collections.abc import Sequence
from dataclasses import dataclass

import requests

from agent import __version__
from agent.courier import ANSWER, CONNECT, bounded, fingerprint, is_ip, line, read_answer, resolved, split
from agent.identity import Folder, Identity, make_private
from agent.seams.courier import UndeliveredError
from agreement.enrolment import Code, parse
from agreement.letters import Enrol, Enrolled, Machine, write


@dataclass(frozen=True, slots=True)
class Found:
    """The controller that a code speaks of, as it was found."""

    address: str
    pin: str


def enrol(code: str, machine: Machine, folder: Folder) -> Enrolled:
    """Enrol this tablet: find the controller, prove it, register a fresh key, keep the identity.

    The key is written down before it is registered: when the answer is lost, the same code with the same key is
    answered again. Raises CodeError, UndeliveredError (StrangerError when someone else answers), RefusedError with the
    controller's own words, OSError.
    """
    read = parse(code)
    found = find(read)
    make_private(folder.path)
    seed, public = folder.draft_key(read.secret)
    enrolled = register(found, Enrol(read.secret, public, __version__, machine))
    folder.keep_ips(known_ips(found.address))
    addresses = tuple(dict.fromkeys([found.address, *read.addresses]))
    folder.keep(Identity(enrolled.device, seed.hex(), addresses, found.pin))
    folder.forget_draft()
    return enrolled


def find(code: Code) -> Found:
    """The first address of the code at which its certificate is shown. Raises UndeliveredError with every failure."""
    failures: list[UndeliveredError] = []
    for address in code.addresses:
        try:
            return Found(address, fingerprint(address, code.pin))
        except UndeliveredError as failure:
            failures.append(failure)
        except ValueError:
            failures.append(UndeliveredError(f"{address!r} is no address with a port"))
    raise worst(failures)


def known_ips(address: str) -> dict[str, list[str]]:
    """What the controller's name stands for now, so that a network which is cut off at once leaves the way to it."""
    host, port = split(address)
    return {} if is_ip(host) else {host: resolved(host, port)}


def worst(failures: Sequence[UndeliveredError]) -> UndeliveredError:
    """One failure that says all; a stranger's certificate outweighs silence."""
    kind = next((type(f) for f in failures if type(f) is not UndeliveredError), UndeliveredError)
    return kind("; ".join(str(f) for f in failures) or "the code holds no address")


def register(found: Found, letter: Enrol) -> Enrolled:
    """Ask the controller to know this tablet. Raises UndeliveredError, RefusedError."""
    session = line(found.pin)
    try:
        answer = session.post(
            f"https://{found.address}/v1/enrol",
            data=write(letter),
            headers={"Content-Type": "application/json"},
            timeout=(CONNECT, ANSWER),
            allow_redirects=False,
            stream=True,
        )
        with answer:
            bounded(answer)
        return read_answer(answer, Enrolled)
    except requests.RequestException as failure:
        msg = f"the controller cannot be reached: {failure}"
        raise UndeliveredError(msg) from failure
    finally:
        session.close()
