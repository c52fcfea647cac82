"""Letters about risk levels: to whom, about what, looked at, approved or withdrawn; none twice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import connect, read, write
from models.events import Event, verify
from models.inputs import Reason
from models.level_letters import approving, deliveries
from models.level_letters.drafting import draw
from models.level_letters.tables import BatchState, LetterBatch
from models.outbox import Message, MessageState
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import change
from models.schools.tables import School
from models.settings import Settings
from models.upkeep.backup import back_up, restore
from models.upkeep.backup.since import MAY_HAVE_LEFT
from models.upkeep.clock import tick
from notifications import level_letters as work
from notifications.bulk import Worked
from tests.support.council import NOW, Council
from tests.support.databases import migrated_file, sqlite_url
from tests.support.level_letters import Post, blank_press, changed, published

PRINTED_NAME = "The Chair of Governors"


@pytest.fixture
def post(
    engine: Engine,
    policy: Policy,
    council: Council,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    """Letters that are printed without ink."""
    monkeypatch.setattr(work, "press", blank_press)
    monkeypatch.setattr(work, "SCHOOLS_OF_A_CHUNK", 3)
    monkeypatch.setattr(work, "LETTERS_OF_A_CHUNK", 3)
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


def kinds(post: Post) -> list[str]:
    with read(post.engine) as session:
        assert verify(session) is None
        events = session.exec(select(Event).order_by(Event.sequence)).all()
    return [event.kind for event in events if event.kind.startswith("level_letter")]


# --- dated from


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_annual_letters_are_dated_from_the_first_of_september(post: Post) -> None:
    post.now = datetime(2026, 8, 31, 22, 59, tzinfo=UTC)
    published(post.engine, now=post.now)
    batch = post.prepared()
    post.look(batch.id)
    with pytest.raises(NotPossible, match="dated 1 September 2026 at the earliest"):
        post.approve(batch.id)
    post.now = datetime(2026, 8, 31, 23, tzinfo=UTC)  # midnight in London
    post.approve(batch.id)
    with read(post.engine) as session:
        assert session.get_one(LetterBatch, batch.id).dated == date(2026, 9, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_letter_on_a_change_bears_any_day(post: Post) -> None:
    post.now = datetime(2026, 8, 3, 9, tzinfo=UTC)
    changed(post.engine, 900001, "high", before="low", now=post.now)
    batch = post.prepared(about="changes")
    post.look(batch.id)
    post.approve(batch.id)
    with read(post.engine) as session:
        assert session.get_one(LetterBatch, batch.id).dated == date(2026, 8, 3)


# --- to whom


def test_each_september_the_head_and_the_chair_of_every_open_school_have_a_letter(
    post: Post,
) -> None:
    published(post.engine)
    with write(post.engine) as session:
        change(session, School, {"urn": 900003}, closed_on=date(2026, 8, 31))

    batch = post.prepared()

    assert batch.state is BatchState.PREPARED
    found = [(letter.urn, letter.role, letter.level, letter.email) for letter in post.letters()]
    assert found == [
        (urn, role, level, f"{role.replace('_', '.')}@school-{urn}.example")
        for urn, level in ((900001, "high"), (900002, "medium"), (900004, "none"))
        for role in ("headteacher", "chair_of_governors")
    ]
    first = post.letters()[0].body
    assert first.startswith("# ⟦Ashfield Primary School⟧: risk level and support in ⟦2026 to 2027⟧")
    assert "**⟦high risk⟧**" in first
    assert "⟦six written reports in the year⟧" in first
    assert "⟦Its results.⟧" in first


def test_without_a_contact_it_goes_to_the_role_at_the_schools_own_address(post: Post) -> None:
    published(post.engine, [900001])
    with write(post.engine) as session:
        session.connection().exec_driver_sql("DELETE FROM contact WHERE role <> 'headteacher'")
        change(session, School, {"urn": 900001}, address=["School Lane", "Ashfield"])

    post.prepared()

    _, chair = post.letters()
    assert chair.name == PRINTED_NAME
    assert chair.address == [
        PRINTED_NAME,
        "Ashfield Primary School",
        "School Lane",
        "Ashfield",
        "Fernminster",
        "FM1 1AA",
    ]
    assert (chair.email, chair.state) == (None, "drafted")
    assert "Dear ⟦Chair of Governors⟧," in chair.body


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (["School Lane"], "fewer than 3 lines"),
        (["School Lane", "Fernminster"], "does not end with a UK postcode"),
        (["School Lane"] * 3 + ["Wide Lane, " * 9] * 2 + ["FM1 1AA"], "more than 7 lines"),
        (["School Lane", "校", "FM1 1AA"], "cannot be printed"),
    ],
)
def test_what_cannot_be_posted_is_left_out_with_the_reason_and_can_be_mended(
    post: Post, address: list[str], why: str
) -> None:
    published(post.engine)
    post.contact(900002, "headteacher", email=None, address=address)

    batch = post.prepared()

    [left_out] = [letter for letter in post.letters() if letter.state == "left_out"]
    assert (left_out.urn, left_out.role) == (900002, "headteacher")
    assert why in left_out.left_out
    assert left_out.id not in post.sample(batch.id)

    post.contact(900002, "headteacher", address=["School Lane", "Cork", "Ireland"])
    with post.acting("hos") as acting:
        approving.prepare_again(acting, batch.id)
    assert post.work() == Worked(1, 0)
    assert {letter.state.value for letter in post.letters()} == {"drafted"}
    assert len(post.letters()) == 8
    with post.acting("hos") as acting, pytest.raises(NotPossible, match="No letter was left out"):
        approving.prepare_again(acting, batch.id)


def test_letters_are_posted_by_postcode_then_school_then_role(post: Post) -> None:
    published(post.engine)
    post.without_emails()
    post.without_emails("headteacher")
    post.contact(900001, "headteacher", address=["Far Lane", "Zennor", "TR26 3BP"])
    post.contact(900003, "chair_of_governors", address=["Near Lane", "Bath", "BA1 1AA"])
    post.contact(900004, "headteacher", address=["Long Lane", "Cork", "Ireland"])

    post.prepared()

    posted = sorted(post.letters(), key=lambda letter: letter.posting_order)
    assert [(letter.urn, letter.role.value) for letter in posted] == [
        (900003, "chair_of_governors"),
        (900001, "chair_of_governors"),
        (900002, "headteacher"),
        (900002, "chair_of_governors"),
        (900003, "headteacher"),
        (900004, "chair_of_governors"),
        (900001, "headteacher"),
        (900004, "headteacher"),
    ]


# --- no school twice


def test_a_batch_is_begun_once(post: Post) -> None:
    published(post.engine)
    post.begin()
    with pytest.raises(NotPossible, match="No published assessment is waiting"):
        post.begin()


def test_two_at_once_draft_and_issue_nothing_twice(post: Post) -> None:
    """Both take the same job: the first one's hold has run out while it goes on."""
    published(post.engine)
    post.without_emails()
    batch = post.begin()
    _both_at_once(post)
    assert len(post.letters()) == 8
    assert kinds(post) == ["level_letters_prepared"]
    post.look(batch.id)
    post.approve(batch.id)
    _both_at_once(post)
    assert {letter.state.value for letter in post.letters()} == {"issued"}
    assert len(post.messages()) == 4
    assert list(dict.fromkeys(kinds(post))) == [  # each chunk that is kept says so
        "level_letters_prepared",
        "level_letters_approved",
        "level_letters_kept",
        "level_letters_issued",
    ]
    with read(post.engine) as session:
        found = examine(session)
    assert found.broken is None
    # The addresses were taken away by this test, and by no command.
    assert {each.row.partition(":")[0] for each in found.differences} == {"contact"}
    assert [file.name for file in post.bundle.parent.iterdir()] == ["1.pdf"]


