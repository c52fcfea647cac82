"""The pages of evidence: added, listed, downloaded, refused in words."""

import hashlib
import shlex
import sys
from collections.abc import Iterator
from email.message import Message
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.database import read, write
from models.escalations.holding import Restriction, restrict
from models.evidence.keeping import Upload
from models.evidence.tables import EvidenceFile
from models.files.cautions import Caution
from models.files.folder import LARGEST, path_of
from models.people.access import RULES, Act
from models.people.acting import Acting
from models.rows import change
from models.schools.tables import School
from tests.support.cases import Case
from tests.support.council import OFFICERS, Council
from tests.support.evidence_samples import pdf, word
from tests.support.hostile_files import HARMLESS, HOSTILE, WARNED
from tests.support.visitors import Page, Visitor, Visitors
from web.pages.visits import SESSION
from web.protection import LONGEST_DRAINED
from web.uploads import FRAME

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOTE = b"Seen on the visit: the fence is down.\n"


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def form_of(case: Case) -> str:
    """Where a file is added."""
    return f"/escalations/{case.reference}/evidence/new"


def send(
    visitor: Visitor,
    address: str,
    name: str = "note.txt",
    content: bytes = NOTE,
    description: str = "A note of the visit.",
    status: int = 200,
    **headers: str,
) -> Page:
    """Send the form as a browser does."""
    files = {"file": (name, content, "application/x-made-up")}
    data = {"description": description}
    response = visitor.client.post(address, data=data, files=files, headers=headers)
    page = Page(visitor, response)
    assert page.status == status, page.text
    return page


def test_a_file_is_added_listed_and_downloaded(visitors: Visitors, case: Case) -> None:
    case.started()
    seo = visitors.seo
    page = seo.get(f"/escalations/{case.reference}").follow("Evidence")
    assert "No files yet" in page.text
    page = page.follow("Add a file")
    assert page.heading == "Add a file"
    assert "No malware scanner is set" in page.text
    content = pdf()
    page = send(seo, page.path, "Plan für 2026.pdf", content, "The plan,\r\nas sent.")
    assert page.path == f"/escalations/{case.reference}/evidence"
    assert "The file has been added" in page.text
    size = f"{len(content)} bytes"
    for words in ("The plan, as sent.", f"PDF, {size}", "Not scanned", "Sam Ellison", "at step i"):
        assert words in page.text
    assert "The file has been added" not in seo.get(page.path).text
    download = seo.client.get(page.links["Plan für 2026.pdf"])
    assert download.content == content
    record = seo.get(f"/escalations/{case.reference}/record")
    assert "The file “Plan für 2026.pdf” was added as evidence." in record.text


def test_a_download_is_kept_and_never_shown(visitors: Visitors, case: Case) -> None:
    case.started()
    name = 'A "plan" 100% für/..\\Öl – 学校; x="y".txt'
    page = send(visitors.seo, form_of(case), name)
    [link] = [href for href in page.links.values() if href.startswith("/files/")]
    headers = visitors.seo.client.get(link).headers
    assert headers["content-type"].partition(";")[0] == "text/plain"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    disposition = Message()
    disposition["Content-Disposition"] = headers["content-disposition"]
    assert disposition.get_content_disposition() == "attachment"
    assert "filename*=UTF-8''%C3%96l%20%E2%80%93%20%E5%AD%A6" in headers["content-disposition"]
    assert 'filename="Ol _ __; x' not in headers["content-disposition"]
    assert headers["content-disposition"].isascii()


def test_what_is_missing_is_said_at_its_field(visitors: Visitors, case: Case) -> None:
    case.started()
    empty = visitors.seo.client.post(form_of(case), files={"file": ("", b"", "")})
    assert Page(visitors.seo, empty).errors == [
        ("Choose a file", "#file"),
        ("Enter what the file is and what it shows", "#description"),
    ]
    page = send(visitors.seo, form_of(case), "plan.pdf", NOTE, "The plan.", 422)
    [(message, href)] = page.errors
    assert message.startswith("“plan.pdf” ends in .pdf, but its content is of another kind")
    assert href == "#file"
    assert "The plan." in page.response.text
    assert page.title.startswith("Error: ")
    page = send(visitors.seo, form_of(case), description="x" * 2001, status=422)
    assert page.errors[0][1] == "#description"
    urlencoded = visitors.seo.client.post(form_of(case), data={"file": "x", "description": "y"})
    assert Page(visitors.seo, urlencoded).errors == [("Choose a file", "#file")]


