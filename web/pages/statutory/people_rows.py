"""People typed into a form, a row each: the members of a board, governors."""

from collections.abc import Sequence

from models.inputs import refusing
from models.policy.wording import inside
from models.refusals import InvalidInput
from models.statutory.details import BoardMember, NamedPerson
from models.statutory.needs import Member, Person
from models.text import check_email, check_line
from web.pages.asked import Fields
from web.pages.forms import Form

PARTS = ("name", "email", "address", "is")
IS = ("chair", "governor", "governor_confirmed")
MOST = {"members": 7, "governors": 30}
CALLED = {"members": "Member", "governors": "Governor"}
BOXES = Fields(
    name=("Name", "Enter a name"),
    email=("E-mail address", "Enter an e-mail address"),
    address=("Address", "Enter an address"),
)


def rows_shown(form: Form, field: str) -> int:
    """How many rows the form has: those that are filled in, one more when asked for."""
    fewest = 2 if field == "members" else 1
    asked_for = form.text("more") == field
    return min(MOST[field], max(fewest, _last(form, field) + asked_for))


def _last(form: Form, field: str) -> int:
    """The number of the last row that was sent."""
    sent = range(1, MOST[field] + 1)
    return max((row for row in sent if f"{field}-{row}-name" in form.values), default=0)


def people(form: Form, field: str) -> list[NamedPerson]:
    """Everybody who was typed in; a row left empty is nobody.

    Raises InvalidInput at the box that is wrong: the command knows the person, not the box.
    """
    found, errors = [], []
    for row in range(1, _last(form, field) + 1):
        if not any(form.text(f"{field}-{row}-{part}").strip() for part in PARTS):
            continue
        try:
            found.append(_person(form, field, row))
        except InvalidInput as invalid:
            for part, message in invalid.errors:
                says = f"{CALLED[field]} {row}: {inside(BOXES.about(part, message))}"
                errors.append((f"{field}-{row}-{part}", says))
    if errors:
        raise InvalidInput.many(errors)
    return found


def _person(form: Form, field: str, row: int) -> NamedPerson:
    name, email = (form.text(f"{field}-{row}-{part}") for part in ("name", "email"))
    _check(name, email)
    address = form.lines(f"{field}-{row}-address")
    chosen = form.texts(f"{field}-{row}-is")
    with refusing():
        if field == "governors":
            return NamedPerson(name=name, email=email, address=address)
        is_so = {each: each in chosen for each in IS}
        return BoardMember(name=name, email=email, address=address, **is_so)


def _check(name: str, email: str) -> None:
    """Both at once, whatever is wrong with the other."""
    errors = []
    for part, check, typed in (("name", check_line, name), ("email", check_email, email)):
        try:
            check(part, typed)
        except InvalidInput as invalid:
            errors += invalid.errors
    if errors:
        raise InvalidInput.many(errors)


def filled_in(field: str, known: Sequence[Person]) -> dict[str, list[str]]:
    """The rows of a form for people who are on record."""
    values: dict[str, list[str]] = {}
    for row, person in enumerate(known, start=1):
        values |= {
            f"{field}-{row}-name": [person.name],
            f"{field}-{row}-email": [person.email],
            f"{field}-{row}-address": ["\n".join(person.address)],
            f"{field}-{row}-is": _is(person) if isinstance(person, Member) else [],
        }
    return values


def _is(member: Member) -> list[str]:
    """What applies to a member of a board, as the words of the form."""
    return [name for name in IS if getattr(member, name)]
