"""Letters from draft to issue: drafting, editing, approving, freezing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, union
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from models.clocks import london_date, long_date
from models.escalations.tables import (
    TRIGGER_TITLES,
    Discussion,
    Proposal,
    StepState,
    Trigger,
)
from models.events import append
from models.letters.addressing import (
    Addressing,
    _known,
    contacts_of,
    recipients,
    spoken,
)
from models.letters.drafting import check_body, draft
from models.letters.events import LetterDrafted, LetterEdited
from models.letters.tables import Letter, LetterState, LetterVersion
from models.matters.case import Case, find_row
from models.people.access import Act
from models.people.tables import Officer
from models.refusals import NotPossible
from models.statements import add, by_key, change, find, rows
from models.statutory.tables import WarningNotice

_LATEST_NUMBER = select(func.max(Letter.number)).where(col(Letter.matter_id) == bindparam("matter"))
_NOTICE = select(WarningNotice.id).where(col(WarningNotice.letter_id) == bindparam("letter"))
_discussions = Discussion.__table__  # type: ignore[attr-defined]
_letters = Letter.__table__  # type: ignore[attr-defined]
_DAYS = union(
    select_rows(
        _discussions.c.step_key, literal("").label("template"), _discussions.c.held_on.label("day")
    ).where(_discussions.c.matter_id == bindparam("matter")),
    select_rows(_letters.c.step_key, _letters.c.template, _letters.c.dated.label("day"))
    .where(_letters.c.matter_id == bindparam("matter"))
    .where(_letters.c.dated.is_not(None)),
).order_by("day")


def draft_letter(
    case: Case,
    now: datetime,
    template: str,
    addressing: Addressing,
    *,
    proposal_id: int | None,
    signed_as: str,
    written_by: str,
    facts: Mapping[str, Any],
) -> tuple[int, LetterDrafted]:
    """A new draft, and the event that says so.

    Raises NotPossible when somebody it must go to has no address, InvalidInput when a value
    cannot be printed.
    """
    contacts = contacts_of(case.session, case.matter, london_date(now))
    known = [role for role in addressing.copies_where_known if _known(contacts, role)]
    copies = tuple(dict.fromkeys((*addressing.copies, *known)))
    people = [*recipients(case, contacts, addressing.to, copies), *addressing.people]
    body = draft(template, _context(case, people, now, facts))
    letter_id = add(
        case.session,
        Letter,
        matter_id=case.matter.id,
        proposal_id=proposal_id,
        step_key=facts["step"]["key"],
        number=_next_number(case.session, case.matter.id),
        template=template,
        to_role=addressing.to,
        copy_roles=list(copies),
        people=list(addressing.people),
        state=LetterState.DRAFT,
        signed_as=signed_as,
    )
    _add_version(case.session, letter_id, 1, body, written_by, now)
    return letter_id, LetterDrafted(
        case.escalation.id,
        letter=letter_id,
        template=template,
        to=addressing.to,
        copies=tuple(copies),
    )


def _next_number(session: Session, matter_id: int) -> int:
    [latest] = find(session, _LATEST_NUMBER, matter=matter_id)
    return (latest or 0) + 1


def _add_version(
    session: Session, letter_id: int, version: int, body: str, written_by: str, now: datetime
) -> None:
    add(
        session,
        LetterVersion,
        letter_id=letter_id,
        version=version,
        body=body,
        written_by=written_by,
        written_at=now,
    )


def _context(
    case: Case, people: list[dict[str, Any]], now: datetime, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """What every letter's template may name: plain text, lists and dictionaries."""
    policy, escalation = case.policy, case.escalation
    return {
        "council": policy.letterhead.council,
        "policy": {"title": policy.title, "guidance": escalation.guidance},
        "school": {"name": case.school.name, "urn": str(case.school.urn)},
        "addressee": {"name": people[0]["name"], "role": spoken(people[0])},
        "copies": [{"name": copy["name"], "role": spoken(copy)} for copy in people[1:]],
        "reference": case.matter.reference,
        "summary": escalation.summary,
        "triggers": [TRIGGER_TITLES[Trigger(name)] for name in escalation.triggers],
        "ladder": {"key": escalation.ladder, "title": case.ladder.title},
        "taken": steps_taken(case, now),
        **facts,
    }


