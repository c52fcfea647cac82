"""By which edition of the statutory guidance a case goes, once the policy names another one."""

from models.escalations.events import GuidanceChosen
from models.escalations.tables import LIVE, Escalation
from models.events import append
from models.inputs import Input, Text, Word
from models.matters.case import Case, enter
from models.people.access import Act
from models.people.acting import Acting
from models.policy.guidance import Guidance
from models.refusals import InvalidInput, NotPossible
from models.rows import change, get_row
from models.text import check_prose

CHOICES = ("keep", "adopt")


class GuidanceChoice(Input):
    """`keep` the case's own guidance, or `adopt` that of the policy in force; and why."""

    choice: Word
    reason: Text


def choose_guidance(acting: Acting, reference: str, given: GuidanceChoice) -> Escalation:
    """Say by which guidance a case goes, after the policy came to name another.

    Letters that are drafted from now on cite it. Raises NotFound, NotAllowed, InvalidInput, and
    NotPossible where nothing is asked.
    """
    session, officer = acting.session, acting.officer
    case = enter(session, acting.policy, officer, Act.CHOOSE_GUIDANCE, reference)
    check_asked(case)
    if given.choice not in CHOICES:
        raise InvalidInput("choice", f"Choose from: {', '.join(CHOICES)}.")
    check_prose("reason", given.reason)
    todays = case.todays_policy.guidance
    adopts = given.choice == "adopt"
    if adopts:
        taken = {
            "guidance": todays.title,
            "guidance_edition": todays.edition,
            "guidance_address": todays.address,
            "guidance_kept_against": None,
        }
    else:
        taken = {"guidance_kept_against": todays.words}
    change(session, Escalation, {"id": case.escalation.id}, **taken)
    goes_by = todays if adopts else case.escalation.goes_by
    chosen = GuidanceChosen(
        case.matter.id, guidance=goes_by.words, adopted=adopts, reason=given.reason
    )
    append(session, acting.now, officer.email, chosen)
    return get_row(session, Escalation, case.escalation.id)


def asked(case: Case) -> Guidance | None:
    """The guidance of the policy in force, where somebody must say whether this case goes by it."""
    todays = case.todays_policy.guidance
    own = case.escalation.goes_by
    settled = todays.words in (own.words, case.escalation.guidance_kept_against)
    return None if settled or case.escalation.status not in LIVE else todays


def check_asked(case: Case) -> None:
    """Refuse an answer that nobody asks for; raises NotPossible."""
    if asked(case) is None:
        raise NotPossible("The guidance of this case is settled: there is nothing to say of it.")
