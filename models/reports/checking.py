"""The school says whether the facts in a report are accurate, and the author replies."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.clocks import add_working_days, london_date
from models.database import read, write
from models.events import append
from models.happened import Happened
from models.inputs import Input, Text, Word
from models.matters.at_hand import find_row
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.policy.programme import ReportRule
from models.refusals import InvalidInput, NotPossible
from models.reports.events import AccuracyRepliedTo, AccuracySaid
from models.reports.found import links_of, rule_of
from models.reports.links import LinkState, Opened, opened, standing
from models.reports.tables import AccuracyAnswer, AccuracyLink, ReportIssue, ReportState
from models.reports.told import AccuracyAnswered
from models.rows import change, get_row
from models.telling import tell
from models.text import check_printable, check_prose

LONGEST_COMMENTS = 10_000  # characters


class FactsChecked(Input):
    """`accurate`, or `inaccurate` with comments that say what is not."""

    answer: Word
    comments: Text = ""


class FactsReply(Input):
    """What the author says to the comments of the school."""

    reply: Text


def answer_by_link(
    engine: Engine, policy: Policy, now: datetime, mark: str, given: FactsChecked
) -> Opened:
    """What the holder of a personal link says of the facts: once, while the link is open.

    `mark` is the digest of the link's secret. Raises NotIdentified, InvalidInput, and NotPossible
    where the link is open no more.
    """
    with read(engine) as session:  # a flood is turned away without the lock of a writer
        opened(session, mark, now)
    with write(engine) as session:
        link = opened(session, mark, now)
        who = f"{link.link.name} ({link.link.role.replace('_', ' ')}, by personal link)"
        _answer(session, policy, now, link, given, actor=who, recorder=None)
        return opened(session, mark, now)


def record_answer(acting: Acting, link_id: int, given: FactsChecked) -> AccuracyLink:
    """Put on record what somebody at the school said of the facts by another way than their link.

    Raises NotAllowed, NotFound, InvalidInput, and NotPossible once it was answered, the final
    version is on its way, or the report was withdrawn.
    """
    session, officer = acting.session, acting.officer
    link = find_row(session, officer, Act.RECORD_SUPPORT_WORK, AccuracyLink, link_id)
    found = standing(session, link, acting.now)
    _answer(session, acting.policy, acting.now, found, given, actor=officer.email, recorder=officer)
    return get_row(session, AccuracyLink, link_id)


def _answer(
    session: Session,
    policy: Policy,
    now: datetime,
    link: Opened,
    given: FactsChecked,
    *,
    actor: str,
    recorder: Officer | None,
) -> None:
    check_answering(link, late=recorder is not None)
    answer = _checked(given)
    values = {"answer": answer, "comments": given.comments, "answered_at": now}
    if recorder is not None:
        values["recorded_by_id"] = recorder.id
    change(session, AccuracyLink, {"id": link.link.id}, **values)
    said = AccuracySaid(
        link.matter.id,
        link=link.link.id,
        report=link.report.id,
        role=link.link.role,
        answer=answer,
        by_link=recorder is None,
        comments=given.comments,
    )
    ended = end_if_answered(session, policy, link, now)
    append(session, now, actor, said, *ended)
    author = get_row(session, Officer, link.issue.author_id)
    if author.active and (recorder is None or recorder.id != author.id):
        told = AccuracyAnswered(link=link.link.id)
        key = f"accuracy:{link.link.id}"
        tell(session, now, [author], key=key, about=link.matter.id, told=told)


def check_answering(link: Opened, *, late: bool = False) -> None:
    """Refuse an answer to what is not asked any more; raises NotPossible.

    `late` ones an officer puts on record, as long as the final version is not on its way.
    """
    state = link.state
    if state is LinkState.ENDED and late and link.report.state is ReportState.ISSUED:
        return
    if state is not LinkState.OPEN:
        raise NotPossible(_WHY_NOT[state])


_WHY_NOT = {
    LinkState.ANSWERED: "This has been answered already.",
    LinkState.ENDED: "The day by which an answer was asked for has passed.",
    LinkState.WITHDRAWN: "This report was withdrawn.",
    LinkState.SHUT: "This cannot be answered now. Get in touch with the council.",
}


def _checked(given: FactsChecked) -> AccuracyAnswer:
    try:
        answer = AccuracyAnswer(given.answer)
    except ValueError:
        raise InvalidInput("answer", "Choose “accurate” or “inaccurate”.") from None
    wanted = answer is AccuracyAnswer.INACCURATE
    if wanted and not given.comments.strip():
        raise InvalidInput("comments", "Enter what is not accurate.")
    check_prose("comments", given.comments, most=LONGEST_COMMENTS, required=wanted)
    check_printable("comments", given.comments)
    return answer


def end_if_answered(
    session: Session, policy: Policy, link: Opened, now: datetime
) -> list[Happened]:
    """When everybody has answered the deadline is met, and the final version is due by a day."""
    if any(each.answer is None for each in links_of(session, link.issue.id)):
        return []
    return end_asking(session, policy, link.issue, rule_of(policy, link.report), now, met=True)


def end_asking(
    session: Session,
    policy: Policy,
    issue: ReportIssue,
    rule: ReportRule | None,
    now: datetime,
    *,
    met: bool,
) -> list[Happened]:
    """No more answers are awaited: a day is set by which the final version is due."""
    if issue.final_deadline_id is not None:
        return []
    if met and issue.deadline_id is not None:
        close_deadline(session, get_row(session, Deadline, issue.deadline_id), met=True)
    days = rule.final_working_days if rule else 10
    due = set_deadline(
        session,
        policy,
        issue.matter_id,
        step_key=None,
        due_on=add_working_days(london_date(now), days),
        rule="The final version of a written report, with what the school said of its facts",
        now=now,
        kind=DeadlineKind.ACCURACY,
    )
    change(session, ReportIssue, {"id": issue.id}, final_deadline_id=due.deadline)
    return [due]


def reply(acting: Acting, link_id: int, given: FactsReply) -> AccuracyLink:
    """Reply to what somebody at the school said of the facts; the final version has both.

    Until that is put forward the reply can be changed. Raises NotAllowed, NotFound, InvalidInput,
    and NotPossible where nothing was said, or the final version is on its way.
    """
    session, officer = acting.session, acting.officer
    link = find_row(session, officer, Act.RECORD_SUPPORT_WORK, AccuracyLink, link_id)
    found = standing(session, link, acting.now)
    check_replying(found)
    check_printable("reply", check_prose("reply", given.reply, most=LONGEST_COMMENTS))
    values = {"reply": given.reply, "replied_by_id": officer.id, "replied_at": acting.now}
    change(session, AccuracyLink, {"id": link.id}, **values)
    replied = AccuracyRepliedTo(
        found.matter.id, link=link.id, report=found.report.id, role=link.role, reply=given.reply
    )
    append(session, acting.now, officer.email, replied)
    return get_row(session, AccuracyLink, link_id)


def check_replying(link: Opened) -> None:
    """Refuse a reply where nothing was said, or too late; raises NotPossible."""
    if link.link.answer is None:
        raise NotPossible("Nothing was said of the facts yet, so there is nothing to reply to.")
    if link.report.state is not ReportState.ISSUED:
        raise NotPossible("The final version is on its way, or the report was withdrawn.")
