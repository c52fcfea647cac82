"""The demonstration's improvement plan, and what is said of how much two schools need."""

from datetime import timedelta

from sqlmodel import select

from cli.register_stories import RIVERSIDE, STONEGATE
from cli.stage import Stage
from cli.stories import Moments
from models.actions import following
from models.clocks import add_working_days, london_date
from models.needs.settling import NeedSettled, settle_need
from models.needs.tables import Need, Needed, NeedState
from models.priorities import keeping, months
from models.programme import visits
from models.rows import find
from models.schools.tables import ContactRole

BROOKSIDE = 900008


def _stonegate_has_a_plan(stage: Stage) -> Moments:
    """A priority of the school's plan: changed once, with an action, and spoken of."""
    yield stage.at(30, 10)
    with stage.acting("Priya") as acting:
        day = acting.today
        plan = keeping.PriorityNow(
            priority="Pupils in years 3 and 4 read fluently",
            success_criteria="By July four in five read 90 words a minute.",
            owner="Mrs Adeyemi, leader for English",
            first_day=day,
            last_day=day + timedelta(days=240),
        )
        priority = keeping.add_priority(acting, STONEGATE, plan).id
    yield stage.at(20, 11)
    with stage.acting("Priya") as acting:
        now = {**plan.model_dump(), "success_criteria": "By July three in four do so."}
        change = keeping.PriorityChange(**now, reason="The starting point is lower than thought.")
        keeping.change_priority(acting, priority, change)
        action = following.ActionAgreed(
            what="Train six teaching assistants to hear readers",
            role=ContactRole.HEADTEACHER,
            due_on=add_working_days(acting.today, 60),
            why="The new texts need somebody who listens.",
            priority=priority,
        )
        following.add_school_action(acting, STONEGATE, action)
    yield stage.at(8, 15)
    with stage.acting("Priya") as acting:
        said = months.HowFarInMonth(
            month=f"{london_date(stage.now):%Y-%m}",
            rating=stage.policy.programme.progress_ratings[1],
            said="The new texts are in use in all four classes, and two assistants are trained.",
        )
        months.say_month(acting, priority, said)


def _riverside_needs_more(stage: Stage) -> Moments:
    """A visit says that more is needed: it waits for a Head of Service."""
    yield stage.at(3, 14, 30)
    with stage.acting("Tom") as acting:
        visit = visits.VisitMade(
            urn=RIVERSIDE,
            visited_on=acting.today,
            purpose="To see who leads reading after Christmas",
            notes="Nobody has been found for either post, and the plan for reading is not begun.",
            needed="more",
            needed_because="Two leaders go and nobody follows them; reading falls meanwhile.",
        )
        visits.record_visit(acting, visit)


def _brookside_needs_less(stage: Stage) -> Moments:
    """Good practice that others can learn from, and less of our time needed; answered."""
    yield stage.at(7, 10, 30)
    with stage.acting("Priya") as acting:
        visit = visits.VisitMade(
            urn=BROOKSIDE,
            visited_on=acting.today,
            purpose="To see how teachers plan together",
            notes="Each year group plans for an hour on Mondays, with the books on the table.",
            good_practice="Teachers of a year plan together for an hour each Monday, from pupils’ "
            "books, and write down one thing to change.",
            needed="less",
            needed_because="Leaders now see for themselves what we used to point out.",
        )
        visits.record_visit(acting, visit)
    yield stage.at(5, 16)
    with stage.acting("Margaret") as acting:
        less = select(Need).where(Need.state == NeedState.OPEN, Need.answer == Needed.LESS)
        [need] = find(acting.session, less)
        why = "The next annual assessment looks at it; until then the visits of the year go on."
        settle_need(acting, need.id, NeedSettled(reason=why))


PLAN_STORIES = (_stonegate_has_a_plan, _riverside_needs_more, _brookside_needs_less)
