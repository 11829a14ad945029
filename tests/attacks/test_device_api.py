"""The device API against its own description, by Schemathesis: whatever is sent, it answers as it says, and never 5xx.

Every request is signed by a real tablet, so that it gets as far as its letter is read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from requests.auth import AuthBase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agreement.sealing import Request
from controller.records import Author, DeviceState
from controller.tablets import release
from controller.web.openapi import description
from tests.fakes.tablet import SigningTablet, now
from tests.parts.running_controller import RunningController

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 40
PATIENCE = 30
schema = schemathesis.openapi.from_dict(json.loads(description()))


class Signed(AuthBase):
    """Signs whatever is sent, as the agent would."""

    def __init__(self, tablet: SigningTablet) -> None:
        self.tablet = tablet

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        path, _, query = prepared.path_url.partition("?")
        body = prepared.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        prepared.headers.update(self.tablet.signed(Request(prepared.method or "", path, query, raw)))
        return prepared


@pytest.fixture(scope="module")
def tablet(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet("Sunflower 1") as made:
        made.line.auth = Signed(made)
        yield made


@dataclass
class Speaker:
    """The tablet in whose name letters are made up; known only once the controller runs."""

    device: str = ""
    sequence: int = 0


SPEAKER = Speaker()


@schema.hook("map_body")
def as_sunflower(_context: object, body: object) -> object:
    """Let a letter of the right shape speak for the tablet that signs it, one after the other."""
    if isinstance(body, dict) and isinstance(body.get("device"), str) and isinstance(body.get("sequence"), int):
        SPEAKER.sequence += 1
        return body | {"device": SPEAKER.device, "sequence": SPEAKER.sequence}
    return body


@schema.hook("map_query")
def impatient(_context: object, query: dict[str, object] | None) -> dict[str, object] | None:
    """Do not hold the line: that is tested where something happens."""
    return query | {"wait": 0} if query and isinstance(query.get("wait"), int) else query


@schema.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_its_description_says(
    case: "schemathesis.Case[Any]", controller: RunningController, tablet: SigningTablet
) -> None:
    SPEAKER.device = tablet.device
    listen_again(controller, tablet)
    case.call_and_validate(base_url=controller.url, session=tablet.line, checks=CHECKS, timeout=PATIENCE, verify=False)


def listen_again(controller: RunningController, tablet: SigningTablet) -> None:
    """Made-up news follows nothing, so the tablet is held; let it go, so that the next letter is read as well."""
    with controller.store.read() as books:
        device = books.devices.get(tablet.device)
    if device is not None and device.state is DeviceState.HELD:
        release(controller.store, tablet.device, Author("Ada", now()))
        SPEAKER.sequence = 0
