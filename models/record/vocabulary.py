"""Every event there is: each room says its own, and a word of the record finds its class."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from models.actions import events as actions
from models.appointments import events as appointments
from models.approvals import events as approvals
from models.commissioning import events as commissioning
from models.consultants import events as consultants
from models.escalations import events as escalations
from models.events import Event
from models.evidence import events as evidence
from models.fairness import events as fairness
from models.happened import Happened, Names, Topic
from models.letters import events as letters
from models.level_letters import events as level_letters
from models.matters import events as matters
from models.national_files import events as national_files
from models.needs import events as needs
from models.people import events as people
from models.policy import Procedure
from models.policy.wording import find_rule, step_words
from models.presentations import events as presentations
from models.priorities import events as priorities
from models.programme import events as programme
from models.record import events as record
from models.register import events as register
from models.reports import events as reports
from models.results import events as results
from models.risk import events as risk
from models.school_record import events as school_record
from models.schools import events as schools
from models.sharing import events as sharing
from models.statutory import events as statutory
from models.upkeep import events as upkeep

ROOMS = (
    actions,
    appointments,
    approvals,
    commissioning,
    consultants,
    escalations,
    evidence,
    fairness,
    letters,
    level_letters,
    matters,
    national_files,
    needs,
    people,
    presentations,
    priorities,
    programme,
    record,
    register,
    reports,
    results,
    risk,
    school_record,
    schools,
    sharing,
    statutory,
    upkeep,
)


def said_in(room: ModuleType) -> list[type[Happened]]:
    """A room's events; what several of them have in common is none."""
    return [
        each
        for each in vars(room).values()
        if isinstance(each, type) and each.__module__ == room.__name__
        if issubclass(each, Happened) and not each.__subclasses__()
    ]


KINDS: Mapping[str, type[Happened]] = {each.kind: each for room in ROOMS for each in said_in(room)}


def happened_in(event: Event) -> Happened:
    """What an event of the record says happened."""
    return KINDS[event.kind].of(event.matter_id, event.facts)


def kinds_of(topic: Topic | None) -> list[str]:
    """The words below which the record of access tells a topic, or any."""
    return [
        kind
        for kind, each in KINDS.items()
        if each.topic is not None and topic in (None, each.topic)
    ]


@dataclass(frozen=True)
class Titles(Names):
    """What steps and letters are called in a sentence."""

    policy: Procedure  # of the case, and the ladder that it is on
    letters: Mapping[int, str] = field(default_factory=dict)
    ladder: str = "maintained"

    def step(self, key: str) -> str:
        return step_words(find_rule(self.policy, self.ladder, key))

    def letter(self, key: int | None) -> str:
        return self.letters.get(key or 0, "A letter")

    def event(self, kind: str, facts: Mapping[str, Any]) -> str:
        return KINDS[kind].of(None, facts).sentence(self)
