"""Which results are kept: the council's own measures, or those of the product."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from models.policy import load_policy
from models.policy.results import Measure
from models.settings import DEFAULT_POLICY


def test_a_policy_of_before_has_the_measures_of_the_product(tmp_path: Path) -> None:
    own = tmp_path / "policy"
    own.mkdir()
    for file in DEFAULT_POLICY.glob("*.toml"):
        if file.name != "results.toml":
            (own / file.name).write_bytes(file.read_bytes())
    assert load_policy(own).results == load_policy(DEFAULT_POLICY).results


@pytest.mark.parametrize(
    "wrong",
    [{"key": "KS 2"}, {"title": ""}, {"unit": "points"}, {"benchmarks": {2024: 101}}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_measure_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    right = {"key": "a", "title": "A", "key_stage": "ks2", "unit": "percent", "column": "a"}
    assert Measure.model_validate(right).words(61.5) == "61.5%"
    with pytest.raises(ValidationError):
        Measure.model_validate({**right, **wrong})
