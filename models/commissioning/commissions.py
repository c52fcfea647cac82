"""Support that is commissioned: agreed with the school, its days used, ended before its time.

Source: Barnet, BPSI Sharing Information Statement (who commissions, who pays, what for); Barnsley,
School Improvement and Quality Assurance Policy, part 2.
"""

from dataclasses import dataclass
from datetime import date

from pydantic import Field
from sqlalchemy import func
from sqlmodel import Session, select

from models.clocks import add_working_days, past_day
from models.commissioning.events import CommissionDaysUsed, CommissionEnded, SupportCommissioned
from models.commissioning.providers import provider_asked
from models.commissioning.tables import (
    Commission,
    DaysUsed,
    Party,
    Payer,
    Provider,
    RequestState,
    SupportRequest,
)
from models.consultants.capacity import days_left
from models.consultants.donor_schools import check_donor_school
from models.consultants.keeping import find_at_work
from models.consultants.tables import Consultant
from models.events import append
from models.inputs import Day, Days, Input, RowKey, Text, Word
from models.matters.at_hand import AtHand, find_row
from models.matters.deadlines import close_deadline, move_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind, DeadlineState
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.programme.tables import Supporter
from models.refusals import InvalidInput, NotPossible
from models.rows import add, by_key, change, find_one, get_row
from models.school_record.opening import enter_record
from models.text import check_prose

LONGEST = 4000  # characters
LONGEST_YEARS = 3
MOST_POUNDS = 10_000_000
MOST_DAYS = 366.0


class CommissionMade(Input):
    """What is commissioned: of a `supporter` of the school or a `provider`, by whom, who pays.

    `cost` is in whole pounds; `what_for` are the issues agreed with the school; `request` the one
    that it answers. `reason` is why all the same, where their own school causes concern or they
    have too few days left.
    """

    supporter: RowKey | None = None
    provider: RowKey | None = None
    commissioned_by: Word
    paid_by: Word
    cost: int | None = Field(default=None)
    what_for: Text
    priority: Text = ""
    request: RowKey | None = None
    days_agreed: Days
    first_day: Day
    last_day: Day
    reason: Text = ""


class DaysGiven(Input):
    """Days that were used on a day, and what for; a `reason` where they go beyond those agreed."""

    used_on: Day
    days_used: Days
    what: Text
    reason: Text = ""


class Ending(Input):
    """The day on which a commission ended before its last day, and why."""

    on: Day
    reason: Text


@dataclass(frozen=True)
class _Whom:
    """From whom the support comes."""

    name: str
    supporter: Supporter | None = None
    provider: Provider | None = None
    consultant: Consultant | None = None


