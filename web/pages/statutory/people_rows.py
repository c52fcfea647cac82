"""People typed into a form, a row each: the members of a board, governors."""

from collections.abc import Sequence
from typing import Any

from models.policy.wording import inside
from models.refusals import InvalidInput
from models.statutory.powers_shown import Member, Person
from models.text import check_email, check_line
from web.pages.forms import Form, about

PARTS = ("name", "email", "address", "is")
IS = ("chair", "governor", "governor_confirmed")
MOST = {"members": 7, "governors": 30}
CALLED = {"members": "Member", "governors": "Governor"}


def rows_shown(form: Form, field: str) -> int:
    """How many rows the form has: those that are filled in, one more when asked for."""
    fewest = 2 if field == "members" else 1
    asked_for = form.text("more") == field
    return min(MOST[field], max(fewest, _last(form, field) + asked_for))


def _last(form: Form, field: str) -> int:
    """The number of the last row that was sent."""
    sent = range(1, MOST[field] + 1)
    return max((row for row in sent if f"{field}-{row}-name" in form.values), default=0)


def people(form: Form, field: str) -> list[dict[str, Any]]:
    """Everybody who was typed in; a row left empty is nobody.

    Raises InvalidInput at the box that is wrong: the command knows the person, not the box.
    """
    found, errors = [], []
    for row in range(1, _last(form, field) + 1):
        typed = {part: form.text(f"{field}-{row}-{part}") for part in PARTS}
        if not any(text.strip() for text in typed.values()):
            continue
        for part, check in (("name", check_line), ("email", check_email)):
            try:
                check(part, typed[part])
            except InvalidInput as invalid:
                message = f"{CALLED[field]} {row}: {inside(about(part, invalid.message))}"
                errors.append((f"{field}-{row}-{part}", message))
        found.append(_person(form, field, row))
    if errors:
        raise InvalidInput.many(errors)
    return found


def _person(form: Form, field: str, row: int) -> dict[str, Any]:
    person: dict[str, Any] = {
        "name": form.text(f"{field}-{row}-name"),
        "email": form.text(f"{field}-{row}-email"),
        "address": [
            line for line in form.text(f"{field}-{row}-address").splitlines() if line.strip()
        ],
    }
    if field == "members":
        chosen = form.texts(f"{field}-{row}-is")
        person |= {name: name in chosen for name in IS}
    return person


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
