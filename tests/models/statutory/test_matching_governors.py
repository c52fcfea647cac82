"""Governors whom the diocese or the appointers appoint beside the authority's: section 64(4)."""

from datetime import timedelta

import pytest

from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.statutory import matching, using
from models.statutory.tables import MatchingGovernor
from tests.support.cases import Case, somebody
from tests.support.statutory import eligible, inspected, letters, roles, text, with_contacts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def appointed(case: Case, *names: str) -> int:
    """The authority's own governors; the key of the power."""
    power = case.used("64", governors=[somebody(name) for name in names])
    return power.id


def church(case: Case) -> Case:
    with_contacts(case, "diocese", "foundation_appointer")
    return eligible(case, school="church")


def match(case: Case, power: int, name: str, by: str = "seo") -> MatchingGovernor:
    return case.on_power(
        matching.record_matching_governor,
        power,
        by,
        name=name,
        appointed_on=case.now.date(),
        evidence="A letter of the diocese.",
    )


def said(case: Case) -> str:
    [letter] = letters(case, "appointment_of_governors")
    return text(case, letter).replace("⟦", "").replace("⟧", "")


def test_by_a_notice_they_match_the_number_and_are_counted(case: Case) -> None:
    power = appointed(church(case), "Una Marsh", "Per Lund")
    [letter] = letters(case, "appointment_of_governors")
    assert "diocese" in roles(letter)
    assert "which is 2" in said(case)
    match(case, power, "Pia Holm")
    with pytest.raises(InvalidInput, match="already on record"):
        match(case, power, "Pia Holm")
    assert match(case, power, "Ole Berg").role == "diocese"
    with pytest.raises(NotPossible, match=r"which is 2.*section 64\(4\)"):
        match(case, power, "Kai Strand")
    assert case.kinds.count("matching_governor_recorded") == 2


def test_by_a_report_they_appoint_as_many_as_they_think_fit(case: Case) -> None:
    with_contacts(case, "diocese", "foundation_appointer")
    case.started(school="church")
    inspected(case, "special_measures", published_on=case.now.date() - timedelta(days=9))
    case.change("intervene", by="hos")
    power = appointed(case, "Una Marsh")
    assert "as many as are thought fit" in said(case)
    for name in ("Pia Holm", "Ole Berg", "Kai Strand"):
        match(case, power, name)
    case.now += timedelta(days=30)
    inspected(case, "none")
    match(case, power, "Liv Vik")


def test_elsewhere_there_is_nobody_to_match(case: Case) -> None:
    eligible(case)
    power = appointed(case, "Una Marsh")
    assert "may appoint" not in said(case)
    with pytest.raises(NotPossible, match=r"voluntary aided school.*section 64\(4\)"):
        match(case, power, "Pia Holm")


def test_not_before_the_authority_has_appointed(case: Case) -> None:
    power = church(case).prepare("64")
    with pytest.raises(NotPossible, match="no additional governors yet"):
        match(case, power.id, "Pia Holm")
    case.ready(power)
    case.on_power(using.use_power, power.id, reason="Now.", governors=[somebody("Una Marsh")])
    with pytest.raises(NotPossible, match="no additional governors yet"):
        match(case, power.id, "Pia Holm")
    with pytest.raises(NotAllowed):
        match(case, power.id, "Pia Holm", by="viewer")
