"""Cases of before editions of the policy were kept are given one."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.escalations.events import EditionAdopted
from models.escalations.tables import Escalation, Step, StepState
from models.events import append
from models.policy import Policy, PolicyError
from models.policy.editions import keep
from models.rows import change_where, find, find_first

THE_UPDATE = "an update of the program"


_WITHOUT = col(Escalation.edition).is_(None)


def all_have_one(session: Session) -> bool:
    """Whether every case has an edition."""
    return find_first(session, select(Escalation.id).where(_WITHOUT).limit(1)) is None


def adopt(session: Session, policy: Policy, now: datetime) -> int:
    """Give every case that has no edition the policy in force as its own; how many there were.

    Raises PolicyError where the policy has other steps than they: then it is not the one under
    which they were opened.
    """
    if all_have_one(session):
        return 0
    _check_steps(session, policy)
    edition = keep(session, policy, now)
    number = change_where(session, Escalation, _WITHOUT, edition=edition)
    title = f"{policy.title}, {policy.edition}"
    adopted = EditionAdopted(None, edition=edition, policy=title, cases=number)
    append(session, now, THE_UPDATE, adopted)
    return number


def _check_steps(session: Session, policy: Policy) -> None:
    held = (
        select(Escalation.ladder, Step.key)
        .join(Step, col(Step.escalation_id) == col(Escalation.id))
        .where(_WITHOUT, Step.state != StepState.FALLEN_AWAY)
        .distinct()
    )
    steps: dict[str, set[str]] = {}
    for ladder, key in find(session, held):
        steps.setdefault(ladder, set()).add(key)
    for ladder, keys in steps.items():
        other = keys.symmetric_difference(step.key for step in policy.ladder(ladder).steps)
        if other:
            raise PolicyError(
                f"{ladder}.toml: steps: there are cases of before the last update, which go by "
                f"the policy of then, and it had other steps ({', '.join(sorted(other))}). Put "
                "back the steps as they were, run `scc init`, and then change them: the change "
                "is for new cases."
            )
