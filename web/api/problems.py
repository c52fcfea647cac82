"""Every error of the JSON API as problem details (RFC 9457)."""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from models.refusals import InvalidInput, NotIdentified, Refused
from web.rules import keep_refusal
from web.unavailable import UNKNOWN_TO_PROGRAMS, Unavailable, handle_unavailable, unavailable
from web.waiting import retry_after

MEDIA_TYPE = "application/problem+json"
NO_BODY = "Send a JSON object, as application/json."

# pydantic's kinds of error, in words for whoever fills the field; others in pydantic's own words.
_WORDS = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "string_type": "Must be text.",
    "string_unicode": "A lone surrogate cannot be stored. Remove it.",
    "bool_type": "Must be true or false.",
    "bool_parsing": "Must be true or false.",
    "int_parsing": "Must be a whole number.",
    "int_parsing_size": "Must be a smaller number.",
    "int_type": "Must be a whole number.",
    "list_type": "Must be a list.",
    "dict_type": NO_BODY,
    "model_type": NO_BODY,
    "model_attributes_type": NO_BODY,
    "json_invalid": "This is not JSON.",
}


class FieldError(BaseModel):
    """What is wrong with one field, query parameter or header."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details as RFC 9457 has them."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = Field(default=None, description="For input: each field")


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Sequence[tuple[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem as a response. It is ASCII, so that it can name whatever was sent."""
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    content["detail"] = detail
    if errors is not None:
        content["errors"] = [{"field": field, "message": message} for field, message in errors]
    return Response(json.dumps(content), status, headers=headers, media_type=MEDIA_TYPE)


def answer(refusal: Refused) -> Response:
    """What a rule refused."""
    if isinstance(refusal, InvalidInput):
        detail = " ".join(f"{field}: {message}" for field, message in refusal.errors)
        return problem(refusal.status, refusal.title, detail, refusal.errors)
    headers = retry_after(refusal)
    if isinstance(refusal, NotIdentified):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(refusal.status, refusal.title, refusal.message, headers=headers)


def refused(request: Request, refusal: Refused) -> Response:
    """A refusal that nothing has answered yet."""
    keep_refusal(request, refusal)
    return answer(refusal)


def invalid(_: Request, failure: RequestValidationError) -> Response:
    """What does not have the form that the call wants."""
    errors = [(_field(error["loc"]), _message(error)) for error in failure.errors()]
    return answer(InvalidInput.many(list(dict.fromkeys(errors))))


def _field(place: Sequence[int | str]) -> str:
    """The field's own name: not where in the request it stands, nor where within the field."""
    names = [part for part in place[1:] if isinstance(part, str)]
    return names[0] if names else str(place[0])


def _message(error: Mapping[str, Any]) -> str:
    own = str(error["msg"]).removeprefix("Value error, ")
    sentence = re.sub("^[A-Z][a-z]+ should", "Must", own).removesuffix(".") + "."
    return _WORDS.get(error["type"], sentence)


def failed(_: Request, failure: HTTPException) -> Response:
    """What the framework refused: no such address, wrong method, a body that cannot be read."""
    status = HTTPStatus(failure.status_code)
    if status is HTTPStatus.BAD_REQUEST:
        return answer(InvalidInput("body", _WORDS["json_invalid"]))
    detail = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
        HTTPStatus.REQUEST_TIMEOUT: "The body did not arrive in time. Nothing was done.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A file can be 25 MB at most, all else 2 MB.",
    }.get(status, status.description)
    return problem(status, status.phrase, detail, headers=failure.headers)


def away(_: Request, found: Unavailable) -> Response:
    """Database or disk refuse."""
    return problem(found.status, found.title, found.detail, headers=found.headers)


def broken(request: Request, error: Exception) -> Response:
    """A fault of ours: logged by the server, and told without its insides."""
    found = unavailable(request, error, UNKNOWN_TO_PROGRAMS)  # as when a refusal was to be kept
    if found is not None:
        return away(request, found)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(status, status.phrase, "Something went wrong here. Nothing was changed.")


def handle_problems(app: FastAPI) -> None:
    """Answer every error of this application with problem details."""
    app.add_exception_handler(Refused, refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, failed)  # type: ignore[arg-type]
    handle_unavailable(app, away, UNKNOWN_TO_PROGRAMS)
    app.add_exception_handler(Exception, broken)
