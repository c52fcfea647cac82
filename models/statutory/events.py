"""What happens in steps vi and vii: the warning notice and the powers."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.law.powers import Section
from models.policy.wording import inside, the_role

FROM_THE_SECRETARY_OF_STATE = {
    "warning_notice": "warning notice (section 60)",
    "intends_to_act": "intention to act (sections 66A to 69)",
    "appointed_governors": "appointment of governors (section 67)",
    "takes_over_board": "notice to take over the Interim Executive Board (section 70C)",
}


@dataclass(frozen=True, kw_only=True)
class SupportRecorded(Happened):
    """What support the school had, and what became of it."""

    support: int
    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool

    def sentence(self, _: Names) -> str:
        aware = "is aware" if self.aware_of_problem else "is not aware"
        working = "works well" if self.working_with_partner else "does not work well"
        plan = "is on track" if self.plan_on_track else "is not on track"
        return (
            f"It was recorded that the school {aware} of the problem and {working} with its "
            f"improvement partner, and that the agreed plan {plan}."
        )


@dataclass(frozen=True, kw_only=True)
class ComplianceJudged(Happened):
    """Whether the governing body complied with a warning notice."""

    notice: int
    complied: bool
    reasons: str

    def sentence(self, _: Names) -> str:
        outcome = "to have complied" if self.complied else "not to have complied"
        return f"The governing body was judged {outcome} with the warning notice."


@dataclass(frozen=True, kw_only=True)
class WarningNoticeCeased(Happened):
    """A warning notice has no effect any more."""

    notice: int
    because: str

    def sentence(self, _: Names) -> str:
        return f"The warning notice ceased to have effect: {self.because}."


@dataclass(frozen=True, kw_only=True)
class PowerPrepared(Happened):
    """The use of a power is being prepared."""

    power: int
    section: Section
    reason: str
    purpose: str | None = None
    capability: str | None = None

    def sentence(self, _: Names) -> str:
        return f"The preparation of {_power(self.section)} began."


@dataclass(frozen=True, kw_only=True)
class ConsultationRecorded(Happened):
    """Somebody was heard whom the law says to consult."""

    power: int
    section: Section
    with_: str
    consulted_on: date

    def sentence(self, _: Names) -> str:
        whom, day = the_role(self.with_), long_date(self.consulted_on)
        section = self.section.value
        return f"A consultation with {whom} on {day} about section {section} was recorded."


@dataclass(frozen=True, kw_only=True)
class SecretaryOfStateTold(Happened):
    """The Secretary of State consented (`what` is "consent") or was notified."""

    power: int
    section: Section
    what: str | None
    on: date

    def sentence(self, _: Names) -> str:
        section, day = self.section.value, long_date(self.on)
        if self.what == "consent":
            return f"The Secretary of State’s consent to section {section} was received on {day}."
        return f"The Secretary of State was notified about section {section} on {day}."


@dataclass(frozen=True, kw_only=True)
class PowerUsed(Happened):
    """A power is used; its notice may take effect only when it is received."""

    power: int
    section: Section
    effective_on: date | None

    def sentence(self, _: Names) -> str:
        used = f"{_capital(_power(self.section))} was used"
        if self.effective_on is None:
            return f"{used}."
        return f"{used}, with effect from {long_date(self.effective_on)}."


@dataclass(frozen=True, kw_only=True)
class BudgetNoticeReceived(Happened):
    """The governing body has the notice of suspension: it takes effect."""

    power: int
    received_on: date

    def sentence(self, _: Names) -> str:
        day = long_date(self.received_on)
        return f"The governing body received the notice of suspension on {day}, and it took effect."


@dataclass(frozen=True, kw_only=True)
class RepresentationRecorded(Happened):
    """The governing body or headteacher was heard about a suspended budget."""

    power: int
    from_: str
    received_on: date

    def sentence(self, _: Names) -> str:
        whom, day = the_role(self.from_), long_date(self.received_on)
        return (
            f"Representations from {whom} about the suspended budget, received on {day}, "
            "were recorded."
        )


@dataclass(frozen=True, kw_only=True)
class MatchingGovernorRecorded(Happened):
    """The diocese or the appointers have appointed a governor beside the authority's."""

    power: int
    role: str
    appointed_on: date
    number: int  # so many by now

    def sentence(self, _: Names) -> str:
        whom, day = the_role(self.role), long_date(self.appointed_on)
        said = f"A governor appointed by {whom} on {day} (section 64(4)) was recorded"
        return f"{said}, {self.number} in all."


@dataclass(frozen=True, kw_only=True)
class BudgetReviewed(Happened):
    """It was decided whether a suspension goes on."""

    power: int
    outcome: str

    def sentence(self, _: Names) -> str:
        outcome = "continues" if self.outcome == "continue" else "ends"
        return f"The suspended budget was reviewed: the suspension {outcome}."


@dataclass(frozen=True, kw_only=True)
class PowerEnded(Happened):
    """A power is in force no more, or is prepared no more."""

    power: int
    section: Section
    ended_on: date

    def sentence(self, _: Names) -> str:
        return f"{_capital(_power(self.section))} ended on {long_date(self.ended_on)}."


@dataclass(frozen=True, kw_only=True)
class SecretaryOfStateNoticeRecorded(Happened):
    """The Secretary of State warned the school, or said that she intends to act."""

    notice: int
    kind_: str
    received_on: date

    def sentence(self, _: Names) -> str:
        what, day = FROM_THE_SECRETARY_OF_STATE[self.kind_], long_date(self.received_on)
        return f"The Secretary of State’s {what} was received on {day}."


@dataclass(frozen=True, kw_only=True)
class SecretaryOfStateNoticeReleased(Happened):
    """The Secretary of State's notice holds the authority back no more."""

    notice: int
    kind_: str
    released_on: date

    def sentence(self, _: Names) -> str:
        what, day = FROM_THE_SECRETARY_OF_STATE[self.kind_], long_date(self.released_on)
        return f"The Secretary of State released the authority from the {what} on {day}."


def _power(section: Section) -> str:
    board = section is Section.INTERIM_EXECUTIVE_BOARD
    return f"section {section.value} ({section.title if board else inside(section.title)})"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
