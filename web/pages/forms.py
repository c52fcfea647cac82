"""What was typed into a form: kept as it came, checked as far as a page must, shown again.

Fields carry the names of the API, so that a refusal of a command stands at its field. The rules
themselves are the commands'; here is only what no command can see: that a date is three boxes, and
that a box was left empty. What a form asks for is declared beside its page (`web.pages.asked`).
"""

from collections.abc import Collection, Mapping
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
DAYS = (
    "held_on",
    "received_on",
    "to",
    "respond_by",
    "compliance_ends_on",
    "consulted_on",
    "on",
    "starts_on",
    "ended_on",
    "released_on",
    "served_on",
    "dated",
    "first_day",
    "last_day",
    "visited_on",
)

# How each field is called in a sentence, and what is asked for when it was left empty.
LABELS: Mapping[str, tuple[str, str]] = {
    "officer": ("Officer", "Choose who you are"),
    "password": ("Password", "Enter a password"),
    "current_password": ("Current password", "Enter your current password"),
    "label": ("What it is for", "Enter what the token is for"),
    "urn": ("School", "Choose a school"),
    "triggers": ("Triggers", "Choose at least one trigger"),
    "summary": ("Summary", "Enter a summary"),
    "case_officer": ("Case officer", "Choose a case officer"),
    "held_on": ("The date", "Enter the date on which it was held"),
    "with": ("Who took part", "Choose who took part"),
    "notes": ("What was said", "Enter what was said"),
    "agreed_actions": ("Agreed actions", "Enter what was agreed"),
    "received_on": ("The date", "Enter the date on which it was received"),
    "judgement": ("Judgement", "Choose how you judge the response"),
    "reason": ("Reason", "Enter a reason"),
    "words": ("What the school is told", "Enter what the letter says to the school"),
    "to": ("New date", "Enter the new date of the deadline"),
    "respond_by": ("Date for the response", "Enter the date by which the school is to respond"),
    "step": ("Step", "Choose the step at which the escalation goes on"),
    "head_performance_in_question": ("Confirmation", "Confirm this before you propose the change"),
    "not_engaging": ("Confirmation", "Confirm this before you propose the change"),
    "decision": ("Decision", "Choose what you decide"),
    "body": ("Text of the letter", "Enter the text of the letter"),
    "name": ("Name", "Enter a name"),
    "email": ("E-mail address", "Enter an e-mail address"),
    "address": ("Address", "Enter an address"),
    # Of the statutory steps.
    "aware_of_problem": ("Awareness", "Choose whether the school is aware of the problem"),
    "working_with_partner": ("Working", "Choose whether the school works well with its partner"),
    "plan_on_track": ("Plan", "Choose whether an agreed plan is on track"),
    "evidence": ("Evidence", "Enter the evidence"),
    "grounds": ("Grounds", "Choose at least one ground"),
    "comparisons": ("Comparison", "Choose what the standards are low against"),
    "comparison": ("How the standards compare", "Explain how the standards compare"),
    "why_powers": ("Why powers are needed", "Explain why powers are needed"),
    "matters": ("Matters", "Enter the matters the conclusion is based on"),
    "action_required": ("Action required", "Enter the action required"),
    "compliance_ends_on": ("End of the compliance period", "Enter when the compliance period ends"),
    "action_minded": ("Action", "Enter the action the authority is minded to take"),
    "why_support_is_not_enough": ("Reason", "Enter why support is not enough"),
    "complied": ("Judgement", "Choose whether the governing body complied"),
    "reasons": ("Reasons", "Enter your reasons"),
    "sections": ("Powers", "Choose at least one power"),
    "section": ("Power", "Choose a power"),
    "arrangements": ("Arrangements", "Enter the arrangements required"),
    "governors": ("Governors", "Enter the governors"),
    "members": ("Members", "Enter the members"),
    "starts_on": ("Start", "Enter the date on which the board starts"),
    "consulted_on": ("The date", "Enter the date on which they were consulted"),
    "said": ("What they said", "Enter what they said"),
    "on": ("The date", "Enter the date"),
    "from": ("From whom", "Choose from whom it came"),
    "outcome": ("Outcome", "Choose the outcome of the review"),
    "ended_on": ("The end", "Enter the date on which the power ends"),
    "released_on": ("The date", "Enter the date of the release"),
    "note": ("Note", "Enter how you know of the release"),
    "role": ("On whom", "Choose on whom it was served"),
    "method": ("Method", "Choose how it was served"),
    "served_on": ("The date", "Enter the date on which it was served"),
    # Of who sees and who decides.
    "restricted": ("Restriction", "Choose whether the case is restricted"),
    "officers": ("Officers", "Choose who sees the case"),
    "phase": ("Phase", "Choose a phase"),
    "colleague": ("Colleague", "Choose who decides for you"),
    "first_day": ("First day", "Enter the first day"),
    "last_day": ("Last day", "Enter the last day"),
    # Of evidence.
    "file": ("The file", "Choose a file"),
    "description": ("Description", "Enter what the file is and what it shows"),
    # Of an assessment of risk.
    "source": ("Source", "Enter where it is from"),
    "dated": ("The date", "Enter the date it is from"),
    "la": ("Local authority", "Enter the code of the local authority"),
    # Of the support programme.
    "visited_on": ("The date", "Enter the date of the visit"),
    "purpose": ("Purpose", "Enter what the visit was for"),
    "impact": ("Impact", "Enter what the impact was"),
    "organisation": ("Organisation", "Enter where they are from"),
    # Of letters in bulk.
    "confirmed": ("Confirmation", "Confirm that the letters are to be sent"),
    # Of the lists.
    "changed_since": ("The date", "Enter a date"),
    "query": ("The search", "Enter what to search for"),
    "status": ("Status", "Choose a status"),
    "ladder": ("Ladder", "Choose a ladder"),
    "level": ("Risk level", "Choose a risk level"),
    "kind": ("Kind", "Choose a kind"),
}


