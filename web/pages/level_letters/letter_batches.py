"""Letters about risk levels in batches: how far each is, its sample, its approval, its letters."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

from models import paging
from models.escalations.shown import escalations
from models.level_letters import approving, deliveries, opening
from models.level_letters import batches as level_letters_batches
from models.level_letters import shown as read_letters
from models.level_letters.drafting import ROLES
from models.level_letters.tables import BatchState, LetterBatch, LevelLetter, LevelLetterState
from models.people.access import Act
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from models.work import BulkState
from notifications.letters import to_html_fragment
from notifications.level_letters import bundle_file
from web.door import key
from web.level_letter_files import bundle_response, document_of, level_letter_pdf
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may

router = APIRouter()
LIST = "/letter-batches"
PER_PAGE = 25
LOOKS_AGAIN = 5  # seconds: how often the page of a batch is loaded while work goes on
PROBLEMS_SHOWN = 20


@router.get(LIST, dependencies=[may(Act.SEE_PROGRAMME)])
def batches(visit: Visitor, page: PageNumber) -> Response:
    """All batches, and what waits to be written about."""
    return _list(visit, page, Form())


@router.post(LIST, dependencies=[may(Act.PREPARE_LEVEL_LETTERS)])
def open_batch(visit: Visitor, form: Posted) -> Response:
    """Begin a batch."""
    try:
        with visit.write() as session:
            opened = opening.open_batch(
                session, officer=visit.officer, now=visit.now, about=form.text("about")
            )
    except STAYS as refusal:
        return _list(visit, 1, form.refused(refusal))
    return visit.done(f"{LIST}/{opened.id}", "letters_begun")


def _list(visit: Visit, page: int, form: Form) -> Response:
    with visit.read() as session:
        found = find_batches(session, visit, {}, page, PER_PAGE)
        year = opening.annual_waiting(session)
        changes = len(opening.changes_waiting(session))
    return visit.page(
        "level_letters/batches.html",
        title="Letters on risk levels",
        navigation="risk",
        form=form,
        found=found,
        year=year,
        changes=changes,
        may_open=visit.may(Act.PREPARE_LEVEL_LETTERS),
        address=address(visit, {}),
    )


def find_batches(
    session: Session, _: Visit, __: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of the batches."""
    return read_letters.letter_batches(session, page=page, per_page=per_page)


# One batch ---------------------------------------------------------------------------------


