"""A written report reaches the school: drafted, approved, issued; only then its duty is done."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlmodel import select

from models.database import read, write
from models.events import verify
from models.letters.tables import IssuedFile, LetterState
from models.letters.writing import DraftText, edit_letter, letter_body
from models.outbox import Message
from models.people.access import THE_MACHINE
from models.policy import Policy
from models.policy.loader import PolicyError, load_policy
from models.programme.tables import DutyKind
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.reports.shown import sent_of, versions_of
from models.rows import change, find
from models.schools.tables import Contact
from notifications.issuing import issue_letters
from tests.support.programme import Programme
from tests.support.reports import Report

REPORT = DutyKind.REPORT


def test_its_duty_is_done_when_the_school_has_it_and_not_before(
    report: Report, programme: Programme
) -> None:
    first = programme.duties(REPORT)[0]
    report.written()
    assert report.state == "proposed"
    assert programme.duties(REPORT)[0].state == "planned"
    report.decide()
    assert (report.state, programme.duties(REPORT)[0].state) == ("approved", "planned")
    report.now += timedelta(days=1)
    assert issue_letters(report.engine, report.policy, report.now) == 1
    assert report.state == "issued"
    done = programme.duties(REPORT)[0]
    assert (done.state.value, done.done_on) == ("done", date(2026, 11, 24))
    assert (report.row.duty_id, report.row.issued_on) == (first.id, date(2026, 11, 24))
    with read(report.engine) as session:
        assert verify(session) is None
        assert examine(session).differences == []


def test_it_goes_to_head_and_chair_as_pdf_docx_and_page(report: Report) -> None:
    report.written(text="Attainment rose.").issue()
    letter = report.letter()
    assert letter.state is LetterState.ISSUED
    assert [each.role for each in letter.goes_to or ()] == ["headteacher", "chair_of_governors"]
    assert letter.respond_by == date(2026, 12, 7)
    with read(report.engine) as session:
        body = letter_body(session, letter)
        kept = find(session, select(IssuedFile.format).where(IssuedFile.letter_id == letter.id))
        mails = find(session, select(Message).where(Message.letter_id == letter.id))
    assert "Impact of teaching on learning" in body
    assert "Attainment rose." in body
    assert "Sam Ellison, School Evaluation Officer" in body
    assert set(kept) == {"pdf", "html", "txt"}
    assert len(mails) == 2


def test_of_an_academy_its_trust_has_it_too(report: Report) -> None:
    report.urn = 900002
    report.written().issue()
    roles = [each.role for each in report.letter().goes_to or ()]
    assert roles == ["headteacher", "chair_of_governors", "trust"]


def test_without_an_address_it_is_a_draft_and_cannot_be_put_forward(report: Report) -> None:
    report.urn = 900002
    with write(report.engine) as session:
        change(session, Contact, {"urn": 900002, "role": "trust"}, email="")
    report.written()
    assert report.state == "draft"
    with pytest.raises(NotPossible, match="no e-mail address for its trust"):
        report.forward()


def test_a_draft_can_be_changed_and_every_version_is_kept(report: Report) -> None:
    report.written(put_forward=False, text="One.")
    report.rewrite("Two.", by="seo2")
    report.forward()
    with pytest.raises(NotPossible, match="waits for approval"):
        report.rewrite("Three.")
    with read(report.engine) as session:
        kept = versions_of(session, report.id)
        [sent] = sent_of(session, THE_MACHINE, report.id)
        assert "Two." in letter_body(session, report.letter())
    assert [(each.version, each.written_by) for each in kept] == [
        (2, "Sofia Eze"),
        (1, "Sam Ellison"),
    ]
    assert (sent.version, sent.final, sent.letter) == (2, False, report.letter().id)


def test_what_is_returned_is_a_draft_again(report: Report) -> None:
    report.written()
    report.decide(decision="return", reason="Say more of behaviour.")
    assert report.state == "draft"
    assert report.letter().state is LetterState.WITHDRAWN
    report.rewrite("More.")
    report.forward()
    report.issue()
    assert report.state == "issued"
    assert [each.version for each in report.issues] == [1, 2]


@pytest.mark.parametrize("hand", ["author", "author by name", "another version"])
def test_whoever_wrote_it_never_approves_it(report: Report, hand: str) -> None:
    """Not even where somebody else put it forward."""
    by_name = {"author": {"officer": report.council.hos.email}} if hand == "author by name" else {}
    report.written(by="hos" if hand == "author" else "seo", put_forward=False, **by_name)
    if hand == "another version":
        report.rewrite("Better.", by="hos")
    report.forward(by="seo2")
    with pytest.raises(NotAllowed, match="You wrote this, so somebody else must approve it"):
        report.decide(by="hos")
    report.issue(by="hos2")
    assert report.state == "issued"


def test_each_approver_of_the_policy_in_turn(report: Report) -> None:
    report.written(kind="audit_of_governance")
    with pytest.raises(NotAllowed, match="Service Manager first"):
        report.decide(by="hos")
    report.decide(by="sm")
    assert report.state == "proposed"
    report.issue(by="hos")
    assert report.state == "issued"


def test_a_kind_that_does_not_count_meets_no_duty(report: Report, programme: Programme) -> None:
    planned = programme.duties(REPORT)[0]
    with pytest.raises(InvalidInput, match="none of those that are planned"):
        report.written(kind="audit_of_governance", duty=planned.id)
    report.written(kind="audit_of_governance")
    report.decide(by="sm")
    report.issue()
    assert report.row.duty_id is None
    assert programme.duties(REPORT)[0].state == "planned"


def test_the_duty_that_was_named_is_met_or_the_first_where_it_is_done_meanwhile(
    report: Report, programme: Programme
) -> None:
    first, _, third, *_ = programme.duties(REPORT)
    report.written(duty=third.id)
    other = Report(report.engine, report.policy, report.council, report.settings)
    other.written(by="seo2", duty=third.id).issue()
    assert other.row.duty_id == third.id
    report.issue()
    assert report.row.duty_id == first.id


def test_the_text_of_its_letter_follows_from_the_report(report: Report) -> None:
    report.written()
    with (
        report.acting() as acting,
        pytest.raises(NotPossible, match="follows from its form"),
    ):
        edit_letter(acting, report.letter().id, DraftText(body="# Other\n\nWords."))


def test_what_is_withdrawn_counts_no_more(report: Report, programme: Programme) -> None:
    report.written()
    with pytest.raises(NotPossible, match="waits for approval"):
        report.withdraw()
    report.issue()
    assert programme.duties(REPORT)[0].state == "done"
    report.withdraw()
    assert (report.state, report.row.duty_id) == ("withdrawn", None)
    assert programme.duties(REPORT)[0].state == "planned"
    report.written(text="The right one.")
    assert report.id == 2


def test_what_cannot_be_printed_is_refused_at_its_section(report: Report) -> None:
    with pytest.raises(InvalidInput) as refusal:
        report.written(text="Well done ☃")
    assert [field for field, _ in refusal.value.errors] == [f"section-{n}" for n in range(1, 6)]
    with pytest.raises(InvalidInput, match="Choose from: written_report, audit_of_governance"):
        report.draft_of("gossip")


def test_nothing_of_this_is_unknown(report: Report) -> None:
    for act in (report.forward, report.withdraw):
        report.id = 99
        with pytest.raises(NotFound, match="There is no report 99"):
            act()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('[reports.gossip]\ntitle = "Gossip"\n', "name at least one"),
        ('[reports.Gossip]\ntitle = "G"\nsections = ["A"]\n', "lower case"),
        ('[reports.gossip]\ntitle = "G"\nsections = ["A", "A"]\n', "two sections"),
        ('[reports.gossip]\ntitle = "G"\nsections = ["A"]\napprovers = []\n', "at least 1"),
        ('[reports.gossip]\ntitle = "G"\nsections = ["A"]\napprovers = ["viewer"]\n', "viewer"),
        (
            '[reports.gossip]\ntitle = "G"\nsections = ["A"]\naccuracy_working_days = 3\n',
            "must be less than",
        ),
        ('[reports.gossip]\ntitle = "G"\nsections = ["A"]\nsecret = 1\n', "no such setting"),
    ],
)
def test_kinds_are_checked_when_a_policy_is_loaded(
    tmp_path: Path, policy: Policy, said: str, why: str
) -> None:
    folder = copytree(Path("models/policy/default"), tmp_path / "policy")
    file = folder / "programme.toml"
    file.write_text(file.read_text() + "\n" + said)
    with pytest.raises(PolicyError, match=why):
        load_policy(folder)


def test_a_policy_of_before_has_one_kind(tmp_path: Path) -> None:
    folder = copytree(Path("models/policy/default"), tmp_path / "policy")
    file = folder / "programme.toml"
    text = file.read_text()
    begins, ends = text.index("# The kinds of written report"), text.index("# The annual")
    file.write_text(text[:begins] + text[ends:])
    [kind] = load_policy(folder).programme.report_kinds.items()
    assert kind[0] == "written_report"
    assert kind[1].sections == load_policy(folder).programme.report_sections
