"""What was typed into a form: kept as it came, checked as far as a page must, shown again.

Fields carry the names of the API, so that a refusal of a command stands at its field. The rules
themselves are the commands'; here is only what no command can see: that a date is three boxes, and
that a box was left empty. What a form asks for is declared beside its page (`web.pages.asked`).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from models.inputs import refusing
from models.refusals import InvalidInput, NotPossible, Refused
from web.pages.asked import Asked, Fields, Given

PARTS = ("day", "month", "year")
# Refusals that are told above the form, with everything that was typed kept.
STAYS = (InvalidInput, NotPossible)
NO_FIELDS = Fields()


@dataclass
class Form:
    """The values of one form, typed or to begin with, and what is wrong with them."""

    values: dict[str, list[str]] = field(default_factory=dict)
    errors: list[dict[str, str | None]] = field(default_factory=list)

    @classmethod
    def of(cls, **values: str) -> "Form":
        """A form that is filled in beforehand."""
        return cls({name: [value] for name, value in values.items()})

    def text(self, name: str) -> str:
        """What was typed; of a field that was sent twice, the last."""
        return (self.values.get(name) or [""])[-1]

    def texts(self, name: str) -> list[str]:
        """All that was chosen."""
        return self.values.get(name, [])

    def lines(self, name: str) -> list[str]:
        """The lines of a box of several, without the empty ones."""
        return [line for line in self.text(name).splitlines() if line.strip()]

    def yes(self, name: str) -> bool:
        """What was answered to a question of yes or no."""
        return self.text(name) == "yes"

    def parts(self, name: str) -> dict[str, str]:
        """The three boxes of a date, as they were typed."""
        return {part: self.text(f"{name}-{part}") for part in PARTS}

    def has_day(self, name: str) -> bool:
        """Whether anything was typed into a date."""
        return any(part.strip() for part in self.parts(name).values())

    def day(self, name: str, fields: Fields) -> date:
        """The date that was typed; raises InvalidInput when it is none."""
        label, asks = fields.called[name]
        parts = {part: typed.strip() for part, typed in self.parts(name).items()}
        if not any(parts.values()):
            raise InvalidInput(name, asks)
        missing = [part for part, typed in parts.items() if not typed]
        if missing:
            raise InvalidInput(name, f"{label} must include a {' and a '.join(missing)}")
        if not all(typed.isascii() and typed.isdigit() for typed in parts.values()):
            raise InvalidInput(name, f"{label} must be numbers, like 14 12 2026")
        if len(parts["year"]) != 4:
            raise InvalidInput(name, f"{label}: year must have 4 numbers, like 2026")
        try:
            return date(*(int(parts[part][:4]) for part in reversed(PARTS)))
        except ValueError:
            raise InvalidInput(name, f"{label} must be a real date") from None

    def optional_day(self, name: str, fields: Fields) -> date | None:
        """As `day`; None when the boxes were left empty."""
        return self.day(name, fields) if self.has_day(name) else None

    def filled(self, asked: Asked[Given], *, must: Collection[str] = (), **given: Any) -> Given:
        """The Input that the form fills; `given` is what the page made of its fields.

        Raises InvalidInput for all that is wrong, in the order in which it stands on the page.
        """
        self.demand(asked, must=must)
        return self.taken(asked, **given)

    def taken(self, asked: Asked[Given], **given: Any) -> Given:
        """As `filled`, where an empty box is the command's to refuse. Raises InvalidInput."""
        typed = {name: self._read(asked, name) for name in asked.kinds if name not in given}
        values = {asked.on_page.get(name, name): value for name, value in (typed | given).items()}
        with refusing():
            return asked.fills.model_validate(values)

    def demand(self, fields: Fields, *, must: Collection[str] = ()) -> None:
        """All that has to be there and was left empty, or is no date, in one InvalidInput.

        In the order in which it stands on the page, so that the error summary reads like it. `must`
        are more than the form always wants.
        """
        errors = []
        for name, (_, asks) in fields.called.items():
            needed = name in fields.needed or name in must
            if name in fields.days:
                if needed or self.has_day(name):
                    errors.extend(self._wrong_day(name, fields))
            elif needed and not any(value.strip() for value in self.texts(name)):
                errors.append((name, asks))
        if errors:
            raise InvalidInput.many(errors)

    def _wrong_day(self, name: str, fields: Fields) -> list[tuple[str, str]]:
        try:
            self.day(name, fields)
        except InvalidInput as invalid:
            return invalid.errors
        return []

    def _read(self, asked: Asked[Given], name: str) -> object:
        """What was typed into a field, as the Input holds it."""
        kind, optional = asked.kinds[name]
        name = asked.on_page[name]
        typed = self.has_day(name) if kind is date else self.text(name).strip()
        if optional and not typed:
            return None
        if kind is date:
            return self.day(name, asked)
        if kind is bool:
            return self.yes(name)
        if kind is list:
            return self.texts(name)
        return _number(self.text(name), kind)

    def refused(self, refusal: Refused, fields: Fields = NO_FIELDS) -> "Form":
        """The same form with what a command, or `filled`, found wrong.

        What stands in the way as a whole (a rule, not a field) is told without a link.
        """
        if not isinstance(refusal, InvalidInput):
            return Form(self.values, [{"field": "", "message": refusal.message, "href": None}])
        errors = [self._error(name, message, fields) for name, message in refusal.errors]
        return Form(self.values, errors)

    def _error(self, name: str, message: str, fields: Fields) -> dict[str, str | None]:
        if name not in fields.called:
            href = f"#{name}" if name in self.values else None
            return {"field": name, "message": message, "href": href}
        return {"field": name, "message": fields.about(name, message), "href": fields.href(name)}


def _number(text: str, kind: object) -> object:
    """What was typed into a box, as a number where it is one and a number belongs there."""
    typed = text.strip()
    if kind is int and typed.isascii() and typed.isdigit():
        return int(typed)
    if kind is float and re.fullmatch(r"[0-9]{1,6}([.][0-9]{1,3})?", typed, re.ASCII):
        return float(typed)
    return text


async def posted(request: Request) -> Form:
    r"""What was posted, as text: a file where text belongs counts as nothing typed.

    Browsers send each line break as \r\n, whatever was typed; here it is \n again.
    """
    try:
        data: FormData = await request.form()
    except UnicodeError:
        raise HTTPException(400) from None  # a charset that no browser sends
    values: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Form(values)


Posted = Annotated[Form, Depends(posted)]
