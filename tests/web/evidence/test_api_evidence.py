"""Evidence through the JSON API: attached once, listed in pages, downloaded as it was."""

import hashlib
import shlex
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.database import write
from models.files.folder import LARGEST
from models.rows import change
from models.schools.tables import School
from tests.support.callers import Caller, Callers
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.evidence_samples import pdf
from tests.support.hostile_files import HOSTILE, WARNED
from web.uploads import FRAME

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOTE = b"Seen on the visit: the fence is down.\n"


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def post(
    caller: Caller,
    case: Case,
    content: bytes = NOTE,
    name: str = "note.txt",
    key: str = "",
    **fields: str,
) -> Any:
    """Attach a file."""
    return caller.call(
        "POST",
        f"/escalations/{case.reference}/evidence",
        files={"file": (name, content, "text/html")},
        data={"description": "A note of the visit.", **fields},
        headers={"Idempotency-Key": key} if key else {},
    )


def test_a_file_is_attached_listed_and_downloaded(callers: Callers, case: Case) -> None:
    case.started()
    content = pdf()
    answer = post(callers.seo, case, content, "Plan für 2026.pdf")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    assert made["name"] == "Plan für 2026.pdf"
    assert made["media_type"] == "application/pdf"
    assert made["scan"] == "not_scanned"
    assert made["added_by"] == "seo@fernshire.example"
    listed = callers.legal.get(f"/escalations/{case.reference}/evidence")
    assert listed == {"items": [made], "page": 1, "pages": 1, "total": 1}
    file = callers.legal.call("GET", f"/files/{made['id']}")
    assert file.content == content
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    events = callers.seo.get(f"/escalations/{case.reference}/events")["items"]
    assert events[-1]["kind"] == "evidence_added"


def test_a_list_has_pages(callers: Callers, case: Case) -> None:
    case.started()
    for number in range(3):
        post(callers.seo, case, NOTE + str(number).encode(), f"note {number}.txt")
    address = f"/escalations/{case.reference}/evidence"
    listed = callers.seo.get(address, page=2, per_page=2)
    assert [item["name"] for item in listed["items"]] == ["note 2.txt"]
    assert (listed["pages"], listed["total"]) == (2, 3)
    assert callers.seo.call("GET", address, params={"per_page": 201}).status_code == 422


def test_the_same_file_again_is_a_conflict(callers: Callers, case: Case) -> None:
    case.started()
    assert post(callers.seo, case).status_code == 201
    again = post(callers.hos, case, name="other.txt")
    assert again.status_code == 409
    assert again.json()["detail"] == "This file is already on the case, as “note.txt”."


