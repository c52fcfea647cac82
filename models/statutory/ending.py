"""How powers end: by a notice, on record, with the case, or when the school converts."""

from datetime import date, datetime

from models.approvals.putting_forward import Draft, put_forward
from models.clocks import london_date, long_date, past_day
from models.escalations.tables import Action, Proposal
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text
from models.law.powers import Section
from models.letters.words import check_no_words, words_for_school
from models.matters.at_hand import see_row
from models.matters.case import Case, find_in_case
from models.matters.deadlines import cancel_statutory
from models.matters.tables import DeadlineKind
from models.people.access import THE_MACHINE, Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.statements import change
from models.statutory.budgets import reviewed
from models.statutory.events import PowerEnded
from models.statutory.legal import LawToday, powers_of, withdraw_unissued
from models.statutory.one_notice import check_failed, powers_rule
from models.statutory.one_power import (
    check_as_proposed,
    check_grounded,
    check_state,
    end,
    in_words,
    whom_it_concerns,
)
from models.statutory.tables import Power, PowerState, WarningNotice
from models.statutory.words import BOARD_ENDS
from models.text import check_printable, check_prose


class EndOfPower(Input):
    """The end of a power."""

    ended_on: Day
    reason: Text
    words: Text = ""


def end_power(acting: Acting, power_id: int, given: EndOfPower) -> Power:
    """End a power: a board by a notice that is put forward, the others on record at once.

    The notice quotes the `words`, and not the `reason`. A board that the Secretary of State took
    over ends on record (section 70C). A suspended budget ends by its review, or at the governing
    body's request once the Secretary of State has appointed governors (section 67(6)).
    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    power, case = find_in_case(session, acting.policy, officer, Act.END_POWER, Power, power_id)
    law_today = LawToday(case, acting.today)
    check_ending(law_today, power)
    if power.effective_on and given.ended_on < power.effective_on:
        raise InvalidInput("ended_on", "Enter a date on or after the day the power took effect.")
    check_printable("reason", check_prose("reason", given.reason))
    if ends_by_notice(law_today, power):
        if given.ended_on < acting.today:
            raise InvalidInput("ended_on", "Enter today or a later day: the notice names it.")
        happenings = _propose_end(acting, case, power, given)
    else:
        past_day("ended_on", given.ended_on, acting.now)
        check_no_words(given.words)
        happenings = [end(case, power.id, given.ended_on, given.reason)]
        if power.section is Section.DELEGATED_BUDGET:
            cancel_statutory(session, case.escalation.id, DeadlineKind.BUDGET_REVIEW)
    append(session, acting.now, officer.email, *happenings)
    session.refresh(power)
    return power


def ends_by_notice(law_today: LawToday, power: Power) -> bool:
    """Whether the authority ends it by a notice: its own board, unless it is taken over."""
    taken_over = law_today.standing.board_taken_over_on is not None
    return power.section is Section.INTERIM_EXECUTIVE_BOARD and not taken_over


def check_ending(law_today: LawToday, power: Power) -> None:
    """Refuse to end what is not in force, or ends by its review; raises NotPossible."""
    if power.state is not PowerState.IN_FORCE:
        raise NotPossible("This power is not in force.")
    hers = law_today.standing.secretary_of_state_governors_on is not None
    if power.section is Section.DELEGATED_BUDGET and not hers:
        raise NotPossible("A suspended budget ends by its review: record the review's outcome.")


def _propose_end(acting: Acting, case: Case, power: Power, given: EndOfPower) -> list[Happened]:
    rule = powers_rule(case)
    facts = {
        "power": in_words(LawToday(case, acting.today), power),
        "ended_on": long_date(given.ended_on),
        "words": words_for_school(given.words, BOARD_ENDS),
    }
    addressing = whom_it_concerns(case, power, rule)
    ends = {"ended_on": given.ended_on.isoformat(), "reason": given.reason}
    placed = put_forward(
        case,
        acting.officer,
        acting.now,
        Action.LETTER,
        rule,
        given.reason,
        {"end_of": power.id, **ends},
        drafts=[Draft("end_of_board", addressing, facts)],
        roles=rule.approvers,
    )
    return placed.happenings


def letter_approved(case: Case, proposal: Proposal, now: datetime) -> list[Happened]:
    """What follows when a letter is approved that belongs to a power; often nothing.

    Raises NotPossible when what the letter says has ceased to be so while it waited.
    """
    details = proposal.details
    if "powers_after" in details:
        check_failed(see_row(case.session, THE_MACHINE, WarningNotice, details["powers_after"]))
    if "prepares" in details:
        check_grounded(LawToday(case, london_date(now)))
        check_as_proposed(case, proposal)
        check_state(case, details["prepares"], PowerState.PREPARED)
    if "review_of" in details:
        return reviewed(case, proposal, now)
    if "end_of" in details:
        return [_board_ended(case, proposal, now)]
    return []


def _board_ended(case: Case, proposal: Proposal, now: datetime) -> Happened:
    details = proposal.details
    power = check_state(case, details["end_of"], PowerState.IN_FORCE)
    if not ends_by_notice(LawToday(case, london_date(now)), power):
        raise NotPossible(
            "The Secretary of State has taken over the Interim Executive Board (section 70C): it "
            "is not for the local authority to end. Return the proposal."
        )
    ended_on = date.fromisoformat(details["ended_on"])
    if ended_on < london_date(now):
        raise NotPossible("The day on which the board was to end has gone. Return the proposal.")
    return end(case, details["end_of"], ended_on, details["reason"])


def drop_powers(case: Case, today: date, because: str) -> list[Happened]:
    """The school is no maintained school any more: what was prepared or in force ends."""
    happenings: list[Happened] = []
    live = (PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE)
    for power in powers_of(case, *live):
        used = power.state is PowerState.IN_FORCE
        state = PowerState.ENDED if used else PowerState.DROPPED
        ended = {"state": state, "ended_on": today, "end_reason": because}
        change(case.session, Power, {"id": power.id}, **ended)
        dropped = PowerEnded(
            case.escalation.id, power=power.id, section=power.section, ended_on=today
        )
        happenings.append(dropped)
        happenings += withdraw_unissued(case, power.letter_id)
    return happenings
