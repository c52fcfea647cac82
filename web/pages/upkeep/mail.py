"""How mail leaves: the way out is tried without sending, and a test message is asked for."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.upkeep import testing_mail
from notifications import signs
from web.pages.visits import Visitor, may, says

SAYS_TEST_QUEUED = says("mail_test_queued", "A test message to you is on its way")

router = APIRouter()


@router.get("/administration/mail", dependencies=[may(Act.SEE_SYSTEM)])
def mail(visit: Visitor) -> Response:
    """What was found of the way out, and what became of the officer's last test messages."""
    way = signs.of_way_out(visit.door.settings, visit.now, visit.door.engine)
    with visit.read() as session:
        tests = testing_mail.last_of(session, visit.officer)
    return visit.page(
        "upkeep/mail.html",
        title="How mail leaves",
        navigation="administration",
        way=way.says,
        findings=way.findings,
        tests=tests,
    )


@router.post("/administration/mail/test", dependencies=[may(Act.SEE_SYSTEM)])
def send_test(visit: Visitor) -> Response:
    """A test message to whoever asks."""
    with visit.acting() as acting:
        testing_mail.ask_for_test(acting)
    return visit.done("/administration/mail", SAYS_TEST_QUEUED)
