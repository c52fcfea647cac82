"""The one question at every visit, report, review and line: is more, or less, needed?"""

from dataclasses import dataclass
from datetime import date, datetime

from models.clocks import add_working_days, london_date
from models.events import THE_CLOCK, append
from models.inputs import Input, Text, Word
from models.matters.at_hand import AtHand, sees
from models.matters.deadlines import set_deadline
from models.matters.tables import DeadlineKind
from models.needs.events import NeedSaid
from models.needs.sources import words_of
from models.needs.tables import Need, Needed, NeedSource, NeedState
from models.needs.told import MoreNeeded
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.policy.wording import inside
from models.refusals import InvalidInput
from models.rows import add
from models.school_record.opening import record_of
from models.schools.tables import School
from models.telling import tell
from models.text import check_prose

MOST_OF_A_REASON = 2000  # characters: it becomes the words of an assessment's evidence


class HowMuch(Input):
    """Whether more or less is needed (`more`, `less`, `no_change`), and why.

    May be left out; `needed_because` is needed where it is more or less.
    """

    needed: Word | None = None
    needed_because: Text = ""


@dataclass(frozen=True)
class Answer:
    """What was said, checked; of no answer `needed` is none."""

    needed: Needed | None
    why: str

    @property
    def columns(self) -> dict[str, object]:
        """What the row of the visit, report, review or line has of it."""
        return {"needed": self.needed, "needed_because": self.why}


NOTHING_SAID = Answer(None, "")


def checked_answer(given: HowMuch, *, of: str = "") -> Answer:
    """What was answered; raises InvalidInput for all that is wrong.

    `of` stands before the names of the fields, of one of several: `line-7-`.
    """
    if given.needed is None:
        if given.needed_because.strip():
            raise InvalidInput(f"{of}needed", "Say whether more or less is needed, or clear why.")
        return NOTHING_SAID
    if given.needed not in list(Needed):
        raise InvalidInput(f"{of}needed", f"Choose from: {', '.join(Needed)}.")
    needed = Needed(given.needed)
    says_why = needed is not Needed.NO_CHANGE
    field = f"{of}needed_because"
    check_prose(field, given.needed_because, most=MOST_OF_A_REASON, required=says_why)
    return Answer(needed, given.needed_because)


def keep_answer(
    acting: Acting, school: School, answer: Answer, source: NeedSource, source_id: int, day: date
) -> None:
    """What was said of a school, to be answered by a day: on its own record.

    The Heads of Service are told that more is needed. No change, or no answer, asks nothing.
    """
    if answer.needed in (Needed.MORE, Needed.LESS):
        about = record_of(acting, school)
        put_down(about, answer, source, source_id, day, said_by=acting.officer, now=acting.now)


def put_down(
    about: AtHand,
    answer: Answer,
    source: NeedSource,
    source_id: int,
    day: date,
    *,
    said_by: Officer | None,
    now: datetime,
) -> None:
    """The same on any matter; without an officer it is the clock that says so."""
    session, matter = about.session, about.matter
    if answer.needed not in (Needed.MORE, Needed.LESS):
        return
    came_from = words_of(source, day)
    days = about.todays_policy.programme.needs.answer_working_days
    deadline = set_deadline(
        session,
        about.policy,
        matter.id,
        step_key=None,
        due_on=add_working_days(london_date(now), days),
        rule=f"Answer that {inside(answer.needed.label)} ({inside(came_from)})",
        now=now,
        kind=DeadlineKind.NEED,
    )
    key = add(
        session,
        Need,
        matter_id=matter.id,
        answer=answer.needed,
        why=answer.why,
        source=source,
        source_id=source_id,
        deadline_id=deadline.deadline,
        state=NeedState.OPEN,
        said_by_id=said_by.id if said_by else None,
        said_at=now,
    )
    said = NeedSaid(
        matter.id, need=key, answer=answer.needed, source=source, source_id=source_id, on=day
    )
    append(session, now, said_by.email if said_by else THE_CLOCK, said, deadline)
    if answer.needed is Needed.MORE:
        _tell(about, key, answer.why, came_from, said_by, now)


def _tell(
    about: AtHand, need: int, why: str, came_from: str, said_by: Officer | None, now: datetime
) -> None:
    """Once, to every Head of Service who sees the matter; to the Director where none does."""
    session, matter = about.session, about.matter
    for role in (Role.HEAD_OF_SERVICE, Role.DIRECTOR):
        there = officers_in(session, role)
        restricted = matter.restricted
        heads = [each for each in there if sees(session, each, matter.id, restricted=restricted)]
        if heads:
            break
    told = MoreNeeded(
        path=f"/needs/{need}",
        need=need,
        school=about.school.name,
        why=why,
        came_from=came_from,
        said_by=said_by.name if said_by else "",
    )
    others = [each for each in heads if said_by is None or each.id != said_by.id]
    tell(session, now, others, key=f"need:{need}", about=matter.id, told=told)
