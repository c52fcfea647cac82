"""A foundation special school: nothing stops for want of an appointer's address, and it is offered.

And how far off a compliance period may end: the council's own setting, and said to be so.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from models.database import read, write
from models.escalations.starting import EscalationToStart, start
from models.law.notices import copies
from models.people import officers
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.schools import contacts
from models.schools.tables import School
from models.statutory import preparing, using
from models.statutory.tables import Power
from tests.support.cases import NEEDS, Case
from tests.support.council import NOW
from tests.support.policies import POLICY
from tests.support.statutory import ENDS_ON, inspected, letters, roles, turn
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URN = 900032


def known(case: Case, *people: str) -> None:
    """Contacts of the school."""
    with write(case.engine) as session:
        for role in people:
            contacts.set_contact(
                Acting(session, POLICY, case.council.admin, NOW),
                URN,
                role,
                contacts.NewContact(name="Somebody", email=f"{role}@rowan.example", address=[]),
            )


@pytest.fixture
def special(case: Case) -> Case:
    """An escalation of a foundation special school that knows nobody who appoints governors."""
    with write(case.engine) as session:
        contacts.add_school(
            session,
            now=NOW,
            actor=officers.AT_THE_MACHINE,
            urn=URN,
            name="Rowan Court School",
            type_code=12,
            type_name="Foundation special school",
            phase="Not applicable",
        )
    known(case, "headteacher", "chair_of_governors")
    wanted = EscalationToStart(
        urn=URN,
        triggers=["safety"],
        summary="Attendance has fallen.",
        case_officer=case.council.seo.email,
    )
    with case.acting("hos") as acting:
        case.reference = start(acting, wanted).reference
    return case


def test_a_notice_is_given_without_the_appointers_address(special: Case) -> None:
    special.climb_to("performance_meetings")
    special.fail_step()
    special.issue()
    special.warn(compliance_ends_on=ENDS_ON)
    [letter] = letters(special, "warning_notice")
    assert roles(letter)[1:] == ["headteacher", "ofsted", "secretary_of_state"]


def test_the_copy_goes_where_the_address_is_known(special: Case) -> None:
    special.climb_to("performance_meetings")
    special.fail_step()
    special.issue()
    known(special, "foundation_appointer")
    special.warn(compliance_ends_on=ENDS_ON)
    [letter] = letters(special, "warning_notice")
    assert roles(letter)[-1] == "foundation_appointer"


@pytest.mark.parametrize("there", [False, True])
def test_a_board_waits_for_no_answer_of_the_appointers(special: Case, there: bool) -> None:
    if there:
        known(special, "foundation_appointer")
    inspected(special, "special_measures")
    special.change("intervene", by="hos")
    special.prepare("65")
    asked = ["chair_of_governors", *(["foundation_appointer"] if there else [])]
    assert [each.to_role for each in letters(special, "consultation")] == asked
    [power] = special.all(Power)
    acting = {"with_whom": "chair_of_governors", "consulted_on": special.now.date(), "said": "No."}
    special.on_power(preparing.record_consultation, power.id, **acting)
    told = {"on": special.now.date(), "evidence": "Letter of today."}
    special.on_power(preparing.record_secretary_of_state_told, power.id, **told)
    needs = NEEDS["65"](special.now.date())
    special.approve(special.on_power(using.use_power, power.id, reason="Now.", **needs))
    assert special.power(power.id).state == "in_force"


def test_there_is_none_is_an_answer_on_record(case: Case, tmp_path: Path) -> None:
    with write(case.engine) as session:
        contacts.add_school(
            session,
            now=NOW,
            actor=officers.AT_THE_MACHINE,
            urn=900033,
            name="Thorn Hill School",
            type_code=5,
            type_name="Foundation school",
            phase="Primary",
        )
    visitors = Visitors(case.engine, case.council, tmp_path)
    form = visitors.seo.get("/schools/900033").follow("Say whether the school has a foundation")
    assert len(form.submit(422).errors) == 2
    saved = form.submit(none="yes", reason="The instrument of government of 2011.")
    assert "this school has no foundation" in saved.text
    with read(case.engine) as session:
        school = session.get_one(School, 900033)
        assert [each.role for each in copies(school)] == [
            "headteacher",
            "ofsted",
            "secretary_of_state",
        ]
    visitors.seo.post("/schools/900001/foundation", 422, {"none": "yes", "reason": "So it is."})
    visitors.viewer.get("/schools/900033/foundation", 403)


def test_the_longest_period_is_the_councils_and_says_so(case: Case) -> None:
    turn(case)
    longest = case.now.date() + timedelta(days=366)
    with pytest.raises(InvalidInput, match="The Act sets no longest compliance period") as refused:
        case.warn(compliance_ends_on=longest + timedelta(days=1))
    assert [name for name, _ in refused.value.errors] == ["compliance_ends_on"]
    case.warn(compliance_ends_on=longest)
