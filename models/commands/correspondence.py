"""Letters from draft to issue: drafting, editing, approving, freezing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, union
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from models.access import THE_MACHINE, Act
from models.clocks import london_date, long_date
from models.commands.casework import Case, case_of, find_row
from models.commands.held_contacts import held_of, is_held
from models.commands.legal import sitting_board
from models.drafting import check_body, draft
from models.escalations import (
    TRIGGER_TITLES,
    Discussion,
    Escalation,
    Proposal,
    Step,
    StepState,
    Trigger,
)
from models.events import THE_CLOCK, EventKind, Happening, append
from models.letters import IssuedFile, Letter, LetterState, LetterVersion
from models.messages import Message, MessageKind, MessageState
from models.officers import Officer
from models.policy import Policy
from models.refusals import NotPossible
from models.schools import Contact, ContactRole
from models.statements import add, add_all, by_key, change, find, rows
from models.statutory import Power

NATIONAL = ("secretary_of_state", "ofsted")
CHAIR = ContactRole.CHAIR_OF_GOVERNORS.value
# The text of a notice under section 60 follows from its form, which has every part it must have.
NOT_EDITED = ("warning_notice",)

_CONTACTS = select(Contact).where(col(Contact.urn) == bindparam("urn"))
_LATEST_NUMBER = select(func.max(Letter.number)).where(
    col(Letter.escalation_id) == bindparam("escalation")
)
_discussions = Discussion.__table__  # type: ignore[attr-defined]
_letters = Letter.__table__  # type: ignore[attr-defined]
_DAYS = union(
    select_rows(
        _discussions.c.step_key, literal("").label("template"), _discussions.c.held_on.label("day")
    ).where(_discussions.c.escalation_id == bindparam("escalation")),
    select_rows(_letters.c.step_key, _letters.c.template, _letters.c.dated.label("day"))
    .where(_letters.c.escalation_id == bindparam("escalation"))
    .where(_letters.c.dated.is_not(None)),
).order_by("day")


@dataclass(frozen=True)
class Addressing:
    """Whom a letter is for: roles at the school or national bodies.

    `people` have copies and hold no such role: each a dictionary as of `recipients`.
    """

    to: str
    copies: tuple[str, ...] = ()
    copies_where_known: tuple[str, ...] = ()
    people: tuple[dict[str, Any], ...] = ()


def contacts_of(session: Session, escalation: Escalation, today: date) -> dict[str, Contact]:
    """The people at a school to whom a case's letters go, by role.

    What somebody changed who does not see the case waits to be confirmed. While an Interim
    Executive Board sits it is the governing body (Schedule 6), so its chair stands in for the
    chair of governors.
    """
    urn = escalation.urn
    contacts = {contact.role.value: contact for contact in find(session, _CONTACTS, urn=urn)}
    for held in held_of(session, escalation.id):
        contacts.pop(held.role.value, None)
        as_it_was = held.contact(urn)
        if as_it_was is not None:
            contacts[held.role.value] = as_it_was
    board = sitting_board(session, urn, today)
    if board is not None:
        contacts[CHAIR] = _chair_of_board(board)
    return contacts


def _chair_of_board(board: Power) -> Contact:
    members = board.details["members"]
    chair = next((member for member in members if member["chair"]), members[0])
    return Contact(
        urn=board.urn,
        role=ContactRole.CHAIR_OF_GOVERNORS,
        name=f"{chair['name']}, Chair of the Interim Executive Board",
        email=chair["email"],
        address=chair["address"],
        source="the notice of the Interim Executive Board",
        changed_at=board.prepared_at,
    )


def recipients(
    case: Case, contacts: Mapping[str, Contact], to: str, copies: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Names and addresses of everybody a letter goes to, the addressee first.

    Raises NotPossible naming what is missing.
    """
    found = []
    for role in (to, *copies):
        entry = address_of(case.policy, contacts, role)
        if entry is None:
            raise NotPossible(_no_address(case, role))
        found.append(entry)
    return found


def _no_address(case: Case, role: str) -> str:
    who = role.replace("_", " ")
    if is_held(case.session, case.escalation.id, role):
        return (
            f"{case.school.name} had no e-mail address for its {who} before somebody changed the "
            f"contact who does not see this case. Confirm the {who} on the page of the case, then "
            "try again."
        )
    return (
        f"{case.school.name} has no e-mail address for its {who}. "
        f"Add the contact of the {who} to the school, then try again."
    )


