"""A sharing decision is asked for: the six questions are answered, and somebody else authorises it.

In imminent danger of harm it holds from the start, and is authorised within a working day.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

from pydantic import Field

from models.approvals.deciders import deciders
from models.approvals.putting_forward import Asked, place
from models.clocks import add_working_days
from models.events import append
from models.happened import Happened
from models.inputs import Day, Email, Input, Text, Word, Words
from models.matters.at_hand import AtHand
from models.matters.case import enter_at_hand
from models.matters.deadlines import set_deadline
from models.matters.events import DeadlineSet
from models.matters.tables import DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Role
from models.policy.sharing import ANYBODY
from models.refusals import InvalidInput
from models.rows import add, change, get_row
from models.school_record.opening import enter_record
from models.sharing.events import SharingAsked
from models.sharing.proposed import ShareInformation
from models.sharing.questions import Answers, faults, review_fault
from models.sharing.recipients import recipients_of
from models.sharing.tables import (
    Consent,
    Override,
    RecipientKind,
    SharedKind,
    SharingDecision,
    SharingRecipient,
    SharingState,
)
from models.text import check_email, check_line, check_printable, check_prose

MOST_RECIPIENTS = 5


class RecipientNamed(Input):
    """With whom it is shared: a `contact` by the `role`, or somebody else by name and address."""

    kind: Word
    role: Word | None = None
    name: Text = ""
    email: Email = ""
    address: Annotated[list[Text], Field(max_length=6)] = Field(default=[])


class SharingToDecide(Input):
    """The answers to the six questions.

    `kinds` is what is shared: `letters`, `files`, `reports`, `bundle`, `board_papers`. `override`
    is `serious_harm`, `statutory_duty` or `court_order`, and only where `consent` was `refused` or
    `not_sought`. With `urgent_because` it holds at once, and is authorised afterwards. Who was told
    from the outset and when, or why nobody was: one of the two.
    """

    kinds: Words
    information: Text
    recipients: Annotated[list[RecipientNamed], Field(max_length=MOST_RECIPIENTS)]
    purpose: Text
    wellbeing: Text
    confidential: bool
    confidential_because: Text = ""
    consent: Word
    consent_said: Text = ""
    override: Word | None = None
    override_because: Text = ""
    only_that: Text
    securely: Text
    accurate_on: Day
    told: Text = ""
    told_on: Day | None = None
    not_told_because: Text = ""
    advice: Text = ""
    review_on: Day
    urgent_because: Text = ""


def ask_sharing(acting: Acting, reference: str, given: SharingToDecide) -> SharingDecision:
    """Answer the six questions on an escalation, and put them to a designated officer.

    Raises NotFound, NotAllowed, InvalidInput with all that is wrong, and NotPossible where nobody
    can authorise it.
    """
    about = enter_at_hand(acting.session, acting.policy, acting.officer, Act.SHARE, reference)
    return _ask(acting, about, given)


def ask_school_sharing(acting: Acting, urn: object, given: SharingToDecide) -> SharingDecision:
    """The same on a school's own record, which is opened where there is none."""
    return _ask(acting, enter_record(acting, Act.SHARE, urn), given)


def _ask(acting: Acting, about: AtHand, given: SharingToDecide) -> SharingDecision:
    errors = list(_wrong(acting, given))
    if errors:
        raise InvalidInput.many(errors)
    session, matter = acting.session, about.matter
    urgent = bool(given.urgent_because)
    answers = given.model_dump(exclude={"recipients", "kinds"})
    decision_id = add(
        session,
        SharingDecision,
        matter_id=matter.id,
        state=SharingState.URGENT if urgent else SharingState.PROPOSED,
        kinds=list(dict.fromkeys(given.kinds)),
        **{
            **answers,
            "consent": Consent(given.consent),
            "override": Override(given.override) if given.override else None,
        },
        proposed_by_id=acting.officer.id,
        proposed_at=acting.now,
    )
    for each in given.recipients:
        add(session, SharingRecipient, decision_id=decision_id, **_columns(each))
    names = [recipient.words for recipient in recipients_of(session, decision_id)]
    what = ShareInformation(decision=decision_id, recipients=names, urgent=urgent)
    asked = Asked(what, given.purpose, about.stands_at)
    placed = place(about, acting.officer, acting.now, asked, [_authoriser(acting, about)])
    deadlines = _authorise_by(acting, about, names) if urgent else []
    change(
        session,
        SharingDecision,
        {"id": decision_id},
        proposal_id=placed.proposal_id,
        **({"deadline_id": deadlines[0].deadline} if deadlines else {}),
    )
    said = SharingAsked(
        matter.id, decision=decision_id, recipients=names, kinds=given.kinds, urgent=urgent
    )
    happenings: list[Happened] = [said, *placed.happenings, *deadlines]
    append(session, acting.now, acting.officer.email, *happenings)
    return get_row(session, SharingDecision, decision_id)


def _columns(each: RecipientNamed) -> dict[str, object]:
    kind = RecipientKind(each.kind)
    if kind is RecipientKind.CONTACT:
        return {"kind": kind, "role": each.role, "name": "", "email": "", "address": []}
    address = [line.strip() for line in each.address if line.strip()]
    name = each.name.strip()
    return {"kind": kind, "role": None, "name": name, "email": each.email, "address": address}


