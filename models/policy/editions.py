"""The edition of the policy that a case was opened under, and that it goes on under.

A case keeps its edition whole, so that a step added or a timing changed later touches new cases
alone. Of the edition a case reads what it goes by (`Procedure`): ladders with their steps, timings,
recipients and letters, approvers, the days of reminders, the policy's title and guidance. Always
today's are who writes and to which address (letterhead, national bodies), the hours of day at which
officers are written to and their digest, and what is about no case (the programme).
"""

import hashlib
import json
from datetime import datetime
from typing import Protocol

from pydantic import ConfigDict, ValidationError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.policy import Policy, Procedure, StepRule
from models.policy.tables import PolicyEdition
from models.policy.wording import find_rule
from models.refusals import NotPossible
from models.rows import add, find, find_first, kept


@kept
def _kept(sha256: str) -> SelectOfScalar[str]:
    return select(PolicyEdition.content).where(col(PolicyEdition.sha256) == sha256)


_ALL = select(PolicyEdition.sha256).order_by(col(PolicyEdition.id).desc())


class Opened(Protocol):
    """What is asked of a case here."""

    @property
    def edition(self) -> str | None:
        """The SHA-256 of its edition; none until an older case is given one."""

    @property
    def ladder(self) -> str:
        """The ladder that it is on."""


class _Edition(Procedure):
    """What is read of an edition; the rest of the policy as it then was is kept beside it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


# By its SHA-256, which says what is in it: nothing here can go stale.
_read: dict[str, _Edition] = {}


def content_of(policy: Policy) -> str:
    """The one JSON text of a policy: sorted keys, no spaces, ASCII."""
    whole = policy.model_dump(mode="json", by_alias=True)
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def keep(session: Session, policy: Policy, now: datetime) -> str:
    """Keep the policy in force as an edition, unless it is kept already; its SHA-256.

    The next event of the transaction says that it was.
    """
    content = content_of(policy)
    sha256 = _sha256(content)
    if not find(session, _kept(sha256)):
        title = f"{policy.title}, {policy.edition}"
        add(
            session,
            PolicyEdition,
            sha256=sha256,
            title=title,
            content=content,
            first_used_at=now,
        )
    return sha256


def policy_of(session: Session, policy: Policy, case: Opened) -> Policy:
    """The policy by which this case goes: its edition's, with what is always today's.

    Raises NotPossible for an edition that is gone, was changed, or cannot be read.
    """
    if case.edition is None:
        return policy
    edition = read_edition(session, case.edition)
    hours = {"at", "digest_at", "digest_working_days_ahead"}
    todays = {name: getattr(policy.reminders, name) for name in hours}
    return policy.model_copy(
        update={
            "title": edition.title,
            "edition": edition.edition,
            "guidance": edition.guidance,
            # What an older edition could not yet name is approved as today's policy says.
            "approvers": {**policy.approvers, **edition.approvers},
            "reminders": edition.reminders.model_copy(update=todays),
            "statutory": edition.statutory,
            "letters": edition.letters,
            "fairness": edition.fairness,
            "triggers": edition.triggers,
            "ladders": edition.ladders,
        }
    )


def procedure_of(session: Session, policy: Policy, case: Opened) -> Procedure:
    """The ladders and timings of this case; `policy_of` without what is today's."""
    return policy if case.edition is None else read_edition(session, case.edition)


def rule_of(session: Session, policy: Policy, case: Opened, key: str) -> StepRule:
    """A step of this case, as its edition has it. Raises NotPossible."""
    try:
        return find_rule(procedure_of(session, policy, case), case.ladder, key)
    except KeyError:
        raise NotPossible(f"The policy of this case has no step {key!r}.") from None


def step_of(
    session: Session, policy: Policy, case: Opened | None, key: str | None
) -> StepRule | None:
    """The same, and None of a matter that is on no ladder."""
    return rule_of(session, policy, case, key) if case is not None and key is not None else None


def all_steps(session: Session, policy: Policy) -> dict[str, StepRule]:
    """Every step that a case may stand at: today's of both ladders, then those of older editions.

    In the order in which they are taken, each key once.
    """
    editions = [read_edition(session, sha256) for sha256 in find(session, _ALL)]
    found: dict[str, StepRule] = {}
    for procedure in (policy, *editions):
        for ladder in procedure.ladders.values():
            for rule in ladder.steps:
                found.setdefault(rule.key, rule)
    return found


def read_edition(session: Session, sha256: str) -> Procedure:
    """What cases of an edition go by.

    Raises NotPossible where it is gone, was changed, or cannot be read.
    """
    if sha256 not in _read:
        _read[sha256] = _load(session, sha256)
    return _read[sha256]


def _load(session: Session, sha256: str) -> _Edition:
    which = f"The edition {sha256[:12]} of the policy, under which cases were opened,"
    content = find_first(session, _kept(sha256))
    if content is None:
        raise NotPossible(f"{which} is gone from the database. Restore a backup that has it.")
    if _sha256(content) != sha256:
        raise NotPossible(
            f"{which} was changed in the database. Find out by whom (`scc verify`), and restore "
            "a backup."
        )
    try:
        return _Edition.model_validate_json(content)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise NotPossible(
            f"{which} cannot be read by this version of the program: {key}: {first['msg']}"
        ) from None


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
