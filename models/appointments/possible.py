"""What can be done about the appointments of an escalation now."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from models.appointments.planning import check_inviting, check_moving, check_to_come
from models.appointments.tables import Appointment
from models.appointments.turn import check_adding
from models.matters.case import Case
from models.matters.possible import CaseAct, Gate
from models.people.access import Act


def gates(case: Case, planned: Sequence[Appointment], now: datetime) -> Iterator[Gate]:
    """Planning, and what can be done about each that is to come."""
    role = Act.PLAN_APPOINTMENT
    yield Gate(CaseAct.PLAN_APPOINTMENT, role, partial(check_adding, case))
    for each in planned:
        moving = partial(check_moving, case, each, now)
        yield Gate(CaseAct.MOVE_APPOINTMENT, role, moving, each.id)
        inviting = partial(check_inviting, case, each, now)
        yield Gate(CaseAct.INVITE_TO_APPOINTMENT, role, inviting, each.id)
        yield Gate(CaseAct.CANCEL_APPOINTMENT, role, partial(check_to_come, each, now), each.id)
