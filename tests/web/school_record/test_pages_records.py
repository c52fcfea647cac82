"""The page “Letters and files” of a school, its forms, and what others see of a restricted one."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.clocks import london_date
from models.policy import Policy
from tests.support.addresses import ABOUT_RECORDS, parts_of
from tests.support.council import NOW, Council
from tests.support.school_records import NOTE, SchoolRecord
from tests.support.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record"
LETTER = {
    "to": "headteacher",
    "subject": "Our visit",
    "words": "Thank you for having us.",
    "reason": "It was agreed on the visit.",
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def record(engine: Engine, council: Council, policy: Policy) -> SchoolRecord:
    """The record of Ashfield Primary School, on which nothing is yet."""
    return SchoolRecord(engine, policy, council)


def test_a_letter_is_drafted_approved_and_found(visitors: Visitors) -> None:
    page = visitors.seo.get("/schools/900001").follow("Letters and files")
    assert page.heading == "Ashfield Primary School"
    assert "There are none yet" in page.text
    page = page.follow("Write a letter")
    assert page.heading == "Write a letter to the school"
    page = page.submit(**LETTER)
    assert page.path == HERE
    assert "The letter has been drafted and is waiting for approval" in page.text
    assert "SCH-900001, opened on 23 November 2026. Sam Ellison looks after it." in page.text
    assert "A draft until its proposal is approved." in page.text
    assert "Letter 1 (letter to the school) was drafted" in page.text
    mine = page.follow("1. Our visit")
    assert mine.heading == "Letter to the school"
    assert "Dear Headteacher of Ashfield Primary School" in mine.text
    waiting = visitors.hos.get("/proposals")
    assert waiting.links["SCH-900001"] == HERE
    page = waiting.follow("Send the letter to the school")
    page = page.submit(decision="approve")
    assert page.path == HERE
    assert "The proposal has been approved" in page.text
    assert "Approved; it is issued within a minute or two." in page.text


def test_whom_one_can_write_to_is_said(visitors: Visitors) -> None:
    page = visitors.seo.get(f"{HERE}/letters/new")
    assert "Headteacher of Ashfield Primary School, headteacher@school-900001.example" in page.text
    assert "clerk: add the contact of the clerk" in page.text
    form = page.follow("add the contact of the clerk")
    assert form.path == "/schools/900001/contacts/clerk"
    form.submit(name="Cleo Marsh")
    page = visitors.seo.get(f"{HERE}/letters/new")
    assert "clerk (Cleo Marsh): add the e-mail address of the clerk" in page.text


def test_a_letter_form_keeps_what_was_typed(visitors: Visitors, record: SchoolRecord) -> None:
    form = visitors.seo.get(f"{HERE}/letters/new")
    page = form.submit(422, words="Kept.")
    assert page.errors == [
        ("Choose whom the letter is to", "#to"),
        ("Enter the subject of the letter", "#subject"),
        ("Enter why the letter is to be sent", "#reason"),
    ]
    assert "Kept." in page.text
    page = form.submit(422, **LETTER, copies=["headteacher"])
    assert page.errors == [("Choose each person once.", "#copies")]
    page = form.submit(422, **LETTER | {"subject": "x" * 151})
    assert page.errors[0][1] == "#subject"
    assert record.matter is None


def test_a_deadline_is_set_and_settled(visitors: Visitors, record: SchoolRecord) -> None:
    form = visitors.seo.get(HERE).follow("Set a deadline")
    page = form.submit(422, what="")
    assert page.errors == [
        ("Enter what is to be done", "#what"),
        ("Enter the date by which it is to be done", "#due_on-day"),
    ]
    today = london_date(NOW)
    page = form.submit(422, what="The plan", due_on=today)
    assert page.errors == [("Enter a date after today and within a year.", "#due_on-day")]
    page = form.submit(what="The plan is sent", due_on=today + timedelta(days=30))
    assert "The plan is sent due 23 December 2026, 22 working days left" in page.text
    form = page.follow("Done, or no longer wanted: The plan is sent")
    assert "The plan is sent" in form.text
    assert form.submit(422).errors == [("Choose what became of it", "#done")]
    page = form.submit(422, done="no")
    assert page.errors == [("Enter why it is no longer wanted", "#note")]
    page = page.submit(done="no", note="The school closes.")
    assert page.path == HERE
    told = "is no longer wanted. by Sam Ellison 23 November 2026 at 10am The school closes."
    assert told in page.text
    assert "Done, or no longer wanted: The plan is sent" not in page.links
    visitors.seo.get("/deadlines/1/outcome", 409)
    visitors.seo.get("/deadlines/2/outcome", 404)


def test_a_file_is_put_on_the_record(visitors: Visitors, record: SchoolRecord) -> None:
    legal = visitors.legal
    assert "Write a letter" not in legal.get(HERE).links
    form = legal.get(HERE).follow("Add a file")
    assert "No malware scanner is set: the file is kept without a scan." in form.text

    def send(**fields: str) -> Page:
        files = {"file": ("note.txt", NOTE, "text/plain")} if fields.pop("file", "yes") else None
        answer = legal.client.post(form.path, data=fields, files=files)
        return Page(legal, answer)

    page = send(description="")
    assert page.errors[-1] == ("Enter what the file is and what it shows", "#description")
    assert record.matter is None
    page = send(description="A note of the visit.")
    assert (page.status, page.path) == (200, HERE)
    assert "The file has been added to the school’s record" in page.text
    assert "A note of the visit." in page.text
    assert "The file “note.txt” was added as evidence." in page.text
    assert legal.client.get(page.links["note.txt"]).content == NOTE


def test_what_an_officer_may_not_is_not_offered_and_refused(
    visitors: Visitors, record: SchoolRecord
) -> None:
    record.letter()
    assert "Letters and files" not in visitors.viewer.get("/schools/900001").links
    visitors.viewer.get(HERE, 403)
    department = {"department-notices/new", "rise-support/new"}
    casework = {"letters/new", "appointments/new", "deadlines/new", "files/new"} | department
    offered = {
        "seo": casework,
        "legal": {"files/new"},
        "hos": casework | {"officer", "restriction"},
    }
    for who, forms in offered.items():
        links = getattr(visitors, who).get(HERE).links.values()
        below = {link.removeprefix(f"{HERE}/") for link in links if link.startswith(f"{HERE}/")}
        assert {link for link in below if "." not in link} == forms | {"actions", "support"}, who


def test_the_record_is_restricted_and_opened_again(
    visitors: Visitors, record: SchoolRecord
) -> None:
    record.letter()
    form = visitors.hos.get(HERE).follow("Change who can see it")
    assert form.submit(422).errors == [
        ("Choose whether the record is restricted", "#restricted"),
        ("Enter a reason", "#reason"),
    ]
    named = ["hos2@fernshire.example"]
    page = form.submit(restricted="yes", officers=named, reason="It is delicate.")
    assert "The record has been restricted to the officers named" in page.text
    assert "it is seen by Harriet Osborne, Henry Okafor." in page.text
    assert "read" in page.text, "who opened it is told there"
    assert "There are none yet" in visitors.seo2.get(HERE).text
    form = visitors.seo2.get(f"{HERE}/letters/new")
    refused = form.visitor.post(form.path, 422, LETTER)
    assert "Ask the Director" in refused.text
    form = visitors.hos.get(f"{HERE}/restriction")
    page = form.submit(restricted="no", reason="It is over.")
    assert "The record is no longer restricted" in page.text
    assert "1. Our visit" in visitors.seo2.get(HERE).links
    page = visitors.hos.get(f"{HERE}/officer")
    page = page.submit(case_officer="seo2@fernshire.example", reason="Leave.")
    assert "Sofia Eze looks after it." in page.text


def test_a_changed_contact_is_confirmed(visitors: Visitors, record: SchoolRecord) -> None:
    record.letter()
    record.restrict()
    form = visitors.seo2.get("/schools/900001/contacts/headteacher")
    form.submit(name="Somebody Else", email="else@elsewhere.example")
    page = visitors.seo.get(HERE)
    assert "The person who changed it cannot see this record" in page.text
    form = page.follow("Confirm or keep the old one: headteacher")
    assert "Letters on this record go to" in form.text
    page = form.submit(decision="keep")
    assert "Your decision about the contact has been recorded" in page.text
    assert "Letters on this record still go to" in page.text


def test_a_hidden_record_is_word_for_word_no_record(
    visitors: Visitors, record: SchoolRecord
) -> None:
    """At every address, to officers of two roles who do not see it."""
    parts = {"reference": "ESC-2026-0001", "urn": "900001"}
    pages = [address for address in ABOUT_RECORDS if address.door == "page"]
    assert len(pages) > 12

    def answers() -> list[tuple[str, int, str]]:
        said = []
        for address in pages:
            there = address.filled(parts_of(address, parts))
            for who in ("seo2", "aed"):
                client = getattr(visitors, who).client
                answer = client.request(address.method, there, follow_redirects=False)
                said.append((f"{who} {address.method} {there}", answer.status_code, answer.text))
        return said

    before = answers()
    record.letter(by="hos")
    record.deadline(by="hos")
    record.restrict("hos2")
    for one, other in zip(before, answers(), strict=True):
        assert one == other
