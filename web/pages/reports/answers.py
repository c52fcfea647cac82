"""What the school says of the facts in a report: replied to, entered for it, asked for again."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.programme import support_work
from models.programme.tables import WrittenReport
from models.refusals import NotFound
from models.reports.checking import (
    FactsChecked,
    FactsReply,
    check_answering,
    check_replying,
    record_answer,
    reply,
)
from models.reports.links import Opened, standing
from models.reports.reminding import remind_now
from models.reports.shown import Answer, answers_of
from models.reports.tables import AccuracyLink
from models.rows import get_row
from web.door import at_once, key
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says

SAYS_REPLIED = says("accuracy_replied", "Your reply has been recorded")
SAYS_ANSWERED = says("accuracy_answered", "The answer has been recorded")
SAYS_REMINDED = says("accuracy_reminded", "The link is on its way")


def _item(item: str) -> int:
    return key(item)


router = APIRouter()
Item = Annotated[int, at_once(_item)]
REPLY = Asked(FactsReply, reply=("The reply", "Enter your reply"))
ANSWER = Asked(
    FactsChecked,
    answer=("The answer", "Choose whether the facts are accurate"),
    comments=("The comments", "Enter what is not accurate"),
)
OF_REPORT = may(Act.RECORD_SUPPORT_WORK, of=WrittenReport)
ANSWERS = "/reports/{id}/answers/{item}"


@router.get(f"{ANSWERS}/reply", dependencies=[OF_REPORT])
def reply_form(visit: Visitor, number: Key, item: Item) -> Response:
    """The form for a reply, as it was written last."""
    answer, _ = _about(visit, number, item)
    return _reply(visit, number, item, Form.of(reply=answer.reply))


@router.post(f"{ANSWERS}/reply", dependencies=[OF_REPORT])
def post_reply(visit: Visitor, number: Key, item: Item, form: Posted) -> Response:
    """Put the reply on record."""
    _about(visit, number, item)
    try:
        given = form.filled(REPLY)
        with visit.acting() as acting:
            reply(acting, item, given)
    except STAYS as refusal:
        return _reply(visit, number, item, form.refused(refusal, REPLY))
    return visit.done(f"/reports/{number}#answers", SAYS_REPLIED)


def _reply(visit: Visit, number: int, item: int, form: Form) -> Response:
    answer, link = _about(visit, number, item)
    check_replying(link)
    return _page(
        visit, "reply_form.html", "Reply to what was said of the facts", form, answer, link
    )


@router.get(f"{ANSWERS}/answer", dependencies=[OF_REPORT])
def answer_form(visit: Visitor, number: Key, item: Item) -> Response:
    """The form for an answer that came by another way than the personal link."""
    return _answer(visit, number, item, Form())


@router.post(f"{ANSWERS}/answer", dependencies=[OF_REPORT])
def post_answer(visit: Visitor, number: Key, item: Item, form: Posted) -> Response:
    """Put it on record."""
    _about(visit, number, item)
    try:
        given = form.filled(ANSWER)
        with visit.acting() as acting:
            record_answer(acting, item, given)
    except STAYS as refusal:
        return _answer(visit, number, item, form.refused(refusal, ANSWER))
    return visit.done(f"/reports/{number}#answers", SAYS_ANSWERED)


def _answer(visit: Visit, number: int, item: int, form: Form) -> Response:
    answer, link = _about(visit, number, item)
    check_answering(link, late=True)
    return _page(visit, "answer_form.html", "Record what the school said", form, answer, link)


@router.get(f"{ANSWERS}/reminder", dependencies=[OF_REPORT])
def reminder_form(visit: Visitor, number: Key, item: Item) -> Response:
    """Whether the link is to be sent again."""
    answer, link = _about(visit, number, item)
    check_answering(link)
    return _page(visit, "reminder_form.html", "Send the link again", Form(), answer, link)


@router.post(f"{ANSWERS}/reminder", dependencies=[OF_REPORT])
def post_reminder(visit: Visitor, number: Key, item: Item, form: Posted) -> Response:
    """Send it again."""
    answer, link = _about(visit, number, item)
    try:
        with visit.acting() as acting:
            remind_now(acting, item)
    except STAYS as refusal:
        form = form.refused(refusal)
        return _page(visit, "reminder_form.html", "Send the link again", form, answer, link)
    return visit.done(f"/reports/{number}#answers", SAYS_REMINDED)


def _about(visit: Visit, number: int, item: int) -> tuple[Answer, Opened]:
    """Whose answer it is, of this report; raises NotFound."""
    with visit.read() as session:
        found = {each.id: each for each in answers_of(session, visit.reader, number)}
        if item not in found:
            raise NotFound(AccuracyLink.missing)
        return found[item], standing(session, get_row(session, AccuracyLink, item), visit.now)


def _page(
    visit: Visit, template: str, title: str, form: Form, answer: Answer, link: Opened
) -> Response:
    with visit.read() as session:
        found = support_work.report(session, link.report.id)
    return visit.page(
        f"reports/{template}",
        title=title,
        navigation="schools",
        form=form,
        found=found,
        answer=answer,
        answer_by=link.issue.answer_by,
    )
