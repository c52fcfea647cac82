"""The powers of sections 63 to 66: preparing, consulting, using, reviewing and ending them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.clocks import add_working_days, london_date, long_date
from models.commands.casework import Case, case_of, check_open, find_case, past_day, require
from models.commands.correspondence import Addressing, approve_letters
from models.commands.deadlines import cancel_statutory, set_deadline
from models.commands.legal import (
    check_applies,
    given_notice,
    legal_standing,
    powers_of,
    withdraw_unissued,
)
from models.commands.notices import (
    check_failed,
    check_stands,
    find_notice,
    notice_in_words,
    powers_rule,
    set_last_day,
)
from models.commands.proposing import Draft, put_forward
from models.deadlines import Deadline, DeadlineKind, DeadlineState
from models.escalations import Action, Proposal, Step, StepState
from models.events import EventKind, Happening, append
from models.ladder import refusal
from models.law import powers as law
from models.law import standing as standing_law
from models.law.powers import Section
from models.officers import CASEWORK, Officer
from models.policy import Policy, StepRule
from models.refusals import InvalidInput, NotFound, NotPossible
from models.schools import ContactRole
from models.statements import add, by_key, change
from models.statutory import (
    BudgetReview,
    Consultation,
    Power,
    PowerState,
    Representation,
    ReviewOutcome,
    WarningNotice,
)
from models.text import check_email, check_line, check_printable, check_prose

NOTICES = {
    Section.ARRANGEMENTS: "notice_of_arrangements",
    Section.ADDITIONAL_GOVERNORS: "appointment_of_governors",
    Section.INTERIM_EXECUTIVE_BOARD: "notice_of_board",
    Section.DELEGATED_BUDGET: "suspension_of_budget",
}
HEARD = {
    "chair_of_governors": "the governing body",
    "diocese": "the diocesan authority",
    "foundation_appointer": "the body that appoints the foundation governors",
}
# Which sections have what: `governors` are to be appointed (64), or sit now (65).
NAMED = {
    "arrangements": (Section.ARRANGEMENTS,),
    "governors": (Section.ADDITIONAL_GOVERNORS, Section.INTERIM_EXECUTIVE_BOARD),
    "members": (Section.INTERIM_EXECUTIVE_BOARD,),
}
MAY_BE_HEARD = (ContactRole.CHAIR_OF_GOVERNORS.value, ContactRole.HEADTEACHER.value)


def prepare_power(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    reference: str,
    section: str,
    reason: str,
    starts_on: date | None = None,
    arrangements: str = "",
    governors: Sequence[Mapping[str, Any]] = (),
    members: Sequence[Mapping[str, Any]] = (),
) -> Power:
    """Begin to prepare a power: the letters of consultation and to the Secretary of State.

    They are drafted and put forward together. What the section needs (arrangements for 63,
    governors for 64, members and the day for 65) may be given now or when the power is used.
    `governors` are people with name, email and address: those to be appointed (64), or those
    who sit now and must have a copy (65). Raises NotFound, NotAllowed, InvalidInput,
    NotPossible.
    """
    require(officer, CASEWORK, "prepare a power")
    case = find_case(session, policy, reference)
    check_applies(case)
    check_open(case)
    notice = _notice(case)
    chosen = _section(section)
    check_printable("reason", check_prose("reason", reason))
    details = _details(chosen, arrangements, governors, members)
    _check_is_another(case, chosen)
    power_id = add(
        session,
        Power,
        escalation_id=case.escalation.id,
        urn=case.school.urn,
        section=chosen,
        reason=reason,
        details=details,
        starts_on=_start(chosen, starts_on),
        state=PowerState.PREPARED,
        prepared_by_id=officer.id,
        prepared_at=now,
    )
    power = session.get_one(Power, power_id)
    facts = {"power": power_id, "section": chosen.value, "reason": reason}
    prepared = Happening(EventKind.POWER_PREPARED, case.escalation.id, facts)
    placed = put_forward(
        case,
        officer,
        now,
        Action.LETTER,
        powers_rule(case),
        f"To prepare the use of section {chosen.value}: {reason}",
        {"prepares": power_id},
        drafts=_preparing_letters(case, power, london_date(now)),
    )
    watched = _watch_last_day(case, chosen, notice.compliance_ends_on, now)
    append(session, now, officer.email, prepared, *placed.happenings, *watched)
    return power


def _notice(case: Case) -> WarningNotice:
    """The notice on which a power rests; raises NotPossible when there is none that stands."""
    given = given_notice(case)
    if given is None:
        raise NotPossible(
            "A power can be prepared once a warning notice has been given (section 60(1)(a))."
        )
    check_stands(given[0])
    return given[0]


def _check_is_another(case: Case, section: Section) -> None:
    """One preparation of a section at a time; and no second board, no budget suspended twice."""
    once = section in (Section.INTERIM_EXECUTIVE_BOARD, Section.DELEGATED_BUDGET)
    for other in powers_of(case, PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE):
        if other.section is section and other.state is not PowerState.IN_FORCE:
            raise NotPossible(f"Section {section.value} is being prepared already.")
        if other.section is section and once:
            raise NotPossible(f"A power under section {section.value} is in force already.")


def _watch_last_day(
    case: Case, section: Section, compliance_ends_on: date, now: datetime
) -> list[Happening]:
    """The two months go back onto the clock, when another power had met them already."""
    last = law.last_day(section, compliance_ends_on)
    watched = _deadline(case, DeadlineKind.POWERS)
    met = watched is not None and watched.state is DeadlineState.MET
    if last is None or last < london_date(now) or not met:
        return []
    return [set_last_day(case, compliance_ends_on, now)]


def _deadline(case: Case, kind: DeadlineKind) -> Deadline | None:
    """The newest deadline of this kind."""
    statement = select(Deadline).where(
        Deadline.escalation_id == case.escalation.id, Deadline.kind == kind
    )
    return case.session.exec(statement.order_by(col(Deadline.id).desc())).first()


def _section(section: str) -> Section:
    try:
        return Section(section)
    except ValueError:
        raise InvalidInput("section", f"Choose a section: {', '.join(Section)}.") from None


def _start(section: Section, starts_on: date | None) -> date | None:
    return starts_on if section is Section.INTERIM_EXECUTIVE_BOARD else None


def _details(
    section: Section,
    arrangements: str,
    governors: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the section needs, checked; whoever it does not name has no copy of its notice."""
    for field, given in (
        ("arrangements", arrangements),
        ("governors", governors),
        ("members", members),
    ):
        if given and section not in NAMED[field]:
            raise InvalidInput(field, f"A power under section {section.value} has none.")
    check_printable("arrangements", check_prose("arrangements", arrangements, required=False))
    return {
        "arrangements": arrangements,
        "governors": [_person("governors", person) for person in governors],
        "members": [
            {
                **_person("members", person),
                "chair": bool(person.get("chair")),
                "governor": bool(person.get("governor")),
                "governor_confirmed": bool(person.get("governor_confirmed")),
            }
            for person in members
        ],
    }


