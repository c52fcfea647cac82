"""A school asks for support: the request, its answer on the clock, a referral and its outcome.

Source: DCSF, A New Relationship with Schools, part 3 (brokering support); Barnet, BPSI Sharing
Information Statement.
"""

from sqlmodel import Session

from models.clocks import add_working_days, past_day, working_days
from models.commissioning.events import (
    ReferralFollowed,
    SchoolReferred,
    SupportRequestAnswered,
    SupportRequested,
)
from models.commissioning.providers import provider_asked
from models.commissioning.tables import (
    Provider,
    Referral,
    ReferralState,
    RequestState,
    SupportRequest,
)
from models.consultants.keeping import find_at_work
from models.events import append
from models.inputs import Day, Input, RowKey, Text, Word
from models.matters.at_hand import find_row
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.school_record.opening import enter_record
from models.text import check_line, check_prose

ANSWERS = (RequestState.ACCEPTED, RequestState.DECLINED, RequestState.REFERRED)
LONGEST = 4000  # characters


class RequestMade(Input):
    """What a school asks for: who asked when, the need, and the priority of its plan.

    `consultant` fed the request back to the council, where one did.
    """

    asked_on: Day
    asked_by: Text
    consultant: RowKey | None = None
    need: Text
    priority: Text = ""


class RequestAnswer(Input):
    """`accepted`, `declined` or `referred` (then to which provider), and in which words."""

    answer: Word
    words: Text
    provider: RowKey | None = None


class ReferralMade(Input):
    """To which provider a school was referred, when and what for."""

    provider: RowKey
    what_for: Text
    referred_on: Day


class ReferralOutcome(Input):
    """Whether a referral was `taken_up` or `not_taken_up`, since when, and what came of it."""

    outcome: Word
    on: Day
    words: Text


