"""Evidence in a real browser: chosen, sent, listed, kept; and what is too large."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from models.files.folder import LARGEST
from tests.support.cases import Case
from tests.support.evidence_samples import pdf
from tests.support.walk import Served, Walk, pictured
from web.uploads import FRAME


@pytest.fixture
def case(served: Served) -> Case:
    """An escalation at its first step."""
    return Case(served.engine, served.policy, served.council).started()


def test_a_file_goes_in_and_comes_out_again(walk: Walk, case: Case, tmp_path: Path) -> None:
    content = pdf()
    (tmp_path / "plan.pdf").write_bytes(content)
    (tmp_path / "plan.docx").write_bytes(content)
    walk.sign_in("seo")
    walk.go(f"/escalations/{case.reference}")
    walk.follow("Evidence")
    walk.sees("No files yet.")
    walk.follow("Add a file")
    pictured(walk, "form")
    walk.press("Add the file")
    walk.sees("Choose a file", "Enter what the file is and what it shows")
    walk.page.get_by_label("Which file?").set_input_files(tmp_path / "plan.docx")
    walk.type("What is it, and what does it show?", "The plan, as sent\nby the headteacher.")
    walk.press("Add the file")
    walk.sees("its content is of another kind: PDF (.pdf)")
    pictured(walk, "refused")
    walk.page.get_by_label("Which file?").set_input_files(tmp_path / "plan.pdf")
    walk.press("Add the file")
    walk.sees("The file has been added", "plan.pdf", "by the headteacher.", "Not scanned")
    pictured(walk, "list")
    with walk.page.expect_download() as waiting:
        walk.page.get_by_role("link", name="plan.pdf").click()
    assert waiting.value.suggested_filename == "plan.pdf"
    assert Path(waiting.value.path()).read_bytes() == content


def test_a_file_that_can_act_is_warned_of_before_it_is_kept(
    walk: Walk, case: Case, tmp_path: Path
) -> None:
    (tmp_path / "attendance.csv").write_bytes(b"Week,Absent\n1,=1+1\n")
    walk.sign_in("seo")
    walk.go(f"/escalations/{case.reference}/evidence/new")
    walk.page.get_by_label("Which file?").set_input_files(tmp_path / "attendance.csv")
    walk.type("What is it, and what does it show?", "Attendance by week.")
    walk.press("Add the file")
    walk.follow("attendance.csv")
    walk.sees("Before you open this file")
    pictured(walk, "warning")
    with walk.page.expect_download() as waiting:
        walk.page.locator("main a[href*='warned=yes']").click()
    assert waiting.value.suggested_filename == "attendance.csv"


def test_what_is_too_large_is_told_in_the_browser(walk: Walk, case: Case, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * ((LARGEST + FRAME) + 5_000_000))
    walk.sign_in("seo")
    walk.go(f"/escalations/{case.reference}/evidence/new")
    walk.page.get_by_label("Which file?").set_input_files(large)
    walk.type("What is it, and what does it show?", "Too much.")
    walk.press("Add the file")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("That is too much at once")
    walk.sees("25 MB at most")
    pictured(walk, "too-large")


def test_who_was_signed_out_meanwhile_signs_in_again(
    walk: Walk, case: Case, tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_bytes(b"x" * 20_000_000)
    walk.sign_in("seo")
    walk.go(f"/escalations/{case.reference}/evidence/new")
    walk.page.get_by_label("Which file?").set_input_files(tmp_path / "long.txt")
    walk.type("What is it, and what does it show?", "Long notes.")
    walk.page.context.clear_cookies()
    walk.press("Add the file")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