NO_RESPONSE = "We received no response by the date that we had given."
OUTCOMES = {
    StepState.CARRIED_OUT: "",
    StepState.AWAITING_RESPONSE: "We asked for a response.",
    StepState.SATISFACTORY: "We judged the response to be satisfactory.",
    StepState.UNSATISFACTORY: "We judged that the response did not settle the concern.",
    StepState.NO_RESPONSE: NO_RESPONSE,
}


NOTICE_OUTCOMES = {
    StepState.SATISFACTORY: "The governing body complied with it.",
    StepState.UNSATISFACTORY: "The governing body did not comply with it to our satisfaction.",
}


def steps_taken(case: Case, now: datetime) -> list[dict[str, str]]:
    """The steps that were carried out so far, in order, for a letter's account of events.

    Each with its days and what came of it, in sentences.
    """
    days = _days_of_steps(case)
    return [
        {
            "number": rule.number,
            "title": rule.title,
            "on": " and ".join(long_date(day) for day in days.get(rule.key, ())),
            "outcome": _outcome(case, rule.key, now),
        }
        for rule in case.ladder.steps
        if case.steps[rule.key].state in OUTCOMES
    ]


def _outcome(case: Case, key: str, now: datetime) -> str:
    state = case.steps[key].state
    if case.ladder.step(key).kind == "notice":
        return NOTICE_OUTCOMES.get(state, "")
    if state is StepState.AWAITING_RESPONSE and key == case.escalation.step_key:
        silent = case.standing(now, transition_awaiting=False).exhausted
        return NO_RESPONSE if silent else OUTCOMES[state]
    return OUTCOMES[state]


def _days_of_steps(case: Case) -> dict[str, list[date]]:
    """When each step was carried out: the days of its discussions, or the date of its letter."""
    wanted = {rule.key: rule.letter if rule.formal else "" for rule in case.ladder.steps}
    days: dict[str, list[date]] = {}
    for key, template, day in rows(case.session, _DAYS, matter=case.matter.id):
        if wanted.get(key) == template:
            days.setdefault(key, []).append(day)
    return days


def edit_letter(
    session: Session, *, officer: Officer, now: datetime, letter_id: int, body: str
) -> Letter:
    """A new version of a draft; the ones before are kept.

    Raises NotFound, NotAllowed, NotPossible once it is approved, InvalidInput for the text.
    """
    letter = find_row(session, officer, Act.WRITE_LETTER, Letter, letter_id)
    if letter.state is not LetterState.DRAFT:
        raise NotPossible(
            f"The letter is {letter.state.value}: its text can be changed only while it is a draft."
        )
    proposal = by_key(session, Proposal, letter.proposal_id) if letter.proposal_id else None
    if proposal is not None and proposal.stage > 0:
        raise NotPossible(
            "The letter was signed off by its first approver. To change it, have its proposal "
            "returned."
        )
    if follows_from_form(session, letter.id):
        raise NotPossible(
            "The text of this notice follows from its form. To change it, have its proposal "
            "returned and fill in the form again."
        )
    text = check_body(body)
    version = letter.version + 1
    change(session, Letter, {"id": letter.id, "version": letter.version}, version=version)
    _add_version(session, letter.id, version, text, officer.email, now)
    edited = LetterEdited(letter.matter_id, letter=letter.id, version=version)
    append(session, now, officer.email, edited)
    session.refresh(letter)
    return letter


def follows_from_form(session: Session, letter_id: int) -> bool:
    """Whether it is a notice under section 60: its form has asked for every part it must have."""
    return bool(find(session, _NOTICE, letter=letter_id))


def letter_body(session: Session, letter: Letter) -> str:
    """The text of a letter's current version."""
    statement = select(LetterVersion.body).where(
        LetterVersion.letter_id == letter.id, LetterVersion.version == letter.version
    )
    return session.exec(statement).one()
