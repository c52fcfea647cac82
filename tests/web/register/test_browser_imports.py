"""An administrator imports the national register in a real browser, without a script."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from models import work
from models.register.importing import read_register
from tests.support.register_files import closed, head, school, trust, written
from tests.support.walk import DESK, Served, Walk, looker

SCHOOLS = [school(900101 + place, f"Oakwood School {place}") for place in range(60)]
CHANGED = [
    SCHOOLS[0] | {"EstablishmentName": "Ash School"},
    SCHOOLS[1] | head("Carys Drake"),
    SCHOOLS[2] | closed(),
    SCHOOLS[3] | closed("31-08-2026", "Academy Converter"),
    *SCHOOLS[4:],
    school(900299, "Elm Academy", trust("ELM TRUST")),
    school("12", "No URN"),
]


def read_next(served: Served) -> None:
    """What the clockwork does: read the file that waits."""
    [job] = work.free_jobs(served.engine, served.now)
    hold = work.take(served.engine, job.id, lambda: served.now)
    assert hold is not None
    read_register(hold, served.policy, served.settings)


def test_the_register_is_imported(
    browser: Browser,
    served: Served,
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    page = browser.new_page(viewport={"width": DESK, "height": 900})
    walk = Walk(served, page, looker(assert_accessible))
    walk.sign_in("admin")
    walk.go("/administration/imports")
    walk.sees("Nothing has been imported yet.")
    walk.follow("Import a file")
    walk.press("Read the file")
    walk.sees("There is a problem", "Choose a file")
    page.get_by_label("Which file?").set_input_files(written(tmp_path / "first.csv", SCHOOLS))
    walk.press("Read the file")
    walk.sees("The file is being read", "It is waiting its turn.")
    [job] = work.free_jobs(served.engine, served.now)
    hold = work.take(served.engine, job.id, lambda: served.now)
    assert hold is not None
    hold.report(25, 61)
    page.get_by_text("25 of about 61 rows.").wait_for()  # the page is loaded again by itself
    assert_accessible(page)
    read_register(hold, served.policy, served.settings)
    page.get_by_role("button", name="Apply these changes").wait_for()
    walk.sees("New schools 60")
    walk.look(page)
    walk.press("Apply these changes")
    walk.sees("The import has been applied")
    walk.go("/administration/imports/new")
    page.get_by_label("Which file?").set_input_files(written(tmp_path / "second.csv", CHANGED))
    walk.press("Read the file")
    read_next(served)
    page.get_by_role("button", name="Apply these changes").wait_for()
    for kind, words in (
        ("Closed 1", "closed on 31 August 2026 (Closure)"),
        ("Became an academy 1", "to become an academy"),
        ("New name 1", "Ash School"),
        ("New headteacher 1", "Ms Carys Drake"),
        ("Rejected rows 1", "The URN is not a number of six digits."),
    ):
        walk.follow(kind)
        walk.sees(words)
        assert_accessible(page)
    walk.press("Withdraw")
    walk.sees("The import has been withdrawn")
    broken = tmp_path / "half.csv"
    broken.write_bytes((tmp_path / "second.csv").read_bytes()[:-200])
    walk.go("/administration/imports/new")
    page.get_by_label("Which file?").set_input_files(broken)
    walk.press("Read the file")
    read_next(served)
    page.get_by_text("Nothing was changed.").wait_for()
    assert_accessible(page)
    walk.go("/administration/imports")
    walk.sees("Applied", "Withdrawn", "Refused")
