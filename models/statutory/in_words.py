"""Notices and powers as letters tell them: the facts that each statutory template names."""

from pydantic import Field

from models.letters.in_words import InWords


class GroundInWords(InWords):
    """A ground of section 60(2), with the Act's words."""

    key: str
    statute: str


class NoticeToGive(InWords):
    """A warning notice as its form asked for it."""

    grounds: list[GroundInWords]
    comparisons: list[str]
    comparison: str
    why_powers: str
    matters: str
    action_required: str
    compliance_ends_on: str
    action_minded: str


class NoticeGiven(InWords):
    """The warning notice that stands, for letters that follow from it; empty while none does."""

    given_on: str = ""
    compliance_ended_on: str = ""
    not_complied_words: str = ""


class SectionInWords(InWords):
    """A section by which a power is proposed."""

    section: str
    title: str


class InspectionInWords(InWords):
    """The report by which section 61 or 62 makes the school eligible; empty while neither does."""

    section: str = ""
    says: str = ""
    published_on: str = ""


class PowerInWords(InWords):
    """A power, with the roads by which the school is eligible on the day of the letter."""

    by_notice: bool
    inspection: InspectionInWords
    section: str
    title: str
    words: str
    arrangements: str
    starts_on: str
    effective_on: str
    members: list[str]
    governors: list[str]
    last_day: str


class MatchingInWords(InWords):
    """Who may appoint governors beside the authority's, and how many; empty where nobody may."""

    role: str = ""
    most: str = ""


class SaidInWords(InWords):
    """What somebody who was consulted, or made representations, said."""

    who: str
    on: str
    said: str


class ToldInWords(InWords):
    """The day on which the Secretary of State was told, or consented; empty while not."""

    on: str


class ReviewInWords(InWords):
    """What came of the review of a suspended budget."""

    outcome: str
    words: str


class WarningNoticeLetter(InWords):
    """What the warning notice names."""

    notice: NoticeToGive


class ProposedPowersLetter(InWords):
    """What the notice of proposed powers names."""

    notice: NoticeGiven
    powers: list[SectionInWords]
    words: str


class ConsultationLetter(InWords):
    """What a consultation about a power names."""

    power: PowerInWords
    notice: NoticeGiven
    respond_by: str


class LetterToSecretaryOfState(InWords):
    """What a notification to the Secretary of State, or a request for consent, names."""

    power: PowerInWords
    notice: NoticeGiven
    consulted: list[SaidInWords] = Field(default=[])


class LetterOfUse(InWords):
    """What the notice by which a power is used names."""

    power: PowerInWords
    matching: MatchingInWords
    notice: NoticeGiven
    consulted: list[SaidInWords]
    secretary_of_state: ToldInWords
    words: str


class BudgetReviewLetter(InWords):
    """What the decision on a suspended budget names."""

    power: PowerInWords
    review: ReviewInWords
    representations: list[SaidInWords]
    next_review: str


class EndOfBoardLetter(InWords):
    """What the notice that a board ends names."""

    power: PowerInWords
    ended_on: str
    words: str
