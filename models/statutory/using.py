"""Using a power: its notice is proposed, and what follows when it is approved or returned."""

from datetime import date

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.approvals.tables import Proposal
from models.clocks import long_date
from models.escalations.tables import Step, StepState
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text
from models.law import blocks as blocks_law
from models.law import powers as law
from models.law.powers import Section
from models.letters.words import words_for_school
from models.matters.case import Case, find_in_case
from models.matters.deadlines import cancel_statutory
from models.matters.tables import DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.policy import StepRule
from models.policy.ladder import Standing, refusal
from models.proposed import Action
from models.refusals import NotPossible
from models.rows import change, get_row
from models.statutory import matching
from models.statutory.details import Members, People, needs_of, start_of
from models.statutory.events import PowerUsed
from models.statutory.in_words import LetterOfUse, ToldInWords
from models.statutory.legal import LawToday, powers_of
from models.statutory.one_notice import notice_in_words, powers_rule
from models.statutory.one_power import (
    check_as_proposed,
    check_prepared,
    consulted,
    end,
    in_their_words,
    in_words,
    preparation,
    whom_it_concerns,
)
from models.statutory.proposed import UsePower
from models.statutory.tables import Power, PowerState
from models.text import check_printable, check_prose

NOTICES = {
    Section.ARRANGEMENTS: "notice_of_arrangements",
    Section.ADDITIONAL_GOVERNORS: "appointment_of_governors",
    Section.INTERIM_EXECUTIVE_BOARD: "notice_of_board",
    Section.DELEGATED_BUDGET: "suspension_of_budget",
}


class UseOfPower(Input):
    """The proposal to use a power; what is given replaces what was prepared."""

    reason: Text
    words: Text = ""
    starts_on: Day | None = None
    arrangements: Text | None = None
    governors: People | None = None
    members: Members | None = None


def use_power(acting: Acting, power_id: int, given: UseOfPower) -> Proposal:
    """Propose to use a prepared power: its notice is drafted for the Director to approve.

    What is given replaces what was given when the power was prepared, also the `words` that the
    notice quotes. Raises NotFound,
    NotAllowed, InvalidInput, and NotPossible with every rule of law that stands in the way.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    power, case = find_in_case(session, acting.policy, officer, Act.USE_POWER, Power, power_id)
    at = case.standing(now, transition_awaiting=case.transition_awaiting())
    _check_turn(case, power, at)
    check_printable("reason", check_prose("reason", given.reason))
    _complete(case, power, given)
    check_lawful(LawToday(case, acting.today), power)
    rule = powers_rule(case)
    what = UsePower(power=power.id, section=power.section)
    words = words_for_school(given.words, power.words)
    draft = _notice_of_use(LawToday(case, acting.today), power, rule, words)
    placed = put_forward(case, officer, now, what, rule, given.reason, drafts=[draft])
    proposed = {"state": PowerState.PROPOSED, "proposal_id": placed.proposal_id}
    change(session, Power, {"id": power.id}, **proposed, letter_id=placed.letter_ids[0])
    append(session, now, officer.email, *placed.happenings)
    return get_row(session, Proposal, placed.proposal_id)


def _complete(case: Case, power: Power, given: UseOfPower) -> None:
    """Take what was given over what stood there."""
    said = (given.arrangements, given.governors, given.members)
    power.details = needs_of(power.section, power.needs, *said).model_dump()
    if given.starts_on is not None:
        power.starts_on = start_of(power.section, given.starts_on)
    completed = {"details": power.details, "starts_on": power.starts_on}
    change(case.session, Power, {"id": power.id}, **completed)


def check_using(law_today: LawToday, power: Power, at: Standing) -> None:
    """Refuse a power that cannot be used today, whatever is entered; raises NotPossible."""
    _check_turn(law_today.case, power, at)
    if _in_the_way(law_today, power):
        check_lawful(law_today, power)


def _check_turn(case: Case, power: Power, at: Standing) -> None:
    check_prepared(case, power)
    refused = refusal(Action.POWER, at)
    if refused:
        raise NotPossible(refused)


def check_lawful(law_today: LawToday, power: Power) -> None:
    """Raise NotPossible with everything in law that stands in the way of using a power today."""
    case, today = law_today.case, law_today.today
    prepared = preparation(case, power)
    rules = blocked(law_today, power)
    rules += law.not_ready(prepared, case.school, today)
    rules += _board_comes(law_today, power)
    if rules:
        raise NotPossible(" ".join(rules))


def _in_the_way(law_today: LawToday, power: Power) -> bool:
    """Whether there is more in the way than what is entered with the use."""
    case = law_today.case
    not_done = law.not_done(preparation(case, power), case.school, law_today.today)
    return bool(not_done or blocked(law_today, power) or _board_comes(law_today, power))


def blocked(law_today: LawToday, power: Power) -> list[str]:
    """The rules of law that stand in the way of a power, whatever is done to prepare it."""
    blocks = blocks_law.blocked_by(law_today.standing, law_today.today)
    return [block.rule for block in blocks if block.section is power.section]


def _board_comes(law_today: LawToday, power: Power) -> list[str]:
    """A budget is not suspended between a board's notice and its start, which would revoke it."""
    if power.section is not Section.DELEGATED_BUDGET:
        return []
    return [
        f"An Interim Executive Board starts on {long_date(board.starts_on)}, and no suspension of "
        "the budget outlasts that day (Schedule 6, paragraph 12(1) and (3))."
        for board in law_today.powers_that_are(PowerState.IN_FORCE)
        if board.section is Section.INTERIM_EXECUTIVE_BOARD and board.starts_on is not None
    ]


