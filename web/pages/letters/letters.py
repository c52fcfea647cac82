"""One letter: its preview, its versions, its files, and editing the draft."""

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session, select

from models import paging
from models.letters import shown as letters_shown
from models.letters.served import service_of_letter
from models.letters.tables import Letter, LetterState, LetterVersion
from models.letters.writing import DraftText, edit_letter, follows_from_form
from models.matters.at_hand import see_row
from models.people.access import Act
from models.policy.wording import inside
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import find
from models.statutory.shown import services_of
from notifications.issuing import letter_document
from notifications.letters import LETTER_STYLE, LetterDocument, to_html_fragment
from web.letter_files import letter_file
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.letters.service import notice_served, services_in_words
from web.pages.visits import Key, Visit, Visitor, may, says
from web.rules import anybody

SAYS_LETTER = says("letter", "The new version of the letter has been saved")


router = APIRouter()
DRAFT = Asked(DraftText, body=("Text of the letter", "Enter the text of the letter"))


@router.get("/letters/style.css", dependencies=[anybody])
def style() -> Response:
    """The letters' own style sheet: the pages' policy forbids styles inside a page."""
    return Response(LETTER_STYLE, media_type="text/css")


@router.get("/letters/{id}.{kind}", dependencies=[may(Act.SEE_CASE, of=Letter)])
def file(visit: Visitor, number: Key, kind: str) -> Response:
    """The letter as a file."""
    found = letter_file(visit.door, visit.reader, number, kind)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/letters/{id}", dependencies=[may(Act.SEE_CASE, of=Letter)])
def letter(visit: Visitor, number: Key) -> Response:
    """The letter as it would be, or was, sent; its versions and deliveries."""
    with visit.read() as session:
        found = letters_shown.letter(session, visit.policy, visit.reader, number)
        shown = preview(session, visit, number)
        to_be_changed = editable(session, found)
        services = services_of(session, visit.reader, number, per_page=paging.MOST_PER_PAGE).items
        served = service_of_letter(session, visit.policy, visit.reader, number)
    return visit.page(
        "letters/letter.html",
        title=found.title,
        letter=found,
        preview=shown,
        served=served and notice_served(served),
        services=services_in_words(found, services),
        may_edit=visit.may(Act.WRITE_LETTER) and to_be_changed,
        may_serve=visit.may(Act.RECORD_SERVICE) and found.state == "issued",
    )


def editable(session: Session, found: letters_shown.ListedLetter) -> bool:
    """Whether the text may still be changed: a draft, and not one that its form has written."""
    return found.state == LetterState.DRAFT and not follows_from_form(session, found.id)


@router.get("/letters/{id}/versions/{version}", dependencies=[may(Act.SEE_CASE, of=Letter)])
def version(visit: Visitor, number: Key, version: str) -> Response:
    """The text of one version, as somebody left it."""
    with visit.read() as session:
        found = letters_shown.letter(session, visit.policy, visit.reader, number)
        kept = select(LetterVersion).where(LetterVersion.letter_id == number)
        texts = {str(one.version): one for one in find(session, kept)}
    if version not in texts:
        raise NotFound(LetterVersion.missing)
    title = f"Version {version} of the {inside(found.title)}"
    return visit.page(
        "letters/letter_version.html", title=title, letter=found, version=texts[version]
    )


@router.get("/letters/{id}/edit", dependencies=[may(Act.WRITE_LETTER, of=Letter)])
def edit(visit: Visitor, number: Key) -> Response:
    """The text of a draft, to be changed."""
    with visit.read() as session:
        body = letters_shown.letter(session, visit.policy, visit.reader, number).body
    return _edit(visit, number, Form.of(body=body))


@router.post("/letters/{id}/edit", dependencies=[may(Act.WRITE_LETTER, of=Letter)])
def save(visit: Visitor, number: Key, form: Posted) -> Response:
    """Keep a new version of the draft."""
    try:
        given = form.filled(DRAFT)
        with visit.acting() as acting:
            edit_letter(acting, number, given)
    except InvalidInput as invalid:
        return _edit(visit, number, form.refused(invalid, DRAFT))
    return visit.done(f"/letters/{number}", SAYS_LETTER)


def _edit(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = letters_shown.letter(session, visit.policy, visit.reader, number)
        to_be_changed = editable(session, found)
    if found.state != LetterState.DRAFT:
        raise NotPossible(
            f"The letter is {found.state}: its text can be changed only while it is a draft."
        )
    if not to_be_changed:
        raise NotPossible(
            "The text of this letter follows from its form. To change it, have its proposal "
            "returned and fill in the form again."
        )
    return visit.page("letters/letter_edit.html", title="Edit the draft", form=form, letter=found)


def preview(session: Session, visit: Visit, letter_id: int) -> Markup:
    """The letter as HTML to stand in a page."""
    # Markup is right here: the rendering escapes every text that it puts in.
    return Markup(to_html_fragment(_document(session, visit, letter_id)))  # noqa: S704 # nosec


def _document(session: Session, visit: Visit, letter_id: int) -> LetterDocument:
    letter = see_row(session, visit.reader, Letter, letter_id)
    return letter_document(session, visit.policy, letter, today=visit.today)