def test_the_same_file_again_is_told(visitors: Visitors, case: Case) -> None:
    case.started()
    send(visitors.seo, form_of(case))
    page = send(visitors.hos, form_of(case), "other.txt", status=422)
    assert "There is a problem This file is already on the case, as “note.txt”." in page.text


def test_no_name_is_markup(visitors: Visitors, case: Case) -> None:
    case.started()
    name = "<img src=x onerror=alert(1)>&lt;{{ 7 + 7 }}.txt"
    page = send(visitors.seo, form_of(case), name, description="<b>bold</b>")
    assert "_img src=x onerror=alert(1)_&lt;{{ 7 + 7 }}.txt" in page.text
    assert "<img src=x" not in page.response.text
    assert "<b>bold" not in page.response.text
    refused = send(visitors.seo, form_of(case), name + ".exe", status=422)
    assert "<img src=x" not in refused.response.text


def test_a_long_list_has_pages(visitors: Visitors, case: Case) -> None:
    case.started()
    for number in range(26):
        send(visitors.seo, form_of(case), f"note {number}.txt", NOTE + str(number).encode())
    page = visitors.seo.get(f"/escalations/{case.reference}/evidence")
    assert "note 25.txt" in page.links
    assert "note 0.txt" not in page.links
    assert "note 0.txt" in page.visitor.get(f"{page.path}?page=2").links


# Who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICERS)
def test_each_role_may_what_the_rules_say(visitors: Visitors, case: Case, name: str) -> None:
    case.started()
    send(visitors.seo, form_of(case))
    role = visitors.council.officers[name].role
    visitor = getattr(visitors, name)
    sees = 200 if role in RULES[Act.SEE_CASE] else 403
    visitor.get(f"/escalations/{case.reference}/evidence", sees)
    assert visitor.client.get("/files/1").status_code == sees
    adds = role in RULES[Act.ADD_EVIDENCE]
    visitor.get(form_of(case), 200 if adds else 403)
    send(visitor, form_of(case), content=pdf(), name="a.pdf", status=200 if adds else 403)


def test_a_restricted_case_hides_its_files(visitors: Visitors, case: Case) -> None:
    case.started()
    send(visitors.seo, form_of(case))
    with write(case.engine) as session:
        restrict(
            Acting(session, case.policy, case.council.hos, case.now),
            case.reference,
            Restriction(officers=[case.council.hos.email], reason="About a relative."),
        )
    assert visitors.hos.client.get("/files/1").status_code == 200
    missing = visitors.seo2.client.get("/files/2")
    hidden = visitors.seo2.client.get("/files/1")
    assert hidden.status_code == missing.status_code == 404
    assert "note.txt" not in hidden.text
    send(visitors.seo2, form_of(case), status=404)