@router.get("/letter-batches/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=LetterBatch)])
def batch(visit: Visitor, number: Key) -> Response:
    """How far a batch is, what is in it, what is to be done."""
    return _batch(visit, number, Form())


def _batch(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = read_letters.letter_batch(session, number)
        problems = find_problems(session, visit, {}, 1, PROBLEMS_SHOWN)
        left_out = read_letters.letters_of_batch(
            session, number, state=LevelLetterState.LEFT_OUT, per_page=PROBLEMS_SHOWN
        )
        batch = level_letters_batches.find_batch(session, number)
        unseen = approving.unseen(session, batch, visit.officer.id)
        own = approving.own_batch(visit.policy, batch, visit.officer)
    work = found["work"]
    at_work = work is not None and work["state"] == BulkState.OPEN
    bundled = found["bundle_sha256"] is not None
    shown = visit.page(
        "level_letters/batch.html",
        title=found["title"],
        navigation="risk",
        form=form,
        batch=found,
        problems=problems,
        left_out=left_out,
        unseen=unseen,
        at_work=at_work,
        has_failed=work is not None and work["state"] == BulkState.FAILED,
        bundle_is_there=bundled and bundle_file(visit.door.settings, number).is_file(),
        looks_again=LOOKS_AGAIN,
        own=own,
        may_approve=visit.may(Act.APPROVE_LEVEL_LETTERS),
        may_act=visit.may(Act.PREPARE_LEVEL_LETTERS),
        may_change_contacts=visit.may(Act.CHANGE_CONTACTS),
    )
    if at_work and not form.errors:
        visit.ask_again(shown, LOOKS_AGAIN)
    return shown


def find_problems(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of the letters that may not have arrived, of the batch that an address names."""
    number = level_letters_batches.find_batch(session, key(visit.request.path_params["id"])).id
    return read_letters.delivery_problems_of(session, number, page=page, per_page=per_page)


@router.get(
    "/letter-batches/{id}/bundle.pdf", dependencies=[may(Act.SEE_PROGRAMME, of=LetterBatch)]
)
def bundle(visit: Visitor, number: Key) -> Response:
    """The letters that go by post, as one file for the printer."""
    return bundle_response(visit.door, number)


@router.get("/letter-batches/{id}/letters", dependencies=[may(Act.SEE_PROGRAMME, of=LetterBatch)])
def letters(
    visit: Visitor,
    number: Key,
    page: PageNumber,
    query: str = "",
    level: str = "",
    role: str = "",
    channel: str = "",
    state: str = "",
) -> Response:
    """The letters of a batch in posting order."""
    filters = {"query": query, "level": level, "role": role, "channel": channel, "state": state}
    form = Form.of(**filters)
    found: paging.Page[paging.Found] | None = None
    with visit.read() as session:
        described = read_letters.letter_batch(session, number)
        try:
            found = find_letters(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid)
    return visit.page(
        "level_letters/letters.html",
        title=f"All letters of batch {number}",
        navigation="risk",
        form=form,
        batch=described,
        found=found,
        levels=list(RiskLevel),
        roles={role.value: words for role, words in ROLES.items()},
        channels=list(read_letters.Channel),
        states=list(LevelLetterState),
        address=address(visit, filters),
    )


def find_letters(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of the letters of the batch that an address names, each with its place there."""
    found = read_letters.letters_of_batch(
        session,
        key(visit.request.path_params["id"]),
        query=filters.get("query", ""),
        level=filters.get("level") or None,
        role=filters.get("role") or None,
        channel=filters.get("channel") or None,
        state=filters.get("state") or None,
        page=page,
        per_page=per_page,
    )
    places = enumerate(found.items, start=(page - 1) * per_page + 1)
    return found.model_copy(
        update={"items": [{**letter, "place": place} for place, letter in places]}
    )


# What is done to it ------------------------------------------------------------------------


@router.get(
    "/letter-batches/{id}/approval", dependencies=[may(Act.APPROVE_LEVEL_LETTERS, of=LetterBatch)]
)
def approval(visit: Visitor, number: Key) -> Response:
    """What approving means, to be confirmed."""
    return _approval(visit, number, Form())


@router.post(
    "/letter-batches/{id}/approval", dependencies=[may(Act.APPROVE_LEVEL_LETTERS, of=LetterBatch)]
)
def approve(visit: Visitor, number: Key, form: Posted) -> Response:
    """Approve the batch: it is issued from now on."""
    try:
        if not form.yes("confirmed"):
            raise InvalidInput("confirmed", "Confirm that the letters are to be sent")
        with visit.write() as session:
            approving.approve(
                session, visit.policy, officer=visit.officer, now=visit.now, number=number
            )
    except STAYS as refusal:
        return _approval(visit, number, form.refused(refusal))
    return visit.done(f"{LIST}/{number}", "letters_approved")


def _approval(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = read_letters.letter_batch(session, number)
        batch = level_letters_batches.find_batch(session, number)
        unseen = approving.unseen(session, batch, visit.officer.id)
        own = approving.own_batch(visit.policy, batch, visit.officer)
    return visit.page(
        "level_letters/approve.html",
        title="Approve the letters",
        navigation="risk",
        form=form,
        batch=found,
        unseen=unseen,
        own=own,
        prepared=found["state"] == BatchState.PREPARED,
        today=visit.today,
        signatory=visit.officer,
    )


@router.get(
    "/letter-batches/{id}/withdrawal", dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)]
)
def withdrawal(visit: Visitor, number: Key) -> Response:
    """What withdrawing means, and the form for its reason."""
    return _withdrawal(visit, number, Form())


@router.post(
    "/letter-batches/{id}/withdrawal", dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)]
)
def withdraw(visit: Visitor, number: Key, form: Posted) -> Response:
    """Withdraw the batch."""
    try:
        form.check("reason")
        with visit.write() as session:
            approving.withdraw(
                session,
                officer=visit.officer,
                now=visit.now,
                number=number,
                reason=form.text("reason"),
            )
    except STAYS as refusal:
        return _withdrawal(visit, number, form.refused(refusal))
    return visit.done(f"{LIST}/{number}", "letters_withdrawn")


