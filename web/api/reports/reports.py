"""Written reports on their way: changed, put forward, withdrawn, their facts checked."""

from typing import Annotated, TypeVar

from fastapi import APIRouter
from fastapi.responses import Response

from models.database import read
from models.inputs import Reason
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.programme import support_work
from models.programme import tables as programme
from models.programme.reports import ReportRewritten, change_report, withdraw_report
from models.programme.support_work import WrittenReport
from models.refusals import NotFound
from models.reports.checking import FactsChecked, FactsReply, record_answer, reply
from models.reports.putting_forward import ReportToSend, put_forward
from models.reports.reminding import remind_now
from models.reports.shown import Answer, Sent, Version, answers_of, sent_of, versions_of
from models.reports.tables import AccuracyLink
from web.api.answering import Caller, OnlyOnce, answer, may
from web.door import AtDoor, InOneGo, at_once, key

router = APIRouter(tags=["Support programme"])


def _item(item: str) -> int:
    return key(item)


Listed = TypeVar("Listed", Sent, Answer, Version)
Key = Annotated[int, at_once(key)]
Item = Annotated[int, at_once(_item)]
SEEN = may(Act.SEE_PROGRAMME, of=programme.WrittenReport)
ACTED_ON = may(Act.RECORD_SUPPORT_WORK, of=programme.WrittenReport)


def _all(items: list[Listed]) -> Response:
    return answer(Page(items=items, page=1, pages=1, total=len(items)))


@router.put("/reports/{id}", response_model=WrittenReport, dependencies=[ACTED_ON])
def rewrite_report(in_one_go: InOneGo, id: Key, body: ReportRewritten) -> Response:
    """Another text for a draft; of a report that the school has, for its final version."""
    with in_one_go() as acting:
        change_report(acting, id, body)
        return answer(support_work.report(acting.session, id))


@router.get("/reports/{id}/versions", response_model=Page[Version], dependencies=[SEEN])
def list_versions(door: AtDoor, _: Caller, id: Key) -> Response:
    """Every version of its text, the newest first."""
    with read(door.engine) as session:
        return _all(versions_of(session, id))


@router.get("/reports/{id}/letters", response_model=Page[Sent], dependencies=[SEEN])
def list_sent(door: AtDoor, officer: Caller, id: Key) -> Response:
    """What was put forward of it, with proposal and letter, the newest first.

    Nothing where the school's record is not the caller's to see.
    """
    with read(door.engine) as session:
        return _all(sent_of(session, reader(officer), id))


@router.post(
    "/reports/{id}/proposals",
    status_code=201,
    response_model=WrittenReport,
    dependencies=[ACTED_ON],
)
def propose_report(once: OnlyOnce, id: Key, body: ReportToSend) -> Response:
    """Put a draft, or the final version, forward for approval."""

    def command(acting: Acting) -> WrittenReport:
        put_forward(acting, id, body)
        return support_work.report(acting.session, id)

    return once.act(command, 201)


@router.post("/reports/{id}/withdrawal", response_model=WrittenReport, dependencies=[ACTED_ON])
def withdraw(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Say that it counts no more, and why: its links end, and its duty is due again."""

    def command(acting: Acting) -> WrittenReport:
        withdraw_report(acting, id, body)
        return support_work.report(acting.session, id)

    return once.act(command)


@router.get("/reports/{id}/answers", response_model=Page[Answer], dependencies=[SEEN])
def list_answers(door: AtDoor, officer: Caller, id: Key) -> Response:
    """Who at the school is asked about its facts, what they said, and what was replied.

    Nothing where the school's record is not the caller's to see.
    """
    with read(door.engine) as session:
        return _all(answers_of(session, reader(officer), id))


@router.post("/reports/{id}/answers/{item}", response_model=Answer, dependencies=[ACTED_ON])
def enter_answer(once: OnlyOnce, id: Key, item: Item, body: FactsChecked) -> Response:
    """Put an answer on record that came by another way than the personal link."""

    def command(acting: Acting) -> Answer:
        _of(acting, id, item)
        record_answer(acting, item, body)
        return _of(acting, id, item)

    return once.act(command)


@router.post("/reports/{id}/answers/{item}/reply", response_model=Answer, dependencies=[ACTED_ON])
def reply_to_answer(once: OnlyOnce, id: Key, item: Item, body: FactsReply) -> Response:
    """Reply to what was said of the facts; the final version has both."""

    def command(acting: Acting) -> Answer:
        _of(acting, id, item)
        reply(acting, item, body)
        return _of(acting, id, item)

    return once.act(command)


@router.post(
    "/reports/{id}/answers/{item}/reminder", response_model=Answer, dependencies=[ACTED_ON]
)
def send_link_again(once: OnlyOnce, id: Key, item: Item) -> Response:
    """Send the personal link once more, while an answer is awaited."""

    def command(acting: Acting) -> Answer:
        _of(acting, id, item)
        remind_now(acting, item)
        return _of(acting, id, item)

    return once.act(command)


def _of(acting: Acting, report_id: int, link_id: int) -> Answer:
    """One of a report's answers; raises NotFound."""
    found = {each.id: each for each in answers_of(acting.session, acting.reader, report_id)}
    if link_id not in found:
        raise NotFound(AccuracyLink.missing)
    return found[link_id]