def test_of_two_at_once_one_is_kept(callers: Callers, case: Case) -> None:
    case.started()
    ready = threading.Barrier(4)
    answers: list[int] = []
    deciders = [callers.seo, callers.hos, callers.legal, callers.dcs]

    def call(caller: Caller) -> None:
        ready.wait(timeout=30)
        answers.append(post(caller, case).status_code)

    threads = [threading.Thread(target=call, args=(caller,)) for caller in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(answers) == [201, 409, 409, 409]


def test_the_same_key_gives_the_first_answer_again(callers: Callers, case: Case) -> None:
    case.started()
    seo = callers.seo
    first = post(seo, case, key="one")
    again = post(seo, case, key="one")
    assert (again.status_code, again.content) == (201, first.content)
    conflict = post(seo, case, key="two")
    assert conflict.status_code == 409
    assert post(seo, case, key="two").content == conflict.content
    for other in (
        post(seo, case, NOTE + b"more", key="one"),
        post(seo, case, name="other.txt", key="one"),
        post(seo, case, key="one", description="Another."),
    ):
        assert other.status_code == 422
        assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert seo.get(f"/escalations/{case.reference}/evidence")["total"] == 1
    assert post(callers.hos, case, pdf(), "plan.pdf", key="one").status_code == 201


def test_what_is_wrong_is_named(callers: Callers, case: Case) -> None:
    case.started()
    seo, address = callers.seo, f"/escalations/{case.reference}/evidence"

    def fields(**options: Any) -> list[str]:
        answer = seo.call("POST", address, **options)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return [error["field"] for error in answer.json()["errors"]]

    file = {"file": ("note.txt", NOTE)}
    described = {"description": "A note."}
    assert fields() == ["file", "description"]
    assert fields(json={"file": "x", "description": "y"}) == ["file", "description"]
    assert fields(data={"file": "x", **described}) == ["file"]
    assert fields(files=file) == ["description"]
    assert fields(files=file, data={"description": "\u200b"}) == ["description"]
    assert fields(files=file, data={**described, "name": "x"}) == ["name"]
    assert fields(files=[*file.items(), *file.items()], data=described) == ["file"]
    assert fields(files={"file": ("note.pdf", NOTE)}, data=described) == ["file"]
    assert fields(files={"file": ("note.txt", b"")}, data=described) == ["file"]
    assert fields(files={"file": ("note.txt", b"x" * (LARGEST + 1))}, data=described) == ["file"]
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert fields(content=b"--x\r\nnonsense", headers=broken) == ["file", "description"]
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nNo end'
    assert fields(content=cut, headers=broken) == ["file", "description"]
    idna = {"Content-Type": "multipart/form-data; boundary=x; charset=idna"}
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nxn--a-\r\n--x--\r\n'
    assert fields(content=part, headers=idna) == ["file"]


def test_what_is_too_long_is_a_problem_of_its_own(callers: Callers, case: Case) -> None:
    case.started()
    answer = post(callers.seo, case, b"x" * ((LARGEST + FRAME) + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "25 MB" in answer.json()["detail"]


def test_who_may_not_is_told_before_anything_is_read(callers: Callers, case: Case) -> None:
    case.started()
    too_much = b"x" * ((LARGEST + FRAME) + 1)
    assert post(callers.viewer, case, too_much).status_code == 403
    nobody = Caller(callers.client, "no-such-token")
    assert post(nobody, case, too_much).status_code == 401
    case.reference = "ESC-2026-9999"
    assert post(callers.seo, case, too_much).status_code == 404
    assert callers.seo.call("GET", "/files/1").status_code == 404


def test_malware_and_a_broken_scanner_are_refused(
    engine: Engine, council: Council, case: Case, tmp_path: Path
) -> None:
    case.started()
    callers = Callers(engine, council, tmp_path)
    settings = callers.app.state.settings
    seo = callers.seo
    for status, expected in ((1, 422), (2, 409)):
        program = f"import sys; print('Fence.Test'); sys.exit({status})"
        command = shlex.join([sys.executable, "-c", program])
        callers.app.state.settings = settings.model_copy(update={"scanner": command})
        assert post(seo, case, key="one").status_code == expected
    callers.app.state.settings = settings
    assert post(seo, case, key="one").status_code == 201, "it was never judged under this key"


def test_what_acts_on_its_own_is_refused_and_what_is_kept_is_warned_of(
    callers: Callers, case: Case
) -> None:
    case.started()
    name, make, says = HOSTILE["an object"]
    refused = post(callers.seo, case, make(), name)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "file"
    assert says in error["message"]
    name, make, _ = WARNED["in a note, afterwards"]
    content = make()
    made = post(callers.seo, case, content, name).json()
    assert made["cautions"] == [
        {"kind": "launch", "says": "This PDF can start a program or open another file."}
    ]
    assert callers.legal.get(f"/escalations/{case.reference}/evidence")["items"] == [made]
    event = callers.seo.get(f"/escalations/{case.reference}/events")["items"][-1]
    assert event["data"]["cautions"] == ["launch"]
    assert callers.seo.call("GET", f"/files/{made['id']}").content == content


def test_without_a_scanner_nothing_is_kept(callers: Callers, case: Case) -> None:
    case.started()
    with write(callers.engine) as session:
        change(session, School, {"urn": case.council.maintained.urn}, demonstration=False)
    settings = callers.app.state.settings
    callers.app.state.settings = settings.model_copy(update={"scanner": ""})
    refused = post(callers.seo, case)
    assert refused.status_code == 409
    assert "Ask your administrator to set SCC_SCANNER" in refused.json()["detail"]
    assert not settings.evidence_folder.exists()
    callers.app.state.settings = settings.model_copy(update={"scanner": "none"})
    assert post(callers.seo, case).json()["scan"] == "not_scanned"


def test_a_name_is_offered_as_windows_can_keep_it(callers: Callers, case: Case) -> None:
    case.started()
    made = post(callers.seo, case, name="con.exe.txt").json()
    assert made["name"] == "_con_exe.txt"
    offered = callers.seo.call("GET", f"/files/{made['id']}").headers["content-disposition"]
    assert 'filename="_con_exe.txt"' in offered
