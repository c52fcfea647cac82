"""What has to be on record before something formal, and how hard that binds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.clocks import london_date
from models.database import read, write
from models.escalations.possible import Situation
from models.escalations.tables import Escalation
from models.fairness.recording import FairnessToRecord, record_fairness
from models.fairness.tables import FairnessRecord
from models.inputs import refusing
from models.letters.tables import Letter
from models.letters.writing import letter_body
from models.matters.case import find_case
from models.matters.possible import CaseAct
from models.people.access import THE_MACHINE
from models.policy.editions import keep
from models.policy.fairness import Fairness
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import change
from models.statutory.using import use_power
from tests.support.cases import Case
from tests.support.statutory import eligible

FRIDAY_NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
LAST_DAY_BUT_ONE = datetime(2026, 12, 17, 10, 0, tzinfo=UTC)  # the term ends on 18 December
STATUTORY = ("equality_duty", "informal_resolution", "head_told")


def binding(case: Case, **settings: Any) -> Case:
    """The same council under a policy with these settings."""
    case.policy = case.policy.model_copy(update={"fairness": Fairness(**settings)})
    return case


def put(case: Case, kind: str, step: str, by: str = "seo", **more: Any) -> FairnessRecord:
    values = {"done_on": london_date(case.now), "reason": "We looked at it closely.", **more}
    if kind == "head_told":
        values.setdefault("how", "telephone")
    with refusing():
        given = FairnessToRecord(kind=kind, step=step, **values)
    with case.acting(by) as acting:
        return record_fairness(acting, case.reference, given)


def why_not(case: Case, act: CaseAct) -> str | None:
    with read(case.engine) as session:
        found = find_case(session, case.policy, THE_MACHINE, case.reference)
        return Situation(found, case.council.seo, case.now).why_not(act)


def test_where_it_warns_everything_goes_on_as_before(case: Case) -> None:
    case.started().fail_step()
    case.climb_to("formal_headteacher")
    assert case.states["formal_headteacher"] == "approved"


def test_a_formal_letter_waits_until_the_headteacher_was_told(case: Case) -> None:
    binding(case, head_told="stop").started().climb_to("informal_governing_body").fail_step()
    why = r"Not on record yet: the headteacher was told by telephone or in person\."
    with pytest.raises(NotPossible, match=why) as refused:
        case.propose("advance")
    assert refused.value.message == why_not(case, CaseAct.ADVANCE)
    put(case, "head_told", "formal_headteacher")
    assert why_not(case, CaseAct.ADVANCE) is None
    case.change("advance")
    assert case.states["formal_headteacher"] == "approved"


def test_a_notice_waits_for_all_that_is_wanted_of_it(case: Case) -> None:
    stop = dict.fromkeys(STATUTORY, "stop")
    binding(case, **stop).started()
    _to_notice(case)
    with pytest.raises(
        NotPossible, match=r"equality duty.*; mediation.*; the headteacher was told"
    ):
        case.warn()
    for kind in STATUTORY:
        put(case, kind, "warning_notice")
    case.warn()
    assert case.states["warning_notice"] == "approved"


def _to_notice(case: Case) -> None:
    """Up to the notice, with the headteacher told of each letter."""
    for step in ("formal_headteacher", "formal_governing_body"):
        put(case, "head_told", step)
    case.climb_to("performance_meetings").fail_step()


def test_each_power_has_its_own_regard_to_equality(case: Case) -> None:
    eligible(case)
    power = case.prepare("64")
    case.ready(power)
    _bind_edition(case, equality_duty="stop")
    governors = [{"name": "Una Marsh", "email": "una@people.example", "address": []}]
    put(case, "equality_duty", "intervention", section="65")
    with pytest.raises(NotPossible, match="equality duty"):
        case.on_power(use_power, power.id, reason="Now.", governors=governors)
    put(case, "equality_duty", "intervention", section="64")
    case.approve(case.on_power(use_power, power.id, reason="Now.", governors=governors))
    assert case.power(power.id).state == "in_force"
    again = case.prepare("64")
    case.ready(again)
    with pytest.raises(NotPossible, match="equality duty"):  # a record serves one approval
        case.on_power(use_power, again.id, reason="Now.", governors=governors)


def test_the_purpose_of_a_power_is_wanted_where_the_policy_says_so(case: Case) -> None:
    eligible(case)
    _bind_edition(case, purpose_of_power="stop")
    with pytest.raises(InvalidInput) as refused:
        case.prepare("66")
    assert refused.value.errors[0][0] == "purpose"
    power = case.prepare("66", purpose="A board that acts.", capability="Not in question.")
    assert (power.purpose, power.capability) == ("A board that acts.", "Not in question.")


def _bind_edition(case: Case, **settings: Any) -> None:
    """The policy of this very case binds so from now on."""

    binding(case, **settings)
    with write(case.engine) as session:
        edition = keep(session, case.policy, case.now)
        change(session, Escalation, {"id": case.escalation.id}, edition=edition)


@pytest.mark.parametrize(
    ("moment", "why"),
    [(FRIDAY_NOON, "it is Friday after noon"), (LAST_DAY_BUT_ONE, "the term ends on 18 December")],
)
def test_no_formal_letter_leaves_at_a_bad_moment_without_a_reason(
    case: Case, moment: datetime, why: str
) -> None:
    binding(case, moment="stop").started().climb_to("informal_governing_body").fail_step()
    proposal = case.propose("advance")
    case.now = moment
    with pytest.raises(NotPossible, match=why):
        case.decide(proposal, "hos")
    put(case, "moment", "formal_headteacher", by="hos")
    case.decide(proposal, "hos")
    assert case.states["formal_headteacher"] == "approved"


@pytest.mark.parametrize(
    "moment", [FRIDAY_NOON - timedelta(minutes=1), LAST_DAY_BUT_ONE - timedelta(days=1)]
)
def test_a_minute_or_a_day_before_it_leaves(case: Case, moment: datetime) -> None:
    binding(case, moment="stop").started().climb_to("informal_governing_body").fail_step()
    proposal = case.propose("advance")
    case.now = moment
    case.decide(proposal, "hos")
    assert case.states["formal_headteacher"] == "approved"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "kindness", "step": "formal_headteacher"}, "kind"),
        ({"kind": "moment", "step": "informal_headteacher"}, "step"),
        ({"kind": "moment", "step": "formal_headteacher", "section": "64"}, "section"),
        ({"kind": "equality_duty", "step": "intervention"}, "section"),
        ({"kind": "head_told", "step": "formal_headteacher", "how": "by_pigeon"}, "how"),
        ({"kind": "moment", "step": "formal_headteacher", "how": "telephone"}, "how"),
        ({"kind": "moment", "step": "formal_headteacher", "reason": " "}, "reason"),
    ],
)
def test_what_is_put_on_record_is_checked(case: Case, values: Any, field: str) -> None:
    case.started()
    with pytest.raises(InvalidInput) as refused:
        put(case, **values)
    assert [name for name, _ in refused.value.errors] == [field]
    assert case.all(FairnessRecord) == []


def test_a_viewer_puts_nothing_on_record(case: Case) -> None:
    case.started()
    with pytest.raises(NotAllowed):
        put(case, "moment", "formal_headteacher", by="legal")


def test_every_formal_letter_names_support_for_the_headteacher(case: Case) -> None:
    binding(case, support_for_headteacher="Ring 01632 960 099.").started()
    case.climb_to("performance_meetings").fail_step()
    case.warn()
    with read(case.engine) as session:
        bodies = {each.template: letter_body(session, each) for each in case.all(Letter)}
    formal = {
        "formal_headteacher",
        "formal_governing_body",
        "invitation_to_meetings",
        "warning_notice",
    }
    assert {name for name, body in bodies.items() if "01632 960 099" in body} == formal