def _authoriser(acting: Acting, about: AtHand) -> Role:
    """The role to which it is put: the first designated one that is not the proposer's own.

    One in which somebody can decide it, where there is any.
    """
    others = [
        role for role in about.policy.sharing.authorised_by if role is not acting.officer.role
    ]
    roles = others or list(about.policy.sharing.authorised_by)
    session, matter, officer = acting.session, about.matter, acting.officer
    can = (role for role in roles if deciders(session, matter, role, officer.id, acting.today))
    return next(can, roles[0])


def _authorise_by(acting: Acting, about: AtHand, names: list[str]) -> list[DeadlineSet]:
    days = about.policy.sharing.authorise_urgent_within_working_days
    return [
        set_deadline(
            acting.session,
            about.policy,
            about.matter.id,
            step_key=None,
            due_on=add_working_days(acting.today, days),
            rule=f"Have it authorised that information was shared with {' and '.join(names)}",
            now=acting.now,
            kind=DeadlineKind.AUTHORISING,
        )
    ]


def _wrong(acting: Acting, given: SharingToDecide) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with the answers, each fault at its field."""
    yield from _wrong_kinds(given.kinds)
    yield from _wrong_recipients(given)
    yield from _wrong_texts(given)
    if given.accurate_on > acting.today:
        yield "accurate_on", "Enter today or a day before: as of which day was it checked?"
    review = review_fault(given.review_on, acting.today)
    if review is not None:
        yield "review_on", review
    yield from _wrong_telling(acting, given)
    chosen = list(_wrong_words(given))
    yield from chosen
    if not chosen:
        yield from faults(
            Answers(
                given.confidential,
                Consent(given.consent),
                Override(given.override) if given.override else None,
                bool(given.urgent_because),
            )
        )


def _wrong_kinds(kinds: list[str]) -> Iterator[tuple[str, str]]:
    if not kinds or not set(kinds) <= set(SharedKind):
        yield "kinds", f"Choose at least one from: {', '.join(SharedKind)}."


def _wrong_words(given: SharingToDecide) -> Iterator[tuple[str, str]]:
    if given.consent not in list(Consent):
        yield "consent", f"Choose from: {', '.join(Consent)}."
    if given.override is not None and given.override not in list(Override):
        yield "override", f"Choose from: {', '.join(Override)}."


def _wrong_texts(given: SharingToDecide) -> Iterator[tuple[str, str]]:
    said = given.confidential and given.consent != Consent.NOT_NEEDED
    needed = {
        "information": True,
        "purpose": True,
        "wellbeing": True,
        "confidential_because": given.confidential,
        "consent_said": said,
        "override_because": given.override is not None,
        "only_that": True,
        "securely": True,
        "told": given.told_on is not None,
        "not_told_because": False,
        "advice": False,
        "urgent_because": False,
    }
    for field, required in needed.items():
        yield from _fault(
            partial(check_prose, field, getattr(given, field), most=5000, required=required)
        )


def _fault(check: Callable[[], object]) -> Iterator[tuple[str, str]]:
    try:
        check()
    except InvalidInput as invalid:
        yield from invalid.errors


def _wrong_telling(acting: Acting, given: SharingToDecide) -> Iterator[tuple[str, str]]:
    told, why_not = bool(given.told.strip()), bool(given.not_told_because.strip())
    if told == why_not:
        yield "told", "Say who was told from the outset and when, or why nobody was: one of them."
    if told and given.told_on is None:
        yield "told_on", "Enter the date on which they were told."
    if given.told_on is not None and given.told_on > acting.today:
        yield "told_on", "Enter today or a day before."


def _wrong_recipients(given: SharingToDecide) -> Iterator[tuple[str, str]]:
    if not given.recipients:
        yield "recipients", "Say with whom the information is shared: at least one."
    for number, each in enumerate(given.recipients, start=1):
        letters = SharedKind.LETTERS in given.kinds
        yield from _wrong_recipient(f"recipient-{number}-", each, by_email=letters)
    known = [(each.role, each.name.strip(), each.email.lower()) for each in given.recipients]
    if len(set(known)) < len(known):
        yield "recipients", "Name each of them once."


def _wrong_recipient(at: str, each: RecipientNamed, *, by_email: bool) -> Iterator[tuple[str, str]]:
    if each.kind not in list(RecipientKind):
        yield f"{at}kind", f"Choose from: {', '.join(RecipientKind)}."
    elif each.kind == RecipientKind.CONTACT:
        if each.role not in ANYBODY:
            yield f"{at}role", f"Choose from: {', '.join(sorted(ANYBODY))}."
        if each.name.strip() or each.email or each.address:
            yield f"{at}name", "Leave name and address out: those of the contact are used."
    else:
        if each.role is not None:
            yield f"{at}role", "Leave the role out: it is for contacts of the school."
        yield from _fault(partial(_line, f"{at}name", each.name))
        if by_email or each.email:
            yield from _fault(partial(check_email, f"{at}email", each.email))
        for line in each.address:
            yield from _fault(partial(_line, f"{at}address", line, required=False))


def _line(field: str, value: str, *, required: bool = True) -> None:
    check_printable(field, check_line(field, value, required=required))
