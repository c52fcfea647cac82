"""Schools at several levels with work due and late: what dashboard and lists are tried on."""

from datetime import date

from sqlalchemy import Engine

from models.database import write
from models.programme.tables import Duty, DutyKind, DutyState
from models.risk.tables import Assessment, AssessmentOccasion, AssessmentState, LevelChange
from models.rows import add, change
from models.schools.tables import RiskLevel, School
from tests.support.cases import Case
from tests.support.council import NOW

TODAY = NOW.date()


def add_duty(engine: Engine, urn: int | None, kind: DutyKind, due_on: date, number: int = 1) -> int:
    with write(engine) as session:
        return add(
            session,
            Duty,
            key=f"{urn}:{kind}:{number}",
            urn=urn,
            kind=kind,
            school_year=2026,
            number=number,
            due_on=due_on,
            state=DutyState.PLANNED,
        )


def change_level(engine: Engine, urn: int, before: RiskLevel, level: RiskLevel, on: date) -> None:
    with write(engine) as session:
        assessment = add(
            session,
            Assessment,
            urn=urn,
            occasion=AssessmentOccasion.IN_YEAR,
            state=AssessmentState.IN_FORCE,
            begun_at=NOW,
        )
        add(
            session,
            LevelChange,
            urn=urn,
            before=before,
            level=level,
            on=on,
            reason="Results fell.",
            assessment_id=assessment,
            occasion=AssessmentOccasion.IN_YEAR,
            changed_by="hos@fernshire.example",
            at=NOW,
        )
        change(session, School, {"urn": urn}, risk_level=level)


def furnish(engine: Engine, case: Case) -> None:
    """Schools at several levels, an escalation with a deadline, a restricted one, late work."""
    change_level(engine, 900001, RiskLevel.LOW, RiskLevel.HIGH, date(2026, 10, 5))
    change_level(engine, 900002, RiskLevel.LOW, RiskLevel.MEDIUM, date(2026, 7, 1))
    case.started().discuss()
    other = Case(case.engine, case.policy, case.council).started(
        school="academy", case_officer="seo2@fernshire.example"
    )
    other.restrict()


def restrict(case: Case) -> None:
    """Only who has to do with the case sees it from now on."""
    case.restrict()
