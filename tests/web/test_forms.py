"""Forms that are declared from an Input: what they fill it with, and what they ask for."""

from datetime import date

import pytest
from pydantic import Field

from models.inputs import Day, Input, RowKey, Text, Urn, Words
from models.refusals import InvalidInput
from web.pages.asked import Asked
from web.pages.forms import Form


class Met(Input):
    """An Input with a field of every kind."""

    met_on: Day
    with_whom: Words = Field(alias="with")
    notes: Text = ""
    again_on: Day | None = None
    duty: RowKey | None = None
    urn: Urn | None = None
    agreed: bool = False


MET = Asked(
    Met,
    must=("notes",),
    with_whom=("Who took part", "Choose who took part"),
    met_on=("The date", "Enter the date"),
    notes=("Notes", "Enter notes"),
    again_on=("The next date", "Enter the next date"),
    duty=("Duty", "Choose a duty"),
    agreed=("Agreement", "Choose whether they agreed"),
    checked=("Check", "Confirm this"),
)
TYPED = {
    "with": ["the head", "the chair"],
    "met_on-day": ["30"],
    "met_on-month": ["11"],
    "met_on-year": ["2026"],
    "notes": [" We met. "],
    "duty": ["7"],
    "agreed": ["yes"],
    "checked": ["yes"],
}


def refused(typed: dict[str, list[str]]) -> list[tuple[str, str | None, str | None]]:
    form = Form(typed)
    with pytest.raises(InvalidInput) as found:
        form.filled(MET)
    shown = form.refused(found.value, MET)
    return [(str(each["field"]), each["message"], each["href"]) for each in shown.errors]


def test_a_form_fills_the_input_by_the_types_of_its_fields() -> None:
    met = Form(TYPED).filled(MET, urn="900001")
    assert met.met_on == date(2026, 11, 30)
    assert met.with_whom == ["the head", "the chair"]
    assert (met.notes, met.again_on, met.duty) == (" We met. ", None, 7)
    assert (met.urn, met.agreed) == ("900001", True)


def test_what_the_page_made_of_a_field_goes_before_what_was_typed() -> None:
    assert Form(TYPED).filled(MET, with_whom=["the clerk"]).with_whom == ["the clerk"]


def test_all_that_is_missing_is_asked_for_in_the_order_of_the_page() -> None:
    assert refused({"again_on-day": ["4"]}) == [
        ("with", "Choose who took part", "#with"),
        ("met_on", "Enter the date", "#met_on-day"),
        ("notes", "Enter notes", "#notes"),
        ("again_on", "The next date must include a month and a year", "#again_on-day"),
        ("checked", "Confirm this", "#checked"),
    ]


def test_what_cannot_be_taken_is_told_at_the_field_of_the_page() -> None:
    assert refused({**TYPED, "with": ["x" * 101], "duty": ["first"]}) == [
        ("with", "Who took part must be 100 characters or fewer. This is 101.", "#with"),
        ("duty", "Duty must be a whole number.", "#duty"),
    ]
