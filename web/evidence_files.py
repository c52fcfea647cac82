"""Files as they come in by an upload and go out as a download, at the pages and the API alike."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from unicodedata import combining
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import FileResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from models.database import read
from models.evidence.keeping import Upload
from models.evidence.shown import evidence_file
from models.files.folder import is_whole, path_of
from models.people.access import Reader
from models.refusals import InvalidInput, NotPossible
from web.door import Door

# What is kept was written by others: opened in a browser, it may load and run nothing.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
MOST_FIELDS = 5  # of a form with one file
LONGEST_FIELD = 20_000  # bytes; a description has at most 2,000 characters


def evidence_response(door: Door, reader: Reader, file_id: int) -> Response:
    """A file of a case, byte for byte as it was attached, to be kept and not shown.

    Raises NotFound, and NotPossible when its bytes are not what they were. Reads them all: not
    for the loop.
    """
    with read(door.engine) as session:
        file = evidence_file(session, door.policy, reader, file_id)
    path = path_of(door.settings.evidence_folder, file.sha256)
    if not is_whole(path, file.sha256):
        raise NotPossible(
            "The bytes of this file are missing or were changed. Tell your administrator: they "
            "may be in a backup."
        )
    headers = {
        "Content-Disposition": attachment(file.name),
        "Content-Security-Policy": FILE_POLICY,
    }
    return FileResponse(path, media_type=file.media_type, headers=headers)


def attachment(name: str) -> str:
    """The Content-Disposition of a download with this name (RFC 6266, section 4.3).

    Whoever does not read `filename*` gets the name in ASCII, as near as it can be.
    """
    letters = (char for char in unicodedata.normalize("NFKD", name) if not combining(char))
    plain = re.sub("[^A-Za-z0-9 ._()-]", "_", "".join(letters))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@dataclass(frozen=True)
class PostedFile:
    """What a form with a file brought: the file, if one was chosen, and the texts by name."""

    upload: Upload | None
    texts: dict[str, str]


async def posted_file(request: Request) -> AsyncIterator[PostedFile]:
    """What was posted; a large file is on the disk by now, under no name.

    Raises InvalidInput for anything but one form with at most one file.
    """
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except (UnicodeError, ClientDisconnect):  # a charset that no browser sends; nobody is there
        raise _unreadable() from None
    except HTTPException as failure:
        if failure.status_code != 400:
            raise
        raise _unreadable() from None
    try:
        file = form.get("file")
        upload = None
        if isinstance(file, UploadFile) and (file.filename or file.size):
            upload = Upload(file.filename or "", file.file)
        texts = {name: text for name, text in form.multi_items() if isinstance(text, str)}
        yield PostedFile(upload, texts)
    finally:
        await form.close()


def _unreadable() -> InvalidInput:
    return InvalidInput("file", "Send one file, with its description, as multipart/form-data.")


Posted = Annotated[PostedFile, Depends(posted_file)]
