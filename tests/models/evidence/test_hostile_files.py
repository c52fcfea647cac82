"""What is inside a file: refused where it can act on its own, warned of where it is kept."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.files import examining
from models.files.cautions import Caution
from models.files.examining import examine, look
from models.files.kinds import PDF, WORD, kind_of
from models.refusals import InvalidInput
from tests.support.evidence_samples import SAMPLES
from tests.support.hostile_files import HARMLESS, HOSTILE, WARNED, linked_word, workbook


def looked_at(tmp_path: Path, name: str, content: bytes) -> list[Caution]:
    """What readers of this file are warned of, once its kind is known."""
    path = tmp_path / "arriving"
    path.write_bytes(content)
    return look(path, kind_of(path, name))


@pytest.mark.parametrize("what", HOSTILE)
def test_what_acts_on_its_own_is_refused(tmp_path: Path, what: str) -> None:
    name, make, says = HOSTILE[what]
    with pytest.raises(InvalidInput) as refusal:
        looked_at(tmp_path, name, make())
    [(field, message)] = refusal.value.errors
    assert field == "file"
    assert says in message
    assert "Save it" in message
    assert message.endswith("add that instead.")


@pytest.mark.parametrize("what", HARMLESS)
def test_what_only_looks_like_it_is_kept(tmp_path: Path, what: str) -> None:
    name, make = HARMLESS[what]
    assert looked_at(tmp_path, name, make()) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_every_plain_file_is_kept_without_a_warning(tmp_path: Path, name: str) -> None:
    assert looked_at(tmp_path, name, SAMPLES[name][1]) == []


@pytest.mark.parametrize("what", WARNED)
def test_what_is_kept_with_a_warning(tmp_path: Path, what: str) -> None:
    name, make, expected = WARNED[what]
    assert {each.value for each in looked_at(tmp_path, name, make())} == expected


def test_every_warning_is_a_sentence() -> None:
    for caution in Caution:
        assert caution.says.endswith(".")


REAL = {"a.docx": linked_word(), "a.xlsx": workbook(), **{n: c for n, (_, c) in SAMPLES.items()}}


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(REAL)),
    place=st.floats(0, 1, exclude_max=True),
    other=st.binary(min_size=1, max_size=40),
)
def test_no_damaged_file_is_a_fault_inside(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: float, other: bytes
) -> None:
    content = REAL[name]
    start = int(place * len(content))
    damaged = content[:start] + other + content[start + len(other) :]
    with suppress(InvalidInput):
        looked_at(tmp_path_factory.getbasetemp(), name, damaged)


# In a process of its own -------------------------------------------------------------------------


def test_a_process_of_its_own_gives_the_same_answer(tmp_path: Path) -> None:
    path = tmp_path / "arriving"
    path.write_bytes(WARNED["when it opens"][1]())
    assert examine(path, PDF) == [Caution.JAVASCRIPT]
    path.write_bytes(HOSTILE["an object"][1]())
    with pytest.raises(InvalidInput, match="embedded in it"):
        examine(path, WORD)
    path.write_bytes(linked_word())
    assert examine(path, WORD) == []


def test_what_breaks_that_process_is_not_kept_or_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arriving"
    path.write_bytes(b"")
    monkeypatch.setattr(examining.sys, "executable", "/bin/false")
    assert examine(path, PDF) == [Caution.NOT_EXAMINED]
    with pytest.raises(InvalidInput, match="could not be examined"):
        examine(path, WORD)


def test_a_document_of_very_many_elements_is_read_in_little_memory(tmp_path: Path) -> None:
    """In the child, whose memory is limited: what is read is not kept."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(linked_word())) as whole, zipfile.ZipFile(file, "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name), zipfile.ZIP_DEFLATED)
        made.writestr("word/large.xml", "<a>" + "<b c='d'>e</b>" * 500_000 + "</a>")
    path = tmp_path / "arriving"
    path.write_bytes(file.getvalue())
    assert examine(path, WORD) == []