@dataclass
class Form:
    """The values of one form, typed or to begin with, and what is wrong with them."""

    values: dict[str, list[str]] = field(default_factory=dict)
    errors: list[dict[str, str | None]] = field(default_factory=list)
    asked: Mapping[str, str] = field(default_factory=dict)  # for an empty field, not LABELS' words

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

    def day(self, name: str, fields: Fields | None = None) -> date:
        """The date that was typed; raises InvalidInput when it is none."""
        label, asks = (fields.called if fields else LABELS)[name]
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

    def optional_day(self, name: str) -> date | None:
        """As `day`; None when the boxes were left empty."""
        return self.day(name) if self.has_day(name) else None

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
        text = self.text(name)
        return int(text) if kind is int and text.isascii() and text.isdigit() else text

    def check(self, *names: str) -> None:
        """All of these that were left empty or are no date, in one InvalidInput.

        In the order in which they stand on the page, so that the error summary reads like it.
        """
        errors = []
        for name in names:
            try:
                self._check(name)
            except InvalidInput as invalid:
                errors.extend(invalid.errors)
        if errors:
            raise InvalidInput.many(errors)

    def _check(self, name: str) -> None:
        if name in DAYS:
            self.day(name)
        elif not any(value.strip() for value in self.texts(name)):
            raise InvalidInput(name, self.asked.get(name) or LABELS[name][1])

    def refused(self, refusal: Refused, fields: Fields | None = None) -> "Form":
        """The same form with what a command, or `filled`, found wrong.

        What stands in the way as a whole (a rule, not a field) is told without a link.
        """
        if not isinstance(refusal, InvalidInput):
            return Form(self.values, [{"field": "", "message": refusal.message, "href": None}])
        errors = [self._error(name, message, fields) for name, message in refusal.errors]
        return Form(self.values, errors)

    def _error(self, name: str, message: str, fields: Fields | None) -> dict[str, str | None]:
        fields = fields or Fields(days=DAYS, **LABELS)
        if name not in fields.called:
            href = f"#{name}" if name in self.values else None
            return {"field": name, "message": message, "href": href}
        return {"field": name, "message": fields.about(name, message), "href": fields.href(name)}


def about(name: str, message: str) -> str:
    """A command's message with the field as its subject, as it must stand in a summary."""
    return Fields(**LABELS).about(name, message)


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