def ask_for_support(acting: Acting, urn: object, given: RequestMade) -> SupportRequest:
    """A school asked for support; the answer is due within the working days of the policy.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    record = enter_record(acting, Act.RECORD_COMMISSIONING, urn)
    session = acting.session
    past_day("asked_on", given.asked_on, acting.now)
    check_line("asked_by", given.asked_by, most=100)
    check_prose("need", given.need, most=LONGEST)
    check_prose("priority", given.priority, most=LONGEST, required=False)
    if given.consultant is not None:
        find_at_work(session, given.consultant)
    within = acting.policy.programme.answer_support_requests_within
    due = set_deadline(
        session,
        record.policy,
        record.matter.id,
        step_key=None,
        due_on=add_working_days(given.asked_on, within),
        rule=f"Answer the school’s request for support within {working_days(within)}",
        now=acting.now,
        kind=DeadlineKind.SUPPORT_REQUEST,
    )
    key = add(
        session,
        SupportRequest,
        matter_id=record.matter.id,
        asked_on=given.asked_on,
        asked_by=given.asked_by,
        consultant_id=given.consultant,
        need=given.need,
        priority=given.priority,
        deadline_id=due.deadline,
        state=RequestState.OPEN,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    asked = SupportRequested(
        record.matter.id,
        request=key,
        asked_by=given.asked_by,
        on=given.asked_on,
        need=given.need,
    )
    append(session, acting.now, acting.officer.email, asked, due)
    return get_row(session, SupportRequest, key)


def answer_request(acting: Acting, request_id: int, given: RequestAnswer) -> SupportRequest:
    """The council's answer; one that is referred makes the referral.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that was answered.
    """
    session = acting.session
    request = find_open_request(session, acting.officer, request_id)
    if given.answer not in ANSWERS:
        raise InvalidInput("answer", f"Choose from: {', '.join(ANSWERS)}.")
    answer = RequestState(given.answer)
    check_prose("words", given.words, most=LONGEST)
    if answer is not RequestState.REFERRED and given.provider is not None:
        raise InvalidInput("provider", "Name a provider only where the school is referred.")
    referred = answer is RequestState.REFERRED
    provider = provider_asked(session, given.provider) if referred else None
    change(
        session,
        SupportRequest,
        {"id": request.id, "state": RequestState.OPEN},
        state=answer,
        answered_on=acting.today,
        answer=given.words,
        answered_by_id=acting.officer.id,
    )
    close_deadline(session, get_row(session, Deadline, request.deadline_id), met=True)
    answered = SupportRequestAnswered(
        request.matter_id, request=request.id, answer=answer, words=given.words
    )
    append(session, acting.now, acting.officer.email, answered)
    if provider is not None:
        made = ReferralMade(provider=provider.id, what_for=request.need, referred_on=acting.today)
        _refer(acting, request.matter_id, provider, made, request.id)
    return get_row(session, SupportRequest, request.id)


def find_open_request(session: Session, officer: Officer, request_id: int) -> SupportRequest:
    """A request that waits for its answer; raises NotAllowed, NotFound, NotPossible."""
    request = find_row(session, officer, Act.COMMISSION_SUPPORT, SupportRequest, request_id)
    if request.state is not RequestState.OPEN:
        raise NotPossible(f"This request has already been {request.state.value}.")
    return request


def refer(acting: Acting, urn: object, given: ReferralMade) -> Referral:
    """Refer a school to a provider. Raises NotFound, NotAllowed, InvalidInput, NotPossible."""
    record = enter_record(acting, Act.RECORD_COMMISSIONING, urn)
    past_day("referred_on", given.referred_on, acting.now)
    check_prose("what_for", given.what_for, most=LONGEST)
    provider = provider_asked(acting.session, given.provider)
    return _refer(acting, record.matter.id, provider, given, None)


def follow_referral(acting: Acting, referral_id: int, given: ReferralOutcome) -> Referral:
    """Say what came of a referral.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where that was said.
    """
    session = acting.session
    referral = find_open_referral(session, acting.officer, referral_id)
    said = [state for state in ReferralState if state is not ReferralState.OPEN]
    if given.outcome not in said:
        raise InvalidInput("outcome", f"Choose from: {', '.join(said)}.")
    past_day("on", given.on, acting.now)
    if given.on < referral.referred_on:
        raise InvalidInput("on", "The date cannot be before the referral.")
    check_prose("words", given.words, most=LONGEST)
    outcome = ReferralState(given.outcome)
    change(
        session,
        Referral,
        {"id": referral.id, "state": ReferralState.OPEN},
        state=outcome,
        outcome=given.words,
        outcome_on=given.on,
    )
    followed = ReferralFollowed(
        referral.matter_id,
        referral=referral.id,
        provider_name=get_row(session, Provider, referral.provider_id).name,
        outcome=outcome,
        words=given.words,
    )
    append(session, acting.now, acting.officer.email, followed)
    return get_row(session, Referral, referral.id)


def find_open_referral(session: Session, officer: Officer, referral_id: int) -> Referral:
    """A referral of which nothing came yet; raises NotAllowed, NotFound, NotPossible."""
    referral = find_row(session, officer, Act.RECORD_COMMISSIONING, Referral, referral_id)
    if referral.state is not ReferralState.OPEN:
        raise NotPossible("What came of this referral has already been recorded.")
    return referral


def _refer(
    acting: Acting, matter_id: int, provider: Provider, given: ReferralMade, request: int | None
) -> Referral:
    session = acting.session
    key = add(
        session,
        Referral,
        matter_id=matter_id,
        provider_id=provider.id,
        request_id=request,
        what_for=given.what_for,
        referred_on=given.referred_on,
        state=ReferralState.OPEN,
        referred_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    referred = SchoolReferred(
        matter_id,
        referral=key,
        provider_name=provider.name,
        on=given.referred_on,
        what_for=given.what_for,
    )
    append(session, acting.now, acting.officer.email, referred)
    return get_row(session, Referral, key)
