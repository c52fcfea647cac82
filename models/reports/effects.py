"""What a decision on a written report does."""

from models.approvals.approving import approve_letters
from models.approvals.effects import Effect, Taken
from models.clocks import add_working_days
from models.happened import Happened
from models.matters.at_hand import AtHand
from models.programme.tables import WrittenReport
from models.refusals import NotPossible
from models.reports.found import find_report
from models.reports.proposed import SendReport
from models.reports.putting_forward import APPROVED, PROPOSED, RETURNED
from models.rows import change


def _check_waits(record: AtHand, taken: Taken[SendReport]) -> None:
    """It must stand as it was put forward; raises NotPossible."""
    report = find_report(record.session, taken.asks.report)
    if report.version != taken.asks.version or report.state is not PROPOSED[taken.asks.final]:
        raise NotPossible("The report has changed since this was proposed. Return the proposal.")


def _approved(record: AtHand, taken: Taken[SendReport]) -> list[Happened]:
    """Its letter goes out; the first time with the day by which the school can answer."""
    asks, days = taken.asks, taken.asks.answer_working_days
    by = add_working_days(taken.today, days) if days else None
    approve_letters(record, taken.proposal, taken.approver, taken.today, by)
    stands = {"id": asks.report, "state": PROPOSED[asks.final]}
    change(record.session, WrittenReport, stands, state=APPROVED[asks.final])
    return []


def _returned(record: AtHand, taken: Taken[SendReport]) -> list[Happened]:
    """It can be changed again."""
    asks = taken.asks
    stands = {"id": asks.report, "state": PROPOSED[asks.final]}
    change(record.session, WrittenReport, stands, state=RETURNED[asks.final])
    return []


EFFECTS = (Effect(SendReport, AtHand, approved=_approved, returned=_returned, still=_check_waits),)
