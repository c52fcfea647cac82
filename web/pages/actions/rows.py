"""Rows of a form in which actions are entered with what they were agreed at."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.actions.following import ActionNow
from models.inputs import refusing
from models.people.access import RULES, Act
from models.people.shown import officers_in
from models.refusals import InvalidInput, Refused
from models.schools.tables import ContactRole
from web.pages.asked import Fields
from web.pages.forms import PARTS, Form
from web.pages.wording import upper_first

ROWS = range(1, 4)
_BOXES = ("what", "officer", "role", "person", *(f"due_on-{part}" for part in PARTS))
_CALLED = {
    "what": ("What is to be done", "Enter what is to be done"),
    "officer": ("The officer", "Choose who is to do it"),
    "role": ("The role", "Choose who is to do it"),
    "person": ("The name", "Enter the name"),
    "due_on": ("The date", "Enter the date by which it is to be done"),
}


def _named(row: int, box: str) -> str:
    return f"action-{row}-{box}"


def _called() -> dict[str, tuple[str, str]]:
    return {
        _named(row, box): (
            f"Action {row}: {label[:1].lower()}{label[1:]}",
            f"{asks} (action {row})",
        )
        for row in ROWS
        for box, (label, asks) in _CALLED.items()
    }


FIELDS = Fields(days=[_named(row, "due_on") for row in ROWS], may=_called(), **_called())


@dataclass(frozen=True)
class Choices:
    """Who can be chosen to do an action, and the numbers of the rows."""

    officers: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    rows: range = ROWS


def choices(session: Session) -> Choices:
    """The officers and the roles at a school."""
    people = officers_in(session, RULES[Act.RECORD_ACTION])
    return Choices(
        officers=[(each.email, each.name) for each in people],
        roles=[(each.value, upper_first(each.label)) for each in ContactRole],
    )


def typed(form: Form) -> list[ActionNow]:
    """The actions that were entered; raises InvalidInput, of the row where something is wrong.

    Rows that were filled move up, so that a row has the place that its action has.
    """
    _move_up(form)
    found: list[ActionNow] = []
    errors: list[tuple[str, str]] = []
    for row in ROWS:
        if _filled(form, row):
            try:
                found.append(_action(form, row))
            except InvalidInput as invalid:
                errors += invalid.errors
    if errors:
        raise InvalidInput.many(errors)
    return found


def refused(form: Form, refusal: Refused, fields: Fields) -> Form:
    """As `Form.refused`, of a form that has these rows besides its own fields."""
    together = Fields(days={*fields.days, *FIELDS.days}, **fields.called, **FIELDS.called)
    return form.refused(refusal, together)


def _filled(form: Form, row: int) -> bool:
    return any(form.text(_named(row, box)).strip() for box in _BOXES)


def _move_up(form: Form) -> None:
    full = [
        {box: form.text(_named(row, box)) for box in _BOXES} for row in ROWS if _filled(form, row)
    ]
    full += [dict.fromkeys(_BOXES, "")] * (len(ROWS) - len(full))
    for row, boxes in zip(ROWS, full, strict=True):
        form.values |= {_named(row, box): [text] for box, text in boxes.items()}


def _action(form: Form, row: int) -> ActionNow:
    def text(box: str) -> str:
        return form.text(_named(row, box)).strip()

    errors: list[tuple[str, str]] = []
    given: dict[str, Any] = {
        "what": text("what"),
        "officer": text("officer") or None,
        "role": text("role") or None,
        "person": text("person"),
    }
    if not text("what"):
        errors.append((_named(row, "what"), FIELDS.called[_named(row, "what")][1]))
    try:
        given["due_on"] = form.day(_named(row, "due_on"), FIELDS)
    except InvalidInput as invalid:
        errors += invalid.errors
    if errors:
        raise InvalidInput.many(errors)
    try:
        with refusing():
            return ActionNow(**given)
    except InvalidInput as invalid:
        named = [(_named(row, field), message) for field, message in invalid.errors]
        raise InvalidInput.many(named) from None
