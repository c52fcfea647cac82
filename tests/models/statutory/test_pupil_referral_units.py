"""A pupil referral unit: refused until legal services' confirmation is on record, then noted."""

from pathlib import Path
from typing import Any

import pytest

from models.database import write
from models.escalations.starting import EscalationToStart, start
from models.people import officers
from models.people.acting import Acting
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.schools import confirming, contacts
from models.schools.tables import Part4Confirmation
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.policies import POLICY
from tests.support.statutory import act, blocked, inspected, letters, text
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNIT = 900031
NOTE = "For the governing body read the management committee."


@pytest.fixture
def unit(case: Case) -> Case:
    """An escalation of a pupil referral unit in special measures."""
    with write(case.engine) as session:
        contacts.add_school(
            session,
            now=NOW,
            actor=officers.AT_THE_MACHINE,
            urn=UNIT,
            name="Larch House",
            type_code=14,
            type_name="Pupil referral unit",
            phase="Not applicable",
        )
        for role in ("headteacher", "chair_of_governors"):
            contacts.set_contact(
                Acting(session, POLICY, case.council.admin, NOW),
                UNIT,
                role,
                contacts.NewContact(name="Somebody", email=f"{role}@larch.example", address=[]),
            )
    with case.acting("hos") as acting:
        case.reference = start(
            acting,
            EscalationToStart(
                urn=UNIT,
                triggers=["safety"],
                summary="Attendance has fallen.",
                case_officer=case.council.seo.email,
            ),
        ).reference
    inspected(case, "special_measures")
    return case


def confirmed(case: Case, by: str = "legal", **values: Any) -> Part4Confirmation:
    given = {"applies": True, "confirmed_by": "Leo Galloway, solicitor", "note": NOTE}
    day = {"confirmed_on": case.now.date()}
    return act(case, confirming.confirm_part_4, by=by, **{"urn": UNIT, **given, **day, **values})


def test_it_is_refused_until_legal_services_confirm_and_then_goes_its_way(unit: Case) -> None:
    with pytest.raises(NotPossible, match=r"pupil referral unit.*legal services"):
        unit.propose("intervene", by="hos")
    assert all("pupil referral unit" in rule for rule in blocked(unit).values())
    assert not unit.eligibility.eligible
    confirmed(unit)
    unit.change("intervene", by="hos")
    assert unit.used("64").state == "in_force"
    for template in ("notification_to_secretary_of_state", "appointment_of_governors"):
        [letter] = letters(unit, template)
        assert NOTE in text(unit, letter).replace("⟦", "").replace("⟧", "")


def test_what_they_say_last_counts_also_when_the_director_decides(unit: Case) -> None:
    confirmed(unit)
    proposal = unit.propose("intervene", by="hos")
    confirmed(unit, applies=False, note="It does not apply after all.")
    with pytest.raises(NotPossible, match="pupil referral unit"):
        unit.approve(proposal)
    assert unit.kinds.count("part4_confirmed") == 2


def test_who_may_record_it_and_of_which_school(unit: Case) -> None:
    for by in ("seo", "sm", "viewer", "admin"):
        with pytest.raises(NotAllowed, match="what legal services say"):
            confirmed(unit, by=by)
    with pytest.raises(NotPossible, match="Only of a pupil referral unit"):
        confirmed(unit, urn=900001)
    with pytest.raises(InvalidInput):
        confirmed(unit, note=" ")


def test_the_note_stands_on_the_pages(unit: Case, tmp_path: Path) -> None:
    visitors = Visitors(unit.engine, unit.council, tmp_path)
    assert "have not confirmed yet" in visitors.seo.get(f"/schools/{UNIT}").text
    form = visitors.legal.get(f"/schools/{UNIT}").follow("Record what legal services say of Part 4")
    assert len(form.submit(422).errors) == 4
    saved = form.submit(
        applies="yes",
        confirmed_by="Leo Galloway, solicitor",
        confirmed_on=NOW.date(),
        note=NOTE,
    )
    assert "Part 4 applies with modifications (counts today)" in saved.text
    address = f"/escalations/{unit.reference}"
    for page in ("", "/law", "/letters", "/record", "/propose", "/support/new"):
        assert NOTE in visitors.seo.get(f"{address}{page}").text, page
