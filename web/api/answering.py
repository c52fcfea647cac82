"""Who is calling, and how a call is answered: once for every Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session, select

from models.database import read
from models.noting import forget
from models.outbox import Answer
from models.people import identity
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput, NotIdentified, Refused
from models.rows import add, find_first
from models.shown import Shown
from web.api import problems
from web.door import AtDoor, Door, act, let_in
from web.rules import May, keep_refusal

JSON = "application/json"
_bearer = HTTPBearer(auto_error=False, description="A token of `scc token`.")

Command = Callable[[Acting], Shown]


def answer(found: Shown, status: int = 200) -> Response:
    """What was found, as the interface has it."""
    return Response(found.model_dump_json(by_alias=True), status, media_type=JSON)


def caller(
    request: Request,
    door: AtDoor,
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Officer:
    """Whose token came with the call; raises NotIdentified."""
    if token is None:
        raise NotIdentified("Send a token: Authorization: Bearer TOKEN.")
    credential, officer = identity.caller(door.engine, now=door.now, token=token.credentials)
    let_in(request, credential, officer)
    return officer


Caller = Annotated[Officer, Depends(caller)]
may = May(caller)


@dataclass(frozen=True)
class Once:
    """Carries out a POST in one transaction, and only the first time that its key is seen.

    The first answer is kept with what it did, a refusal too, and given again to the same
    request of the same officer. Two at once queue for the transaction, so one of them is first.
    """

    request: Request
    door: Door
    officer: Officer
    key: str | None
    digest: str

    def act(self, command: Command, status: int = 200) -> Response:
        """Run the command and answer with what it returns; raises Refused when there is no key."""
        with act(self.request, self.door) as acting:
            if self.key is None:
                return answer(command(acting), status)
            first = self._first(acting.session)
            if first is not None:
                return self._again(first)
            answered, refusal = _carry_out(acting, command, status)
            self._keep(acting.session, answered)
        if refusal is not None:
            keep_refusal(self.request, refusal)
        return answered

    def again(self) -> Response | None:
        """The first answer, if this key has one: before anything is made ready for a command."""
        if self.key is None:
            return None
        with read(self.door.engine) as session:
            first = self._first(session)
        return self._again(first) if first is not None else None

    def _first(self, session: Session) -> Answer | None:
        statement = select(Answer).where(
            Answer.officer_id == self.officer.id, Answer.key == self.key
        )
        return find_first(session, statement)

    def _again(self, first: Answer) -> Response:
        if first.request_digest != self.digest:
            raise InvalidInput("Idempotency-Key", "This key was used for another request.")
        media_type = JSON if first.status < 400 else problems.MEDIA_TYPE
        return Response(first.body, first.status, media_type=media_type)

    def _keep(self, session: Session, answered: Response) -> None:
        add(
            session,
            Answer,
            officer_id=self.officer.id,
            key=self.key,
            request_digest=self.digest,
            status=answered.status_code,
            body=bytes(answered.body).decode(),
            at=self.door.now,
        )


def _carry_out(acting: Acting, command: Command, status: int) -> tuple[Response, Refused | None]:
    """Run the command; a refusal undoes what it began, and is an answer like any other."""
    try:
        with acting.session.connection().begin_nested():
            return answer(command(acting), status), None
    except Refused as refusal:
        forget(acting.session)
        return problems.answer(refusal), refusal


async def once(
    request: Request,
    door: AtDoor,
    officer: Caller,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Once:
    """How this POST is carried out."""
    body = await request.body()
    try:
        # Other spaces or another order of the fields do not make another request.
        content = json.dumps(json.loads(body), sort_keys=True)
    except (ValueError, RecursionError):
        content = ""  # refused for its form before any command sees it
    return Once(request, door, officer, idempotency_key or None, digest(request, content))


def digest(request: Request, content: str) -> str:
    """What tells one request from another under the same key."""
    request_line = f"{request.method} {request.url.path}\n{content}"
    return hashlib.sha256(request_line.encode()).hexdigest()


OnlyOnce = Annotated[Once, Depends(once)]
