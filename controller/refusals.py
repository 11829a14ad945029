"""Every refusal of the device API in one table: code, HTTP status, what happened, what to do next."""

from dataclasses import dataclass
from datetime import datetime

from agreement.letters import Problem, Standing


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal."""

    status: int
    title: str
    detail: str


REFUSALS = {
    "malformed": Refusal(400, "The letter cannot be read.", "Update the agent on this tablet."),
    "unsigned": Refusal(401, "The letter is not signed as it must be.", "Update the agent on this tablet."),
    "forged": Refusal(
        401, "The signature is not this tablet’s.", "If this is your tablet, enrol it again with a new code."
    ),
    "unknown_tablet": Refusal(
        401, "This tablet is not known here.", "Ask the manager for a code, then run: safeuse-agent enrol CODE"
    ),
    "stale": Refusal(
        401, "The letter was signed too long ago, or too early.", "Set the tablet’s clock by the controller’s time."
    ),
    "replay": Refusal(401, "This letter came before.", "Nothing was stored twice; the agent sends its next letter."),
    "retired": Refusal(
        403, "This tablet, or this key of it, was retired.", "Ask the manager for a code to enrol it again."
    ),
    "lost": Refusal(
        403, "This tablet is reported lost.", "It is given no picture until the manager says that it was found."
    ),
    "other_tablet": Refusal(403, "The letter speaks for another tablet.", "Enrol this tablet again with a new code."),
    "not_found": Refusal(404, "There is nothing here.", "The device API is described at /v1/openapi.json."),
    "code_unknown": Refusal(
        404, "This controller did not make that code.", "Ask the manager of this nursery for a new code."
    ),
    "wrong_method": Refusal(
        405, "That is not how to ask for this.", "The device API is described at /v1/openapi.json."
    ),
    "no_such_import": Refusal(
        404, "There is no such import of the journal.", "Ask for the imports again: GET /v1/imports."
    ),
    "no_such_picture": Refusal(
        404, "There is no such picture in the journal.", "Ask only for pictures that an index names."
    ),
    "code_used": Refusal(409, "That code was used already.", "A code works once; ask the manager for a new one."),
    "name_taken": Refusal(409, "Another tablet has that name by now.", "Ask the manager for a code with another name."),
    "clone": Refusal(
        409, "Two agents use this tablet’s key.", "The manager sees both on the dashboard and decides which is real."
    ),
    "late": Refusal(409, "A newer letter of this tablet came first.", "Nothing is lost; the agent sends its next one."),
    "gap": Refusal(
        409, "News is missing between this letter and the last.", "The manager sees it on the dashboard and decides."
    ),
    "broken_chain": Refusal(
        409, "The news does not follow what came before.", "The manager sees it on the dashboard and decides."
    ),
    "code_expired": Refusal(
        410, "That code is too old.", "A code holds for 30 minutes; ask the manager for a new one."
    ),
    "picture_gone": Refusal(
        410,
        "The picture was here, and is gone: every tablet had answered, or the time was over.",
        "The photo stays on the tablet until the next export of the journal.",
    ),
    "too_large": Refusal(413, "The letter is longer than 1 MiB.", "The agent sends its news in smaller letters."),
    "one_at_a_time": Refusal(
        429, "This tablet is asking for something of the journal already.", "Ask again when that has been answered."
    ),
    "slow_down": Refusal(429, "Too many wrong codes from there.", "Wait a minute, then try once more."),
    "not_stored": Refusal(
        503, "The controller could not write it down.", "Nothing was taken; the agent tries again by itself."
    ),
}
"""Code to refusal; the order is that of the statuses."""


class RefusalError(Exception):
    """A request is refused; `code` is a key of REFUSALS."""

    def __init__(self, code: str, detail: str = "", standing: Standing | None = None) -> None:
        """Keep the code, a detail that says more than the table, and a lost tablet's standing."""
        super().__init__(f"{REFUSALS[code].title} {detail}".strip())
        self.code, self.detail, self.standing = code, detail, standing


def problem(code: str, now: datetime, detail: str = "", standing: Standing | None = None) -> Problem:
    """The letter that tells a refusal."""
    refusal = REFUSALS[code]
    return Problem(code, refusal.title, f"{detail} {refusal.detail}".strip(), now, standing)


def sentence(reason: Exception) -> str:
    """An error's text as a sentence."""
    text = str(reason)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