def _person(field: str, person: Mapping[str, Any]) -> dict[str, Any]:
    name = check_printable(field, check_line(field, person.get("name", "")))
    lines = [check_line(field, line) for line in person.get("address") or ()]
    return {
        "name": name,
        "email": check_email(field, person.get("email", "")),
        "address": [check_printable(field, line) for line in lines],
    }


def _preparing_letters(case: Case, power: Power, today: date) -> list[Draft]:
    """One letter to everybody who must be consulted, and the one to the Secretary of State."""
    facts = {"power": in_words(case, power), "notice": notice_in_words(case)}
    answer_by = add_working_days(today, case.policy.statutory.consultation_working_days)
    asked = {**facts, "respond_by": long_date(answer_by)}
    drafts = [
        Draft("consultation", Addressing(consultee.role), asked)
        for consultee in law.consultees(power.section, case.school)
    ]
    consent = law.notification(power.section) == "consent"
    template = "request_for_consent" if consent else "notification_to_secretary_of_state"
    told = Draft(template, Addressing("secretary_of_state"), {**facts, "consulted": []})
    return [*drafts, told]


def in_words(case: Case, power: Power) -> dict[str, Any]:
    """A power for a letter's template."""
    given = given_notice(case)
    last = law.last_day(power.section, given[0].compliance_ends_on) if given else None
    return {
        "section": power.section.value,
        "title": power.section.title,
        "reason": power.reason,
        "arrangements": power.details["arrangements"],
        "starts_on": long_date(power.starts_on) if power.starts_on else "",
        "effective_on": long_date(power.effective_on) if power.effective_on else "",
        "members": [member["name"] for member in power.details["members"]],
        "governors": [governor["name"] for governor in power.details["governors"]],
        "last_day": long_date(last) if last else "",
    }


