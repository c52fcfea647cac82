"""What happened to unrestricted cases is told to Prefect, and automations can be tied to it."""

from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import Variable
from sqlalchemy import delete, update
from sqlmodel import col, select

from flows import telling
from flows.record import Record
from flows.telling import Teller
from models.database import read, write
from models.escalations import holding
from models.events import ChainHead, Event
from models.inputs import Reason
from models.people.acting import Acting
from tests.support.automations import install_example, receiver
from tests.support.cases import Case
from tests.support.clockwork import Clockwork, return_the_notes
from tests.support.prefect_server import eventually

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Listener:
    """A stand-in for Prefect: it keeps variables and events, unless it is told to refuse."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.answers = 204
        self.asked = 0

    async def read_variable_by_name(self, name: str) -> Variable | None:
        self.asked += 1
        value = self.variables.get(name)
        return Variable(name=name, value=value) if value else None

    async def create_variable(self, variable: Any) -> None:
        self.variables[variable.name] = variable.value

    update_variable = create_variable

    async def request(self, method: str, path: str, json: list[dict[str, Any]]) -> None:
        assert (method, path) == ("POST", "/events")
        request = httpx.Request(method, "http://prefect.example/api/events")
        if self.answers != 204:
            refused = httpx.Response(self.answers, request=request)
            raise httpx.HTTPStatusError("refused", request=request, response=refused)
        self.heard += json

    @property
    def kinds(self) -> list[str]:
        return [event["event"] for event in self.heard]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def teller(record: Record, case: Case, listener: Listener) -> Teller:
    """Somebody who has told up to now, with a case that has begun."""
    case.started()
    teller = Teller(record)
    await teller.tell(listener)
    assert listener.heard == []
    return teller


async def test_it_says_what_happened_to_which_case_and_not_who_nor_why(
    teller: Teller, case: Case, listener: Listener
) -> None:
    case.propose("pause", reason="The head is ill.")
    await teller.tell(listener)

    [event] = listener.heard
    assert event["event"] == "scc.change_proposed"
    assert event["resource"] == {
        "prefect.resource.id": f"scc.escalation.{case.reference}",
        "prefect.resource.name": case.reference,
        "scc.ladder": "maintained",
        "scc.action": "pause",
        "scc.step": "informal_headteacher",
    }
    assert event["payload"]["page"] == f"http://127.0.0.1:8000/escalations/{case.reference}"
    assert event["payload"]["school"] == "Ashfield Primary School"
    assert "ill" not in str(event)
    assert case.council.seo.email not in str(event)


async def test_what_was_told_is_not_told_again_not_even_by_another(
    teller: Teller, case: Case, listener: Listener, record: Record
) -> None:
    proposal = case.propose("pause")
    await teller.tell(listener)
    asked = listener.asked
    await teller.tell(listener)
    assert listener.asked == asked, "nothing is asked of Prefect while nothing happens"
    await Teller(record).tell(listener)

    case.decide(proposal, "hos")
    await teller.tell(listener)

    assert listener.kinds == [
        "scc.change_proposed",
        "scc.proposal_approved",
        "scc.escalation_paused",
    ]
    assert len({event["id"] for event in listener.heard}) == 3


async def test_many_are_told_some_at_a_time(
    teller: Teller, case: Case, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 3)
    case.discuss()
    case.change("pause")
    case.change("resume")
    with read(case.engine) as session:
        head = session.exec(select(Event.sequence).order_by(col(Event.sequence).desc())).first()

    for _ in range(head):
        await teller.tell(listener)

    happened = [f"scc.{event.kind}" for event in case.all(Event)]
    assert listener.kinds == happened[-len(listener.kinds) :]
    assert listener.kinds.count("scc.escalation_resumed") == 1
    assert "scc.discussion_recorded" in listener.kinds


async def test_a_server_that_is_away_hears_it_later(
    teller: Teller, case: Case, listener: Listener
) -> None:
    case.propose("pause")
    listener.answers = 503
    with pytest.raises(httpx.HTTPStatusError):
        await teller.tell(listener)
    listener.answers = 204
    await teller.tell(listener)

    assert listener.kinds == ["scc.change_proposed"]


async def test_what_the_server_will_never_take_is_passed_over(
    teller: Teller, case: Case, listener: Listener
) -> None:
    proposal = case.propose("pause")
    listener.answers = 422
    await teller.tell(listener)
    listener.answers = 204
    case.decide(proposal, "hos", "return")
    await teller.tell(listener)

    assert listener.kinds == ["scc.proposal_returned"]


async def test_a_server_that_lost_its_database_hears_of_nothing_from_before(
    teller: Teller, case: Case, listener: Listener
) -> None:
    proposal = case.propose("pause")
    listener.variables.clear()
    await teller.tell(listener)
    case.decide(proposal, "hos", "return")
    await teller.tell(listener)

    assert listener.kinds == ["scc.proposal_returned"]


async def test_after_a_backup_was_restored_it_goes_on_from_there(
    teller: Teller, case: Case, listener: Listener
) -> None:
    before = case.all(Event)[-1].sequence
    case.propose("pause")
    await teller.tell(listener)
    with write(case.engine) as session:  # as if that had never been
        session.exec(delete(Event).where(col(Event.sequence) > before))
        session.exec(update(ChainHead).values(sequence=before))
    listener.heard.clear()

    await teller.tell(listener)

    assert listener.heard == []


async def test_of_a_restricted_case_nothing_is_told_not_even_when_it_is_opened(
    teller: Teller, case: Case, listener: Listener, record: Record
) -> None:
    proposal = case.propose("pause")
    case.restrict("hos2")
    case.decide(proposal, "hos2")
    await teller.tell(listener)
    case.propose("resume")
    with write(case.engine) as session:
        holding.open_to_all(
            Acting(session, case.policy, case.council.hos, case.now),
            case.reference,
            Reason(reason="It is known now."),
        )
    await teller.tell(listener)

    assert listener.kinds == ["scc.case_opened_to_all"]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_message_in_teams_when_a_warning_notice_is_approved(clockwork: Clockwork) -> None:
    """The automation of the documentation, on a real server."""
    case = clockwork.case.started().climb_to("performance_meetings")
    case.fail_step()
    return_the_notes(case)
    case.warn(approved=False)
    teller = Teller(clockwork.record)
    await teller.tell(clockwork.client)
    with receiver() as (url, received):
        automation = await install_example(clockwork.client, url)
        case.decide(case.awaiting[-1], "legal")
        await teller.tell(clockwork.client)
        case.decide(case.awaiting[-1], "dcs")
        await teller.tell(clockwork.client)
        eventually(lambda: received, "the message")
        await clockwork.client.delete_automation(automation)

    [message] = received
    [card] = [attachment["content"] for attachment in message["attachments"]]
    assert card["body"][0]["text"] == (
        f"A warning notice to Ashfield Primary School was approved ({case.reference})."
    )
    assert card["actions"][0]["url"].endswith(f"/escalations/{case.reference}")
