"""Hostile text through the commands: kept exactly, or refused with the field named."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.approvals.tables import Proposal
from models.database import read, write
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.recording import ResponseJudgement, judge_response
from models.escalations.tables import Discussion, Escalation, Response
from models.events import verify
from models.inputs import refusing
from models.letters.drafting import LITERAL_CLOSE, LITERAL_OPEN
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter, letter_body
from models.outbox import Message
from models.people import credentials, identity, officers
from models.people.acting import Acting
from models.people.tables import digest
from models.refusals import InvalidInput, NotFound, NotIdentified
from models.schools import contacts
from models.schools.tables import Contact
from tests.support.cases import Case
from tests.support.council import NOW

pytestmark = pytest.mark.every_example

KEPT = {
    "markdown": "# Title\n\n**bold** [x](javascript:alert(1)) ![x](y)\n\n| a | b |\n|---|---|\n> q",
    "html": "<script>alert('x')</script> <b onclick=\"x()\">&amp;&lt;</b> <!-- -->",
    "jinja": "{{ 7 * 7 }} {% for x in y %} {# no #} {{ ''.__class__.__mro__ }} {% raw %}",
    "typst": '#read("/etc/passwd") $ x $ #set page(width: 1pt) ~ @ref <label> \\ `raw`',
    "sql": "Robert'); DROP TABLE escalation; -- \" ; %s %(name)s :name ?",
    "spreadsheet": "=cmd|' /C calc'!A0\n+1\n@x\n-2",
    "format": "{0} {name} %d $HOME ${x} \\u0000 \\x00 \\n",
    "lines": "one\r\ntwo\n\n\nthree\tfour\n---\n***\n1. x",
    "accents": "Ŵyl Tŷ’r Ysgol — “Siân” €5 ½ ß Łódź Ελλάδα Жуков",
    "long": ("Attainment has fallen. " * 870)[:20_000],
    "spaces": "  leading and trailing   ",
    "json": '{"a": [1, null], "b": "\\""}',
}
REFUSED: dict[str, Any] = {
    "NUL": "before\x00after",
    "escape": "\x1b[31mred",
    "lone surrogate": "before \ud800 after",
    "other surrogate": "\udfff",
    "too long": "x" * 20_001,
    "emoji": "Sunny 🌞 day",
    "right-to-left override": "safe \u202egnp.exe",
    "isolate": "\u2066x\u2069",
    "literal marks": f"{LITERAL_OPEN}forged{LITERAL_CLOSE}",
    "private use": "\ue000",
    "Hebrew without a glyph": "\ufb1d" * 2 + "\u05f0\u0904",
    "nothing visible": " \n\t ",
    "zero width": "\u200b\u200d",
    "not text": 17,
    "nothing": None,
}


def starting(case: Case, value: Any) -> None:
    case.started(summary=value)


def discussing(field: str) -> Callable[[Case, Any], None]:
    def act(case: Case, value: Any) -> None:
        case.discuss(**{field: value})

    return act


def responding(case: Case, value: Any) -> None:
    case.respond(summary=value)


def proposing(case: Case, value: Any) -> None:
    case.propose("advance", reason=value)


# field, what has to be there first, the command, where the text is kept
PLACES: dict[str, tuple[str, Callable[[Case], Any], Callable[[Case, Any], None], Any]] = {
    "start": ("summary", lambda _: None, starting, Escalation.summary),
    "notes": (
        "notes",
        lambda case: case.started(),
        discussing("notes"),
        Discussion.notes,
    ),
    "agreed actions": (
        "agreed_actions",
        lambda case: case.started(),
        discussing("agreed_actions"),
        Discussion.agreed_actions,
    ),
    "response": (
        "summary",
        lambda case: case.started().discuss(),
        responding,
        Response.summary,
    ),
    "proposal": (
        "reason",
        lambda case: case.started().climb_to("informal_governing_body").fail_step(),
        proposing,
        Proposal.reason,
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_text_is_kept_exactly(case: Case, place: str) -> None:
    _, prepare, act, column = PLACES[place]
    prepare(case)
    for name, text in KEPT.items():
        act(case, text)
        with read(case.engine) as session:
            assert text in session.exec(select(column)).all(), name
            assert verify(session) is None
            for letter in session.exec(select(Letter)).all():
                body = letter_body(session, letter)
                assert body.count(LITERAL_OPEN) == body.count(LITERAL_CLOSE)
        for proposal in case.awaiting:
            case.decide(proposal, "hos", "return", "Once more.")
        if act is starting:
            case.change("withdraw")


@pytest.mark.parametrize("place", PLACES)
def test_text_is_refused_with_its_field_and_changes_nothing(case: Case, place: str) -> None:
    field, prepare, act, column = PLACES[place]
    prepare(case)
    with read(case.engine) as session:
        before = session.exec(select(column)).all()
    for name, value in REFUSED.items():
        if name == "nothing visible" and field == "agreed_actions":
            continue  # it may be left empty
        if name == "zero width" and field == "agreed_actions":
            continue
        with pytest.raises(InvalidInput) as refused:
            act(case, value)
        assert [at for at, _ in refused.value.errors] == [field], name
        assert refused.value.message.encode("utf-8"), "the message itself can be shown"
    with read(case.engine) as session:
        assert session.exec(select(column)).all() == before
        assert verify(session) is None


def test_the_draft_holds_what_was_written_between_its_marks(case: Case) -> None:
    hostile = KEPT["markdown"] + KEPT["jinja"] + KEPT["typst"]
    case.started(summary=hostile).discuss(notes=hostile)
    with read(case.engine) as session:
        body = letter_body(session, case.all(Letter)[0])
    assert f"{LITERAL_OPEN}{hostile}{LITERAL_CLOSE}" in body


HOSTILE = [*KEPT.values(), *(value for value in REFUSED.values() if isinstance(value, str))]


@pytest.mark.parametrize("reason", [None, *REFUSED])
def test_a_decision_s_reason(case: Case, reason: str | None) -> None:
    """It is printed in no letter, so that emoji and the like may stand in it."""
    stored_only = ("NUL", "escape", "lone surrogate", "other surrogate", "too long", "not text")
    proposal = case.started().propose("pause")
    if reason is None:
        for text in KEPT.values():
            case.decide(proposal, "hos", "return", text)
            proposal = case.propose("pause")
        return
    if reason in (*stored_only, "nothing", "nothing visible", "zero width"):
        with pytest.raises(InvalidInput) as refused:
            case.decide(proposal, "hos", "return", REFUSED[reason])
        assert [at for at, _ in refused.value.errors] == ["reason"]
        return
    assert case.decide(proposal, "hos", "return", REFUSED[reason]).state == "returned"


def test_hostile_names_to_look_for_find_nothing_and_break_nothing(case: Case) -> None:
    case.started()
    for text in HOSTILE:
        with read(case.engine) as session:
            with pytest.raises(NotFound):
                officers.find_officer(session, text)
            with pytest.raises(NotFound):
                contacts.find_school(session, text)
            with pytest.raises(NotIdentified):
                credentials.officer_by_token(session, text, now=NOW)
            with pytest.raises(NotIdentified):
                credentials.officer_by_code(session, text)
            with pytest.raises(NotIdentified):
                credentials.invited(session, digest(text), now=NOW)
            assert identity.signed_in(session, now=NOW, secret=text) is None
        with pytest.raises(NotFound), write(case.engine) as session:
            propose(
                Acting(session, case.policy, case.council.seo, NOW),
                text,
                ChangeWanted(action="pause", reason="x"),
            )


def test_hostile_choices_are_refused_with_their_field(case: Case) -> None:
    for text in HOSTILE:
        with pytest.raises(InvalidInput) as refused:
            case.started(urn=text, triggers=[text], case_officer=text)
        fields = [at for at, _ in refused.value.errors]
        # What is no text to anybody is refused before a school is looked for.
        assert fields in (["urn", "triggers", "case_officer"], ["triggers", "case_officer"])
        assert refused.value.message.encode("utf-8")
    case.started().discuss()
    response = case.respond()
    for text in HOSTILE:
        attempts: dict[str, Callable[[], Any]] = {
            "action": lambda text=text: case.propose(text),
            "with": lambda text=text: case.discuss(text),
            "judgement": lambda text=text: case.respond(text),
            "step": lambda text=text: case.propose("convert", step=text),
        }
        for field, attempt in attempts.items():
            with pytest.raises(InvalidInput) as refused:
                attempt()
            assert [at for at, _ in refused.value.errors] == [field]
            assert refused.value.message.encode("utf-8")

    def judge(reason: str) -> None:
        with refusing():
            given = ResponseJudgement(judgement="satisfactory", reason=reason)
        with case.acting() as acting:
            judge_response(acting, response.id, given)

    for text in (REFUSED["NUL"], REFUSED["lone surrogate"], REFUSED["too long"]):
        with pytest.raises(InvalidInput) as refused:
            judge(text)
        assert [at for at, _ in refused.value.errors] == ["reason"]


def test_contacts_are_kept_exactly_or_refused(case: Case) -> None:
    fields = {"name": "Mrs Ŵyl", "email": "head@school.example", "address": ["1 Road"]}

    def setting(**values: Any) -> Contact:
        with refusing():
            given = contacts.NewContact(**{**fields, **values})
        with write(case.engine) as session:
            acting = Acting(session, case.policy, case.council.seo, NOW)
            return contacts.set_contact(acting, 900001, "headteacher", given)

    for text in KEPT.values():
        if "\n" not in text and len(text) <= 100:
            assert setting(name=text, address=[text]).name == text
    for text in HOSTILE:
        with pytest.raises(InvalidInput) as refused:
            setting(email=text)
        assert [at for at, _ in refused.value.errors] == ["email"]
    for text in REFUSED.values():
        with pytest.raises(InvalidInput) as refused:
            setting(name=text)
        assert [at for at, _ in refused.value.errors] == ["name"]
        with pytest.raises(InvalidInput) as refused:
            setting(address=[text])
        assert [at for at, _ in refused.value.errors] == ["address"]


def test_an_edited_letter_is_kept_exactly_or_refused(case: Case) -> None:
    case.started().discuss()
    [letter] = case.all(Letter)

    def edit(body: Any) -> None:
        with write(case.engine) as session:
            with refusing():
                given = DraftText(body=body)
            edit_letter(Acting(session, case.policy, case.council.seo, NOW), letter.id, given)

    for version, text in enumerate(KEPT.values(), start=2):
        edit(text)
        with read(case.engine) as session:
            current = session.get_one(Letter, letter.id)
            assert (current.version, letter_body(session, current)) == (version, text)
    for name, value in REFUSED.items():
        if name not in ("literal marks", "too long"):
            with pytest.raises(InvalidInput) as refused:
                edit(value)
            assert [at for at, _ in refused.value.errors] == ["body"]
    with pytest.raises(InvalidInput):
        edit("x" * 60_001)


def test_a_message_repeats_no_text_of_a_case(case: Case) -> None:
    """What is told to officers is looked up when it is sent, and never copied into the outbox."""
    case.started(by="seo", summary="A confidential matter")
    with read(case.engine) as session:
        for message in session.exec(select(Message)).all():
            assert "confidential" not in str(message.data)