def find_power(session: Session, power_id: int) -> Power:
    """The power with this number; raises NotFound."""
    power = by_key(session, Power, power_id)
    if power is None:
        raise NotFound(f"There is no power {power_id}.")
    return power


def record_consultation(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    with_whom: str,
    consulted_on: date,
    said: str,
) -> Consultation:
    """Who was consulted about a power, when, and what they said ("" while they said nothing).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    require(officer, CASEWORK, "record a consultation")
    power = find_power(session, power_id)
    case = _prepared(session, policy, power)
    roles = [consultee.role for consultee in law.consultees(power.section, case.school)]
    if with_whom not in roles:
        raise InvalidInput("with", _whom_to_consult(power.section, roles))
    _day_after_notice(case, "consulted_on", consulted_on, now)
    check_printable("said", check_prose("said", said, required=False))
    consultation_id = add(
        session,
        Consultation,
        power_id=power.id,
        role=with_whom,
        consulted_on=consulted_on,
        said=said,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    facts = {"power": power.id, "section": power.section.value, "with": with_whom}
    facts["consulted_on"] = consulted_on.isoformat()
    happening = Happening(EventKind.CONSULTATION_RECORDED, case.escalation.id, facts)
    append(session, now, officer.email, happening)
    return session.get_one(Consultation, consultation_id)


def _day_after_notice(case: Case, field: str, day: date, now: datetime) -> None:
    """What prepares a power cannot be older than the notice on which it rests."""
    past_day(field, day, now)
    given = given_notice(case)
    if given is not None and day < given[1]:
        raise InvalidInput(
            field, f"Enter a date on or after the warning notice of {long_date(given[1])}."
        )


def _whom_to_consult(section: Section, roles: Sequence[str]) -> str:
    if not roles:
        return f"Nobody has to be consulted before section {section.value} is used."
    return f"Choose from: {', '.join(roles)}."


def _prepared(session: Session, policy: Policy, power: Power) -> Case:
    case = case_of(session, policy, power.escalation_id)
    check_open(case)
    if power.state is not PowerState.PREPARED:
        raise NotPossible(f"The power is {power.state.value.replace('_', ' ')} already.")
    return case


def record_secretary_of_state_told(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    on: date,
    evidence: str,
) -> Power:
    """The Secretary of State was notified (63, 64, 66), or her consent was received (65).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    require(officer, CASEWORK, "record what the Secretary of State was told")
    power = find_power(session, power_id)
    case = _prepared(session, policy, power)
    _day_after_notice(case, "on", on, now)
    check_prose("evidence", evidence)
    told = {"secretary_of_state_on": on, "secretary_of_state_evidence": evidence}
    change(session, Power, {"id": power.id}, **told)
    facts = {
        "power": power.id,
        "section": power.section.value,
        "what": law.notification(power.section),
        "on": on.isoformat(),
    }
    happening = Happening(EventKind.SECRETARY_OF_STATE_TOLD, case.escalation.id, facts)
    append(session, now, officer.email, happening)
    session.refresh(power)
    return power


