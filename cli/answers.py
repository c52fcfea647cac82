"""How a command answers: words for people, one JSON object for programs, a reason when refused."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from models.policy import PolicyError
from models.refusals import InvalidInput, Refused
from models.trouble import CommitLost, Trouble, trouble_of
from models.upkeep.schema import SchemaError
from models.upkeep.vital_signs import RESTORE

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object; words go to standard error.")
]


class CommandError(Exception):
    """Why a command could not do what was asked, in a sentence."""


class Answer:
    """What one command tells whoever called it."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def say(self, words: str = "") -> None:
        """A line for people."""
        print(words, file=sys.stderr if self._as_json else sys.stdout, flush=True)

    def give(self, facts: dict[str, Any]) -> None:
        """The one JSON object, for those who asked for it."""
        if self._as_json:
            print(json.dumps(facts, ensure_ascii=False), flush=True)

    def fail(self, title: str, detail: str, errors: list[tuple[str, str]]) -> None:
        """Why not: to standard error in words, and as the JSON object."""
        print(f"{title}: {detail}", file=sys.stderr, flush=True)
        fields = [{"field": field, "message": message} for field, message in errors]
        self.give({"title": title, "detail": detail, "errors": fields})


@contextmanager
def answering(as_json: bool) -> Iterator[Answer]:
    """An answer for one command; an expected failure becomes its reason and exit status 1."""
    answer = Answer(as_json=as_json)
    try:
        yield answer
    except _EXPECTED as error:
        answer.fail(*_reason(error))
        raise typer.Exit(1) from None


_EXPECTED = (
    CommandError,
    Refused,
    SchemaError,
    PolicyError,
    ValidationError,
    SQLAlchemyError,
    CommitLost,
    OSError,
)


def _reason(error: Exception) -> tuple[str, str, list[tuple[str, str]]]:
    match error:
        case InvalidInput():
            return error.title, error.message, error.errors
        case Refused():
            return error.title, error.message, []
        case SchemaError():
            return "The database does not fit", str(error), []
        case PolicyError():
            return "The policy cannot be used", str(error), []
        case ValidationError():
            return "A setting cannot be used", _settings(error), []
        case CommitLost():
            words = f"{error} It may have been saved: look whether it is there."
            return "The database went away while it saved", words, []
        case SQLAlchemyError():
            return "The database cannot be used", database_trouble(error), []
        case _:
            return "Not done", str(error), []


def _settings(error: ValidationError) -> str:
    """Which settings, by name; never what they hold, which may be secret."""
    return "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())


def database_trouble(error: SQLAlchemyError) -> str:
    """What the database itself said, without the statement and the values in it."""
    said = str(getattr(error, "orig", None) or type(error).__name__)
    line = " ".join(said.split())
    if trouble_of(error) is Trouble.DAMAGED:
        return f"The database is damaged ({line}). {RESTORE}"
    if "unable to open database file" in line:
        return f"{line}. Run `scc init` first, and check that the folder can be written to."
    return line
