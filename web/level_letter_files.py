"""A letter about a risk level, and a batch's print bundle, as files."""

from fastapi.responses import FileResponse, Response
from sqlmodel import Session

from models.database import read
from models.level_letters.batches import find_batch
from models.level_letters.letters_shown import frozen_level_letter
from models.level_letters.tables import LevelLetter
from models.refusals import NotFound
from models.rows import by_key
from notifications.letters import LetterDocument, to_pdf
from notifications.level_letters import bundle_file, level_letter_document
from web.door import Door

PDF = "application/pdf"


def document_of(session: Session, door: Door, letter_id: int) -> LetterDocument:
    """All that is, or would be, printed on a letter; raises NotFound, also for one left out."""
    letter = by_key(session, LevelLetter, letter_id)
    if letter is None or not letter.body:
        raise NotFound(f"There is no letter {letter_id} about a risk level.")
    batch = find_batch(session, letter.batch_id)
    return level_letter_document(door.policy, batch, letter, door.today)


def level_letter_pdf(door: Door, letter_id: int) -> Response:
    """The frozen bytes of an issued letter, any other as it stands. Raises NotFound."""
    with read(door.engine) as session:
        document = document_of(session, door, letter_id)
        frozen = frozen_level_letter(session, letter_id)
    name = f"{document.reference.replace('/', '-')}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(frozen or to_pdf(document), media_type=PDF, headers=headers)


def bundle_response(door: Door, number: int) -> Response:
    """The print bundle of a batch; raises NotFound where there is none."""
    with read(door.engine) as session:
        batch = find_batch(session, number)
    file = bundle_file(door.settings, number)
    if batch.bundle_sha256 is None or not file.is_file():
        raise NotFound("The print bundle of this batch is not there. It can be made again.")
    name = f"letters-{number}.pdf"
    return FileResponse(file, media_type=PDF, filename=name)