def use_power(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    reason: str,
    starts_on: date | None = None,
    arrangements: str | None = None,
    governors: Sequence[Mapping[str, Any]] | None = None,
    members: Sequence[Mapping[str, Any]] | None = None,
) -> Proposal:
    """Propose to use a prepared power: its notice is drafted for the Director to approve.

    What is given replaces what was given when the power was prepared. Raises NotFound,
    NotAllowed, InvalidInput, and NotPossible with every rule of law that stands in the way.
    """
    require(officer, CASEWORK, "propose to use a power")
    power = find_power(session, power_id)
    case = _prepared(session, policy, power)
    check_printable("reason", check_prose("reason", reason))
    _complete(session, power, starts_on, arrangements, governors, members)
    refused = refusal(
        Action.POWER, case.standing(now, transition_awaiting=case.transition_awaiting())
    )
    if refused:
        raise NotPossible(refused)
    check_lawful(case, power, london_date(now))
    rule = powers_rule(case)
    details = {"power": power.id, "section": power.section.value}
    draft = _notice_of_use(case, power, rule)
    placed = put_forward(case, officer, now, Action.POWER, rule, reason, details, drafts=[draft])
    proposed = {"state": PowerState.PROPOSED, "proposal_id": placed.proposal_id}
    change(session, Power, {"id": power.id}, **proposed, letter_id=placed.letter_ids[0])
    append(session, now, officer.email, *placed.happenings)
    return session.get_one(Proposal, placed.proposal_id)


def _complete(
    session: Session,
    power: Power,
    starts_on: date | None,
    arrangements: str | None,
    governors: Sequence[Mapping[str, Any]] | None,
    members: Sequence[Mapping[str, Any]] | None,
) -> None:
    """Take what was given over what stood there."""
    was = power.details
    power.details = _details(
        power.section,
        was["arrangements"] if arrangements is None else arrangements,
        was["governors"] if governors is None else governors,
        was["members"] if members is None else members,
    )
    if starts_on is not None:
        power.starts_on = _start(power.section, starts_on)
    change(session, Power, {"id": power.id}, details=power.details, starts_on=power.starts_on)


def consulted(session: Session, power: Power) -> list[Consultation]:
    """Every consultation about a power, the earliest first."""
    statement = select(Consultation).where(Consultation.power_id == power.id)
    in_order = statement.order_by(col(Consultation.consulted_on), col(Consultation.id))
    return list(session.exec(in_order))


def preparation(session: Session, power: Power) -> law.Preparation:
    """A power as the law looks at it."""
    return law.Preparation(
        section=power.section,
        consulted=frozenset(each.role for each in consulted(session, power)),
        secretary_of_state_on=power.secretary_of_state_on,
        starts_on=power.starts_on,
        members=tuple(
            law.Member(
                name=member["name"],
                governor=member["governor"],
                governor_confirmed=member["governor_confirmed"],
            )
            for member in power.details["members"]
        ),
        arrangements=power.details["arrangements"],
        governors=tuple(governor["name"] for governor in power.details["governors"]),
    )


def check_lawful(case: Case, power: Power, today: date) -> None:
    """Raise NotPossible with everything in law that stands in the way of using a power today."""
    standing = legal_standing(case, today)
    rules = [
        block.rule
        for block in standing_law.blocked_by(standing, today)
        if block.section is power.section
    ]
    rules += law.not_ready(preparation(case.session, power), case.school, today)
    rules += _board_comes(case, power)
    if rules:
        raise NotPossible(" ".join(rules))


