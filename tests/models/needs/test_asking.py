"""What may be said of how much a school needs."""

import pytest

from models.needs.asking import HowMuch, checked_answer
from models.refusals import InvalidInput


@pytest.mark.parametrize(
    ("needed", "why", "wrong"),
    [
        ("a lot", "So.", "needed"),
        (None, "So.", "needed"),
        ("more", "", "needed_because"),
        ("less", " ", "needed_because"),
        ("more", "x" * 2001, "needed_because"),
        ("no_change", "x" * 2001, "needed_because"),
        ("no_change", "", None),
        (None, "", None),
    ],
)
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    needed: str | None, why: str, wrong: str | None
) -> None:
    given = HowMuch(needed=needed, needed_because=why)
    if wrong is None:
        assert checked_answer(given).needed == needed
        return
    with pytest.raises(InvalidInput) as refused:
        checked_answer(given, of="line-7-")
    assert [field for field, _ in refused.value.errors] == [f"line-7-{wrong}"]
