"""The list of providers to whom schools can be referred."""

from pydantic import Field
from sqlmodel import Session, col, select

from models.commissioning.events import ProviderAdded, ProviderChanged
from models.commissioning.tables import Provider
from models.events import append
from models.inputs import Email, Input, Text
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, find_first, get_row
from models.text import check_email, check_line, check_prose


class ProviderDetails(Input):
    """Who provides what, and how its quality is known; nobody is referred to one not `active`."""

    name: Text
    offers: Text
    contact: Text = ""
    email: Email | None = None
    quality: Text
    active: bool = Field(default=True)


def add_provider(acting: Acting, given: ProviderDetails) -> Provider:
    """Somebody to whom schools can be referred. Raises NotAllowed, InvalidInput, NotPossible."""
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    _check(session, given, None)
    key = add(session, Provider, **given.model_dump(), added_at=acting.now)
    added = ProviderAdded(None, provider=key, name=given.name)
    append(session, acting.now, acting.officer.email, added)
    return get_row(session, Provider, key)


def change_provider(acting: Acting, provider_id: int, given: ProviderDetails) -> Provider:
    """Say anew what is known of it, or that nobody is referred to it any more.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible where nothing would be another.
    """
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    provider = find_provider(session, provider_id)
    _check(session, given, provider.id)
    columns = given.model_dump()
    changed = tuple(name for name, value in columns.items() if getattr(provider, name) != value)
    if not changed:
        raise NotPossible("Nothing has been changed.")
    change(session, Provider, {"id": provider.id}, **columns)
    happened = ProviderChanged(None, provider=provider.id, name=given.name, changed=changed)
    append(session, acting.now, acting.officer.email, happened)
    return get_row(session, Provider, provider.id)


def find_provider(session: Session, provider_id: int) -> Provider:
    """The provider with this key; raises NotFound."""
    found = by_key(session, Provider, provider_id)
    if found is None:
        raise NotFound(Provider.missing.format(provider_id))
    return found


def provider_asked(session: Session, provider_id: int | None) -> Provider:
    """The provider that a field names; raises InvalidInput."""
    if provider_id is None:
        raise InvalidInput("provider", "Choose a provider.")
    found = by_key(session, Provider, provider_id)
    if found is None:
        raise InvalidInput("provider", Provider.missing.format(provider_id))
    if not found.active:
        raise InvalidInput("provider", f"Nobody is referred to {found.name} any more.")
    return found


def _check(session: Session, given: ProviderDetails, me: int | None) -> None:
    check_line("name", given.name, most=100)
    check_prose("offers", given.offers, most=2000)
    check_line("contact", given.contact, required=False)
    if given.email is not None:
        check_email("email", given.email)
    check_prose("quality", given.quality, most=2000)
    there = find_first(session, select(Provider.id).where(col(Provider.name) == given.name))
    if there is not None and there != me:
        raise InvalidInput("name", f"{given.name} is on the list already.")