def _board_comes(case: Case, power: Power) -> list[str]:
    """A budget is not suspended between a board's notice and its start, which would revoke it."""
    if power.section is not Section.DELEGATED_BUDGET:
        return []
    return [
        f"An Interim Executive Board starts on {long_date(board.starts_on)}, and no suspension of "
        "the budget outlasts that day (Schedule 6, paragraph 12(1) and (3))."
        for board in powers_of(case, PowerState.IN_FORCE)
        if board.section is Section.INTERIM_EXECUTIVE_BOARD and board.starts_on is not None
    ]


def _notice_of_use(case: Case, power: Power, rule: StepRule) -> Draft:
    told = power.secretary_of_state_on
    facts = {
        "power": in_words(case, power),
        "notice": notice_in_words(case),
        "consulted": _said(consulted(case.session, power)),
        "secretary_of_state": {"on": long_date(told) if told else ""},
    }
    copies = tuple(copy.role for copy in law.copies(power.section, case.school))
    return Draft(NOTICES[power.section], Addressing(rule.to, copies, people=_people(power)), facts)


def _people(power: Power) -> tuple[dict[str, Any], ...]:
    """Those who must have the notice and hold no role at the school, each by name."""
    board = power.section is Section.INTERIM_EXECUTIVE_BOARD
    members = [
        {**_reached(member), "title": "member of the Interim Executive Board"}
        for member in power.details["members"]
    ]
    title = "governor" if board else "additional governor"
    governors = [{**_reached(person), "title": title} for person in power.details["governors"]]
    numbered = enumerate((*members, *governors), start=1)
    return tuple({**person, "role": f"person_{number}"} for number, person in numbered)


def _reached(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in ("name", "email", "address")}


def _said(heard: Sequence[Consultation | Representation]) -> list[dict[str, str]]:
    """What people said, for a letter's template."""
    return [
        {
            "who": HEARD.get(each.role, "the " + each.role.replace("_", " ")),
            "on": long_date(
                each.consulted_on if isinstance(each, Consultation) else each.received_on
            ),
            "said": each.said,
        }
        for each in heard
    ]


def use_approved(
    case: Case, proposal: Proposal, officer: Officer, now: datetime
) -> list[Happening]:
    """The Director has approved: the notice goes out and the power is used, today.

    Raises NotPossible when the law has come to stand in the way since it was proposed.
    """
    today = london_date(now)
    power = case.session.get_one(Power, proposal.details["power"])
    check_lawful(case, power, today)
    approve_letters(case, proposal, officer, today, None)
    effective = _effective(power, today)
    in_force = {"state": PowerState.IN_FORCE, "used_on": today, "effective_on": effective}
    change(case.session, Power, {"id": power.id}, **in_force)
    rule = powers_rule(case)
    carried_out = {"state": StepState.CARRIED_OUT, "changed_on": today}
    change(case.session, Step, {"id": case.steps[rule.key].id}, **carried_out)
    _meet_last_day(case, power)
    facts = {
        "power": power.id,
        "section": power.section.value,
        "effective_on": effective.isoformat() if effective else None,
    }
    return [Happening(EventKind.POWER_USED, case.escalation.id, facts), *_revoked(case, power)]


def _meet_last_day(case: Case, used: Power) -> None:
    """The two months are met, unless another power that they bind is still being prepared."""
    waiting = powers_of(case, PowerState.PREPARED, PowerState.PROPOSED)
    bound = [other.id for other in waiting if other.section is not Section.INTERIM_EXECUTIVE_BOARD]
    if set(bound) <= {used.id}:
        cancel_statutory(case.session, case.escalation.id, DeadlineKind.POWERS, met=True)


def _revoked(case: Case, power: Power) -> list[Happening]:
    """A board's start ends a suspension of the budget (Schedule 6, paragraph 12(1))."""
    if power.section is not Section.INTERIM_EXECUTIVE_BOARD or power.starts_on is None:
        return []
    because = "An Interim Executive Board starts (Schedule 6, paragraph 12(1))"
    suspended = [
        other
        for other in powers_of(case, PowerState.IN_FORCE)
        if other.section is Section.DELEGATED_BUDGET
    ]
    if suspended:
        cancel_statutory(case.session, case.escalation.id, DeadlineKind.BUDGET_REVIEW)
    starts_on = power.starts_on.isoformat()
    return [_ended(case, other.id, starts_on, because) for other in suspended]


