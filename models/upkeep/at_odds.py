"""The Heads of Service are asked of a school whose level does not fit its escalation."""

from datetime import datetime

from sqlalchemy import Engine

from models.clocks import london_date
from models.database import read, write
from models.matters.at_hand import AtHand
from models.needs.asking import Answer, put_down
from models.needs.tables import Needed, NeedSource
from models.policy import Policy
from models.risk.at_odds import unasked
from models.rows import find
from models.schools.tables import RiskLevel

BATCH = 200  # escalations of one transaction


def ask_of_levels(engine: Engine, policy: Policy, now: datetime) -> int:
    """Put down that more is needed, once for each such escalation; how many there were."""
    statement = unasked(policy).limit(BATCH)
    total = 0
    while True:
        with read(engine) as session:
            if not find(session, statement):
                return total
        with write(engine) as session:
            there = find(session, statement)
            for matter, school in there:
                why = Answer(Needed.MORE, _why(school.risk_level, matter.reference))
                source, day = NeedSource.ESCALATION, london_date(now)
                about = AtHand(session, policy, matter)
                put_down(about, why, source, matter.id, day, said_by=None, now=now)
            total += len(there)


def _why(level: RiskLevel, reference: str) -> str:
    return (
        f"The school stands at {level.label}, and its escalation {reference} has come to a formal "
        "step. Assess the school again, or say why its level stays."
    )
