"""The files of a case: listed, attached, downloaded."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from models.database import read
from models.evidence import keeping
from models.evidence import shown as evidence_shown
from models.evidence.shown import evidence_file, evidence_of
from models.evidence.tables import EvidenceFile
from models.files.folder import LARGEST
from models.files.kinds import KINDS
from models.inputs import refusing
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput
from web.api.answering import Caller, Once, answer, digest, may
from web.api.paging import Paging
from web.api.problems import MEDIA_TYPE
from web.door import AtDoor, Door, at_once, key, reference
from web.evidence_files import Posted, PostedFile, evidence_response
from web.uploads import upload

router = APIRouter(tags=["Evidence"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]

_FORM = {
    "type": "object",
    "required": ["file", "description"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "description": {"type": "string", "maxLength": keeping.LONGEST_DESCRIPTION},
    },
}
# The form is read by hand, after the rule was asked: FastAPI would read it before.
REQUEST = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}
TOO_LONG = {
    "description": "The file is too large",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@router.get(
    "/escalations/{reference}/evidence",
    response_model=Page[evidence_shown.EvidenceFile],
    dependencies=[may(Act.SEE_CASE)],
)
def list_evidence(
    door: AtDoor, officer: Caller, reference: Reference, query: Annotated[Paging, Query()]
) -> Response:
    """The files of this escalation in the order in which they were added."""
    with read(door.engine) as session:
        found = evidence_of(session, door.policy, reader(officer), reference, **query.model_dump())
        return answer(found)


@router.post(
    "/escalations/{reference}/evidence",
    status_code=201,
    response_model=evidence_shown.EvidenceFile,
    responses={413: TOO_LONG},
    openapi_extra=REQUEST,
    dependencies=[may(Act.ADD_EVIDENCE), upload(LARGEST)],
)
def add_evidence(
    request: Request,
    door: AtDoor,
    officer: Caller,
    reference: Reference,
    posted: Posted,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Attach a file of at most 25 MB: checked by its content, examined and scanned for malware.

    409 while no scanner is set. What is refused before it is kept (its kind, its size, what is in
    it, malware) is judged anew under the same Idempotency-Key.
    """
    sent = Sent(request, door, officer, idempotency_key, posted)
    return sent.keep(keeping.on_matter(reference))


@dataclass(frozen=True)
class Sent:
    """A file that a caller sends, to be kept once for every Idempotency-Key."""

    request: Request
    door: Door
    officer: Officer
    idempotency_key: str | None
    posted: PostedFile

    def keep(self, place: keeping.Place) -> Response:
        """Keep it there, and show it as it is kept."""
        upload, given = _sent(self.posted)
        same = digest(self.request, _content(upload, given.description))
        once = Once(self.request, self.door, self.officer, self.idempotency_key or None, same)
        first = once.again()
        if first is not None:
            return first
        with keeping.receive_at(
            self.door.engine,
            self.door.policy,
            self.door.settings,
            officer=self.officer,
            now=self.door.now,
            place=place,
            upload=upload,
        ) as received:

            def command(acting: Acting) -> evidence_shown.EvidenceFile:
                added = keeping.keep(acting, place, received, given)
                return evidence_file(acting.session, acting.policy, acting.reader, added.id)

            return once.act(command, 201)


def _sent(posted: PostedFile) -> tuple[keeping.Upload, keeping.Described]:
    """The file and its description; raises InvalidInput for anything else."""
    others = posted.texts.keys() - {"description"}
    errors = [(name, "There is no such field.") for name in sorted(others - {"file"})]
    if posted.upload is None:
        errors.append(("file", "Send a file."))
    if "description" not in posted.texts:
        errors.append(("description", "This is needed."))
    if errors or posted.upload is None:
        raise InvalidInput.many(errors)
    with refusing():
        return posted.upload, keeping.Described(description=posted.texts["description"])


def _content(upload: keeping.Upload, description: str) -> str:
    """What makes this request the one it is, whatever boundary its parts have."""
    sha256 = hashlib.sha256()
    while chunk := upload.content.read(1 << 20):
        sha256.update(chunk)
    upload.content.seek(0)
    return json.dumps([sha256.hexdigest(), upload.name, description])


@router.get(
    "/files/{id}",
    response_class=Response,
    responses={
        200: {
            "description": "The file, byte for byte as it was attached",
            "content": {kind.media_type: {} for kind in KINDS},
        }
    },
    dependencies=[may(Act.SEE_CASE, of=EvidenceFile)],
)
def show_file(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One file of a case."""
    return evidence_response(door, reader(officer), id)
