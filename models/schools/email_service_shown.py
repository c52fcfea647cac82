"""Who at a school agrees to be served by e-mail, as doors show it."""

from datetime import date

from pydantic import AwareDatetime
from sqlmodel import Session

from models.paging import Page
from models.people.shown import officer_names
from models.schools.contacts import find_school
from models.schools.email_service import agreements
from models.schools.tables import ContactRole
from models.shown import Shown


class EmailAgreement(Shown):
    """What somebody said of being served by e-mail; `counts` where nothing later says otherwise.

    `agrees` is false for an agreement that was withdrawn.
    """

    id: int
    urn: int
    role: ContactRole
    email: str
    agrees: bool
    said_on: date
    evidence: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime
    counts: bool


def agreements_of(session: Session, urn: object) -> Page[EmailAgreement]:
    """All that was said at a school of service by e-mail, the latest day first, on one page.

    Raises NotFound.
    """
    found = agreements(session, find_school(session, urn).urn)
    people = officer_names(session, (each.recorded_by_id for each in found))
    said: set[tuple[str, str]] = set()
    items = []
    for each in found:
        whose = (each.role.value, each.email.casefold())
        email, name = people[each.recorded_by_id]
        items.append(
            EmailAgreement(
                id=each.id,
                urn=each.urn,
                role=each.role,
                email=each.email,
                agrees=each.agrees,
                said_on=each.said_on,
                evidence=each.evidence,
                recorded_by=email,
                recorded_by_name=name,
                recorded_at=each.recorded_at,
                counts=whose not in said,
            )
        )
        said.add(whose)
    return Page(items=items, page=1, pages=1, total=len(items))