def _both_at_once(post: Post) -> None:
    late = Post(
        post.engine, post.policy, post.council, post.settings, post.now + timedelta(minutes=3)
    )
    threads = [Thread(target=each.work) for each in (post, late)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    late.now += timedelta(minutes=3)
    late.work()


# --- the sample


def test_the_sample_has_every_level_role_and_way_and_is_always_the_same() -> None:
    levels, roles = ("high", "medium", "low", "none"), ("headteacher", "chair_of_governors")
    letters = {
        key: (levels[3 if key > 20 else key % 3], roles[key % 2], key % 7 == 0)
        for key in range(1, 400)
    }
    drawn = draw(1, letters, 6)
    assert drawn == draw(1, dict(reversed(letters.items())), 6)
    assert len(drawn) == 6
    assert {part for key in drawn for part in enumerate(letters[key])} == {
        part for kind in letters.values() for part in enumerate(kind)
    }
    assert drawn != draw(2, letters, 6)
    assert len(draw(1, letters, 1)) >= 4
    assert draw(1, {}, 6) == []


def test_only_who_has_opened_the_whole_sample_approves(post: Post) -> None:
    published(post.engine)
    number = post.prepared().id
    assert len(post.sample(number)) == 6
    with pytest.raises(NotPossible, match="you have 6 left"):
        post.approve(number)
    post.look(number, by="hos2")
    with pytest.raises(NotPossible, match="you have 6 left"):
        post.approve(number)
    post.look(number)
    post.look(number)

    batch = post.approve(number)

    assert batch.state is BatchState.APPROVED
    assert batch.dated == NOW.date()
    assert (batch.signed_by, batch.signed_as) == (
        "Harriet Osborne",
        "Head of Service, Learning and Standards",
    )
    with pytest.raises(NotPossible, match="is approved"):
        post.approve(number)


def test_a_batch_with_nothing_to_send_is_not_approved(post: Post) -> None:
    published(post.engine, [900001])
    for role in ("headteacher", "chair_of_governors"):
        post.contact(900001, role, email=None, address=["Nowhere"])
    number = post.prepared().id
    with pytest.raises(NotPossible, match="no letter that can be sent"):
        post.approve(number)


def test_whoever_begins_a_batch_does_not_approve_it(post: Post) -> None:
    """What the clock began, nobody did."""
    published(post.engine)
    number = post.prepared().id
    post.look(number, by="hos2")
    with pytest.raises(NotAllowed, match="another senior officer must approve it"):
        post.approve(number, by="hos2")
    with write(post.engine) as session:
        change(session, LetterBatch, {"id": number}, created_by="the clock")
    assert post.approve(number, by="hos2").approved_by_id == post.council.hos2.id


def test_the_policy_may_say_that_one_officer_is_enough(post: Post) -> None:
    published(post.engine)
    number = post.prepared().id
    post.look(number, by="hos2")
    rule = post.policy.programme.level_letters.model_copy(update={"one_officer_is_enough": True})
    programme = post.policy.programme.model_copy(update={"level_letters": rule})
    post.policy = post.policy.model_copy(update={"programme": programme})
    assert post.approve(number, by="hos2").approved_by_id == post.council.hos2.id


@pytest.mark.parametrize("senior", ["aed", "dcs"])
def test_another_senior_officer_approves_for_a_council_with_one_head(
    post: Post, senior: str
) -> None:
    published(post.engine)
    number = post.prepared().id
    post.look(number, by=senior)
    assert post.approve(number, by=senior).signed_as == post.council.officers[senior].role.label


def test_only_a_head_of_service_acts(post: Post) -> None:
    published(post.engine)
    with pytest.raises(NotAllowed):
        post.begin(by="seo")
    number = post.prepared().id
    arrived = deliveries.DeliveryDecision(decision="sent", reason="It did.")
    with post.acting("seo") as acting:
        for refused in (
            lambda: approving.look_at(acting, 1),
            lambda: approving.approve(acting, number),
            lambda: approving.withdraw(acting, number, Reason(reason="No.")),
            lambda: approving.prepare_again(acting, number),
            lambda: approving.go_on(acting, number),
            lambda: deliveries.settle(acting, number, 1, arrived),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_what_is_no_longer_right_is_not_approved_and_drafted_anew(post: Post) -> None:
    published(post.engine)
    number = post.prepared().id
    post.look(number)
    post.contact(900001, "headteacher", name="Mrs New", email="new@school-900001.example")
    with write(post.engine) as session:
        change(session, School, {"urn": 900002}, closed_on=NOW.date())
    changed(post.engine, 900003, "high", before="low")
    with pytest.raises(NotPossible, match="5 letters are no longer right"):
        post.approve(number)

    with post.acting("hos") as acting:
        approving.prepare_again(acting, number)
    assert post.work() == Worked(1, 0)

    left_out = {(each.urn, each.left_out) for each in post.letters() if each.left_out}
    assert left_out == {
        (900002, "The school has closed since."),
        (900003, "The school's level has changed since."),
    }
    drafted = [each for each in post.letters() if each.state == "drafted"]
    assert {each.urn for each in drafted} == {900001, 900004}
    assert set(post.sample(number)) <= {each.id for each in drafted}
    with pytest.raises(NotPossible, match="First open and read every letter"):
        post.approve(number)
    with post.acting("hos") as acting, pytest.raises(NotPossible, match="No letter was left out"):
        approving.prepare_again(acting, number)
    post.look(number)
    post.approve(number)
    post.work()
    assert {(each.to_name, each.to_email) for each in post.messages()} >= {
        ("Mrs New", "new@school-900001.example")
    }
    assert len(post.messages()) == 4


# --- withdrawn


def withdraw(post: Post, number: int, reason: str = "The levels were wrong.") -> None:
    with post.acting("hos") as acting:
        approving.withdraw(acting, number, Reason(reason=reason))


def test_what_was_withdrawn_can_be_written_again_by_an_officer_alone(post: Post) -> None:
    published(post.engine)
    first = post.prepared()
    with pytest.raises(InvalidInput):
        withdraw(post, first.id, reason=" ")
    withdraw(post, first.id)

    assert tick(post.engine, post.policy, post.now).batches_begun == 0
    second = post.prepared()

    assert {letter.state.value for letter in post.letters(first.id)} == {"withdrawn"}
    assert {letter.state.value for letter in post.letters(second.id)} == {"drafted"}
    assert len(post.letters()) == 16
    with pytest.raises(NotPossible):
        withdraw(post, first.id)


def test_while_it_is_drafted_it_can_be_withdrawn_and_then_nothing_is_drafted(post: Post) -> None:
    published(post.engine)
    number = post.begin().id
    withdraw(post, number)
    assert post.work() == Worked(0, 0)
    assert post.letters() == []


def test_what_is_approved_cannot_be_withdrawn(post: Post) -> None:
    published(post.engine)
    number = post.approved().id
    with pytest.raises(NotPossible, match="can no longer be withdrawn"):
        withdraw(post, number)


# --- changes in the year


def test_changes_in_the_year_are_collected_and_a_level_that_stayed_is_none(post: Post) -> None:
    first = changed(post.engine, 900001, "low", before="medium")
    changed(post.engine, 900002, "high", before="high")
    changed(post.engine, 900003, "medium", before="none")
    last = changed(post.engine, 900003, "high", before="medium", reason="A new *head*.")
    changed(post.engine, 900004, "low", before="none")
    changed(post.engine, 900004, "none", before="low")

    batch = post.prepared("changes")

    assert (batch.occasion, batch.school_year) == (f"changes:{first}", 2026)
    letters = {(letter.urn, letter.occasion) for letter in post.letters()}
    assert letters == {(900001, f"change:{first}"), (900003, f"change:{last}")}
    assert "changed from ⟦medium risk⟧ to **⟦low risk⟧**" in post.letters()[0].body
    assert "changed from ⟦no risk⟧ to **⟦high risk⟧**" in post.letters()[2].body
    assert "⟦A new *head*.⟧" in post.letters()[2].body
    with pytest.raises(NotPossible, match="No change of level is waiting"):
        post.begin("changes")


def test_a_level_that_has_changed_again_is_told_as_it_is_now(post: Post) -> None:
    published(post.engine, [900001, 900002])
    changed(post.engine, 900001, "none", before="high")

    post.prepared()
    assert {letter.urn for letter in post.letters()} == {900002}
    post.prepared("changes")

    assert [(each.urn, each.level) for each in post.letters(2)] == [(900001, "none")] * 2


def test_the_clock_begins_each_batch_once(post: Post) -> None:
    """Changes each working day from seven in the morning; a published round at once."""

    def begun(day: int, hour: int) -> int:
        moment = datetime(2026, 11, day, hour, tzinfo=UTC)
        return tick(post.engine, post.policy, moment).batches_begun

    changed(post.engine, 900001, "low", before="medium")
    assert begun(23, 6) == 0
    assert begun(23, 8) == 1
    changed(post.engine, 900002, "low", before="medium")
    assert [begun(23, 9), begun(24, 6)] == [0, 0]
    assert [begun(24, 8), begun(24, 9)] == [1, 0]
    changed(post.engine, 900003, "low", before="medium")
    assert [begun(25, 8), begun(28, 12), begun(29, 12), begun(30, 12)] == [1, 0, 0, 0]
    published(post.engine)
    assert [begun(30, 5), begun(30, 13)] == [1, 0]


def test_withdrawn_changes_wait_for_an_officer(post: Post) -> None:
    changed(post.engine, 900001, "low", before="medium")
    tick(post.engine, post.policy, post.now)
    withdraw(post, 1)
    changed(post.engine, 900002, "low", before="medium")

    tomorrow = post.now + timedelta(days=1)
    assert tick(post.engine, post.policy, tomorrow).batches_begun == 1
    post.work()
    assert {letter.urn for letter in post.letters()} == {900002}
    post.prepared("changes")
    assert {letter.urn for letter in post.letters(3)} == {900001}


# --- what waits


def test_the_heads_of_service_hear_that_a_batch_is_ready(post: Post) -> None:
    published(post.engine)
    post.prepared()
    with read(post.engine) as session:
        told = session.exec(select(Message).where(Message.kind == "alert")).all()
    assert {message.to_email for message in told} == {
        "hos@fernshire.example",
        "hos2@fernshire.example",
    }
    assert {message.data["path"] for message in told} == {"/letter-batches/1"}


def test_a_job_that_failed_says_why_and_goes_on_when_told(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(post.engine)
    number = post.approved().id

    def broken(*_: object) -> None:
        raise RuntimeError("out of paper: secret")

    with monkeypatch.context() as patched:
        patched.setattr(work, "level_letter_document", broken)
        assert post.work() == Worked(0, 1)
    assert "RuntimeError" in post.job().message
    assert "secret" not in post.job().message
    assert post.work() == Worked(0, 0)
    with post.acting("hos") as acting:
        approving.go_on(acting, number)
    assert post.work() == Worked(1, 0)
    assert post.batch(number).state is BatchState.ISSUED
    with post.acting("hos") as acting, pytest.raises(NotPossible, match="No work has stopped"):
        approving.go_on(acting, number)


# --- a backup that is older


@pytest.mark.parametrize("issued", [True, False], ids=["issued", "approved"])
def test_a_restored_backup_holds_letters_back(post: Post, tmp_path: Path, issued: bool) -> None:
    published(post.engine)
    post.without_emails()
    number = (post.issued() if issued else post.approved()).id
    file = tmp_path / "backup.zip"
    back_up(post.engine, post.settings.evidence_folder, file, now=post.now)

    restored = restore(post.engine, post.settings.evidence_folder, file, now=post.now)
    post.now += timedelta(minutes=5)
    post.work()

    assert restored.undecided == 4
    assert post.batch(number).state is BatchState.ISSUED
    assert {message.state for message in post.messages()} == {MessageState.UNKNOWN}
    assert len(post.messages()) == 4
    assert {message.detail for message in post.messages()} == {MAY_HAVE_LEFT}
    with read(post.engine) as session:
        problem = Message.key == "alert:level-letters:1:problem:1"
        assert session.exec(select(Message).where(problem)).one().to_email == post.council.hos.email


def restored(post: Post, file: Path) -> int:
    """Restore a backup; how many deliveries are undecided."""
    return restore(post.engine, post.settings.evidence_folder, file, now=post.now).undecided


def saved(post: Post, name: str) -> Path:
    """A backup as of now."""
    file = post.settings.home / name
    back_up(post.engine, post.settings.evidence_folder, file, now=post.now)
    return file


def approved_again(post: Post, number: int) -> set[MessageState]:
    """Approve and issue a batch; what becomes of its letters by e-mail."""
    post.look(number)
    post.approve(number)
    assert post.work() == Worked(1, 0)
    assert post.batch(number).state is BatchState.ISSUED
    return {message.state for message in post.messages()}


@pytest.mark.parametrize("about", ["annual", "changes"])
def test_a_batch_that_was_prepared_at_the_backup_and_sent_since_is_not_sent_twice(
    post: Post, about: str
) -> None:
    published(post.engine)
    changed(post.engine, 900001, "low", before="high")
    changed(post.engine, 900002, "low", before="medium")
    number = post.prepared(about).id
    post.prepared("changes" if about == "annual" else "annual")
    file = saved(post, "prepared.zip")
    letters = sum(letter.email is not None for letter in post.letters(number))
    assert approved_again(post, number) == {MessageState.PENDING}

    assert restored(post, file) == letters
    assert [post.batch(each).may_have_left for each in (1, 2)] == [True, False]
    assert approved_again(post, number) == {MessageState.UNKNOWN}

    with read(post.engine) as session:
        problem = Message.key == "alert:level-letters:1:problem:1"
        assert session.exec(select(Message).where(problem)).one().to_email == post.council.hos.email
    withdraw(post, 2)
    assert not post.prepared("changes" if about == "annual" else "annual").may_have_left


@pytest.mark.parametrize("about", ["annual", "changes"])
def test_a_batch_begun_and_sent_after_the_backup_is_not_sent_by_the_next_one(
    post: Post, about: str
) -> None:
    """Not even after an older backup was restored in turn: what is known is not forgotten."""
    published(post.engine)
    changed(post.engine, 900001, "low", before="high")
    older, file = saved(post, "older.zip"), saved(post, "backup.zip")
    assert approved_again(post, post.prepared(about).id) == {MessageState.PENDING}

    assert restored(post, file) == 0
    assert restored(post, older) == 0
    assert approved_again(post, post.prepared(about).id) == {MessageState.UNKNOWN}


def test_of_a_lost_database_nobody_knows_what_it_sent(post: Post, tmp_path: Path) -> None:
    published(post.engine)
    number = post.prepared().id
    file = saved(post, "backup.zip")
    post.engine = connect(sqlite_url(migrated_file(tmp_path / "new.db")))

    assert restored(post, file) == 8
    assert post.batch(number).may_have_left
    withdraw(post, number)
    assert not post.begin().may_have_left, "an officer who knows better begins it anew"
