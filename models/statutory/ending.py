"""How powers end: by a notice, on record, with the case, or when the school converts."""

from datetime import date

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.clocks import long_date, past_day
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text
from models.law.powers import Section
from models.letters.words import check_no_words, words_for_school
from models.matters.case import Case, find_in_case
from models.matters.deadlines import cancel_statutory
from models.matters.tables import DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import change, get_row
from models.statutory.events import PowerEnded
from models.statutory.in_words import EndOfBoardLetter
from models.statutory.legal import LawToday, powers_of, withdraw_unissued
from models.statutory.one_notice import powers_rule
from models.statutory.one_power import (
    check_state,
    end,
    in_words,
    whom_it_concerns,
)
from models.statutory.proposed import EndBoard
from models.statutory.tables import Power, PowerState
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
    return get_row(session, Power, power.id)


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
    facts = EndOfBoardLetter(
        power=in_words(LawToday(case, acting.today), power),
        ended_on=long_date(given.ended_on),
        words=words_for_school(given.words, BOARD_ENDS),
    )
    addressing = whom_it_concerns(case, power, rule)
    placed = put_forward(
        case,
        acting.officer,
        acting.now,
        EndBoard(end_of=power.id, ended_on=given.ended_on, reason=given.reason),
        rule,
        given.reason,
        drafts=[Draft("end_of_board", addressing, (facts,))],
        roles=rule.approvers,
    )
    return placed.happenings


def end_of_board_approved(case: Case, taken: Taken[EndBoard]) -> list[Happened]:
    """The notice goes out, and the board ends on its day; raises NotPossible when that has gone."""
    asks = taken.asks
    approve_letters(case, taken.proposal, taken.approver, taken.today, None)
    power = check_state(case, asks.end_of, PowerState.IN_FORCE)
    if not ends_by_notice(LawToday(case, taken.today), power):
        raise NotPossible(
            "The Secretary of State has taken over the Interim Executive Board (section 70C): it "
            "is not for the local authority to end. Return the proposal."
        )
    if asks.ended_on < taken.today:
        raise NotPossible("The day on which the board was to end has gone. Return the proposal.")
    return [end(case, asks.end_of, asks.ended_on, asks.reason)]


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