def _withdrawal(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = read_letters.letter_batch(session, number)
    return visit.page(
        "level_letters/withdraw.html",
        title="Withdraw the letters",
        navigation="risk",
        form=form,
        batch=found,
    )


@router.post(
    "/letter-batches/{id}/again", dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)]
)
def prepare_again(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft anew what was left out."""
    return _once_more(visit, number, form, approving.prepare_again)


@router.post(
    "/letter-batches/{id}/work", dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)]
)
def go_on(visit: Visitor, number: Key, form: Posted) -> Response:
    """Let work that stopped go on, or make the print bundle again."""
    return _once_more(visit, number, form, approving.go_on)


def _once_more(visit: Visit, number: int, form: Form, command: Any) -> Response:
    try:
        with visit.write() as session:
            command(session, officer=visit.officer, now=visit.now, number=number)
    except STAYS as refusal:
        answer = _batch(visit, number, form.refused(refusal))
        answer.status_code = refusal.status
        return answer
    return visit.done(f"{LIST}/{number}", "letters_go_on")


# Deliveries --------------------------------------------------------------------------------


@router.get(
    "/letter-batches/{id}/deliveries/{item}",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)],
)
def delivery(visit: Visitor, number: Key, item: str) -> Response:
    """What is known of a delivery, and the decision if one is due."""
    return _delivery(visit, number, item, Form())


@router.post(
    "/letter-batches/{id}/deliveries/{item}",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=LetterBatch)],
)
def settle(visit: Visitor, number: Key, item: str, form: Posted) -> Response:
    """Put on record that it arrived, or send it again."""
    try:
        form.check("decision", "reason")
        with visit.write() as session:
            deliveries.settle(
                session,
                officer=visit.officer,
                now=visit.now,
                number=number,
                message_id=key(item),
                decision=form.text("decision"),
                reason=form.text("reason"),
            )
    except STAYS as refusal:
        return _delivery(visit, number, item, form.refused(refusal))
    return visit.done(f"{LIST}/{number}", "settled")


def _delivery(visit: Visit, number: int, item: str, form: Form) -> Response:
    with visit.read() as session:
        message, letter = deliveries.find_delivery(session, number, key(item))
        found = read_letters.level_letter(session, letter.id)
    return visit.page(
        "level_letters/delivery.html",
        title=f"Delivery to {message.to_name}",
        navigation="risk",
        form=form,
        message=message,
        letter=found,
        may_settle=message.state in deliveries.UNSETTLED,
    )


# One letter, and those of one school -------------------------------------------------------


@router.get("/level-letters/{id}.pdf", dependencies=[may(Act.SEE_PROGRAMME, of=LevelLetter)])
def pdf(visit: Visitor, number: Key) -> Response:
    """The letter as a file."""
    return level_letter_pdf(visit.door, number)


@router.get("/level-letters/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=LevelLetter)])
def letter(visit: Visitor, number: Key) -> Response:
    """The letter as it would be, or was, sent; whoever may approve has now looked at it."""
    mark_seen(visit, number)
    with visit.read() as session:
        found = read_letters.level_letter(session, number)
        shown = Markup()
        if found["body"]:
            # Markup is right here: the rendering escapes every text that it puts in.
            html = to_html_fragment(document_of(session, visit.door, number))
            shown = Markup(html)  # noqa: S704 # nosec
        described = read_letters.letter_batch(session, found["batch"])
    return visit.page(
        "level_letters/letter.html",
        title=f"Letter to {found['name']}",
        navigation="risk",
        letter=found,
        preview=shown,
        batch=described,
        next_unseen=_next_unseen(visit, described, number),
    )


def mark_seen(visit: Visit, letter_id: int) -> None:
    """Note that an officer who may approve it has opened a letter of the sample."""
    if not visit.may(Act.APPROVE_LEVEL_LETTERS):
        return
    with visit.read() as session:
        if not approving.is_unseen(session, letter_id, visit.officer.id):
            return
    with visit.write() as session:
        approving.look_at(session, officer=visit.officer, now=visit.now, letter_id=letter_id)


def _next_unseen(visit: Visit, described: dict[str, Any], letter_id: int) -> int | None:
    """The next letter of the sample that the officer has still to open."""
    mine = visit.officer.email
    left = [
        each["id"]
        for each in described["sample"]
        if each["id"] != letter_id and mine not in [seen["email"] for seen in each["seen_by"]]
    ]
    waits = described["state"] == BatchState.PREPARED and visit.may(Act.APPROVE_LEVEL_LETTERS)
    return left[0] if left and waits else None


@router.get("/schools/{urn}/letters", dependencies=[may(Act.SEE_PROGRAMME, of=School)])
def of_school(visit: Visitor, urn: str, page: PageNumber) -> Response:
    """The letters to a school about its level, and where those of its escalations are."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        found = read_letters.level_letters_of(session, school.urn, page=page, per_page=PER_PAGE)
        cases = escalations(
            session,
            visit.policy,
            visit.reader,
            today=visit.today,
            urn=school.urn,
            sort="-reference",
        )
    return visit.page(
        "level_letters/school.html",
        title=f"Letters to {school.name}",
        navigation="schools",
        school=school,
        found=found,
        escalations=cases.items,
        address=address(visit, {}),
    )
