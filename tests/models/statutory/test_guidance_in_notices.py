"""Section 72: regard to guidance, by the edition that the escalation keeps."""

import pytest

from tests.support.cases import Case
from tests.support.statutory import ENDS_ON, letters, text, turn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OWN = "Support and intervention in schools (edition in force on 1 September 2026)"


def test_a_notice_names_the_edition_in_force_when_its_escalation_was_opened(case: Case) -> None:
    turn(case)
    case.policy = case.policy.model_copy(update={"guidance": "An edition of 2027"})
    case.warn(compliance_ends_on=ENDS_ON)
    [notice] = letters(case, "warning_notice")
    said = text(case, notice)
    assert "section 72" in said
    assert OWN in said.replace("⟦", "").replace("⟧", "")
    assert "edition of 2027" not in said