def _effective(power: Power, today: date) -> date | None:
    """From when a power holds: the board's day (65), on receipt (66), else at once."""
    if power.section is Section.INTERIM_EXECUTIVE_BOARD:
        return power.starts_on
    return None if power.section is Section.DELEGATED_BUDGET else today


def use_returned(case: Case, proposal: Proposal) -> None:
    """The proposal to use a power was returned: it is prepared still, and nothing more."""
    prepared = {"state": PowerState.PREPARED, "proposal_id": None, "letter_id": None}
    change(case.session, Power, {"id": proposal.details["power"]}, **prepared)


def record_receipt(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    received_on: date,
    evidence: str,
) -> Power:
    """The governing body has the notice of suspension: it takes effect (section 66).

    Its review before the next financial year goes onto the clock. Raises NotFound, NotAllowed,
    InvalidInput, NotPossible.
    """
    require(officer, CASEWORK, "record that a notice was received")
    power = find_power(session, power_id)
    case = case_of(session, policy, power.escalation_id)
    if power.section is not Section.DELEGATED_BUDGET or power.state is not PowerState.IN_FORCE:
        raise NotPossible("Only the notice of a suspended budget takes effect when it is received.")
    if power.effective_on is not None:
        raise NotPossible(f"It was received on {long_date(power.effective_on)} already.")
    past_day("received_on", received_on, now)
    if power.used_on is not None and received_on < power.used_on:
        raise InvalidInput("received_on", "The notice cannot be received before it was issued.")
    check_prose("evidence", evidence)
    effective = {"effective_on": received_on, "received_evidence": evidence}
    change(session, Power, {"id": power.id}, **effective)
    facts = {"power": power.id, "received_on": received_on.isoformat()}
    received = Happening(EventKind.BUDGET_NOTICE_RECEIVED, case.escalation.id, facts)
    review = _set_review(case, law.review_by(received_on, received_on), now)
    append(session, now, officer.email, received, review)
    session.refresh(power)
    return power


def _set_review(case: Case, due_on: date, now: datetime) -> Happening:
    return set_deadline(
        case.session,
        case.policy,
        case.escalation,
        step_key=powers_rule(case).key,
        kind=DeadlineKind.BUDGET_REVIEW,
        due_on=due_on,
        rule="The review of the suspended budget before the financial year (section 66)",
        now=now,
    )