def commission(acting: Acting, urn: object, given: CommissionMade) -> Commission:
    """Commission support for a school; its impact is due to be evaluated after its last day.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible (also by the donor-school rule).
    """
    record = enter_record(acting, Act.COMMISSION_SUPPORT, urn)
    session = acting.session
    _check(given)
    whom = _whom(acting, record, given)
    request = _request(session, record, given.request)
    reason = _check_reasons(acting, whom, given)
    within = acting.policy.programme.evaluate_support_within
    due = set_deadline(
        session,
        record.policy,
        record.matter.id,
        step_key=None,
        due_on=add_working_days(given.last_day, within),
        rule=f"Evaluate the impact of the support by {whom.name}",
        now=acting.now,
        kind=DeadlineKind.SUPPORT_IMPACT,
    )
    key = add(
        session,
        Commission,
        matter_id=record.matter.id,
        supporter_id=whom.supporter.id if whom.supporter else None,
        provider_id=whom.provider.id if whom.provider else None,
        request_id=request.id if request else None,
        commissioned_by=Party(given.commissioned_by),
        paid_by=Payer(given.paid_by),
        cost=given.cost,
        what_for=given.what_for,
        priority=given.priority,
        days_agreed=given.days_agreed,
        days_held=given.days_agreed,
        first_day=given.first_day,
        last_day=given.last_day,
        reason=reason,
        deadline_id=due.deadline,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    commissioned = SupportCommissioned(
        record.matter.id,
        commission=key,
        whom=whom.name,
        commissioned_by=Party(given.commissioned_by),
        paid_by=Payer(given.paid_by),
        cost=given.cost,
        days=f"{given.days_agreed:g}",
        first_day=given.first_day,
        last_day=given.last_day,
        reason=reason or None,
    )
    append(session, acting.now, acting.officer.email, commissioned, due)
    return get_row(session, Commission, key)


def use_days(acting: Acting, commission_id: int, given: DaysGiven) -> DaysUsed:
    """Days of a commission were used; beyond those agreed only with a reason.

    Raises NotFound, NotAllowed, InvalidInput; NotPossible for a day after it ended.
    """
    session = acting.session
    its = find_row(session, acting.officer, Act.RECORD_COMMISSIONING, Commission, commission_id)
    past_day("used_on", given.used_on, acting.now)
    last = its.ended_on or its.last_day
    if not its.first_day <= given.used_on <= last:
        raise InvalidInput("used_on", "Enter a day on which the commission was in force.")
    _check_days("days_used", given.days_used)
    check_prose("what", given.what, most=LONGEST)
    check_prose("reason", given.reason, most=LONGEST, required=False)
    total = used_of(session, its.id) + given.days_used
    over = total - its.days_agreed
    if over > 0 and not given.reason.strip():
        raise InvalidInput(
            "reason",
            f"This is {over:g} days more than the {its.days_agreed:g} agreed. Give the reason, or "
            "enter fewer days.",
        )
    reason = given.reason if over > 0 else ""
    key = add(
        session,
        DaysUsed,
        commission_id=its.id,
        used_on=given.used_on,
        days=given.days_used,
        what=given.what,
        reason=reason,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    held = total if its.ended_on else max(its.days_agreed, total)
    if held != its.days_held:
        change(session, Commission, {"id": its.id}, days_held=held)
    used = CommissionDaysUsed(
        its.matter_id,
        commission=its.id,
        day=key,
        whom=whom_of(session, its),
        on=given.used_on,
        days=f"{given.days_used:g}",
        reason=reason or None,
    )
    append(session, acting.now, acting.officer.email, used)
    return get_row(session, DaysUsed, key)


def end_commission(acting: Acting, commission_id: int, given: Ending) -> Commission:
    """A commission ends before its last day: what was not used of its days is free again.

    Its impact is due earlier then; where nothing was used there is none to evaluate. Raises
    NotFound, NotAllowed, InvalidInput; NotPossible for one that is over.
    """
    session = acting.session
    its = find_running(session, acting.officer, commission_id, acting.today)
    past_day("on", given.on, acting.now)
    check_prose("reason", given.reason, most=LONGEST)
    used = used_of(session, its.id)
    latest = find_one(
        session, select(func.max(DaysUsed.used_on)).where(DaysUsed.commission_id == its.id)
    )
    if given.on >= its.last_day:
        raise InvalidInput("on", "Enter a day before its last day.")
    if latest is not None and given.on < latest:
        raise InvalidInput("on", "Days were used after this. Enter a later day.")
    change(
        session,
        Commission,
        {"id": its.id},
        ended_on=given.on,
        end_reason=given.reason,
        days_held=used,
    )
    _move_evaluation(acting, its, given.on, used)
    ended = CommissionEnded(
        its.matter_id,
        commission=its.id,
        whom=whom_of(session, its),
        on=given.on,
        reason=given.reason,
    )
    append(session, acting.now, acting.officer.email, ended)
    return get_row(session, Commission, its.id)


def find_running(session: Session, officer: Officer, commission_id: int, today: date) -> Commission:
    """A commission that is not over; raises NotAllowed, NotFound, NotPossible."""
    its = find_row(session, officer, Act.COMMISSION_SUPPORT, Commission, commission_id)
    if its.ended_on is not None or its.last_day < today:
        raise NotPossible("This commission is over already.")
    return its


def used_of(session: Session, commission_id: int) -> float:
    """How many days of a commission were used."""
    total = select(func.coalesce(func.sum(DaysUsed.days), 0.0))
    return float(find_one(session, total.where(DaysUsed.commission_id == commission_id)))


def whom_of(session: Session, its: Commission) -> str:
    """From whom the support of a commission comes."""
    if its.provider_id is not None:
        return get_row(session, Provider, its.provider_id).name
    return get_row(session, Supporter, its.supporter_id).name


def _move_evaluation(acting: Acting, its: Commission, on: date, used: float) -> None:
    session = acting.session
    deadline = get_row(session, Deadline, its.deadline_id)
    if deadline.state in (DeadlineState.MET, DeadlineState.CANCELLED):
        return
    if not used:
        close_deadline(session, deadline, met=False)
        return
    within = acting.policy.programme.evaluate_support_within
    due_on = add_working_days(on, within)
    move_deadline(session, acting.policy, deadline, due_on, deadline.rule, acting.now)


def _check(given: CommissionMade) -> None:
    errors: list[tuple[str, str]] = []
    if given.commissioned_by not in list(Party):
        errors.append(("commissioned_by", f"Choose from: {', '.join(Party)}."))
    if given.paid_by not in list(Payer):
        errors.append(("paid_by", f"Choose from: {', '.join(Payer)}."))
    if given.cost is not None and not 0 <= given.cost <= MOST_POUNDS:
        errors.append(("cost", f"Enter whole pounds, up to {MOST_POUNDS:,}."))
    for field, text, required in (
        ("what_for", given.what_for, True),
        ("priority", given.priority, False),
        ("reason", given.reason, False),
    ):
        try:
            check_prose(field, text, most=LONGEST, required=required)
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
    if given.days_agreed > MOST_DAYS:
        errors.append(("days_agreed", "Must be no more than a year has."))
    if given.last_day < given.first_day:
        errors.append(("last_day", "The last day cannot be before the first."))
    elif given.last_day.year > given.first_day.year + LONGEST_YEARS:
        errors.append(("last_day", f"Enter a day within {LONGEST_YEARS} years of the first."))
    if errors:
        raise InvalidInput.many(errors)


def _check_days(field: str, days: float) -> None:
    if days > MOST_DAYS:
        raise InvalidInput(field, "Must be no more than a year has.")


def _whom(acting: Acting, record: AtHand, given: CommissionMade) -> _Whom:
    session = acting.session
    if given.supporter is not None and given.provider is not None:
        raise InvalidInput("provider", "Name a supporter of the school or a provider, not both.")
    if given.provider is not None:
        provider = provider_asked(session, given.provider)
        return _Whom(provider.name, provider=provider)
    if given.supporter is None:
        raise InvalidInput("supporter", "Say from whom: a supporter of the school, or a provider.")
    supporter = by_key(session, Supporter, given.supporter)
    if supporter is None or supporter.urn != record.matter.urn:
        raise InvalidInput("supporter", "Choose somebody who supports this school.")
    if supporter.last_day is not None and supporter.last_day < given.last_day:
        raise InvalidInput("last_day", f"{supporter.name} does not support the school so long.")
    if given.first_day < supporter.first_day:
        raise InvalidInput("first_day", f"{supporter.name} does not support the school yet.")
    consultant = find_at_work(session, supporter.consultant_id) if supporter.consultant_id else None
    return _Whom(supporter.name, supporter=supporter, consultant=consultant)


def _request(session: Session, record: AtHand, key: int | None) -> SupportRequest | None:
    if key is None:
        return None
    request = by_key(session, SupportRequest, key)
    if request is None or request.matter_id != record.matter.id:
        raise InvalidInput("request", "Choose a request of this school.")
    if request.state is not RequestState.ACCEPTED:
        raise InvalidInput("request", "Choose a request that was accepted.")
    return request


def _check_reasons(acting: Acting, whom: _Whom, given: CommissionMade) -> str:
    """Why all the same, where something speaks against a consultant; empty where nothing does."""
    if whom.consultant is None:
        return ""
    session, consultant = acting.session, whom.consultant
    reason = check_donor_school(session, acting.policy, acting.reader, consultant, given.reason)
    left = days_left(session, consultant, given.first_day)
    if left is None or given.days_agreed <= left:
        return reason
    if not given.reason.strip():
        raise InvalidInput(
            "reason",
            f"{consultant.name} has {max(left, 0):g} days left in this school year. Give the "
            "reason why more are agreed, or agree fewer days.",
        )
    return given.reason
