"""The rule before each address: what must be allowed, and on which case, before it is served.

Every route names an act of `models.people.access`, or says that it is for anybody, and of which
table the row is that its address names. The commands ask the same again, so the rule holds at every
door; here it also stands before what only shows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import read, write
from models.escalations.tables import Escalation
from models.matters.at_hand import find_visible, key_of_matter
from models.matters.tables import Matter
from models.of_matter import OfMatter, leads_to_matter
from models.people.access import Act, reader, require
from models.people.tables import Officer
from models.record.audit import record_reading, record_refusal
from models.refusals import NotAllowed, NotFound, Refused
from models.rows import by_key, find_first, kept
from models.school_record.opening import find_record
from web.door import AtDoor, Door, key, open_door, reference
from web.routes import Routes, standing_at

LONGEST_ADDRESS = 200  # of a refusal on record
WORDS = {"action", "format", "kind"}  # in an address: they name no row


@dataclass(frozen=True)
class Rule:
    """What stands before a route: the act, None for anybody; and whose number its address has.

    An address with a `{reference}` is about that escalation, and any other that names a row is of
    a table. Where that hangs on cases the number is called `{id}`, and its case must be there to
    be seen; any other table's rows are about no case. A second number, such as `{item}`, is of a
    row of the first. Of `Matter` it is about the record of the school whose `{urn}` it has: that is
    made when it is needed, and whoever does not see it is answered as if there were none yet.
    """

    act: Act | None
    of: type[SQLModel] | None = None


def _anybody(of: type[SQLModel] | None = None) -> Any:
    async def ask() -> None:
        """No rule but that of being there."""

    ask.rule = Rule(None, of)  # type: ignore[attr-defined]
    return Depends(ask)


anybody = _anybody()


def whoever_holds(of: type[SQLModel]) -> Any:
    """For anybody who has the secret in the address, which names a row of this table."""
    return _anybody(of)


class May:
    """What the routes of a door name their rules with; `who` tells whose request it is."""

    def __init__(self, who: Callable[..., Officer]) -> None:
        self._who = who

    def __call__(self, act: Act, *, of: type[SQLModel] | None = None) -> Any:
        """Only for those who may do this; on the row of this table that the address names."""
        officer_of = Depends(self._who)

        def ask(request: Request, door: AtDoor, officer: Annotated[Officer, officer_of]) -> None:
            _admit(request, door, officer, rule)

        rule = Rule(act, of)
        ask.rule = rule  # type: ignore[attr-defined]
        return Depends(ask)


def check_rules(routes: Routes) -> None:
    """Refuse to build an application with a route that does not name its rule, and its row's table.

    Raises ValueError.
    """
    for path, route in routes:
        wrong = _unsaid(path, route)
        if wrong:
            methods = ", ".join(sorted(route.methods or ()))
            raise ValueError(f"The route {methods} {path} {wrong}")


def _unsaid(path: str, route: APIRoute) -> str | None:
    rules: list[Rule] = standing_at(route, "rule")
    if len(rules) != 1:
        return f"names {len(rules)} rules, and must name one: may(Act.…), or anybody."
    table, names = rules[0].of, set(re.findall(r"{(\w+)}", path)) - WORDS
    if "reference" in names or not names:
        return "names a table, but its address names no row of one." if table else None
    if table is None:
        return f"must say of which table {{{min(names)}}} is: may(Act.…, of=…)."
    if table is Matter:
        return None if "urn" in names else "is about a school’s record, and must have its {urn}."
    if rules[0].act is None or not leads_to_matter(table):
        return None  # whoever holds a secret is asked for it by the page itself
    if not issubclass(table, OfMatter):
        return f"is about {table.__name__}, which leads to a matter and must be an OfMatter."
    return None if "id" in names else f"must call the number of its {table.__name__} {{id}}."


def _admit(request: Request, door: Door, officer: Officer, rule: Rule) -> None:
    """Raises NotAllowed by the role; NotFound for what is not there or not theirs to see."""
    assert rule.act is not None  # noqa: S101 - what is for anybody asks nothing
    require(officer, rule.act)
    with read(door.engine) as session:
        about, missing = _about(session, request, rule.of)
        if rule.of is Matter:
            matter = find_record(session, reader(officer), request.path_params["urn"])
        else:
            matter = find_visible(session, reader(officer), about) if about else None
    if missing and matter is None:
        if about is not None:
            keep_refusal(request, NotFound(missing), about)
        raise NotFound(missing)
    if matter is not None and matter.restricted:
        with write(door.engine) as session:
            record_reading(
                session, now=door.now, officer=officer, matter=matter, what=request.url.path
            )


def _about(
    session: Session, request: Request, table: type[SQLModel] | None
) -> tuple[int | None, str]:
    """The key of the matter that an address is about, and what is said when there is none.

    Of an address that is about no matter the second is empty.
    """
    path = request.path_params
    if "reference" in path:
        return find_first(session, _known(reference(path["reference"]))), Escalation.missing
    if table is None or not issubclass(table, OfMatter):
        return None, ""
    number = key(path["id"])
    row = by_key(session, table, number)
    return (key_of_matter(session, row) if row else None), table.missing.format(number)


@kept
def _known(reference: str) -> SelectOfScalar[int]:
    return select(Matter.id).where(col(Matter.reference) == reference)


def keep_refusal(request: Request, refusal: Refused, matter_id: int | None = None) -> None:
    """Put on record that somebody who is known was refused, by their role or by their sight."""
    officer: Officer | None = getattr(request.state, "officer", None)
    if officer is None or not (matter_id or isinstance(refusal, NotAllowed)):
        return
    door = open_door(request)
    what = f"{request.method} {request.url.path}"[:LONGEST_ADDRESS]
    with write(door.engine) as session:
        record_refusal(
            session,
            now=door.now,
            officer=officer,
            what=what,
            why=refusal.message,
            case_id=matter_id,
        )