def test_a_stranger_signs_in_first(visitors: Visitors, case: Case) -> None:
    case.started()
    stranger = visitors.stranger()
    for address in ("/files/1", f"/escalations/{case.reference}/evidence"):
        page = stranger.get(address)
        assert page.path.startswith("/sign-in")
    large = b"x" * (LARGEST // 2)
    answer = stranger.client.post(
        form_of(case), files={"file": ("a.txt", large)}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert not (visitors.app.state.settings.evidence_folder).exists()


def test_another_site_cannot_add_a_file(visitors: Visitors, case: Case) -> None:
    case.started()
    page = send(visitors.seo, form_of(case), status=403, **{"Sec-Fetch-Site": "cross-site"})
    assert "another web site" in page.text


@pytest.mark.parametrize("number", ["0", "-1", "99", "1.5", "%00", "9" * 30, "..%2f..%2fetc"])
def test_a_file_that_is_not_there(visitors: Visitors, number: str) -> None:
    assert visitors.seo.client.get(f"/files/{number}").status_code == 404


def test_bytes_that_changed_or_went_are_not_handed_out(visitors: Visitors, case: Case) -> None:
    case.started()
    send(visitors.seo, form_of(case))
    sha256 = hashlib.sha256(NOTE).hexdigest()
    lies = path_of(visitors.app.state.settings.evidence_folder, sha256)
    lies.write_bytes(b"something else")
    page = visitors.seo.get("/files/1", 409)
    assert "they may be in a backup" in page.text
    lies.unlink()
    visitors.seo.get("/files/1", 409)


# How much ----------------------------------------------------------------------------------------


def test_the_largest_file_passes_and_one_byte_more_does_not(visitors: Visitors, case: Case) -> None:
    case.started()
    send(visitors.seo, form_of(case), content=b"x" * LARGEST)
    page = send(visitors.seo, form_of(case), content=b"x" * (LARGEST + 1), status=422)
    assert page.errors == [("The file must be 25 MB or smaller.", "#file")]


HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


def streamed(pieces: Iterator[bytes]) -> dict[str, Any]:
    """A multipart body whose length is not said."""

    def body() -> Iterator[bytes]:
        yield HEAD
        yield from pieces
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return {"content": body(), "headers": headers}


@pytest.mark.parametrize("said", [True, False])
def test_what_is_too_long_is_a_page_of_its_own(visitors: Visitors, case: Case, said: bool) -> None:
    case.started()
    piece = b"x" * 1_000_000
    body = streamed(iter([piece] * ((LARGEST + FRAME) // len(piece) + 1)))
    if said:
        body["content"] = b"".join(body["content"])
    page = Page(visitors.seo, visitors.seo.client.post(form_of(case), **body))
    assert page.status == 413
    assert page.heading == "That is too much at once"
    assert "25 MB" in page.text
    assert not list(visitors.app.state.settings.evidence_folder.glob("*"))


async def upload(visitors: Visitors, visitor: Visitor | None, address: str, receive: Any) -> int:
    """The status that somebody is answered, who sends what `receive` gives."""
    answers = []

    async def send_on(message: Any) -> None:
        answers.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=x"), (b"host", b"127.0.0.1")]
    if visitor:
        headers.append((b"cookie", f"{SESSION}={visitor.client.cookies[SESSION]}".encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "http_version": "1.1",
        "path": address,
        "raw_path": address.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
    }
    await visitors.app(scope, receive, send_on)
    return int(answers[0]["status"])


@pytest.mark.parametrize(("known", "status"), [(True, 413), (False, 303)])
async def test_a_body_without_end_is_not_read_to_its_end(
    visitors: Visitors, case: Case, known: bool, status: int
) -> None:
    case.started()
    pieces = chain([HEAD], repeat(b"x" * 1_000_000))
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        body = next(pieces)
        taken += len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    visitor = visitors.seo if known else None
    assert await upload(visitors, visitor, form_of(case), receive) == status
    assert LONGEST_DRAINED <= taken < LONGEST_DRAINED + 2_000_000


async def test_who_goes_in_the_middle_leaves_nothing(visitors: Visitors, case: Case) -> None:
    case.started()
    messages = iter(
        [
            {"type": "http.request", "body": HEAD + b"The beginning", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    assert await upload(visitors, visitors.seo, form_of(case), receive) == 422
    assert not case.all(EvidenceFile)
    assert not visitors.app.state.settings.evidence_folder.exists()


@pytest.mark.parametrize("address", ["/escalations/new", "/sign-in", "/files/1"])
def test_no_other_address_takes_so_much(visitors: Visitors, case: Case, address: str) -> None:
    case.started()
    page = send(visitors.seo, address, content=b"x" * 2_100_000, status=413)
    assert page.heading == "That is too much at once"


def test_a_form_of_too_many_parts_is_refused(visitors: Visitors, case: Case) -> None:
    case.started()
    many = [("file", ("a.txt", NOTE)), ("file", ("b.txt", NOTE + b"b"))]
    fields = {f"field{number}": "x" for number in range(20)}
    for body in (
        {"files": many},
        {"files": many[:1], "data": fields},
        {"files": many[:1], "data": {"description": "x" * 30_000}},
        {
            "content": b"--x\r\nnonsense",
            "headers": {"Content-Type": "multipart/form-data; boundary=x"},
        },
        {"content": b"", "headers": {"Content-Type": "multipart/form-data"}},
    ):
        response = visitors.seo.client.post(form_of(case), **body)
        assert response.status_code == 422, response.text
    with read(visitors.engine) as session:
        assert session.get(EvidenceFile, 1) is None


def test_a_large_upload_is_on_the_disk_and_not_in_memory(
    visitors: Visitors, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.started()
    seen = []

    def look(name: str, content: Any) -> Upload:
        seen.append(content._rolled)
        return Upload(name, content)

    monkeypatch.setattr("web.evidence_files.Upload", look)
    send(visitors.seo, form_of(case), content=b"x" * 3_000_000)
    assert seen == [True]


# What is inside ------------------------------------------------------------------------------


def test_a_file_that_acts_on_its_own_is_refused_in_words(visitors: Visitors, case: Case) -> None:
    case.started()
    for what in ("a template elsewhere", "a field DDEAUTO", "OpenDocument: DDE"):
        name, make, says = HOSTILE[what]
        page = send(visitors.seo, form_of(case), name, make(), status=422)
        [(message, href)] = page.errors
        assert says in message
        assert message.endswith("Save it as a PDF and add that instead.")
        assert href == "#file"
    name, make = HARMLESS["links and a picture"]
    content = make()
    page = send(visitors.seo, form_of(case), name, content)
    assert not page.tree.xpath("//*[@class='govuk-warning-text__text']")
    assert visitors.seo.client.get(page.links[name]).content == content


@pytest.mark.parametrize("what", ["when it opens", "in a note, afterwards", "a table with '=1+1'"])
def test_who_opens_a_file_is_warned_before(visitors: Visitors, case: Case, what: str) -> None:
    case.started()
    name, make, found = WARNED[what]
    content, [kind] = make(), found
    page = send(visitors.seo, form_of(case), name, content)
    assert Caution(kind).says in page.text
    before = page.follow(name)
    assert before.heading == "Before you open this file"
    assert Caution(kind).says in before.text
    assert name in before.text
    download = visitors.seo.client.get(before.links["Download the file"])
    assert download.content == content
    assert download.headers["content-disposition"].startswith("attachment; ")
    record = visitors.seo.get(f"/escalations/{case.reference}/record").text
    assert f"The file “{name}” was added as evidence, with a warning to readers." in record


def test_a_file_of_an_earlier_version_says_that_it_was_not_examined(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    send(visitors.seo, form_of(case))
    with visitors.engine.begin() as connection:
        connection.execute(text("UPDATE evidence_file SET name = 'a:b.pdf.docx'"))
        connection.execute(text("""UPDATE evidence_file SET cautions = '["added_before"]'"""))
    page = visitors.seo.get(f"/escalations/{case.reference}/evidence")
    assert Caution.ADDED_BEFORE.says in page.text
    before = page.follow("a_b_pdf.docx")
    download = visitors.seo.client.get(before.links["Download the file"])
    assert 'filename="a_b_pdf.docx"' in download.headers["content-disposition"]


# The scanner ---------------------------------------------------------------------------------


def test_without_a_scanner_nothing_is_added_unless_somebody_said_so(
    engine: Engine, council: Council, case: Case, tmp_path: Path
) -> None:
    case.started()
    send(Visitors(engine, council, tmp_path).seo, form_of(case), "made up.txt")
    with write(engine) as session:
        change(session, School, {"urn": case.council.maintained.urn}, demonstration=False)
    visitors = Visitors(engine, council, tmp_path, scanner="")
    page = visitors.seo.get(f"/escalations/{case.reference}/evidence")
    assert "No malware scanner is set, so no file can be added." in page.text
    assert "Add a file" not in page.links
    assert "made up.txt" in page.links
    page = visitors.seo.get(form_of(case))
    assert "No file can be added" in page.text
    assert not page.tree.xpath("//input[@type='file']")
    page = send(visitors.seo, form_of(case), status=422, content=NOTE + b"more")
    assert "no malware scanner is set. Ask your administrator to set SCC_SCANNER" in page.text
    assert len(case.all(EvidenceFile)) == 1
    state = visitors.admin.get("/administration").text
    assert "no file can be added to a case" in state
    off = Visitors(engine, council, tmp_path, scanner=" None ")
    page = send(off.seo, form_of(case), content=NOTE + b"more")
    assert "Not scanned" in page.text
    assert "Switched off by name" in off.admin.get("/administration").text
    assert "SCC_SCANNER is set" in (
        Visitors(engine, council, tmp_path, scanner="clamdscan").admin.get("/administration").text
    )


def test_a_scan_is_shown_and_malware_is_refused_in_words(
    engine: Engine, council: Council, case: Case, tmp_path: Path
) -> None:
    case.started()
    program = (
        "import sys; bad = b'fence' in open(sys.argv[-1], 'rb').read(); "
        "print('Fence.Test FOUND' if bad else 'Scanned by test'); sys.exit(bad)"
    )
    visitors = Visitors(
        engine, council, tmp_path, scanner=shlex.join([sys.executable, "-c", program])
    )
    assert "No malware scanner" not in visitors.seo.get(form_of(case)).text
    page = send(visitors.seo, form_of(case), "minutes.docx", word())
    assert "Nothing found" in page.text
    assert "Scanned by test" in page.text
    assert "No malware scanner" not in page.text
    page = send(visitors.seo, form_of(case), status=422)
    assert page.errors[0][0].startswith("The malware scanner found something in this file")
    record = visitors.seo.get(f"/escalations/{case.reference}/record").text
    assert "The file “note.txt” was refused" in record
    assert "Fence.Test FOUND" in record
    assert case.kinds.count("evidence_refused") == 1
