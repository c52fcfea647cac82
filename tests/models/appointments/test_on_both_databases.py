"""The whole life of an appointment, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta

from models.appointments.shown import appointments_of
from models.appointments.tables import AppointmentState
from models.dashboard.calendar import calendar
from models.database import read
from models.people.access import THE_MACHINE
from tests.support.appointments import DAY, cancel, invite, move, plan
from tests.support.cases import Case


def test_it_is_planned_moved_invited_to_held_and_another_cancelled(case: Case) -> None:
    first, second = plan(case.started(), invite=False), plan(case, starts="3pm", ends="4pm")
    move(case, first.id, starts="1pm", ends="2pm")
    invite(case, first.id)
    cancel(case, second.id)
    with read(case.engine) as session:
        [entry] = calendar(session, case.policy, case.council.seo, today=case.now.date())
        assert entry.starts_at == datetime(2026, 12, 3, 13, tzinfo=UTC)
    case.now += timedelta(days=10, hours=5)
    case.discuss(held_on=DAY)
    with read(case.engine) as session:
        listed = appointments_of(session, THE_MACHINE, case.reference, now=case.now, per_page=1)
        assert (listed.total, listed.pages) == (2, 2)
        assert listed.items[0].state is AppointmentState.HELD
        assert [each.delivery for each in listed.items[0].attendees] == ["pending"] * 2
