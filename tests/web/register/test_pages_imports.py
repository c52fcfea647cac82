"""The pages on which an administrator imports the national register."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models import work
from models.database import read, write
from models.events import Event, verify
from models.files.folder import LARGEST as LARGEST_FILE
from models.policy import Policy
from models.register.events import RegisterImported
from models.register.importing import LARGEST, read_register, tidy
from models.register.tables import ImportState, RegisterFinding, RegisterImport
from models.schools.tables import School
from models.settings import Settings
from models.work import BulkJob, BulkKind, Hold, HoldLost
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council
from tests.support.register_files import LINKS, closed, content, head, link, school
from tests.support.visitors import Page, Visitors
from web.uploads import FRAME

NEW = "/administration/imports/new"
ASHFIELD = school(900101, "Ashfield Junior School")
OAKWOOD = school(900102, "Oakwood School", head("Bryn Bellamy"))
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Office:
    """An administrator at the pages, and the worker in the background."""

    def __init__(self, engine: Engine, council: Council, policy: Policy, home: Path) -> None:
        self.engine = engine
        self.policy = policy
        self.settings = Settings(home=home, _env_file=None)
        self.visitors = Visitors(engine, council, home)
        self.callers = Callers(engine, council, home)

    def give(self, data: bytes, la: str = "", status: int = 200) -> Page:
        """Send the form as a browser does."""
        files = {"file": ("register.csv", data, "text/csv")}
        admin = self.visitors.admin
        page = Page(admin, admin.client.post(NEW, data={"la": la}, files=files))
        assert page.status == status, page.text
        return page

    def given(self, *rows: Mapping[str, str], la: str = "") -> Page:
        """A file with these rows, read; the page of its import."""
        page = self.give(content(rows), la)
        self.work()
        return self.visitors.admin.get(page.path)

    def hold(self) -> Hold:
        [job, *_] = work.free_jobs(self.engine, NOW)
        assert job.kind is BulkKind.READ_REGISTER
        hold = work.take(self.engine, job.id, lambda: NOW)
        assert hold is not None
        return hold

    def work(self) -> None:
        read_register(self.hold(), self.policy, self.settings)

    def files(self) -> list[Path]:
        return [path for path in self.settings.register_folder.rglob("*") if path.is_file()]

    def rows(self, table: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(select(table).order_by(table.id)))

    def names(self) -> dict[int, str]:
        with read(self.engine) as session:
            return {each.urn: each.name for each in session.exec(select(School))}


@pytest.fixture
def office(engine: Engine, council: Council, policy: Policy, tmp_path: Path) -> Office:
    """The pages, and everybody of the council."""
    return Office(engine, council, policy, tmp_path)


def test_a_file_is_given_read_shown_and_applied(office: Office) -> None:
    admin = office.visitors.admin
    page = admin.get("/administration").follow("National register").follow("Import a file")
    assert page.path == NEW
    page = office.give(content([ASHFIELD, OAKWOOD, school("12", "No URN")]))
    assert "The file is being read" in page.text
    assert page.response.headers["refresh"] == "3; url=/administration/imports/1?by_itself=1"
    assert page.tree.xpath("//progress")
    assert office.names().keys().isdisjoint({900101, 900102})
    office.work()
    page = admin.get(page.path)
    assert "refresh" not in page.response.headers
    assert "What the file would change" in page.text
    assert "URN 900101 Community school, Fernminster" in page.text
    rejected = admin.get(page.path, kind="rejected")
    assert "The URN is not a number of six digits." in rejected.text
    assert office.names().keys().isdisjoint({900101, 900102})
    page = page.submit(at=f"{page.path}/application")
    assert "The import has been applied" in page.text
    assert "What the file changed" in page.text
    assert office.names()[900101] == "Ashfield Junior School"
    assert office.files() == []
    [kept] = office.rows(RegisterImport)
    assert (kept.state, kept.applied_by) == (ImportState.APPLIED, "admin@fernshire.example")
    with read(office.engine) as session:
        assert verify(session) is None
        events = session.exec(select(Event).where(Event.kind == RegisterImported.kind))
        assert [event.actor for event in events] == ["admin@fernshire.example"]
    assert "Applied" in admin.get("/administration/imports").text


@ON_SQLITE
def test_every_kind_of_change_has_its_table(office: Office, case: Case) -> None:
    case.started()
    many = [school(900200 + place, f"School {place}") for place in range(60)]
    page = office.given(ASHFIELD, OAKWOOD, school(900001, "Ashfield Primary School"), *many)
    assert "Showing" not in page.text
    assert "School 59" not in page.text
    assert "School 59" in office.visitors.admin.get(page.path, kind="new", page="2").text
    page.submit(at=f"{page.path}/application")
    page = office.given(
        ASHFIELD | {"EstablishmentName": "Ash School"},
        OAKWOOD | head("Carys Drake"),
        school(900001, "Ashfield Primary School", closed()),
        *many,
    )
    assert "its case officer is told" in page.text
    assert "put into a category of support" in page.text
    shown = {
        kind: office.visitors.admin.get(page.path, kind=kind).text
        for kind in ("closed", "renamed", "new_headteacher")
    }
    assert "Community school closed on 31 August 2026 (Closure)" in shown["closed"]
    assert "Ashfield Junior School Ash School" in shown["renamed"]
    assert "Ms Bryn Bellamy Ms Carys Drake" in shown["new_headteacher"]


def test_what_has_changed_since_is_not_applied(office: Office) -> None:
    page = office.given(ASHFIELD, OAKWOOD)
    other = office.given(ASHFIELD | {"EstablishmentName": "Ash School"})
    other.submit(at=f"{other.path}/application")
    page = page.submit(409, at=f"{page.path}/application")
    assert "Something has changed since the file was compared" in page.text
    assert office.names()[900101] == "Ash School"
    assert 900102 not in office.names()
    page = office.visitors.admin.get(page.path.removesuffix("/application"))
    page = page.submit(at=f"{page.path}/withdrawal")
    assert "The import has been withdrawn" in page.text
    assert office.files() == []


@ON_SQLITE
def test_an_import_is_applied_or_withdrawn_once(office: Office) -> None:
    page = office.given(ASHFIELD)
    page.submit(at=f"{page.path}/application")
    again = page.submit(409, at=f"{page.path}/application")
    assert "The import is applied: it cannot be applied." in again.text
    again = page.submit(409, at=f"{page.path}/withdrawal")
    assert "cannot be withdrawn" in again.text


@ON_SQLITE
def test_a_file_that_cannot_be_used_is_refused_in_words(office: Office) -> None:
    page = office.give(content([ASHFIELD, OAKWOOD])[:-150])
    office.work()
    page = office.visitors.admin.get(page.path)
    assert "The file ends in the middle of row 3" in page.text
    assert "Nothing was changed." in page.text
    assert office.files() == []
    refused = page.visitor.post(f"{page.path}/application", 409)
    assert "The import is refused" in refused.text


@ON_SQLITE
def test_what_is_wrong_with_the_form_is_said(office: Office) -> None:
    page = office.visitors.admin.get(NEW)
    nothing = page.visitor.client.post(NEW, files={"file": ("", b"", "")}, data={"la": ""})
    assert Page(page.visitor, nothing).errors == [("Choose a file", "#file")]
    page = office.give(content([ASHFIELD]), la="Fernshire", status=422)
    assert page.errors[0][1] == "#la"
    assert office.give(b"", status=422).errors == [("The file is empty.", "#file")]
    assert office.rows(RegisterImport) == []
    assert office.files() == []


@ON_SQLITE
def test_a_file_may_be_larger_than_evidence_but_has_an_end(office: Office) -> None:
    large = b"URN\n" + b"x" * (LARGEST_FILE + FRAME)
    page = office.give(large)
    office.work()
    assert "are missing" in office.visitors.admin.get(page.path).text
    admin = office.visitors.admin
    stated = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(LARGEST + 1_000_000),
    }
    assert admin.client.post(NEW, headers=stated, content=b"x").status_code == 413


@ON_SQLITE
def test_only_one_local_authority(office: Office) -> None:
    other = school(900103, "Far School", **{"LA (code)": "998"})
    page = office.given(ASHFIELD, other, la="999")
    assert "Left out 1" in page.text
    page.submit(at=f"{page.path}/application")
    assert 900103 not in office.names()


@ON_SQLITE
def test_a_dead_attempt_is_begun_anew(office: Office) -> None:
    office.give(content([ASHFIELD, OAKWOOD]))
    dead = office.hold()
    [job] = office.rows(BulkJob)
    later = NOW + timedelta(minutes=3)
    alive = work.take(office.engine, job.id, lambda: later)
    assert alive is not None
    read_register(alive, office.policy, office.settings)
    with pytest.raises(HoldLost):
        read_register(dead, office.policy, office.settings)
    assert len(office.rows(RegisterFinding)) == 2


@ON_SQLITE
def test_what_was_withdrawn_while_it_was_read_stays_so(office: Office) -> None:
    page = office.give(content([ASHFIELD]))
    hold = office.hold()
    page.submit(at=f"{page.path}/withdrawal")
    with pytest.raises(HoldLost):
        read_register(hold, office.policy, office.settings)
    [kept] = office.rows(RegisterImport)
    assert kept.state is ImportState.WITHDRAWN
    assert office.rows(RegisterFinding) == []


@ON_SQLITE
def test_a_lost_file_is_said(office: Office) -> None:
    page = office.given(ASHFIELD)
    [path] = office.files()
    path.write_bytes(b"something else")
    refused = page.submit(409, at=f"{page.path}/application")
    assert "no longer in the data folder" in refused.text
    page = office.give(content([OAKWOOD]))
    for path in office.files():
        path.unlink()
    office.work()
    assert "no longer in the data folder" in office.visitors.admin.get(page.path).text


@ON_SQLITE
def test_a_file_that_others_wait_for_stays(office: Office) -> None:
    first, second = (office.give(content([ASHFIELD])) for _ in range(2))
    first.submit(at=f"{first.path}/withdrawal")
    assert len(office.files()) == 1
    office.work()
    page = office.visitors.admin.get(second.path)
    page.submit(at=f"{page.path}/application")
    assert office.files() == []
    assert tidy(office.engine, office.settings, NOW) == 0


@ON_SQLITE
def test_what_an_upload_that_died_left_is_removed(office: Office) -> None:
    office.give(content([ASHFIELD]))
    folder = office.settings.register_folder
    (folder / ".arriving-dead").write_bytes(b"half")
    with write(office.engine):
        pass
    assert tidy(office.engine, office.settings, NOW + timedelta(days=3650)) == 1
    assert len(office.files()) == 1


@ON_SQLITE
@pytest.mark.parametrize("who", sorted(OFFICERS.keys() - {"admin"}))
def test_it_is_for_administrators_alone(office: Office, who: str) -> None:
    page = office.given(ASHFIELD)
    visitor = getattr(office.visitors, who)
    for address in ("/administration/imports", NEW, page.path):
        visitor.get(address, 403)
    visitor.post(f"{page.path}/application", 403)
    visitor.post(f"{page.path}/withdrawal", 403)
    visitor.post(NEW, 403)
    assert getattr(office.callers, who).call("GET", "/register-imports").status_code == 403
    assert 900101 not in office.names()


# Through the JSON API -----------------------------------------------------------------------


def test_an_import_is_listed_shown_and_applied_by_the_api(office: Office) -> None:
    office.given(ASHFIELD, school("12", "No URN"))
    admin = office.callers.admin
    [listed] = admin.get("/register-imports")["items"]
    assert (listed["state"], listed["created"], listed["rejected"]) == ("ready", 1, 1)
    address = f"/register-imports/{listed['id']}"
    assert admin.get(address)["findings"]["new"] == 1
    [found] = admin.get(f"{address}/findings", kind="rejected")["items"]
    assert (found["row"], found["urn"]) == (3, "12")
    assert admin.get(f"{address}/findings")["total"] == 2
    assert admin.call("GET", f"{address}/findings?kind=odd").status_code == 422
    applied = admin.post(f"{address}/application", 200, key="once")
    assert (applied["state"], applied["applied_by"]) == ("applied", "admin@fernshire.example")
    assert admin.post(f"{address}/application", 200, key="once") == applied
    assert admin.post(f"{address}/application", 409)["title"] == "Not possible now"
    assert office.names()[900101] == "Ashfield Junior School"
    assert office.files() == []
    for method, nowhere in (
        ("GET", "/register-imports/99"),
        ("GET", "/register-imports/99/findings"),
        ("POST", "/register-imports/99/application"),
    ):
        assert admin.call(method, nowhere).status_code == 404


def test_a_refusal_inside_the_api_undoes_everything(office: Office) -> None:
    office.given(ASHFIELD, OAKWOOD)
    page = office.given(OAKWOOD)
    page.submit(at=f"{page.path}/application")
    admin = office.callers.admin
    answer = admin.post("/register-imports/1/application", 409, key="mine")
    assert answer["title"] == "Changed since you looked"
    assert 900101 not in office.names()


@ON_SQLITE
def test_group_links_are_imported_too(office: Office) -> None:
    page = office.given(ASHFIELD)
    page.submit(at=f"{page.path}/application")
    page = office.give(content([link(900101, "ASH TRUST")], LINKS))
    office.work()
    page = office.visitors.admin.get(page.path, kind="changed")
    assert "Trust: nothing Trust: ASH TRUST" in page.text
