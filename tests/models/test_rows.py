"""Rows: what is read is what stands in the database, and nothing is written over."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func
from sqlalchemy import inspect as state_of
from sqlmodel import col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models import rows
from models.database import read, write
from models.people.tables import Delegation, Officer, Role
from models.rows import (
    add,
    by_key,
    change,
    change_where,
    find,
    find_first,
    find_one,
    get_row,
    kept,
    remove,
    select_columns,
    stream,
)
from models.schools.tables import School
from tests.support.council import NOW, Council


@kept
def _with_delegation(officer: int) -> Select[Officer, Delegation | None]:
    theirs = col(Delegation.from_officer_id) == col(Officer.id)
    return (
        select(Officer, Delegation).outerjoin(Delegation, theirs).where(col(Officer.id) == officer)
    )


def test_a_kept_statement_is_built_once_for_each_shape(engine: Engine, council: Council) -> None:
    built: list[str] = []

    @kept
    def _in_role(role: str, but: int, *, by: str) -> SelectOfScalar[Officer]:
        built.append(by)
        others = select(Officer).where(col(Officer.role) == role, col(Officer.id) != but)
        return others.order_by(col(Officer.email) if by == "email" else col(Officer.id))

    with read(engine) as session:
        for _ in range(3):
            found = find(session, _in_role(Role.HEAD_OF_SERVICE.value, council.hos.id, by="email"))
            assert council.hos.id not in [officer.id for officer in found]
        every = find(session, _in_role(Role.HEAD_OF_SERVICE.value, 0, by="id"))
    assert built == ["email", "id"]
    assert [officer.id for officer in every] == sorted(officer.id for officer in every)
    assert council.hos.id in [officer.id for officer in every]


def test_what_is_read_is_what_stands_there_now(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        before = get_row(session, Officer, council.seo.id)
        assert change(session, Officer, {"id": council.seo.id}, name="Somebody Else")
        one = select(Officer).where(Officer.id == council.seo.id)
        again = [get_row(session, Officer, council.seo.id), find_one(session, one)]
    assert before.name != "Somebody Else"
    assert [officer.name for officer in again] == ["Somebody Else"] * 2


def test_a_model_is_whole_and_no_session_knows_it(engine: Engine, council: Council) -> None:
    with read(engine) as session:
        officer = get_row(session, Officer, council.seo.id)
        assert state_of(officer).session is None
        assert not list(session)
    assert officer.model_dump() == council.seo.model_dump()


def test_what_an_outer_join_does_not_find_is_none(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        [(officer, nothing)] = find(session, _with_delegation(council.seo.id))
        today = NOW.date()
        number = add(
            session,
            Delegation,
            from_officer_id=council.seo.id,
            to_officer_id=council.hos.id,
            role=council.seo.role,
            reason="Leave",
            first_day=today,
            last_day=today + timedelta(days=2),
            made_at=NOW,
        )
        [(_, delegation)] = find(session, _with_delegation(council.seo.id))
    assert (officer.id, nothing) == (council.seo.id, None)
    assert delegation is not None
    assert (delegation.id, delegation.made_at, delegation.first_day) == (number, NOW, today)


def test_columns_values_and_long_readings(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        for urn in range(900_501, 900_501 + rows.AT_ONCE + 5):
            school = {"type_code": 1, "type_name": "Community school", "phase": "Primary"}
            add(session, School, urn=urn, name=f"Fernshire School {urn}", **school)
        ours = col(School.urn) > 900_500
        number = find_one(session, select(func.count()).select_from(School).where(ours))
        urns = list(stream(session, select(School.urn).where(ours).order_by(col(School.urn))))
        schools = list(stream(session, select(School).where(ours)))
        wide = find_first(session, select_columns(*rows.table_of(School).c).where(ours))
    assert number == len(urns) == len(schools) == rows.AT_ONCE + 5
    assert urns == sorted(urns)
    assert wide.name.startswith("Fernshire")


@pytest.mark.parametrize("key", [0, -1, rows.LAST_KEY + 1, 2**63, None])
def test_what_can_be_no_key_finds_nothing(
    engine: Engine, council: Council, key: int | None
) -> None:
    with read(engine) as session:
        assert by_key(session, Officer, key) is None


def test_a_change_is_made_where_all_is_as_it_was_read(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        stale = {"id": council.seo.id, "name": "Nobody of this Name"}
        assert not change(session, Officer, stale, name="Changed")
        assert get_row(session, Officer, council.seo.id).name == council.seo.name


def test_many_are_changed_and_removed_by_condition(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        for urn in (900_501, 900_502, 900_503):
            school = {"type_code": 1, "type_name": "Community school", "phase": "Primary"}
            add(session, School, urn=urn, name="Fernshire School", **school)
        two = col(School.urn).in_([900_501, 900_502])
        assert change_where(session, School, two, phase="Secondary") == 2
        assert remove(session, School, two) == 2
        left = find(session, select(School.urn).where(col(School.name) == "Fernshire School"))
    assert left == [900_503]