def _notice_of_use(law_today: LawToday, power: Power, rule: StepRule, words: str) -> Draft:
    case = law_today.case
    told = power.secretary_of_state_on
    facts = LetterOfUse(
        power=in_words(law_today, power),
        matching=matching.in_words(law_today, power),
        notice=notice_in_words(case),
        consulted=in_their_words(consulted(case.session, power)),
        secretary_of_state=ToldInWords(on=long_date(told) if told else ""),
        words=words,
    )
    return Draft(NOTICES[power.section], whom_it_concerns(case, power, rule), (facts,))


def use_approved(case: Case, taken: Taken[UsePower]) -> list[Happened]:
    """The Director has approved: the notice goes out and the power is used, today.

    Raises NotPossible when the law has come to stand in the way since it was proposed.
    """
    today = taken.today
    power = get_row(case.session, Power, taken.asks.power)
    check_lawful(LawToday(case, today), power)
    check_as_proposed(case, taken.proposal)
    approve_letters(case, taken.proposal, taken.approver, today, None)
    effective = _effective(power, today)
    in_force = {"state": PowerState.IN_FORCE, "used_on": today, "effective_on": effective}
    change(case.session, Power, {"id": power.id}, **in_force)
    rule = powers_rule(case)
    carried_out = {"state": StepState.CARRIED_OUT, "changed_on": today}
    change(case.session, Step, {"id": case.steps[rule.key].id}, **carried_out)
    _meet_last_day(case, power)
    used = PowerUsed(
        case.escalation.id, power=power.id, section=power.section, effective_on=effective
    )
    return [used, *_revoked(case, power)]


def _meet_last_day(case: Case, used: Power) -> None:
    """The two months are met, unless another power that they bind is still being prepared."""
    waiting = powers_of(case, PowerState.PREPARED, PowerState.PROPOSED)
    bound = [other.id for other in waiting if other.section is not Section.INTERIM_EXECUTIVE_BOARD]
    if set(bound) <= {used.id}:
        cancel_statutory(case.session, case.escalation.id, DeadlineKind.POWERS, met=True)


def _revoked(case: Case, power: Power) -> list[Happened]:
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
    return [end(case, other.id, power.starts_on, because) for other in suspended]


def _effective(power: Power, today: date) -> date | None:
    """From when a power holds: the board's day (65), on receipt (66), else at once."""
    if power.section is Section.INTERIM_EXECUTIVE_BOARD:
        return power.starts_on
    return None if power.section is Section.DELEGATED_BUDGET else today


def use_returned(case: Case, taken: Taken[UsePower]) -> list[Happened]:
    """The proposal to use a power was returned: it is prepared still, and nothing more."""
    prepared = {"state": PowerState.PREPARED, "proposal_id": None, "letter_id": None}
    change(case.session, Power, {"id": taken.asks.power}, **prepared)
    return []
