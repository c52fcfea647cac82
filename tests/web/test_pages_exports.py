"""Every list as a file: what its page has, all pages of it, for whom the page is, and no more."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, text

from models.clocks import add_working_days
from models.consultants.keeping import ConsultantDetails, add_consultant
from models.database import connect, write
from models.national_files.importing import at_the_machine, import_file
from models.outbox import Message
from models.policy import Policy
from models.programme.tables import DutyKind, SchoolVisit
from models.register.tables import RegisterFinding, RegisterImport
from models.rows import add, change
from models.schools.tables import RiskLevel, School
from models.settings import Settings
from notifications import level_letters as work
from tests.support import databases
from tests.support.appointments import DAY, plan_at_school
from tests.support.cases import Case
from tests.support.commissioned import Commissioned
from tests.support.council import NOW, OFFICERS, Council, found_council
from tests.support.downloads import as_csv, sheet
from tests.support.level_letters import Post, blank_press, published
from tests.support.national_files import card, ees, england, graded, line, ofsted, result, written
from tests.support.presentations import MONTH_END, Presented
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.school_records import SchoolRecord
from tests.support.sharing import DIOCESE, ask, ask_on_record, withdraw
from tests.support.visitors import Page, Visitor, Visitors
from tests.support.watched_schools import TODAY, add_duty, furnish
from web import tables
from web.pages import exports

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RESTRICTED = "ESC-2026-0002"
SECRET = "Prudence Quillfeather"  # to whom a letter of the restricted case went
SEE_IT = ("hos", "seo2", "dcs")


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@dataclass(frozen=True)
class Furnished:
    """A council with something in each of its lists; one case is restricted."""

    council: Council
    rows: dict[Table, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def furnished(
    sqlite_template: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Furnished:
    """Furnished once, by the commands; `busy` copies its rows."""
    home = tmp_path_factory.mktemp("busy")
    engine = connect(databases.sqlite_url(Path(copyfile(sqlite_template, home / "scc.db"))))
    council = found_council(engine)
    case = Case(engine, policy, council)
    furnish(engine, case)
    case.propose("withdraw")
    case.act_on("Send the plan")
    withdraw(case, ask(case))
    withdraw(case, ask(case, recipients=[DIOCESE]))
    restricted = Case(engine, policy, council, RESTRICTED)
    restricted.propose("withdraw", by="seo2", reason="It is about somebody known here.")
    keep_record(SchoolRecord(engine, policy, council), home)
    support(Programme(engine, policy, council))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, "press", blank_press)
        write_letters(Post(engine, policy, council, Settings(home=home, _env_file=None)))
    with write(engine) as session:
        add(session, Message, **refused_letter(restricted))
    import_register(engine)
    import_national_files(engine, policy, home)
    visitors = Visitors(engine, council, home)
    visitors.viewer.get("/administration", 403)  # the audit has a refusal
    engine.dispose()
    return Furnished(council, databases.of_commands(databases.rows(engine)))


@pytest.fixture
def busy(furnished: Furnished, engine: Engine, tmp_path: Path) -> Visitors:
    """The pages of a council with something in each of its lists; one case is restricted."""
    databases.fill(engine, furnished.rows)
    return Visitors(engine, furnished.council, tmp_path)


def support(programme: Programme) -> None:
    """Of several years, with an officer who only recorded something before."""
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    programme.pass_()
    programme.evaluates(programme.council.seo)
    programme.evaluates(
        programme.council.seo2,
        urn=900002,
        first_day=date(2025, 9, 1),
        last_day=date(2026, 7, 21),
    )
    programme.visit()
    programme.visit(
        programme.council.seo2,
        urn=900002,
        visited_on=date(2026, 5, 11),
        purpose="Reading",
        agreed_actions="=SUM(1)",
        good_practice="Phonics in small groups",
        needed="more",
        needed_because="Reading falls.",
    )
    programme.report()
    programme.review("evaluation")
    programme.review("action_review", programme.council.hos)
    programme.review("board_report", programme.council.hos)
    presented = Presented(programme.engine, programme.policy, programme.council, MONTH_END)
    presented.present(presented.compile().id, "viewer")
    with programme.acting(programme.council.hos) as acting:
        for name in ("Carys Howell", "Rhys Bowen"):
            add_consultant(acting, ConsultantDetails(name=name, days_a_year=2.5))
    its = Commissioned(programme.engine, programme.policy, programme.council)
    for name in ("Fernshire Teaching School", "The Larch Partnership"):
        provider = its.provider(name=name).id
        its.commission(provider=provider)
        its.refer(provider)
    its.follow(1)
    its.ask(need="Help with reading.")
    its.answer(its.ask(need="Help with writing.").id)


def write_letters(post: Post) -> None:
    """A batch that is issued: by e-mail, by post, left out; two e-mails are in trouble."""
    published(post.engine)
    post.without_emails()
    post.contact(900003, "chair_of_governors", address=["Nowhere"])
    post.issued()
    with write(post.engine) as session:
        for message, state in zip(post.messages(), ("failed", "unknown"), strict=False):
            change(session, Message, {"id": message.id}, state=state, detail="550 No such box")


def refused_letter(case: Case) -> dict[str, Any]:
    return {
        "key": "letter:restricted",
        "kind": "letter",
        "matter_id": case.matter.id,
        "to_name": SECRET,
        "to_email": "prudence@school.example",
        "data": {"role": "headteacher"},
        "state": "failed",
        "queued_at": NOW,
        "next_attempt_at": NOW,
        "detail": f"550 {SECRET} is unknown",
    }


def keep_record(record: SchoolRecord, home: Path) -> None:
    """Two letters, three deadlines of which one is settled, two files, a visit and a meeting."""
    record.approve(record.letter())
    record.approve(record.letter(to="chair_of_governors"))
    settings = Settings(home=home, _env_file=None)
    record.file(settings)
    record.settle(record.deadline(days=10), done=True)
    record.deadline(days=40)
    record.deadline(days=30)
    record.action()
    record.action(what="Mend the fence", days=3)
    withdraw(record, ask_on_record(record))
    withdraw(record, ask_on_record(record, recipients=[DIOCESE]))
    record.month(record.priority().id)
    record.file(settings, content=b"The fence is mended.\n")
    plan_at_school(record)
    plan_at_school(record, kind="meeting", on=DAY + timedelta(days=1), invite=False)


def import_register(engine: Engine) -> None:
    given = {"name": "register.csv", "sha256": "0" * 64, "state": "ready", "given_at": NOW}
    with write(engine) as session:
        number = add(
            session, RegisterImport, **given, given_by="admin@fernshire.example", read=3, rejected=2
        )
        for row, kind, reason in (
            (2, "rejected", "The URN is not a number of six digits."),
            (3, "new", ""),
            (4, "rejected", "The school has no name."),
        ):
            add(
                session,
                RegisterFinding,
                import_id=number,
                row=row,
                urn="900101",
                kind=kind,
                name="Oakwood School",
                reason=reason,
            )


def import_national_files(engine: Engine, policy: Policy, home: Path) -> None:
    """Two files, and what an officer entered otherwise."""
    with write(engine) as session:
        acting = at_the_machine(session, policy, NOW)
        for name, data in (
            ("mi.csv", ofsted([line(900001, graded(), card(category="SM"))])),
            ("ks2.csv", ees([result(900001, "48"), result(900002, "71"), england("62")])),
        ):
            import_file(acting, written(home / name, data), name)


# Each list and its page --------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """Where a list stands on a page, and what a row of the file says in the words of the page."""

    page: str
    cells: str
    said: Callable[[dict[str, str]], str]
    who: str = "hos"
    part: str = ""  # of a page with several lists: the one that it is

    @property
    def name(self) -> str:
        return urlsplit(self.page).path + (f"/{self.part}" if self.part else "")

    def link(self, kind: str) -> str:
        """The words of the link to the file."""
        return f"{kind} of the {self.part}" if self.part else kind


def of(heading: str) -> Callable[[dict[str, str]], str]:
    return lambda row: row[heading]


def numbered(row: dict[str, str]) -> str:
    return f"{row['Number']}. {row['Subject']}"


ROW = "//main//tbody/tr"
RECORD = "/schools/900001/record"
EACH = (
    Listed("/schools", f"{ROW}/th/a", of("School")),
    Listed("/escalations?view=all", f"{ROW}/td[1]/a", of("Reference")),
    Listed("/proposals", "//main//li/a[starts-with(@href, '/proposals/')]", of("Proposal")),
    Listed("/deadlines", f"{ROW}/td/a", of("Reference")),
    Listed("/level-changes?since=2026-01-01", f"{ROW}/td[4]", of("Reason")),
    Listed("/risk", f"{ROW}/th/a[starts-with(@href, '/schools/')]", of("School")),
    Listed(
        "/rounds",
        f"{ROW}/th/a",
        lambda row: f"{row['School year begins']} to {int(row['School year begins']) + 1}",
    ),
    Listed("/rounds/2026", f"{ROW}/th/a[starts-with(@href, '/assessments/')]", of("School")),
    Listed("/programme", f"{ROW}/th/a", of("School")),
    Listed("/programme/duties", f"{ROW}/th", lambda row: row["School"] or "The whole register"),
    Listed("/supporters?state=any", f"{ROW}/td[1]", of("Name")),
    Listed("/providers", f"{ROW}/th/a", of("Name")),
    Listed("/support-requests", f"{ROW}/td[1]/a", of("Need")),
    Listed("/referrals", f"{ROW}/td[1]/a", of("Provider")),
    Listed("/commissions", f"{ROW}/td[1]/a", of("Given by")),
    Listed("/consultants", f"{ROW}/th/a", of("Name")),
    Listed("/visits", f"{ROW}/td[2]", of("Purpose")),
    Listed("/visits/good-practice", f"{ROW}/td[2]", of("Good practice")),
    Listed("/needs", f"{ROW}/td[3]", of("Said at")),
    Listed("/reports", f"{ROW}/th/a", of("School")),
    Listed("/reviews", f"{ROW}/td[2]", of("Review")),
    Listed("/presentations", f"{ROW}/th/a[starts-with(@href, '/presentations/')]", of("Title")),
    Listed(
        "/presentations/1",
        "//main//h3/a[starts-with(@href, '/schools/')]",
        of("School"),
        part="schools",
    ),
    Listed("/letter-batches", f"{ROW}/th/a", lambda row: f"{row['Batch']}. {row['Title']}"),
    Listed("/letter-batches/1/letters", f"{ROW}/th/a", of("Name")),
    Listed(
        "/letter-batches/1",
        f"{ROW}/td/a[contains(@href, '/deliveries/')]",
        lambda row: f"Say what became of it: {row['Name']}",
    ),
    Listed(RECORD, "//h3[starts-with(@id, 'letter-')]/a", numbered, part="letters"),
    Listed(RECORD, "//*[@class='scc-deadline__title']", of("What"), part="deadlines"),
    Listed(RECORD, "//a[starts-with(@href, '/appointments/')]", of("What"), part="appointments"),
    Listed(RECORD, "//h3[starts-with(@id, 'file-')]/a", of("File"), part="files"),
    Listed(f"{RECORD}/priorities", "//h3[starts-with(@id, 'priority-')]/a", of("Priority")),
    Listed(f"{RECORD}/actions", "//h3[starts-with(@id, 'action-')]/a", of("Action")),
    Listed(
        "/escalations/ESC-2026-0001/actions", "//h3[starts-with(@id, 'action-')]/a", of("Action")
    ),
    Listed(f"{RECORD}/sharing", "//h3[starts-with(@id, 'sharing-')]/a", of("With")),
    Listed(
        "/escalations/ESC-2026-0001/sharing", "//h3[starts-with(@id, 'sharing-')]/a", of("With")
    ),
    Listed("/administration/officers", f"{ROW}/th/a", of("Name"), "admin"),
    Listed("/administration/deliveries", f"{ROW}/td[5]", of("What to do"), "admin"),
    Listed("/administration/imports", f"{ROW}/th/a", of("File"), "admin"),
    Listed("/administration/imports/1?kind=rejected", f"{ROW}/td[2]", of("Reason"), "admin"),
    Listed("/inspections?every=yes", f"{ROW}/th/a", of("School")),
    Listed("/results", f"{ROW}/th/a", of("School")),
    Listed("/schools/900001/results", f"{ROW}/td[1]", of("School year")),
    Listed("/administration/national-files", f"{ROW}/th/a", of("File"), "admin"),
    Listed("/administration/national-files/1", f"{ROW}/td[2]", of("The file says"), "admin"),
    Listed("/administration/audit", "//main//h3", of("What"), "admin"),
)


def pages(visitor: Visitor, address: str) -> Iterator[Page]:
    """All pages of a list."""
    more = [address]
    while more:
        page = visitor.get(more[0])
        yield page
        more = page.tree.xpath("//*[@class='govuk-pagination__next']/a/@href")


def on_page(visitor: Visitor, listed: Listed) -> list[str]:
    """What the rows of a list say, on all its pages."""
    cells = [cell for page in pages(visitor, listed.page) for cell in page.tree.xpath(listed.cells)]
    return [" ".join(cell.text_content().split()) for cell in cells]


def file_of(listed: Listed, kind: str = "csv") -> str:
    """The address of the file by hand, for whoever knows how such addresses look."""
    path, _, query = listed.page.partition("?")
    path = f"{path}/deliveries" if path == "/letter-batches/1" else path
    path = listed.name if listed.part else path
    return f"{path}.{kind}?{query}"


@pytest.mark.both_databases
def test_every_list_has_what_its_page_has(busy: Visitors) -> None:
    assert len(EACH) == len(exports.LISTS)
    for listed in EACH:
        visitor = getattr(busy, listed.who)
        shown = on_page(visitor, listed)
        assert shown, listed.name
        links = visitor.get(listed.page).links
        found = as_csv(visitor, links[listed.link("CSV")])
        assert [listed.said(row) for row in found] == shown, listed.name
        heads, *rows = sheet(visitor.client.get(links[listed.link("Excel (XLSX)")]).content)
        assert heads == list(found[0]), listed.name
        assert len(rows) == len(found), listed.name


@ON_SQLITE
@pytest.mark.parametrize("who", OFFICERS)
def test_a_file_is_for_those_whom_its_page_is_for_and_tells_of_what_they_see(
    busy: Visitors, who: str
) -> None:
    visitor = getattr(busy, who)
    having = set()
    for listed in EACH:
        answer = visitor.client.get(listed.page)
        # A school to which a consultant is not assigned is to them as if it were not there.
        known = (200, 403, 404) if who == "cht" else (200, 403)
        assert answer.status_code in known, listed.name
        for kind in ("csv", "xlsx"):
            file = visitor.client.get(file_of(listed, kind))
            assert file.status_code == answer.status_code, (listed.name, kind)
            if file.status_code == 403:
                assert "Your role" in file.text
            elif kind == "csv":
                assert SECRET not in file.text, listed.name
                having |= {listed.name} if RESTRICTED in file.text else set()
    if who not in SEE_IT:
        assert not having
    else:
        assert having == {
            "/schools",
            "/risk",
            "/escalations",
            *(["/proposals"] if who == "hos" else []),
        }


def test_of_a_restricted_case_the_file_of_deliveries_names_nobody(busy: Visitors) -> None:
    rows = as_csv(busy.admin, "/administration/deliveries.csv")
    [hidden] = [row for row in rows if row["About a restricted case"] == "yes"]
    assert (hidden["To"], hidden["School"], hidden["The mail server said"]) == ("", "", "")
    assert len(rows) == 3


def test_why_something_waits_on_a_restricted_case_is_in_no_file(busy: Visitors) -> None:
    reasons = {row["Reference"]: row["Reason"] for row in as_csv(busy.hos, "/proposals.csv")}
    report = "To send the school our written report of 23 November 2026."
    assert reasons == {"ESC-2026-0001": "It is needed.", RESTRICTED: "", "SCH-900001": report}


FILTERED = {
    "/letter-batches/1/letters?channel=post&state=issued": 3,
    "/letter-batches/1/letters?state=left_out": 1,
    "/letter-batches/1/letters?query=brookside&role=headteacher": 1,
    "/rounds/2026?level=high": 0,
    "/rounds/2026?query=ashfield": 1,
    "/supporters": 1,
    "/supporters?state=over": 1,
    "/supporters?state=any&query=900002": 1,
    "/supporters?role=local_leader": 0,
    "/consultants?query=rhys": 1,
    "/consultants?capacity=3": 0,
    "/providers?query=larch": 1,
    "/support-requests?state=open": 1,
    "/support-requests?query=writing": 1,
    "/referrals?state=taken_up": 1,
    "/commissions?query=larch": 1,
    "/commissions?state=over": 0,
    "/consultants?left=any": 2,
    "/consultants?accreditation=local_leader": 0,
    "/visits?query=ashfield": 1,
    "/visits?query=900002&officer=seo2@fernshire.example": 1,
    "/visits?officer=hos@fernshire.example": 0,
    "/visits?year=2025": 1,
    "/reports?year=2026&query=ashfield": 1,
    "/reports?state=proposed": 1,
    "/reports?state=final": 0,
    "/reviews?kind=register": 2,
    "/reviews?kind=schools": 1,
    "/reviews?kind=board_report&officer=hos@fernshire.example": 1,
    "/reviews?query=ashfield": 1,
    "/administration/officers?query=sam": 1,
    "/administration/imports/1?kind=new": 1,
    "/administration/audit?topic=refusals": 1,
    "/inspections?category=special_measures": 1,
    "/inspections?category=none&every=yes": 1,
    "/inspections?category=none": 0,
    "/results?below=yes": 1,
    "/results?measure=ks2_expected&year=2024": 2,
    "/results?query=ashfield": 1,
}


def test_a_file_has_the_filters_of_its_page(busy: Visitors) -> None:
    for filtered, number in FILTERED.items():
        [whole] = [each for each in EACH if each.name == urlsplit(filtered).path]
        listed = replace(whole, page=filtered)
        visitor = getattr(busy, listed.who)
        found = as_csv(visitor, file_of(listed))
        assert len(found) == number, filtered
        if "kind=new" not in filtered:  # of new schools the page has other columns
            assert [listed.said(row) for row in found] == on_page(visitor, listed), filtered


@ON_SQLITE
def test_a_wrong_filter_is_said_as_at_the_page(busy: Visitors) -> None:
    for address in (
        "/letter-batches/1/letters?level=huge",
        "/rounds/2026?state=lost",
        "/supporters?role=king",
        "/supporters?state=lost",
        "/visits?year=26",
        "/visits?year=0000",
        "/visits?query=%00",
        "/reports?officer=nobody@fernshire.example",
        "/reviews?kind=party",
        "/administration/audit?topic=weather",
        "/inspections?category=bad",
        "/inspections?safeguarding=perhaps",
        "/results?measure=x",
        "/results?year=24",
        "/administration/audit?first_day-day=x",
    ):
        path, _, query = address.partition("?")
        visitor = busy.admin if "administration" in path else busy.hos
        assert visitor.get(address, 422).errors
        for kind in ("csv", "xlsx"):
            assert visitor.client.get(f"{path}.{kind}?{query}").status_code == 422, address


@ON_SQLITE
def test_what_is_not_there_has_no_file(busy: Visitors) -> None:
    for address in (
        "/letter-batches/99/letters.csv",
        "/letter-batches/99/deliveries.csv",
        "/letter-batches/x/letters.csv",
        "/rounds/2019.csv",
        "/rounds/x.csv",
        "/visits.pdf",
    ):
        assert busy.hos.client.get(address).status_code == 404, address
    assert busy.admin.client.get("/administration/imports/99.csv").status_code == 404


@ON_SQLITE
def test_what_stands_in_an_address_by_chance_changes_nothing(busy: Visitors) -> None:
    for listed in EACH:
        client = getattr(busy, listed.who).client
        plain = client.get(file_of(listed))
        chance = client.get(f"{file_of(listed)}&id=99&number=2019&cls=1&self=2&page=7&per_page=0")
        assert chance.content == plain.content, listed.name


def test_a_file_is_named_after_its_list_and_day(busy: Visitors) -> None:
    def name(visitor: Visitor, address: str) -> str:
        told = visitor.client.get(address).headers["content-disposition"]
        return re.fullmatch('attachment; filename="(.+)"', told)[1]  # type: ignore[index]

    assert name(busy.hos, "/letter-batches/1/letters.csv") == "letters-of-batch-1-2026-11-23.csv"
    assert name(busy.hos, "/rounds/2026.xlsx") == "annual-assessment-2026-2026-11-23.xlsx"
    assert name(busy.hos, "/visits.csv?year=2026") == "visits-2026-11-23.csv"


def test_the_letters_of_a_batch_have_all_that_posting_needs(busy: Visitors) -> None:
    rows = as_csv(busy.hos, "/letter-batches/1/letters.csv")
    assert [row["Posting order"] for row in rows] == [str(place) for place in range(1, 9)]
    [left] = [row for row in rows if row["State"] == "left_out"]
    assert "fewer than 3 lines" in left["Why left out"]
    post = [row for row in rows if row["How it goes"] == "post" and row["State"] == "issued"]
    assert len(post) == 3
    for row in post:
        assert row["Address"] == f"{row['Name']}, School Lane, Fernminster, FM1 1AA"
        assert row["E-mail address"] == ""
    assert all(re.fullmatch("[0-9a-f]{64}", row["SHA-256"]) for row in post)


def test_a_file_of_support_work_has_what_was_written(busy: Visitors) -> None:
    reading = as_csv(busy.hos, "/visits.csv")[-1]
    assert reading["Agreed actions"] == "'=SUM(1)"
    assert (reading["Visited on"], reading["Recorded by"]) == ("2026-05-11", "Sofia Eze")
    [report] = as_csv(busy.hos, "/reports.csv")
    assert report["Report"].startswith("School data\nAs seen.\n\nImpact of teaching on learning\n")
    [board] = as_csv(busy.hos, "/reviews.csv?kind=board_report")
    assert (board["School"], board["Impact"]) == ("", "Two of three are done.")


def test_a_long_list_is_had_whole(
    visitors: Visitors, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 100)
    with write(visitors.engine) as session:
        for number in range(230):
            add(
                session,
                SchoolVisit,
                urn=900001,
                officer_id=council.seo.id,
                visited_on=TODAY - timedelta(days=number // 2),
                purpose=f"Visit {number:03}",
                notes="Seen.",
                recorded_at=NOW,
            )
    [listed] = [each for each in EACH if each.name == "/visits"]
    shown = on_page(visitors.seo, listed)
    assert len(set(shown)) == 230
    assert [row["Purpose"] for row in as_csv(visitors.seo, "/visits.csv")] == shown


@ON_SQLITE
def test_a_text_longer_than_a_cell_says_that_it_is_cut(
    visitors: Visitors, council: Council, policy: Policy
) -> None:
    sections = dict.fromkeys(policy.programme.report_sections, "x" * 19_000)
    Programme(visitors.engine, policy, council).report(sections=sections)
    heads, row = sheet(visitors.hos.client.get("/reports.xlsx").content)
    whole_text = row[heads.index("Report")]
    assert len(whole_text) == 32_767
    assert whole_text.endswith("(cut: the text is longer than a cell can be)")
    [whole] = as_csv(visitors.hos, "/reports.csv")
    assert len(whole["Report"]) > 95_000


# What holds of each file -------------------------------------------------------------------


def test_a_list_can_be_had_as_csv_with_its_filters(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    furnish(engine, case)
    every = as_csv(visitors.hos, "/schools.csv")
    assert [row["URN"] for row in every] == ["900001", "900002", "900004", "900003"]
    assert [row["School"] for row in as_csv(visitors.hos, "/schools.csv?level=high")] == [
        "Ashfield Primary School"
    ]
    [mine] = as_csv(visitors.seo, "/escalations.csv?view=mine")
    assert (mine["Reference"], mine["Case officer"]) == ("ESC-2026-0001", "Sam Ellison")
    assert len(as_csv(visitors.hos, "/escalations.csv?view=all")) == 2
    assert len(as_csv(visitors.aed, "/escalations.csv?view=all")) == 1
    [due] = as_csv(visitors.hos, "/deadlines.csv")
    assert due["Due on"] == add_working_days(TODAY, 10).isoformat()
    assert len(as_csv(visitors.hos, "/level-changes.csv?since=2026-01-01")) == 2


def test_register_and_programme_can_be_had_as_files(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    furnish(engine, case)
    add_duty(engine, 900001, DutyKind.VISIT, TODAY - timedelta(days=1))
    [high] = as_csv(visitors.hos, "/risk.csv?level=high")
    assert (high["School"], high["Level before"]) == ("Ashfield Primary School", "low")
    [ashfield, _] = as_csv(visitors.hos, "/programme.csv")
    assert (ashfield["Visits late"], ashfield["Behind"]) == ("1", "yes")
    [due] = as_csv(visitors.hos, "/programme/duties.csv?state=late")
    assert (due["What"], due["State"]) == ("Visit", "late")
    for address in ("/risk.xlsx", "/programme.xlsx", "/programme/duties.xlsx"):
        assert len(sheet(visitors.hos.client.get(address).content)) > 1


def test_a_list_of_several_pages_is_exported_whole(visitors: Visitors, engine: Engine) -> None:
    with write(engine) as session:
        for number in range(1250):
            add(
                session,
                School,
                urn=910000 + number,
                name=f"School {number:04}",
                type_code=1,
                type_name="Community school",
                phase="Primary",
            )
    rows = as_csv(visitors.hos, "/schools.csv?query=School")
    numbered = [row["URN"] for row in rows if row["School"].startswith("School ")]
    assert numbered == [str(910000 + number) for number in range(1250)]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", " =1", "＝1", 'x"; "y', "https://a.b"]
)
def test_no_cell_is_a_formula(visitors: Visitors, engine: Engine, name: str) -> None:
    with write(engine) as session:
        change(session, School, {"urn": 900001}, name=name)
    [row] = [row for row in as_csv(visitors.hos, "/schools.csv") if row["URN"] == "900001"]
    assert row["School"].removeprefix("'") == name
    assert not row["School"].strip().startswith(("=", "+", "-", "@", "＝"))
    book = visitors.hos.client.get("/schools.xlsx").content
    assert name in [row[1] for row in sheet(book)]


# By code point, so that this list owes nothing to the one that it checks: blanks of any script, and
# signs, wide and small ones too.
BLANK = re.compile(
    "[\x00-\x20\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u1680\u180e\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffb]*"
)
SIGN = re.compile("[=+@\\-\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]")
CELL = st.one_of(
    st.text(),
    st.text("=+-@ \t\r\n\u00a0\u200b\ufeff\u3000\u3164＝＋－＠\"',;a1", max_size=8),
    st.integers(),
    st.dates(),
    st.booleans(),
    st.none(),
    st.lists(st.text("=-a ", max_size=3), max_size=2),
)


@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_no_cell_that_anybody_wrote_is_a_formula(rows: list[tuple[Any, Any]]) -> None:
    columns = [tables.Column(str(place), itemgetter(place)) for place in (0, 1)]
    found = tables.as_csv(columns, rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(found, newline="")))[1:]
    assert len(read) == len(rows)
    for told, cells in zip(rows, read, strict=True):
        for value, cell in zip(told, cells, strict=True):
            if type(value) is int:
                assert cell == str(value), "a number of ours stays one"
            else:
                assert not SIGN.match(cell, BLANK.match(cell).end()), ascii(cell)
                assert not cell.startswith(("\t", "\r", "\n"))


@ON_SQLITE
def test_every_list_writes_its_cells_by_the_same_rule(busy: Visitors) -> None:
    """Whatever text of an officer, a school or a mail server a list shows."""
    hostile = "\u200b \uff1dcmd|calc"
    texts = {
        "school": ("name",),
        "officer": ("name",),
        "visit": ("purpose", "notes", "agreed_actions"),
        "event": ("actor",),
    }
    with busy.engine.begin() as connection:
        for table, columns in texts.items():
            for each in columns:
                connection.execute(text(f"UPDATE {table} SET {each} = :said"), {"said": hostile})
    seen = 0
    for listed in EACH:
        answer = getattr(busy, listed.who).client.get(file_of(listed))
        for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")):
            seen += sum(hostile in cell for cell in row)
            assert hostile not in row, listed.name
    assert seen > 20


def test_the_sheet_has_days_as_days(visitors: Visitors, engine: Engine, case: Case) -> None:
    furnish(engine, case)
    heads, row = sheet(visitors.hos.client.get("/deadlines.xlsx").content)
    assert heads[:3] == ["Due on", "Overdue", "Reference"]
    assert int(row[0]) == (add_working_days(TODAY, 10) - date(1899, 12, 30)).days
    assert row[2] == "ESC-2026-0001"


def test_what_cannot_be_had_is_said(visitors: Visitors) -> None:
    assert visitors.hos.client.get("/schools.pdf").status_code == 404
    assert visitors.hos.client.get("/schools.csv?level=huge").status_code == 422
