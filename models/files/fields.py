"""What Word and Excel carry out as they show a document: fields, and functions in formulas.

An instruction of a field (ECMA-376, part 1, section 17.16) may be cut into many runs, and may have
fields within it whose result is part of it.
"""

import re
from typing import Final

from models.files.archives import refusal
from models.files.markup import Attributes, local

STARTS_PROGRAM = "This file has a field that starts another program (DDE)."
LOADS = "This file has a field that loads something from elsewhere."
FETCHES = "This file has a formula that loads something from elsewhere."
COMPUTED = "This file has a field that only says what it does when it is opened."
_REFUSED: Final = {
    **dict.fromkeys(("DDE", "DDEAUTO", "CONTROL", "HTMLCONTROL", "EMBED"), STARTS_PROGRAM),
    **dict.fromkeys(("LINK", "INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE"), LOADS),
    **dict.fromkeys(("IMPORT", "RD", "DATABASE"), LOADS),
}
_FETCHES = re.compile(r"\b(WEBSERVICE|IMAGE|RTD)\s*\(", re.IGNORECASE)
_WRITTEN = frozenset(("instrText", "delInstrText", "t", "delText"))


class Fields:
    """The fields of one part as it is read; raises InvalidInput where one is not kept."""

    ELEMENTS: Final = frozenset(("fldChar", "fldSimple", *_WRITTEN))

    def __init__(self) -> None:
        self._open: list[str | None] = []  # the instruction so far; None once its result begins

    def start(self, name: str, said: Attributes) -> bool:
        """An element begins; whether the text in it is part of an instruction."""
        if name == "fldSimple":
            _check(_attribute(said, "instr"))
        elif name == "fldChar":
            self._mark(_attribute(said, "fldCharType"))
        return name in _WRITTEN and bool(self._open) and self._open[-1] is not None

    def text(self, text: str) -> None:
        """Text in an element for which `start` answered so."""
        if self._open and self._open[-1] is not None:
            self._open[-1] += text

    def close(self) -> None:
        """The part ends; so does what it left open."""
        for instruction in self._open:
            _check(instruction or "")

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            if self._open and self._open[-1] is not None:
                _check_said(self._open[-1])
            self._open.append("")
        elif kind in ("separate", "end") and self._open:
            _check(self._open[-1] or "")
            self._open[-1] = None
            if kind == "end":
                self._open.pop()


class Formulas:
    """The formulas of one part as it is read; raises InvalidInput where one fetches something."""

    ELEMENTS: Final = frozenset(("f", "definedName", "formula", "formula1", "formula2"))

    def __init__(self) -> None:
        self._written: str | None = None

    def start(self, name: str) -> bool:
        """An element begins; whether the text in it is a formula."""
        if self._written is None and name in self.ELEMENTS:
            self._written = ""
        return self._written is not None

    def text(self, text: str) -> None:
        """Text in an element for which `start` answered so."""
        if self._written is not None:
            self._written += text

    def end(self) -> None:
        """The element ends."""
        if self._written and _FETCHES.search(self._written):
            raise refusal(FETCHES)
        self._written = None


def _check(instruction: str) -> None:
    words = instruction.replace('"', " ").split(maxsplit=1)
    reason = _REFUSED.get(words[0].partition("\\")[0].upper()) if words else None
    if reason:
        raise refusal(reason)


def _check_said(instruction: str) -> None:
    """What a field does must be said before another one within it; "=" is a sum and says it."""
    begun = instruction.lstrip()
    if not begun.startswith("=") and not re.match(r"\S+[\s\"]", begun):
        raise refusal(COMPUTED)


def _attribute(said: Attributes, name: str) -> str:
    return next((value for key, value in said.items() if local(key) == name), "")
