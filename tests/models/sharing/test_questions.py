"""Consent, and what alone stands in its place: every combination of answers."""

from itertools import product

import pytest

from models.sharing.questions import Answers, faults
from models.sharing.tables import Consent, Override


def right(confidential: bool, consent: Consent, override: Override | None, urgent: bool) -> bool:
    """What the guidance says, written once more: with consent, or for one of three reasons."""
    if not confidential:
        return consent is Consent.NOT_NEEDED and override is None
    if consent is Consent.GIVEN:
        return override is None
    if consent in (Consent.REFUSED, Consent.NOT_SOUGHT):
        return override is Override.SERIOUS_HARM if urgent else override is not None
    return False


@pytest.mark.parametrize("confidential", [True, False])
def test_confidential_information_is_shared_with_consent_or_for_three_reasons(
    confidential: bool,
) -> None:
    every = list(product(Consent, (None, *Override), (True, False)))
    assert len(every) == 32
    for consent, override, urgent in every:
        answers = Answers(confidential, consent, override, urgent)
        wrong = [field for field, _ in faults(answers)]
        assert (not wrong) is right(confidential, consent, override, urgent), answers
