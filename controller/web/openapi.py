"""The description of the device API (OpenAPI 3.1), made from the very letters that it carries."""

from typing import Any, get_args

import msgspec

from agreement.imports import ClaimList, Granted, ImportList, IndexPage
from agreement.letters import CheckIn, Enrol, Enrolled, Problem, Receipt, Standing, What
from controller import __version__
from controller.refusals import REFUSALS

REF = "#/components/schemas/{name}"
SIGNED = ("malformed", "unsigned", "forged", "unknown_tablet", "stale", "replay", "retired")
DOUBTED = ("clone", "gap", "broken_chain")
ALWAYS = ("wrong_method", "not_stored")
"""Codes of refusals, by what leads to them."""


def description() -> bytes:
    """The whole document as JSON."""
    journal = (ImportList, IndexPage, ClaimList, Granted)
    letters = (CheckIn, Receipt, Standing, Enrol, Enrolled, Problem, *journal, *get_args(What))
    _, schemas = msgspec.json.schema_components(letters, ref_template=REF)
    schemas["News"]["properties"]["what"] = {
        "description": "One of these; kinds that are not known here are kept as they came.",
        "anyOf": [{"$ref": REF.format(name=kind.__name__)} for kind in get_args(What)] + [{"type": "object"}],
    }
    schemas["Indexed"]["properties"]["fingerprint"] = {
        "description": "Looks of the picture, as agreement/matching takes them; no pixels.",
        "type": "object",
    }
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Safeuse device API",
                "version": __version__,
                "description": "What a tablet and its controller say to each other. Every request but enrolment is"
                " signed by RFC 9421 (ed25519) over @method, @path, @query and content-digest (RFC 9530), with created,"
                " nonce, keyid and alg, under the label “safeuse”.",
            },
            "paths": paths() | journal_paths(),
            "components": {"schemas": schemas, "securitySchemes": {"signature": SCHEME}},
        }
    )


SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "An HTTP message signature by the tablet’s own key; with Signature-Input and Content-Digest.",
}


def paths() -> dict[str, Any]:
    """Every endpoint."""
    return {
        "/v1/enrol": {
            "post": {
                "summary": "A tablet asks to take part",
                "requestBody": carries("Enrol"),
                "responses": answers(
                    "Enrolled",
                    "malformed",
                    "code_unknown",
                    "code_used",
                    "name_taken",
                    "code_expired",
                    "too_large",
                    "slow_down",
                ),
            }
        },
        "/v1/check-in": {
            "post": {
                "summary": "A tablet tells how it is and what happened",
                "security": [{"signature": []}],
                "requestBody": carries("CheckIn"),
                "responses": answers("Receipt", *SIGNED, *DOUBTED, "late", "other_tablet", "too_large"),
            }
        },
        "/v1/standing": {
            "get": {
                "summary": "What holds for a tablet, as soon as it is newer than what it has seen",
                "security": [{"signature": []}],
                "parameters": [
                    number("seen", "The sequence of the standing that the tablet has seen.", 2**53),
                    number("wait", "Seconds to hold the line for a newer one; at most 55.", 9999),
                ],
                "responses": {"204": {"description": "Nothing newer."}, **answers("Standing", *SIGNED, *DOUBTED)},
            }
        },
        "/v1/openapi.json": {"get": {"summary": "This description", "responses": plain("The description.")}},
        "/healthz": {"get": {"summary": "The process answers", "responses": plain("It does.")}},
    }


def journal_paths() -> dict[str, Any]:
    """The endpoints about the journal."""
    return {
        "/v1/imports": {
            "get": {
                "summary": "The exports of the journal that were imported, above a number",
                "security": [{"signature": []}],
                "parameters": [number("after", "The newest import that the tablet has worked through.", 999_999_999)],
                "responses": answers("ImportList", *SIGNED, *DOUBTED, "lost"),
            }
        },
        "/v1/imports/{number}/index": {
            "get": {
                "summary": "The fingerprints of an import’s pictures that count as added, a page at a time",
                "security": [{"signature": []}],
                "parameters": [
                    number("number", "The import.", 999_999_999, "path"),
                    text("after", "The id after which the page begins.", "^([0-9a-f]{64})?$", is_needed=False),
                ],
                "responses": answers("IndexPage", *SIGNED, *DOUBTED, "lost", "not_found", "no_such_import"),
            }
        },
        "/v1/imports/{number}/claims": {
            "post": {
                "summary": "A tablet tells which photos it found to be which pictures; a picture is one photo",
                "security": [{"signature": []}],
                "parameters": [number("number", "The import.", 999_999_999, "path")],
                "requestBody": carries("ClaimList"),
                "responses": answers(
                    "Granted",
                    *SIGNED,
                    *DOUBTED,
                    "lost",
                    "not_found",
                    "no_such_import",
                    "no_such_picture",
                    "too_large",
                    "one_at_a_time",
                ),
            }
        },
        "/v1/pictures/{id}": {
            "get": {
                "summary": "One picture of the journal, as the journal gave it; one at a time",
                "security": [{"signature": []}],
                "parameters": [text("id", "SHA-256 of its bytes.", "^[0-9a-f]{64}$", "path")],
                "responses": answers(
                    "Problem",
                    *SIGNED,
                    *DOUBTED,
                    "lost",
                    "not_found",
                    "no_such_picture",
                    "picture_gone",
                    "one_at_a_time",
                )
                | {"200": {"description": "The picture.", "content": {"application/octet-stream": {}}}},
            }
        },
    }


def text(name: str, what: str, pattern: str, place: str = "query", *, is_needed: bool = True) -> dict[str, Any]:
    """A parameter that is a text."""
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": place, "required": is_needed, "description": what, "schema": schema}


def number(name: str, what: str, most: int, place: str = "query") -> dict[str, Any]:
    """A parameter that is a whole number."""
    schema = {"type": "integer", "minimum": 0, "maximum": most, "default": 0}
    return {"name": name, "in": place, "required": True, "description": what, "schema": schema}


def carries(letter: str) -> dict[str, Any]:
    """A request that carries a letter."""
    return {"required": True, "content": {"application/json": {"schema": {"$ref": REF.format(name=letter)}}}}


def answers(letter: str, *codes: str) -> dict[str, Any]:
    """The letter that answers, and every refusal by its status."""
    told: dict[str, list[str]] = {}
    for code in (*codes, *ALWAYS):
        told.setdefault(str(REFUSALS[code].status), []).append(f"{code}: {REFUSALS[code].title}")
    schema = {"schema": {"$ref": REF.format(name="Problem")}}
    refusals = {
        status: {"description": " ".join(lines), "content": {"application/problem+json": schema}}
        for status, lines in told.items()
    }
    good = {"schema": {"$ref": REF.format(name=letter)}}
    return {"200": {"description": f"{letter}.", "content": {"application/json": good}}, **refusals}


def plain(what: str) -> dict[str, Any]:
    """An answer that carries no letter of ours."""
    told = answers("Problem")
    return told | {"200": {"description": what, "content": {"application/json": {"schema": {"type": "object"}}}}}
