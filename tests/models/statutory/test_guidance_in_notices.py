"""Section 72: regard to guidance, by the edition that the escalation keeps."""

from datetime import date

import pytest

from models.policy.guidance import Guidance
from tests.support.cases import Case
from tests.support.statutory import ENDS_ON, letters, text, turn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_notice_names_the_edition_in_force_when_its_escalation_was_opened(case: Case) -> None:
    turn(case)
    own = case.policy.guidance
    later = Guidance(
        title="Guidance of 2027", edition=date(2027, 1, 4), address="https://guidance.example"
    )
    case.policy = case.policy.model_copy(update={"guidance": later})
    case.warn(compliance_ends_on=ENDS_ON)
    [notice] = letters(case, "warning_notice")
    said = text(case, notice).replace("⟦", "").replace("⟧", "")
    assert "section 72" in said
    assert own.title in said
    assert own.address in said
    assert later.title not in said
