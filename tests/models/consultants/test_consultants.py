"""Consultants: who they are, as what they are accredited, and whose own school needs them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.consultants import keeping, shown
from models.consultants.keeping import AccreditationGiven, AccreditationOver, Leaving
from models.consultants.tables import Consultant
from models.database import read, write
from models.inputs import refusing
from models.inspections.recording import Inspected, record_inspection
from models.people.access import THE_MACHINE, Reader, Sight
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.policy.programme import DonorRule
from models.programme import supporters
from models.programme.tables import Supporter
from models.record.audit_shown import audit
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import change
from models.schools.tables import RiskLevel, School
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.programme import Programme

TODAY = NOW.date()
DONOR, OTHER = 900003, 900001


class Pool:
    """The list of consultants, kept by the Head of Service."""

    def __init__(self, engine: Engine, policy: Policy, council: Council) -> None:
        self.engine, self.policy, self.council = engine, policy, council

    def does(self, command: Any, *asked: Any, by: Officer | None = None) -> Any:
        with write(self.engine) as session:
            acting = Acting(session, self.policy, by or self.council.hos, NOW)
            return command(acting, *asked)

    def add(self, by: Officer | None = None, **changed: Any) -> Consultant:
        with refusing():
            given = keeping.ConsultantDetails(
                **{"name": "Carys Howell", "own_school": DONOR} | changed
            )
        return self.does(keeping.add_consultant, given, by=by)  # type: ignore[no-any-return]

    def assign(self, consultant: int | None, urn: int = OTHER, **changed: Any) -> Supporter:
        with refusing():
            given = supporters.NewSupporter(
                **{
                    "role": "local_leader",
                    "consultant": consultant,
                    "first_day": TODAY,
                }
                | changed
            )
        return self.does(supporters.assign_supporter, urn, given)  # type: ignore[no-any-return]

    def found(self, reader: Reader = THE_MACHINE, **filters: Any) -> list[str]:
        with read(self.engine) as session:
            return [
                each.name
                for each in shown.consultants(session, reader, today=TODAY, **filters).items
            ]


@pytest.fixture
def pool(engine: Engine, policy: Policy, council: Council) -> Pool:
    return Pool(engine, policy, council)


def refusal_of(wrong: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        wrong()
    return refused.value.errors


def test_somebody_is_added_changed_leaves_and_is_back(pool: Pool) -> None:
    carys = pool.add(days_a_year=12.5, organisation="Holy Well", phase="primary")
    assert (carys.own_urn, carys.days_a_year, carys.active) == (DONOR, 12.5, True)
    same = keeping.ConsultantDetails(
        name="Carys Howell",
        own_school=DONOR,
        days_a_year=12.5,
        organisation="Holy Well",
        phase="primary",
    )
    with pytest.raises(NotPossible, match="Nothing has been changed"):
        pool.does(keeping.change_consultant, 1, same)
    more = same.model_copy(update={"days_a_year": 20.0, "interests": "Governor at Ashfield."})
    assert pool.does(keeping.change_consultant, 1, more).interests == "Governor at Ashfield."
    gone = pool.does(keeping.leave, 1, Leaving(on=TODAY, reason="A new post."))
    assert (gone.active, gone.left_on) == (False, TODAY)
    with pytest.raises(NotPossible, match="has left already"):
        pool.does(keeping.leave, 1, Leaving(on=TODAY, reason="A new post."))
    assert (pool.found(), pool.found(left=True), pool.found(left=None)) == (
        [],
        ["Carys Howell"],
        ["Carys Howell"],
    )
    assert pool.does(keeping.come_back, 1).active
    with pytest.raises(NotPossible, match="has not left"):
        pool.does(keeping.come_back, 1)
    with read(pool.engine) as session:
        found = audit(session, pool.policy, THE_MACHINE, topic="consultants")
        told = [each.sentence for each in found.items]
        assert told == [
            "The consultant Carys Howell is back.",
            "The consultant Carys Howell left on 23 November 2026.",
            "What is known of the consultant Carys Howell was changed: days a year, interests.",
            "Carys Howell was added to the consultants.",
        ]


WRONG = {
    "name": {"name": " "},
    "email": {"email": "nobody"},
    "own_school": {"own_school": 999999},
    "phase": {"phase": "middle"},
    "days_a_year": {"days_a_year": 0.25},
    "sign_in": {"sign_in": "seo@fernshire.example"},
}


@pytest.mark.parametrize("field", WRONG)
def test_what_cannot_be_so_is_refused_at_its_field(pool: Pool, field: str) -> None:
    assert [each for each, _ in refusal_of(lambda: pool.add(**WRONG[field]))] == [field]
    assert pool.found(left=None) == []


def test_an_account_is_one_persons(pool: Pool) -> None:
    account = pool.council.cht.email
    pool.add(sign_in=account)
    errors = refusal_of(lambda: pool.add(name="Another", sign_in=account))
    assert errors == [("sign_in", "This is the account of Carys Howell already.")]
    again = keeping.ConsultantDetails(name="Carys Evans", own_school=DONOR, sign_in=account)
    assert pool.does(keeping.change_consultant, 1, again).name == "Carys Evans"


@pytest.mark.parametrize("who", ["seo", "legal", "viewer", "admin", "cht"])
def test_the_list_is_kept_by_those_who_assign_support(pool: Pool, who: str) -> None:
    with pytest.raises(NotAllowed):
        pool.add(by=getattr(pool.council, who))
    assert pool.found(left=None) == []


def test_accreditation_from_a_day_and_its_end(pool: Pool) -> None:
    pool.add()
    lle = AccreditationGiven(kind="local_leader", since=date(2025, 9, 1))
    pool.does(keeping.accredit, 1, lle)
    with pytest.raises(NotPossible, match="on these days already"):
        pool.does(keeping.accredit, 1, lle)
    for field, wrong in {
        "kind": {"kind": "friend"},
        "since": {"since": TODAY + timedelta(days=1)},
        "until": {"until": date(2025, 8, 31)},
    }.items():
        given = lle.model_copy(update=wrong)
        assert [each for each, _ in refusal_of(lambda: pool.does(keeping.accredit, 1, given))] == [  # noqa: B023
            field
        ]
    assert pool.found(accreditation="local_leader") == ["Carys Howell"]
    assert pool.found(accreditation="national_leader") == []
    over = AccreditationOver(until=TODAY - timedelta(days=1), reason="Not renewed.")
    assert pool.does(keeping.end_accreditation, 1, 1, over).until == TODAY - timedelta(days=1)
    with pytest.raises(NotPossible, match="on that day or before"):
        pool.does(keeping.end_accreditation, 1, 1, over)
    with pytest.raises(NotFound, match="has no accreditation 2"):
        pool.does(keeping.end_accreditation, 1, 2, over)
    assert pool.found(accreditation="local_leader") == []
    pool.does(keeping.accredit, 1, lle.model_copy(update={"since": TODAY}))
    assert pool.found(accreditation="local_leader") == ["Carys Howell"]


def high(pool: Pool) -> None:
    with write(pool.engine) as session:
        change(session, School, {"urn": DONOR}, risk_level=RiskLevel.HIGH)


def escalated(pool: Pool) -> None:
    Case(pool.engine, pool.policy, pool.council).started(school="church")


def in_a_category(pool: Pool) -> None:
    report = Inspected(
        category="special_measures", published_on=date(2026, 10, 1), source="The report"
    )
    pool.does(record_inspection, DONOR, report)


@pytest.mark.parametrize("concern", [high, escalated, in_a_category])
def test_whose_own_school_causes_concern_is_refused(pool: Pool, concern: Any) -> None:
    pool.add()
    pool.add(name="Rhys Bowen", own_school=None)
    assert pool.assign(1, last_day=TODAY).reason == ""
    assert pool.found(spared=True) == ["Carys Howell", "Rhys Bowen"]
    concern(pool)
    assert pool.found(spared=True) == ["Rhys Bowen"]
    for reason in ("", "They have a deputy."):
        with pytest.raises(NotPossible, match="own school of Carys Howell causes concern"):
            pool.assign(1, first_day=TODAY + timedelta(days=1), reason=reason)
    assert pool.assign(2).consultant_id == 2


@pytest.mark.parametrize("concern", [high, escalated, in_a_category])
def test_or_a_reason_is_asked_and_kept_where_the_policy_says_so(pool: Pool, concern: Any) -> None:
    programme = pool.policy.programme.model_copy(update={"donor_schools": DonorRule.REASON})
    pool.policy = pool.policy.model_copy(update={"programme": programme})
    pool.add()
    assert pool.assign(1, last_day=TODAY, reason="Not needed").reason == ""
    concern(pool)
    [(field, message)] = refusal_of(lambda: pool.assign(1, first_day=TODAY + timedelta(days=1)))
    assert (field, "Give the reason" in message) == ("reason", True)
    kept = pool.assign(1, first_day=TODAY + timedelta(days=1), reason="They have a deputy.")
    assert kept.reason == "They have a deputy."
    with read(pool.engine) as session:
        assert not examine(session).differences


def test_what_no_longer_concerns_stands_in_nobodys_way(pool: Pool) -> None:
    pool.add()
    in_a_category(pool)
    report = Inspected(category="none", published_on=date(2026, 11, 2), source="The next report")
    pool.does(record_inspection, DONOR, report)
    case = Case(pool.engine, pool.policy, pool.council).started(school="church")
    case.change("withdraw")
    assert pool.found(spared=True) == ["Carys Howell"]
    assert pool.assign(1).name == "Carys Howell"


def test_a_restricted_escalation_is_told_by_no_refusal(pool: Pool) -> None:
    """Whoever does not see it is answered as if it were not there; the Director is refused."""
    pool.add()
    case = Case(pool.engine, pool.policy, pool.council).started(
        school="church", case_officer=pool.council.seo2.email
    )
    case.restrict(by="dcs")
    sees = Reader(Sight.EVERY_CASE, pool.council.dcs.id)
    blind = Reader(Sight.UNRESTRICTED, pool.council.hos.id)
    assert (pool.found(sees, spared=True), pool.found(blind, spared=True)) == ([], ["Carys Howell"])
    given = supporters.NewSupporter(role="local_leader", consultant=1, first_day=TODAY)
    with pytest.raises(NotPossible, match="causes concern"):
        pool.does(supporters.assign_supporter, OTHER, given, by=pool.council.dcs)
    assert pool.does(supporters.assign_supporter, OTHER, given).consultant_id == 1


def test_the_rule_is_not_passed_by_typing_the_name(pool: Pool) -> None:
    pool.add(sign_in=pool.council.cht.email)
    high(pool)
    [(field, message)] = refusal_of(lambda: pool.assign(None, name="carys  howell"))
    assert (field, "among the consultants" in message) == ("name", True)
    account = {"officer": pool.council.cht.email}
    assert [field for field, _ in refusal_of(lambda: pool.assign(None, **account))] == ["email"]
    both = {"officer": pool.council.seo.email}
    assert [field for field, _ in refusal_of(lambda: pool.assign(1, **both))] == ["consultant"]
    assert [field for field, _ in refusal_of(lambda: pool.assign(9))] == ["consultant"]


def test_nobody_supports_their_own_school_or_after_they_left(pool: Pool) -> None:
    pool.add()
    assert refusal_of(lambda: pool.assign(1, urn=DONOR))[0][0] == "consultant"
    supporter = pool.assign(1)
    with pytest.raises(NotPossible, match="still supports Ashfield Primary School"):
        pool.does(keeping.leave, 1, Leaving(on=TODAY, reason="A new post."))
    yesterday = supporters.LastDay(last_day=TODAY)
    pool.does(supporters.end_support, supporter.id, yesterday)
    with write(pool.engine) as session:
        later = Acting(session, pool.policy, pool.council.hos, NOW + timedelta(days=1))
        keeping.leave(later, 1, Leaving(on=TODAY, reason="A new post."))
    assert refusal_of(lambda: pool.assign(1))[0] == (
        "consultant",
        "Carys Howell has left. Choose somebody else.",
    )


def test_work_without_a_sign_in_is_recorded_in_their_name(
    pool: Pool, engine: Engine, policy: Policy, council: Council
) -> None:
    pool.add()
    programme = Programme(engine, policy, council)
    visit = programme.visit(led_by={"consultant": 1})
    assert (visit.officer_id, visit.led_by_consultant_id) == (council.seo.id, 1)
    colleague = programme.visit(purpose="More", led_by={"officer": council.seo2.email})
    assert (colleague.officer_id, colleague.led_by_officer_id) == (council.seo.id, council.seo2.id)
    own = programme.visit(purpose="Own", led_by={"officer": council.seo.email})
    assert (own.led_by_officer_id, own.led_by_consultant_id) == (None, None)
    report = programme.report(author={"consultant": 1})
    assert (report.officer_id, report.author_consultant_id) == (council.seo.id, 1)
    for wrong in (
        {"consultant": 2},
        {"officer": "nobody@fernshire.example"},
        {"officer": council.viewer.email},
        {"officer": council.cht.email},
        {"consultant": 1, "officer": council.seo.email},
    ):
        errors = refusal_of(lambda: programme.visit(purpose="Wrong", led_by=wrong))  # noqa: B023
        assert [field for field, _ in errors] == ["led_by"], wrong
