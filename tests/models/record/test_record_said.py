"""What events say of rows, from which event on, and that what they say is of their own case."""

import shutil
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select, text, update

from models.database import connect, read, write
from models.events import (
    FIRST_HASH,
    ChainHead,
    Event,
    append,
    canonical,
    link,
)
from models.people.events import OfficerEnabled
from models.people.tables import Officer
from models.policy import Policy
from models.record.verifying import examine
from models.rows import change
from models.upkeep import schema
from models.upkeep.clock import tick
from tests.models.record.test_record_verified import PLANTED
from tests.support import databases
from tests.support.cases import Case
from tests.support.council import NOW, Council, found_council

events = Event.__table__
_EVENTS = select(Event)


# Records of before ---------------------------------------------------------------------------


def as_before(engine: Engine) -> None:
    """Make the record what an older version would have made it: its events say nothing of rows."""
    with write(engine) as session:
        previous, last = FIRST_HASH, 0
        for event in session.execute(_EVENTS.order_by(events.c.sequence)).scalars().all():
            data = canonical(event.facts)
            content = (event.kind, event.matter_id, data)
            this = link(previous, event.sequence, event.at, event.actor, content)
            values = {"data": data, "previous": previous, "hash": this}
            here = events.c.sequence == event.sequence
            session.connection().execute(update(events).where(here).values(values))
            previous, last = this, event.sequence
        head = update(ChainHead.__table__).values(sequence=last, hash=previous)
        session.connection().execute(head)


def test_a_record_of_before_holds_and_says_what_it_does_not_cover(case: Case) -> None:
    case.started().climb_to("formal_headteacher").issue()
    as_before(case.engine)
    with read(case.engine) as session:
        found = examine(session)
    assert found.intact
    assert found.events_not_covered == found.events > 0
    assert found.rows_not_covered == found.rows > 0
    case.respond("unsatisfactory")
    with read(case.engine) as session:
        later = examine(session)
        assert session.get(Event, 1).rows is None
    assert later.intact
    assert later.events_not_covered == found.events


def test_from_an_update_on_what_is_planted_is_found(
    policy: Policy, tmp_path: Path, sqlite_template: Path
) -> None:
    """The update of an older version's database says how far its rows went."""
    file = shutil.copyfile(sqlite_template, tmp_path / "scc.db")
    engine = connect(databases.sqlite_url(file))
    case = Case(engine, policy, found_council(engine)).started()
    as_before(engine)
    older(engine)
    schema.migrate(engine)
    case.discuss()
    with read(engine) as session:
        found = examine(session)
    assert found.broken is None
    assert found.differences == []
    assert found.events_not_covered > 0
    with engine.begin() as connection:
        connection.execute(text(PLANTED["a token"][0]))
        connection.execute(text("UPDATE discussion SET notes = 'Nobody came.'"))
    with read(engine) as session:
        rows = {each.row for each in examine(session).differences}
    assert rows == {"credential:77", "discussion:1"}
    engine.dispose()


def older(engine: Engine) -> None:
    """Take the tables back to the version before the record spoke of rows."""
    every = ScriptDirectory.from_config(schema.config()).walk_revisions()
    [mine] = [each for each in every if "the record speaks of rows" in each.doc]
    with schema.altering(engine) as config:
        command.downgrade(config, mine.down_revision)


# What a transaction writes and says ----------------------------------------------------------


def test_what_is_written_after_an_event_is_said_by_it_all_the_same(
    council: Council, engine: Engine
) -> None:
    with write(engine) as session:
        happened = OfficerEnabled(None, officer=council.seo.email)
        append(session, NOW, "somebody", happened)
        change(session, Officer, {"id": council.seo.id}, name="Samuel Ellison")
    with read(engine) as session:
        found = examine(session)
        last = session.get_one(Event, found.events)
    assert found.intact
    assert last.facts == {"officer": council.seo.email}
    assert set(last.rows) == {f"officer:{council.seo.id}"}
    assert set(last.rows[f"officer:{council.seo.id}"]) == {"name"}


def test_a_row_that_no_event_speaks_of_is_found_whoever_wrote_it(
    council: Council, engine: Engine
) -> None:
    with write(engine) as session:
        change(session, Officer, {"id": council.seo.id}, name="Samuel Ellison")
    with read(engine) as session:
        [found] = examine(session).differences
    assert (found.row, found.column) == (f"officer:{council.seo.id}", "name")


def test_events_on_cases_say_nothing_of_other_cases(case: Case, policy: Policy) -> None:
    """One pass of the clock misses the deadlines of two cases, and each hears of its own."""
    case.started().discuss()
    other = Case(case.engine, policy, case.council).started(school="church")
    other.discuss()
    tick(case.engine, policy, NOW + timedelta(days=60))
    for each in (case, other):
        [missed] = [event for event in each.all(Event) if event.kind == "deadline_missed"]
        assert set(missed.rows) == {f"deadline:{each.deadline.id}"}
