"""The six questions before information is shared, with advice, and what their answers must be.

Source: Information Sharing, guidance for all staff, 2.2 and 2.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.sharing.tables import Consent, Override

LONGEST_REVIEW_DAYS = 366


@dataclass(frozen=True)
class Question:
    """One question, and what whoever answers it should think of, in plain words."""

    number: int
    asks: str
    advice: tuple[str, ...]


QUESTIONS = (
    Question(
        1,
        "Is there a clear and legitimate purpose?",
        (
            "Say what the information is for, and why whoever gets it needs it for that.",
            "Base the decision on the safety and well-being of the children it is about, at all "
            "times.",
        ),
    ),
    Question(
        2,
        "Is the information confidential?",
        (
            "It is confidential if somebody gave it in confidence, or would expect it to be kept: "
            "what concerns a child, a family, somebody’s health or how somebody does their work.",
            "What is published already, or tells of nobody in particular, is not.",
        ),
    ),
    Question(
        3,
        "If it is confidential, is there consent?",
        (
            "Ask the person it is about; of a child, the parent or carer. Ask early, and say why, "
            "what, how and with whom.",
            "If they refuse, respect it, unless one of the three reasons of the next question "
            "holds.",
        ),
    ),
    Question(
        4,
        "Without consent, is there sufficient reason?",
        (
            "Only three reasons count: a child is at risk of serious harm, a statutory duty, or a "
            "court order.",
            "Without one of them the information is not shared.",
        ),
    ),
    Question(
        5,
        "Is it shared appropriately and securely?",
        (
            "Share what is necessary for the purpose and no more, only with those who need to have "
            "it, in good time.",
            "Check that it is accurate and up to date, and separate facts from opinions.",
        ),
    ),
    Question(
        6,
        "Is the decision recorded?",
        (
            "This record is the answer. Say who was told from the outset, unless that is unsafe or "
            "inappropriate, and whose advice you took. Ask for advice if you are in any doubt.",
            "Set a day on which somebody looks at it again.",
        ),
    ),
)


@dataclass(frozen=True)
class Answers:
    """What the rule looks at."""

    confidential: bool
    consent: Consent
    override: Override | None
    urgent: bool


RESPECTED = (
    "Consent was not given, and none of the three reasons that alone can stand in its place is "
    "chosen. The wish must be respected: do not share the information."
)


def faults(answers: Answers) -> Iterator[tuple[str, str]]:
    """What is wrong with the answers to questions 2 to 4: (field, message); nothing if it is right.

    Confidential information is shared with consent, or without it for a risk of serious harm, a
    statutory duty or a court order, and for nothing else.
    """
    without = answers.consent in (Consent.REFUSED, Consent.NOT_SOUGHT)
    if answers.confidential and answers.consent is Consent.NOT_NEEDED:
        yield "consent", "The information is confidential: say whether there is consent."
    if not answers.confidential and answers.consent is not Consent.NOT_NEEDED:
        yield "consent", "The information is not confidential: choose that no consent is needed."
    if answers.confidential and without and answers.override is None:
        yield "override", RESPECTED
    if answers.override is not None and not (answers.confidential and without):
        yield "override", "Leave this out: nothing is shared against anybody’s wish."
    if answers.urgent and answers.override not in (None, Override.SERIOUS_HARM):
        yield (
            "urgent_because",
            "Only imminent harm lets information be shared before it is authorised.",
        )


def review_fault(review_on: date, today: date) -> str | None:
    """Why a decision cannot be reviewed on a day; None when it can."""
    if today < review_on and (review_on - today).days <= LONGEST_REVIEW_DAYS:
        return None
    return f"Enter a date after {long_date(today)} and within a year."
