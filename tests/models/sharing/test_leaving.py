"""On which basis a letter may go to whom: by the law, a standing decision, or one of its own."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.approving import what_is_seen
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.escalations.proposed import Note
from models.leaving.by_law import by_law
from models.letters.deliveries import DeliverySettled, settle
from models.outbox import Message, MessageKind, MessageState
from models.people.access import THE_MACHINE
from models.policy import Policy, PolicyError, load_policy
from models.policy.sharing import ANYBODY
from models.proposed import Proposed
from models.refusals import ChangedSince, NotPossible
from models.rows import change
from models.school_record.proposed import MakeStatement, SchoolLetter
from models.schools.contacts import NewContact, set_contact
from models.settings import Settings
from models.sharing.standing import standing_decisions as shown_standing
from models.statutory.proposed import GiveWarningNotice, NoticeOfPowers, ReviewBudget
from models.statutory.tables import ReviewOutcome
from models.upkeep.condition import standing_decisions
from models.upkeep.findings import Health
from notifications.outbox import deliver
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.level_letters import Post, published
from tests.support.policies import council_policy
from tests.support.school_records import SchoolRecord
from tests.support.sharing import (
    TODAY,
    ask_on_record,
    authorised,
    letter_on,
    proposal_of,
    withdraw,
)

PARTNER = {"kind": "contact", "role": "school_improvement_partner"}
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# Whom the default policy covers without a decision: what the guidance of the council says, by hand.
AT_HOME = {"headteacher", "chair_of_governors", "clerk"}
OWNERS = {"trust", "sponsor"}


@pytest.mark.parametrize("role", sorted(ANYBODY))
@pytest.mark.parametrize("ladder", ["maintained", "academy"])
def test_whom_the_default_policy_covers(policy: Policy, ladder: str, role: str) -> None:
    national = {"secretary_of_state", "ofsted"}
    covered = AT_HOME | (OWNERS | national if ladder == "academy" else set())
    plain = policy.sharing.standing_for(role, ladder, "formal_headteacher", "formal_headteacher")
    assert (plain is not None) is (role in covered)
    off = policy.sharing.standing_for(role, ladder, None, "school_letter")
    assert (off is not None) is (role in covered)
    thanks = policy.sharing.standing_for(role, ladder, None, "acknowledgement_of_response")
    assert (thanks is not None) is (role not in national or role in covered)


DAY = date(2027, 1, 22)
# Of a Church of England voluntary aided school, as the Act has it.
BY_LAW: list[tuple[Proposed, set[str]]] = [
    (
        GiveWarningNotice(compliance_ends_on=DAY),
        {
            *("chair_of_governors", "headteacher", "ofsted", "secretary_of_state", "diocese"),
            "foundation_appointer",
        },
    ),
    (NoticeOfPowers(powers_after=1), {"chair_of_governors"}),
    (
        ReviewBudget(review_of=1, outcome=ReviewOutcome.END, reasons="It is sound."),
        {"chair_of_governors", "headteacher"},
    ),
    (
        MakeStatement(statement=1),
        {"chair_of_governors", "ofsted", "diocese", "foundation_appointer"},
    ),
    (SchoolLetter(), set()),
    (Note(), set()),
]


@sqlite
def test_whom_the_law_names(engine: Engine, council: Council) -> None:
    with read(engine) as session:
        for asks, roles in BY_LAW:
            assert set(by_law(session, council.church, asks)) == roles, asks


WRONG: list[tuple[str, Callable[[str], str], str]] = [
    (
        "a role that is none",
        lambda text: text.replace('"clerk"', '"mayor"', 1),
        "nobody is called 'mayor'",
    ),
    (
        "a step that is none",
        lambda text: text.replace('to = ["ofsted"]', 'to = ["ofsted"]\nsteps = ["nowhere"]'),
        "no ladder has a step 'nowhere'",
    ),
    (
        "a letter that is none",
        lambda text: text.replace('"acknowledgement_of_response"', '"postcard"'),
        "no letter template 'postcard'",
    ),
    (
        "somebody whom a ladder writes to",
        lambda text: text.replace('to = ["trust", "sponsor"]', 'to = ["sponsor"]'),
        "writes to 'trust', and no standing decision",
    ),
    (
        "who cannot authorise",
        lambda text: text.replace('"head_of_service", ', '"officer", '),
        "the role officer is not designated",
    ),
    ("no day of review", lambda text: text.replace("review_on = 2027-09-01\n", "", 1), "review_on"),
]


@pytest.mark.parametrize(("edit", "says"), [each[1:] for each in WRONG], ids=[w[0] for w in WRONG])
def test_the_file_is_checked_when_it_is_loaded(
    tmp_path: Path, edit: Callable[[str], str], says: str
) -> None:
    council_policy(tmp_path / "policy")
    file = tmp_path / "policy" / "sharing.toml"
    file.write_text(edit(file.read_text("utf-8")), "utf-8")
    load_policy.cache_clear()
    with pytest.raises(PolicyError, match=r"sharing\.toml") as refused:
        load_policy(tmp_path / "policy")
    assert says in str(refused.value)


def test_a_policy_of_before_goes_by_the_default_and_by_whom_its_ladders_name(
    tmp_path: Path,
) -> None:
    copies = 'copies = ["headteacher"]\nletter = "formal_governing_body"'
    more = copies.replace("]", ', "diocese"]', 1)
    folder = tmp_path / "policy"
    council_policy(folder)
    (folder / "sharing.toml").unlink()
    ladder = folder / "maintained.toml"
    text = ladder.read_text("utf-8")
    assert copies in text
    ladder.write_text(text.replace(copies, more), "utf-8")
    load_policy.cache_clear()
    sharing = load_policy(folder).sharing
    here = ("maintained", "formal_governing_body", "formal_governing_body")
    assert sharing.standing_for("diocese", *here) is not None
    assert sharing.standing_for("diocese", "maintained", None, "school_letter") is None
    assert sharing.standing_for("headteacher", *here) is not None


def test_an_administrator_hears_of_standing_decisions_whose_review_is_overdue(
    policy: Policy,
) -> None:
    day = datetime(2027, 9, 1, 9, tzinfo=UTC)
    assert standing_decisions(policy, day).health is Health.OK
    late = standing_decisions(policy, day + timedelta(days=1))
    assert late.health is Health.WARNING
    assert "were to be reviewed by 1 September 2027" in late.says
    shown = shown_standing(policy, day.date() + timedelta(days=1)).items
    assert all(each.overdue for each in shown)


@sqlite
def test_letters_in_bulk_need_a_standing_decision(
    engine: Engine, policy: Policy, council: Council, tmp_path: Path
) -> None:
    told = policy.sharing.model_copy(update={"standing": policy.sharing.standing[1:]})
    less = policy.model_copy(update={"sharing": told})
    published(engine)
    post = Post(engine, less, council, Settings(home=tmp_path, _env_file=None))
    with pytest.raises(NotPossible, match="No standing decision of the policy"):
        post.issued()


@sqlite
def test_what_lets_it_leave_is_part_of_what_was_seen(
    engine: Engine, policy: Policy, council: Council
) -> None:
    """Two decisions for one contact: when the newer is withdrawn, the older one is the basis."""
    record = SchoolRecord(engine, policy, council)
    with record.acting() as acting:
        partner = NewContact(name="Pat Reed", email="pat@partner.example", address=[])
        set_contact(acting, record.urn, PARTNER["role"], partner)
    for _ in range(2):
        decision = ask_on_record(record, recipients=[PARTNER])
        record.approve(proposal_of(record, decision))
    letter = record.letter(copies=[PARTNER["role"]])
    with read(engine) as session:
        seen = what_is_seen(session, policy, THE_MACHINE, letter.id, TODAY)
    withdraw(record, decision)
    given = Decided(decision="approve", seen=seen)
    with record.acting("hos") as acting, pytest.raises(ChangedSince, match="what lets it go"):
        decide(acting, letter.id, given)
    record.approve(letter)


def test_what_was_withdrawn_is_not_sent_again(case: Case) -> None:
    case.started()
    decision = authorised(case)
    case.decide(letter_on(case, decision), "hos")
    case.issue()
    message = letters(case)[0]
    with write(case.engine) as session:
        change(session, Message, {"id": message.id}, state=MessageState.UNKNOWN)
    withdraw(case, decision)
    assert letters(case)[0].state is MessageState.UNKNOWN
    again = DeliverySettled(decision="send_again", reason="It did not arrive.")
    with case.acting() as acting, pytest.raises(NotPossible, match="has been withdrawn"):
        settle(acting, message.id, again)


@sqlite
def test_one_that_was_being_sent_is_dropped_when_it_was_put_off(case: Case, tmp_path: Path) -> None:
    case.started()
    decision = authorised(case)
    case.decide(letter_on(case, decision), "hos")
    case.issue()
    message = letters(case)[0]
    with write(case.engine) as session:
        change(session, Message, {"id": message.id}, state=MessageState.CLAIMED)
    withdraw(case, decision)
    with write(case.engine) as session:
        change(session, Message, {"id": message.id}, state=MessageState.PENDING)
    deliver(case.engine, case.policy, Settings(home=tmp_path, _env_file=None), lambda: case.now)
    assert letters(case)[0].state is MessageState.DROPPED


def letters(case: Case) -> list[Message]:
    """The letters in the outbox."""
    with read(case.engine) as session:
        queued = select(Message).where(Message.kind == MessageKind.LETTER)
        return list(session.exec(queued.order_by(col(Message.id))).all())
