"""How a letter was served: on whom, how, from when that counts; and that it was not."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from models.letters import serving
from models.letters import shown as letters_shown
from models.letters.served import NoticeServed, ServedOn, ServiceState
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import see_row
from models.people.access import Act
from models.refusals import NotPossible
from models.statutory import shown as statutory_shown
from models.statutory import tables
from models.statutory.tables import ServiceMethod
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.statutory.wording import who
from web.pages.visits import Key, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_SERVED = says("served", "The service of the letter has been recorded")
SAYS_UNDONE = says("service_undone", "The record of service has been undone")


router = APIRouter()
SERVICE = Asked(
    serving.ServiceOfLetter,
    to=("On whom", "Choose on whom it was served"),
    method=("Method", "Choose how it was served"),
    served_on=("The date", "Enter the date on which it was served"),
    arrived_on=("The date of arrival", "Enter the date on which it arrived"),
    evidence=("Evidence", "Enter the evidence"),
)
UNDOING = Asked(serving.ServiceNotMade, reason=("Reason", "Enter why it does not count"))
STATES = {
    ServiceState.UNPROVEN: "Service unproven",
    ServiceState.PROVEN: "Served",
    ServiceState.TOO_LATE: "Served too late",
    ServiceState.NOT_ASKED: "No longer asked for",
}


@dataclass(frozen=True)
class ServiceInWords:
    """That a letter was served: on whom, and how."""

    shown: statutory_shown.Service
    to: str

    @property
    def method(self) -> str:
        """How, as it begins a sentence."""
        return upper_first(self.shown.method.label)


@dataclass(frozen=True)
class ServedInWords:
    """One of those who have a notice, in words."""

    shown: ServedOn
    who: str

    @property
    def how(self) -> str:
        """How it was served, in brackets; nothing where only its receipt is on record."""
        return f" ({self.shown.method.label})" if self.shown.method else ""


@dataclass(frozen=True)
class NoticeInWords:
    """How far a notice is proven to have been served, in words."""

    shown: NoticeServed
    state: str
    recipients: list[ServedInWords]


def notice_served(notice: NoticeServed) -> NoticeInWords:
    """How far a notice is proven to have been served, in words."""
    recipients = [ServedInWords(each, _whom(each.to, each.name)) for each in notice.recipients]
    return NoticeInWords(notice, STATES[notice.state], recipients)


def services_in_words(
    letter: letters_shown.ListedLetter, services: Sequence[statutory_shown.Service]
) -> list[ServiceInWords]:
    """What was recorded of a letter's service, in words."""
    recipients = _recipients(letter)
    return [ServiceInWords(each, recipients.get(each.to, who(each.to))) for each in services]


def _recipients(found: letters_shown.ListedLetter) -> dict[str, str]:
    """Those to whom an issued letter went: their role, and what they are called."""
    return {person.role: _whom(person.role, person.name) for person in found.recipients or ()}


def _whom(role: str, name: str) -> str:
    return name if role.startswith("person_") else f"{who(role)}: {name}"


@router.get("/letters/{id}/services/new", dependencies=[may(Act.RECORD_SERVICE, of=Letter)])
def service(visit: Visitor, number: Key) -> Response:
    """The form for how the letter was served on somebody."""
    return _service(visit, number, Form())


@router.post("/letters/{id}/services/new", dependencies=[may(Act.RECORD_SERVICE, of=Letter)])
def record_service(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record that the letter was served: apart from what became of its e-mail."""
    try:
        given = form.filled(SERVICE)
        with visit.acting() as acting:
            serving.record_service(acting, number, given)
    except STAYS as refusal:
        return _service(visit, number, form.refused(refusal, SERVICE))
    return visit.done(f"/letters/{number}", SAYS_SERVED)


def _service(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = letters_shown.letter(session, visit.policy, visit.reader, number)
    if found.state != LetterState.ISSUED:
        raise NotPossible("Only a letter that was issued can be served.")
    statutory = visit.policy.statutory
    return visit.page(
        "letters/service_form.html",
        title="Record that the letter was served",
        form=form,
        letter=found,
        recipients=_recipients(found),
        methods=[
            (method.value, upper_first(method.label), _counts(statutory.counts_after(method.value)))
            for method in ServiceMethod
        ],
    )


def _counts(days: int) -> str:
    if days == 0:
        return "Counts on the same day"
    return f"Counts {days} working day{'s' if days > 1 else ''} later"


@router.get("/services/{id}/withdrawal", dependencies=[may(Act.RECORD_SERVICE, of=tables.Service)])
def undoing(visit: Visitor, number: Key) -> Response:
    """The form for why a record of service does not count."""
    return _undoing(visit, number, Form())


@router.post("/services/{id}/withdrawal", dependencies=[may(Act.RECORD_SERVICE, of=tables.Service)])
def undo_service(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that the letter was not served as was recorded."""
    try:
        given = form.filled(UNDOING)
        with visit.acting() as acting:
            letter = serving.undo_service(acting, number, given).letter_id
    except STAYS as refusal:
        return _undoing(visit, number, form.refused(refusal, UNDOING))
    return visit.done(f"/letters/{letter}", SAYS_UNDONE)


def _undoing(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        row = see_row(session, visit.reader, tables.Service, number)
        found = letters_shown.letter(session, visit.policy, visit.reader, row.letter_id)
        [shown] = services_in_words(found, [statutory_shown.service(session, visit.reader, number)])
    return visit.page(
        "letters/service_undo_form.html",
        title="Say that the letter was not served so",
        form=form,
        letter=found,
        service=shown,
    )
