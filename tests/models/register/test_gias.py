"""Reading files of the national register: whatever stands in a file, there is an answer to it."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusals import InvalidInput
from models.register.gias import (
    Establishment,
    GroupLink,
    Record,
    RowRejected,
    Trust,
    examine,
    open_register,
)
from models.register.gias.files import NEEDED
from models.register.tables import RegisterFile
from models.schools.names import same_head
from models.text import check_line, check_printable
from tests.support.register_files import COLUMNS, GROUPS, LINKS, content, group, link, school

# No file of the register holds NUL, and UTF-8 carries no lone surrogate.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
ESTABLISHMENTS = RegisterFile.ESTABLISHMENTS
KINDS: dict[RegisterFile, tuple[Any, Any, Any]] = {
    ESTABLISHMENTS: (COLUMNS, school(900101, "Ash School"), Establishment),
    RegisterFile.GROUP_LINKS: (LINKS, link(900101, "ASH TRUST"), GroupLink),
    RegisterFile.GROUPS: (GROUPS, group("ASH TRUST"), Trust),
}


@given(data=st.data(), file=st.sampled_from(RegisterFile))
def test_any_text_in_a_field_is_taken_or_rejected(data: st.DataObject, file: RegisterFile) -> None:
    columns, row, kind = KINDS[file]
    said = data.draw(st.dictionaries(st.sampled_from(NEEDED[file]), TEXT, max_size=6))
    [record, good] = list(_records(content([{**row, **said}, row], columns, encoding="utf-8")))
    assert kind.of(good.values)
    taken, reason = _taken(kind, record)
    check_line("reason", reason, most=400, required=taken is None and file is ESTABLISHMENTS)
    if isinstance(taken, Establishment):
        for text in (taken.name, taken.head, taken.town, *taken.postal_address):
            check_printable("text", text)
            check_line("text", text, most=700, required=False)


def _taken(kind: Any, record: Record) -> tuple[Any, str]:
    """What is taken of a row, or why it is rejected."""
    try:
        return kind.of(record.values), ""
    except RowRejected as reason:
        return None, str(reason)


@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_are_rows_or_refused(data: bytes, named: bool) -> None:
    header = ",".join(NEEDED[RegisterFile.GROUP_LINKS]).encode() + b"\n" if named else b""
    with suppress(InvalidInput):
        for record in _records(header + data):
            assert record.rejection or len(record.values) == 6


def _records(data: bytes) -> Iterator[Record]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register.csv")
        path.write_bytes(data)
        examine(path)
        with open_register(path) as register:
            yield from register


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ms Asha Archer", "Mrs ASHA  ARCHER"),
        ("Dr Bryn O’Hara", "Bryn O'Hara"),
        ("Rev. Carys Drake-Evans", "Carys Drake Evans"),
        ("", "Mr"),
        ("Miss Zoë Brontë", "Miss Zoe Bronte"),
        ("Mr J Smith", "Mr John Smith"),
    ],
)
def test_one_person(one: str, other: str) -> None:
    assert same_head(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ms Asha Archer", "Ms Asha Archer-Jones"),
        ("Mr Lee Li", "Ms Mei Li"),
        ("", "Mr Lee Li"),
        ("Mr J Smith", "Ms Mary Smith"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert not same_head(one, other)