def record_representation(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    from_whom: str,
    received_on: date,
    said: str,
) -> Representation:
    """What the governing body or the headteacher said about a suspended budget (section 66).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    require(officer, CASEWORK, "record representations")
    power = find_power(session, power_id)
    case = case_of(session, policy, power.escalation_id)
    _check_suspended(power)
    if from_whom not in MAY_BE_HEARD:
        raise InvalidInput("from", f"Choose from: {', '.join(MAY_BE_HEARD)}.")
    past_day("received_on", received_on, now)
    check_printable("said", check_prose("said", said))
    representation_id = add(
        session,
        Representation,
        power_id=power.id,
        role=from_whom,
        received_on=received_on,
        said=said,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    facts = {"power": power.id, "from": from_whom, "received_on": received_on.isoformat()}
    heard = Happening(EventKind.REPRESENTATION_RECORDED, case.escalation.id, facts)
    append(session, now, officer.email, heard)
    return session.get_one(Representation, representation_id)


def _check_suspended(power: Power) -> None:
    if power.section is not Section.DELEGATED_BUDGET or power.state is not PowerState.IN_FORCE:
        raise NotPossible("The school's budget is not suspended under this power.")
    if power.effective_on is None:
        raise NotPossible("Record first when the governing body received the notice.")


def review_budget(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    outcome: str,
    reasons: str,
) -> BudgetReview:
    """Put the decision on a suspended budget forward, with its letter to both (section 66).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    require(officer, CASEWORK, "review a suspended budget")
    power = find_power(session, power_id)
    case = case_of(session, policy, power.escalation_id)
    _check_suspended(power)
    if outcome not in list(ReviewOutcome):
        raise InvalidInput("outcome", "Choose “continue” or “end”.")
    check_printable("reasons", check_prose("reasons", reasons))
    rule = powers_rule(case)
    assert power.effective_on is not None  # noqa: S101 - checked above
    going_on = outcome == ReviewOutcome.CONTINUE
    next_review = _next_review(case, power.effective_on, london_date(now)) if going_on else None
    heard = select(Representation).where(Representation.power_id == power.id)
    facts = {
        "power": in_words(case, power),
        "review": {"outcome": outcome, "reasons": reasons},
        "representations": _said(session.exec(heard.order_by(col(Representation.id))).all()),
        "next_review": long_date(next_review) if next_review else "",
    }
    draft = Draft("budget_review_decision", Addressing(rule.to, ("headteacher",)), facts)
    details = {"review_of": power.id, "outcome": outcome, "reasons": reasons}
    placed = put_forward(
        case,
        officer,
        now,
        Action.LETTER,
        rule,
        reasons,
        details,
        drafts=[draft],
        roles=rule.approvers,
    )
    review_id = add(
        session,
        BudgetReview,
        power_id=power.id,
        proposal_id=placed.proposal_id,
        letter_id=placed.letter_ids[0],
        outcome=ReviewOutcome(outcome),
        reasons=reasons,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    append(session, now, officer.email, *placed.happenings)
    return session.get_one(BudgetReview, review_id)


def _next_review(case: Case, effective_on: date, today: date) -> date:
    """The review after the one in hand, which may be late: one before each financial year."""
    coming = law.review_by(effective_on, today)
    in_hand = _deadline(case, DeadlineKind.BUDGET_REVIEW)
    late = in_hand is not None and in_hand.due_on < coming
    return coming if late else coming.replace(year=coming.year + 1)


def end_power(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    power_id: int,
    ended_on: date,
    reason: str,
) -> Power:
    """End a power: a board by a notice that is put forward, the others on record at once.

    A suspended budget ends by its review. Raises NotFound, NotAllowed, InvalidInput,
    NotPossible.
    """
    require(officer, CASEWORK, "end a power")
    power = find_power(session, power_id)
    case = case_of(session, policy, power.escalation_id)
    if power.state is not PowerState.IN_FORCE:
        raise NotPossible("This power is not in force.")
    if power.section is Section.DELEGATED_BUDGET:
        raise NotPossible("A suspended budget ends by its review: record the review's outcome.")
    if not isinstance(ended_on, date) or (power.effective_on and ended_on < power.effective_on):
        raise InvalidInput("ended_on", "Enter a date on or after the day the power took effect.")
    check_printable("reason", check_prose("reason", reason))
    if power.section is Section.INTERIM_EXECUTIVE_BOARD:
        if ended_on < london_date(now):
            raise InvalidInput("ended_on", "Enter today or a later day: the notice names it.")
        happenings = _propose_end(case, power, officer, now, ended_on, reason)
    else:
        past_day("ended_on", ended_on, now)
        happenings = [_ended(case, power.id, ended_on.isoformat(), reason)]
    append(session, now, officer.email, *happenings)
    session.refresh(power)
    return power


def _propose_end(
    case: Case, power: Power, officer: Officer, now: datetime, ended_on: date, reason: str
) -> list[Happening]:
    rule = powers_rule(case)
    facts = {"power": in_words(case, power), "ended_on": long_date(ended_on)}
    copies = tuple(copy.role for copy in law.copies(power.section, case.school))
    addressing = Addressing(rule.to, copies, people=_people(power))
    placed = put_forward(
        case,
        officer,
        now,
        Action.LETTER,
        rule,
        reason,
        {"end_of": power.id, "ended_on": ended_on.isoformat(), "reason": reason},
        drafts=[Draft("end_of_board", addressing, facts)],
        roles=rule.approvers,
    )
    return placed.happenings


def letter_approved(case: Case, proposal: Proposal, now: datetime) -> list[Happening]:
    """What follows when a letter is approved that belongs to a power; often nothing.

    Raises NotPossible when what the letter says has ceased to be so while it waited.
    """
    details = proposal.details
    if "powers_after" in details:
        check_failed(find_notice(case.session, details["powers_after"]))
    if "prepares" in details:
        _notice(case)
        _check_state(case, details["prepares"], PowerState.PREPARED)
    if "review_of" in details:
        return _reviewed(case, proposal, now)
    if "end_of" in details:
        return [_board_ended(case, proposal, now)]
    return []


def _check_state(case: Case, power_id: int, state: PowerState) -> Power:
    power = case.session.get_one(Power, power_id)
    if power.state is not state:
        says = power.state.value.replace("_", " ")
        raise NotPossible(f"The power is {says} by now. Return the proposal.")
    return power


def _board_ended(case: Case, proposal: Proposal, now: datetime) -> Happening:
    details = proposal.details
    _check_state(case, details["end_of"], PowerState.IN_FORCE)
    if date.fromisoformat(details["ended_on"]) < london_date(now):
        raise NotPossible("The day on which the board was to end has gone. Return the proposal.")
    return _ended(case, details["end_of"], details["ended_on"], details["reason"])


def _reviewed(case: Case, proposal: Proposal, now: datetime) -> list[Happening]:
    details, today = proposal.details, london_date(now)
    power = _check_state(case, details["review_of"], PowerState.IN_FORCE)
    assert power.effective_on is not None  # noqa: S101 - only an effective suspension is reviewed
    following = _next_review(case, power.effective_on, today)
    change(case.session, BudgetReview, {"proposal_id": proposal.id}, decided_on=today)
    cancel_statutory(case.session, case.escalation.id, DeadlineKind.BUDGET_REVIEW, met=True)
    facts = {"power": power.id, "outcome": details["outcome"]}
    reviewed = Happening(EventKind.BUDGET_REVIEWED, case.escalation.id, facts)
    if details["outcome"] == ReviewOutcome.END:
        return [reviewed, _ended(case, power.id, today.isoformat(), details["reasons"])]
    return [reviewed, _set_review(case, following, now)]


def _ended(case: Case, power_id: int, ended_on: str, reason: str) -> Happening:
    power = case.session.get_one(Power, power_id)
    ended = {
        "state": PowerState.ENDED,
        "ended_on": date.fromisoformat(ended_on),
        "end_reason": reason,
    }
    change(case.session, Power, {"id": power.id}, **ended)
    facts = {"power": power.id, "section": power.section.value, "ended_on": ended_on}
    return Happening(EventKind.POWER_ENDED, case.escalation.id, facts)


def drop_powers(case: Case, today: date, because: str) -> list[Happening]:
    """The school is no maintained school any more: what was prepared or in force ends."""
    happenings = []
    live = (PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE)
    for power in powers_of(case, *live):
        used = power.state is PowerState.IN_FORCE
        state = PowerState.ENDED if used else PowerState.DROPPED
        ended = {"state": state, "ended_on": today, "end_reason": because}
        change(case.session, Power, {"id": power.id}, **ended)
        facts = {"power": power.id, "section": power.section.value, "ended_on": today.isoformat()}
        happenings.append(Happening(EventKind.POWER_ENDED, case.escalation.id, facts))
        happenings += withdraw_unissued(case, power.letter_id)
    return happenings
