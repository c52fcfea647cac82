"""The letters of a batch on risk levels, those of one school, and one as it would be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

from models.escalations.shown import escalations
from models.level_letters import approving, tables
from models.level_letters.drafting import ROLES
from models.level_letters.letters_shown import (
    Channel,
    LevelLetter,
    letters_of_batch,
    level_letter,
    level_letters_of,
)
from models.level_letters.shown import WholeLetterBatch, letter_batch
from models.level_letters.tables import BatchState, LevelLetterState
from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from notifications.letters import to_html_fragment
from web.door import key
from web.level_letter_files import document_of, level_letter_pdf
from web.pages.asked import Fields
from web.pages.forms import Form
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may
from web.tables import Column

router = APIRouter()
PER_PAGE = 25
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    level=("Risk level", "Choose a risk level"),
    role=("To whom", "Choose to whom they are"),
    channel=("How they go", "Choose how they go"),
    state=("State", "Choose a state"),
)


@dataclass(frozen=True)
class PlacedLetter:
    """A letter with its place in the posting order of its batch."""

    shown: LevelLetter
    place: int


@router.get(
    "/letter-batches/{id}/letters", dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)]
)
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
    found: Page[PlacedLetter] | None = None
    with visit.read() as session:
        described = letter_batch(session, number)
        try:
            found = find_letters(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
    return visit.page(
        "level_letters/letters.html",
        title=f"All letters of batch {number}",
        navigation="risk",
        form=form,
        batch=described,
        found=found,
        levels=list(RiskLevel),
        roles={role.value: words for role, words in ROLES.items()},
        channels=list(Channel),
        states=list(LevelLetterState),
        address=address(visit, filters),
    )


def find_letters(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[PlacedLetter]:
    """One page of the letters of the batch that an address names, each with its place there."""
    found = letters_of_batch(
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
    return Page(
        items=[PlacedLetter(letter, place) for place, letter in places],
        page=found.page,
        pages=found.pages,
        total=found.total,
    )


@router.get("/level-letters/{id}.pdf", dependencies=[may(Act.SEE_PROGRAMME, of=tables.LevelLetter)])
def pdf(visit: Visitor, number: Key) -> Response:
    """The letter as a file."""
    return level_letter_pdf(visit.door, number)


@router.get("/level-letters/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.LevelLetter)])
def letter(visit: Visitor, number: Key) -> Response:
    """The letter as it would be, or was, sent; whoever may approve has now looked at it."""
    mark_seen(visit, number)
    with visit.read() as session:
        found = level_letter(session, number)
        shown = Markup()
        if found.body:
            # Markup is right here: the rendering escapes every text that it puts in.
            html = to_html_fragment(document_of(session, visit.door, number))
            shown = Markup(html)  # noqa: S704 # nosec
        described = letter_batch(session, found.batch)
    return visit.page(
        "level_letters/letter.html",
        title=f"Letter to {found.name}",
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
    with visit.acting() as acting:
        approving.look_at(acting, letter_id)


def _next_unseen(visit: Visit, described: WholeLetterBatch, letter_id: int) -> int | None:
    """The next letter of the sample that the officer has still to open."""
    mine = visit.officer.email
    left = [
        each.id
        for each in described.sample
        if each.id != letter_id and mine not in [seen.email for seen in each.seen_by]
    ]
    waits = described.state is BatchState.PREPARED and visit.may(Act.APPROVE_LEVEL_LETTERS)
    return left[0] if left and waits else None


@router.get("/schools/{urn}/letters", dependencies=[may(Act.SEE_PROGRAMME, of=School)])
def of_school(visit: Visitor, urn: str, page: PageNumber) -> Response:
    """The letters to a school about its level, and where those of its escalations are."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        found = level_letters_of(session, school.urn, page=page, per_page=PER_PAGE)
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


LISTS: tuple[List[Any], ...] = (
    List[PlacedLetter](
        "/letter-batches/{id}/letters",
        Act.SEE_PROGRAMME,
        "Letters of batch",
        find_letters,
        [
            Column("Posting order", lambda letter: letter.place),
            Column("URN", lambda letter: letter.shown.urn),
            Column("School", lambda letter: letter.shown.school),
            Column("To", lambda letter: letter.shown.role),
            Column("Name", lambda letter: letter.shown.name),
            Column("Level", lambda letter: letter.shown.level),
            Column("Level before", lambda letter: letter.shown.before),
            Column("How it goes", lambda letter: letter.shown.channel),
            Column("E-mail address", lambda letter: letter.shown.email),
            Column("Address", lambda letter: letter.shown.address),
            Column("State", lambda letter: letter.shown.state),
            Column("Why left out", lambda letter: letter.shown.left_out),
            Column("SHA-256", lambda letter: letter.shown.sha256),
        ],
        of=tables.LetterBatch,
    ),
)
