"""CSV tables: whether a spreadsheet takes cells of them for formulas."""

import csv
import io
from pathlib import Path

from models.files.cautions import Caution
from models.formulas import is_written_as_formula

_DELIMITERS = ",;\t"  # which one, a spreadsheet decides by where it stands
_SYMBOLIC_LINK = "ID;"  # so begins a SYLK file, which Excel knows under any name


def cautions_in(path: Path) -> list[Caution]:
    """What readers are warned of."""
    text = _text(path)
    if text.startswith(_SYMBOLIC_LINK) or any(
        _has_formulas(text, each) for each in _delimiters(text)
    ):
        return [Caution.FORMULAS]
    return []


def _delimiters(text: str) -> list[str]:
    return [each for each in _DELIMITERS if each in text] or [_DELIMITERS[0]]


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _has_formulas(text: str, delimiter: str) -> bool:
    limit = csv.field_size_limit(len(text) + 1)  # of the whole process
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(map(is_written_as_formula, row)):
                return True
    except csv.Error:
        return True  # nobody can say what a spreadsheet makes of it
    finally:
        csv.field_size_limit(limit)
    return False
