"""What each form does: one thing said to the agent, and what the person is told of it."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from agent.tablet_page import talk
from agent.tablet_page.line import NoAgentError
from agent.tablet_page.visit import Note, Visit
from agreement.facts import Word

WORDS = {
    Word.ADDED: "Noted: it is in the journal. It leaves this tablet within about a minute.",
    Word.UNWANTED: "Noted: it is not for the journal. It leaves this tablet within about a minute.",
    Word.KEEP: "The manager is asked to let it stay.",
}
TYPE = "application/x-www-form-urlencoded"
MOST, MOST_FIELDS = 4096, 10
"""Bytes and fields of a form."""

TAKEN_BACK = "Taken back: it is as it was before."

Fields = Mapping[str, str]
Form = Callable[[Visit, Fields], Note | None]


class FormError(ValueError):
    """A form that does not count; `status` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status beside the sentence for people."""
        super().__init__(message)
        self.status = status


async def read_form(request: Request) -> Fields:
    """The fields of a form. Raises FormError for what no page of ours sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise FormError(415, "This form was not sent as a browser sends it.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            raise FormError(413, "This form is too long.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError as wrong:
        raise FormError(400, "This form cannot be read.") from wrong


def say(visit: Visit, fields: Fields) -> Note:
    """Say what a photo is."""
    try:
        word = Word(fields.get("word", ""))
    except ValueError as unknown:
        raise FormError(400, "This form says nothing that the page offers.") from unknown
    digest = fields.get("photo", "")
    return told(visit, talk.Say(digest, word), Note(WORDS[word], undo="/unsay", digest=digest))


def unsay(visit: Visit, fields: Fields) -> Note:
    """Take a word back."""
    return told(visit, talk.Unsay(fields.get("photo", "")), Note(TAKEN_BACK))


def differs(visit: Visit, fields: Fields) -> Note:
    """Say that two pictures are not the same."""
    digest = fields.get("photo", "")
    note = Note("Noted: it is another picture. The photo stays.", undo="/may-differ", digest=digest)
    return told(visit, talk.Differs(digest, fields.get("picture", "")), note)


def may_differ(visit: Visit, fields: Fields) -> Note:
    """Take that back."""
    return told(visit, talk.MayDiffer(fields.get("photo", "")), Note(TAKEN_BACK))


def later(visit: Visit, fields: Fields) -> Note:
    """Put a question off until the next time."""
    visit.later |= {fields.get("photo", "")}
    return Note("")


def leave(visit: Visit, _fields: Fields) -> None:
    """Close the page."""
    visit.leave()


def told(visit: Visit, question: talk.Question, note: Note) -> Note:
    """Tell the agent, and say what became of it. Raises NoAgentError."""
    match visit.line.ask(question):
        case talk.Answered():
            return note
        case talk.Refused(why):
            return Note(why, "look")
        case _:
            msg = "The agent gave no answer that this page understands."
            raise NoAgentError(msg)


FORMS: Mapping[str, Form] = {
    "/say": say,
    "/unsay": unsay,
    "/differs": differs,
    "/may-differ": may_differ,
    "/later": later,
    "/leave": leave,
}