def address_of(policy: Policy, contacts: Mapping[str, Contact], role: str) -> dict[str, Any] | None:
    """Name and addresses of whoever has a role; None where no e-mail address is known."""
    if role in NATIONAL:
        body = policy.bodies[role]  # type: ignore[index]
        address = list(body.address)
        return {"role": role, "name": body.name, "email": body.email, "address": address}
    contact = contacts.get(role)
    if contact is None or not contact.email:
        return None
    address = list(contact.address)
    return {"role": role, "name": contact.name, "email": contact.email, "address": address}


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
) -> tuple[int, Happening]:
    """A new draft, and the event that says so.

    Raises NotPossible when somebody it must go to has no address, InvalidInput when a value
    cannot be printed.
    """
    contacts = contacts_of(case.session, case.escalation, london_date(now))
    known = [role for role in addressing.copies_where_known if _known(contacts, role)]
    copies = tuple(dict.fromkeys((*addressing.copies, *known)))
    people = [*recipients(case, contacts, addressing.to, copies), *addressing.people]
    body = draft(template, _context(case, people, now, facts))
    letter_id = add(
        case.session,
        Letter,
        escalation_id=case.escalation.id,
        proposal_id=proposal_id,
        step_key=facts["step"]["key"],
        number=_next_number(case.session, case.escalation.id),
        template=template,
        to_role=addressing.to,
        copy_roles=list(copies),
        people=list(addressing.people),
        state=LetterState.DRAFT,
        signed_as=signed_as,
    )
    _add_version(case.session, letter_id, 1, body, written_by, now)
    data = {"letter": letter_id, "template": template, "to": addressing.to, "copies": list(copies)}
    return letter_id, Happening(EventKind.LETTER_DRAFTED, case.escalation.id, data)


def can_be_addressed(case: Case, addressing: Addressing, now: datetime) -> bool:
    """Whether everybody whom a letter must reach has an address."""
    contacts = contacts_of(case.session, case.escalation, london_date(now))
    must = (addressing.to, *addressing.copies)
    return all(address_of(case.policy, contacts, role) is not None for role in must)


def _known(contacts: Mapping[str, Contact], role: str) -> bool:
    return role in contacts and bool(contacts[role].email)


def _next_number(session: Session, escalation_id: int) -> int:
    [latest] = find(session, _LATEST_NUMBER, escalation=escalation_id)
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
        "reference": escalation.reference,
        "summary": escalation.summary,
        "triggers": [TRIGGER_TITLES[Trigger(name)] for name in escalation.triggers],
        "ladder": {"key": escalation.ladder, "title": case.ladder.title},
        "taken": steps_taken(case, now),
        **facts,
    }


def spoken(person: Mapping[str, Any]) -> str:
    """In what role somebody has a letter: "chair of governors", "additional governor"."""
    return str(person.get("title") or person["role"].replace("_", " "))


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
    for key, template, day in rows(case.session, _DAYS, escalation=case.escalation.id):
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
    if letter.template in NOT_EDITED:
        raise NotPossible(
            "The text of this notice follows from its form. To change it, have its proposal "
            "returned and fill in the form again."
        )
    text = check_body(body)
    version = letter.version + 1
    change(session, Letter, {"id": letter.id, "version": letter.version}, version=version)
    _add_version(session, letter.id, version, text, officer.email, now)
    data = {"letter": letter.id, "version": version}
    edited = Happening(EventKind.LETTER_EDITED, letter.escalation_id, data)
    append(session, now, officer.email, edited)
    session.refresh(letter)
    return letter


def letter_body(session: Session, letter: Letter) -> str:
    """The text of a letter's current version."""
    statement = select(LetterVersion.body).where(
        LetterVersion.letter_id == letter.id, LetterVersion.version == letter.version
    )
    return session.exec(statement).one()


def freeze_letter(
    session: Session, policy: Policy, *, now: datetime, letter: Letter, files: Mapping[str, bytes]
) -> bool:
    """Issue an approved letter: keep its bytes, queue it to each recipient, move its step on.

    `files` are the renderings by format ("pdf", "html", "txt"), made outside the transaction.
    False when somebody issued it first; then nothing changes.
    """
    digests = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    issued = change(
        session,
        Letter,
        {"id": letter.id, "state": LetterState.APPROVED},
        state=LetterState.ISSUED,
        issued_at=now,
        sha256=digests["pdf"],
    )
    if not issued:
        return False
    renderings = [
        {"letter_id": letter.id, "format": kind, "content": content, "sha256": digests[kind]}
        for kind, content in files.items()
    ]
    add_all(session, IssuedFile, renderings)
    add_all(session, Message, [_posting(letter, person, now) for person in letter.recipients or ()])
    data = {"letter": letter.id, "version": letter.version, "sha256": digests["pdf"]}
    issue = Happening(EventKind.LETTER_ISSUED, letter.escalation_id, data)
    append(session, now, THE_CLOCK, issue)
    _await_response(case_of(session, policy, THE_MACHINE, letter.escalation_id), letter, now)
    return True


def _posting(letter: Letter, person: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "key": f"letter:{letter.id}:{letter.version}:{person['role']}:email",
        "kind": MessageKind.LETTER,
        "escalation_id": letter.escalation_id,
        "letter_id": letter.id,
        "to_name": person["name"],
        "to_email": person["email"],
        "data": {"role": person["role"]},
        "state": MessageState.UNKNOWN if letter.may_have_left else MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
    }


def _await_response(case: Case, letter: Letter, now: datetime) -> None:
    """A formal step is carried out by its letter, and then waits for the school."""
    if letter.step_key not in case.ladder:
        return
    rule = case.ladder.step(letter.step_key)
    if not rule.formal or letter.template != rule.letter:
        return
    step = case.steps[letter.step_key]
    change(
        case.session,
        Step,
        {"id": step.id, "state": StepState.APPROVED},
        state=StepState.AWAITING_RESPONSE,
        changed_on=london_date(now),
    )
