"""The print bundle: letters in order, each on a right-hand page, as they were frozen."""

import hashlib
import io
from pathlib import Path

import pikepdf
import pytest

from notifications.bundle import write_bundle
from notifications.letters import to_pdf
from tests.support.letter_samples import letter
from tests.support.level_letters import blank_pdf
from tests.support.renderings import pdf_lines, squeezed

WINDOW = {"left": 24.6, "right": 120, "top": 39.5, "bottom": 66.3}  # mm, of page 1


def bundled(tmp_path: Path, *letters: bytes) -> pikepdf.Pdf:
    file = tmp_path / "1.pdf"
    made = write_bundle(file, tmp_path / "1-1.part", letters)
    content = file.read_bytes()
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert [path.name for path in tmp_path.glob("1*")] == ["1.pdf"]
    opened = pikepdf.open(io.BytesIO(content))
    assert opened.check_pdf_syntax() == []
    assert len(opened.pages) == made.pages
    return opened


def printed(pdf: pikepdf.Pdf, page: int) -> str:
    """The text of one page, counted from 1."""
    one = pikepdf.new()
    one.pages.append(pdf.pages[page - 1])
    content = io.BytesIO()
    one.save(content)
    return squeezed("".join(line.text for line in pdf_lines(content.getvalue())))


def test_each_letter_begins_on_a_right_hand_page_in_the_order_given(tmp_path: Path) -> None:
    names = ["Mrs First", "Mr Second", "Ms Third"]
    letters = [to_pdf(letter(addressee=(name, "Quayside", "NM4 7QP"))) for name in names]
    two_pages = to_pdf(letter(body="# Long\n\n" + "A paragraph of the letter.\n\n" * 40))
    with pikepdf.open(io.BytesIO(two_pages)) as pdf:
        assert len(pdf.pages) == 2

    pdf = bundled(tmp_path, letters[0], two_pages, letters[1], letters[2])

    assert len(pdf.pages) == 8
    for page, name in ((1, "MrsFirst"), (5, "MrSecond"), (7, "MsThird")):
        assert name in printed(pdf, page)
        assert "/Contents" not in pdf.pages[page].obj, "the page after it is blank"
    assert "Page2of2" in printed(pdf, 4)
    assert {tuple(map(float, page.mediabox)) for page in pdf.pages} == {
        tuple(map(float, pdf.pages[0].mediabox))
    }


def test_the_address_of_every_first_page_stands_in_the_window(tmp_path: Path) -> None:
    address = ("The Headteacher", "Quayside", "Northmere", "NM4 7QP")
    pdf = bundled(tmp_path, *[to_pdf(letter(addressee=address))] * 3)
    content = io.BytesIO()
    pdf.save(content)
    lines = [line for line in pdf_lines(_whole_fonts(content.getvalue())) if line.text.strip()]
    for page in (1, 3, 5):
        inside = [
            line.text
            for line in lines
            if line.page == page
            and WINDOW["left"] - 0.1 <= line.left <= WINDOW["right"]
            and WINDOW["top"] <= line.baseline <= WINDOW["bottom"]
        ]
        assert squeezed("".join(inside)) == squeezed("".join(address))


def _whole_fonts(content: bytes) -> bytes:
    """The bundle without its blank pages, which have no fonts to look up."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            if "/Contents" not in page.obj:
                page.obj.Contents = pdf.make_stream(b"")
                page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary())
        made = io.BytesIO()
        pdf.save(made)
        return made.getvalue()


def test_what_letters_share_is_there_once_and_the_same_letters_give_the_same_bytes(
    tmp_path: Path,
) -> None:
    content = to_pdf(letter())
    bundled(tmp_path, content)
    one = (tmp_path / "1.pdf").stat().st_size
    bundled(tmp_path, *[content] * 20)
    twenty = (tmp_path / "1.pdf").read_bytes()
    assert len(twenty) < 5 * one
    bundled(tmp_path, *[content] * 20)
    assert (tmp_path / "1.pdf").read_bytes() == twenty


@pytest.mark.parametrize("letters", [1, 199, 401])
def test_the_tree_of_pages_holds_any_number(tmp_path: Path, letters: int) -> None:
    assert len(bundled(tmp_path, *[blank_pdf()] * letters).pages) == 2 * letters


def test_a_bundle_that_is_not_finished_never_has_its_name(tmp_path: Path) -> None:
    def breaks() -> object:
        yield blank_pdf()
        raise RuntimeError

    (tmp_path / "1.pdf").write_bytes(b"before")
    with pytest.raises(RuntimeError):
        write_bundle(tmp_path / "1.pdf", tmp_path / "1-1.part", breaks())
    assert (tmp_path / "1.pdf").read_bytes() == b"before"
