"""The month's evaluations of 22,000 schools: compiled, read, printed; how long, in what memory."""

import multiprocessing
import resource
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from models.database import read, write
from models.people.acting import Acting
from models.policy import Policy
from models.presentations import compiling, presenting, shown
from models.presentations.compiling import Compiling
from models.presentations.presenting import Presenting
from models.programme.tables import DutyKind, Review, SchoolVisit
from models.rows import table_of
from models.schools.tables import RiskLevel, School
from tests.benchmarks.measuring import Measured, copied, opened, seconds
from tests.support.council import Council

SCHOOLS = 22_000
SECONDS = 60
MEGABYTES = 400
MONTH_END = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
IMPACT = (
    "Lessons are better planned, and pupils read more; it is too early to see it in results. " * 4
)


def measure(founded: Path, policy: Policy, council: Council) -> list[Measured]:
    """Compile and present by a process of its own, so that its memory is its own."""
    file = copied(founded, "month.db")
    with opened(file) as engine:
        _fill(engine, council)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        compiled, presented, page, megabytes = pool.apply(_month_end, (file, policy, council))
    what = f"The month's evaluations of {SCHOOLS:,} schools"
    return [
        Measured(
            f"{what}: compiled, in one transaction",
            f"{compiled:.1f} s, {megabytes:.0f} MB",
            f"under {SECONDS} s, {MEGABYTES} MB",
            compiled < SECONDS and megabytes < MEGABYTES,
        ),
        Measured(
            f"{what}: presented; the first page, as a member reads it",
            f"{presented:.1f} s; {page * 1000:.0f} ms",
            "under 5 s; 500 ms",
            presented < 5 and page < 0.5,
        ),
    ]


def _fill(engine: Engine, council: Council) -> None:
    """Every school evaluated once and visited twice in the month."""
    levels = list(RiskLevel)[:3]
    common = {"type_code": 1, "type_name": "Community school", "phase": "Primary"}
    schools = [
        {
            "urn": 920_000 + n,
            "name": f"School {n}",
            "risk_level": levels[n % 3],
            **common,
        }
        for n in range(SCHOOLS)
    ]
    first = date(2026, 11, 2)
    reviews = [
        {
            "kind": DutyKind.EVALUATION,
            "urn": school["urn"],
            "officer_id": council.seo.id,
            "held_on": first + timedelta(days=n % 20),
            "summary": IMPACT,
            "impact": IMPACT,
            "external_impact": IMPACT,
            "recorded_at": MONTH_END,
        }
        for n, school in enumerate(schools)
    ]
    visits = [
        {
            "urn": school["urn"],
            "officer_id": council.seo.id,
            "visited_on": first + timedelta(days=day),
            "purpose": "Reading",
            "notes": IMPACT,
            "recorded_at": MONTH_END,
        }
        for school in schools
        for day in (1, 15)
    ]
    with write(engine) as session:
        for table, rows in ((School, schools), (Review, reviews), (SchoolVisit, visits)):
            session.connection().execute(insert(table_of(table)), rows)


def _month_end(file: Path, policy: Policy, council: Council) -> tuple[float, float, float, float]:
    """Seconds to compile, to present and to show a page; the megabytes that the process took."""
    with opened(file) as engine:

        def compile_it() -> None:
            with write(engine) as session:
                acting = Acting(session, policy, council.hos, MONTH_END)
                compiling.compile_evaluations(acting, Compiling(kind="monthly", period="2026-11"))

        def present_it() -> None:
            with write(engine) as session:
                acting = Acting(session, policy, council.hos, MONTH_END)
                given = Presenting(to=[council.viewer.email], version=1)
                presenting.present(acting, 1, given)

        def show_it() -> None:
            with read(engine) as session:
                shown.presentation(session, council.viewer, 1, today=MONTH_END.date())
                shown.presented_schools(session, council.viewer, 1, per_page=25)

        took = seconds(compile_it), seconds(present_it), seconds(show_it)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return *took, kilobytes / 1024
