"""Roads open, close and cross in any order: exactly those powers are free that the Act then gives.

What is free is worked out here from the acts themselves, in words of our own: nothing in `Ledger`
asks `models.law`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.law.blocks import blocked_by
from models.law.powers import Section
from models.law.roads import open_roads
from models.law.standing import Inspection, Notice, ProposedPowers, Standing, notice_refusal
from models.schools.tables import InspectionCategory
from tests.models.law.test_properties import school

BEGIN = date(2027, 11, 15)  # so that ends of months and a leap day come within reach
ONE_DAY = timedelta(days=1)
EVERY = {"63", "64", "65", "66"}
CATEGORIES = {"61": "significant_improvement", "62": "special_measures"}


@dataclass
class Ledger:
    """What has happened to a school, as a clerk would write it down."""

    today: date = BEGIN
    given_on: date | None = None
    ends_on: date = BEGIN
    served_on: date | None = None
    failed: bool = False
    proposed_until: date | None = None
    hers: date | None = None  # a notice of the Secretary of State that is in force
    category: str = "none"
    locks: set[str] = field(default_factory=set)
    academy: bool = False

    def roads(self) -> set[str]:
        """By which sections the school is eligible for intervention."""
        if self.academy:
            return set()
        found = {road for road, category in CATEGORIES.items() if category == self.category}
        heeded = self.given_on is None or not self.failed or self.today <= self.ends_on
        heeded = heeded or self.served_on is None or self.served_on >= self.ends_on
        if not heeded and self.proposed_until is not None and self.today > self.proposed_until:
            found.add("60")
        return found

    def free(self) -> set[str]:
        """The powers that may be used today."""
        if not self.roads():
            return set()
        found = set(EVERY)
        if self.roads() == {"60"} and self.today > self.ends_on + relativedelta(months=2):
            found = {"65"}
        found -= {"63", "64", "66"} if "intends" in self.locks else set()
        found -= {"66"} if "governors" in self.locks else set()
        found -= {"65"} if "taken over" in self.locks else set()
        return found - ({"64", "66"} if "board sits" in self.locks else set())


@dataclass
class School:
    """The same school twice: in the clerk's ledger, and as the law sees it."""

    ledger: Ledger = field(default_factory=Ledger)
    stands: Standing = field(default_factory=lambda: Standing(school()))

    def days(self, count: int) -> None:
        self.ledger.today += timedelta(days=count)

    def warn(self, count: int) -> None:
        book = self.ledger
        running = book.given_on and not book.failed and book.today <= book.ends_on
        running = running and (book.served_on is None or book.served_on < book.ends_on)
        refused = bool(running or book.hers or book.academy)
        assert (notice_refusal(self.stands, book.today) is not None) is refused
        if not refused:
            ends_on = book.today + timedelta(days=count + 1)
            book.given_on, book.ends_on = book.today, ends_on
            book.failed, book.proposed_until, book.served_on = False, None, None
            self.stands = replace(self.stands, notice=Notice(book.today, ends_on))

    def serve(self, later: int) -> None:
        """It is put on record when the notice was served: today, or on a day gone by or to come."""
        book, notice = self.ledger, self.stands.notice
        if notice is not None and book.given_on is not None:
            book.served_on = max(book.given_on, book.today + timedelta(days=later))
            self.stands = replace(self.stands, notice=replace(notice, served_on=book.served_on))

    def unserve(self, _: int) -> None:
        """The letter came back: nothing proves its service any more."""
        book, notice = self.ledger, self.stands.notice
        if notice is not None and book.given_on is not None:
            book.served_on = None
            self.stands = replace(self.stands, notice=replace(notice, served_on=None))

    def fail(self, count: int) -> None:
        """The notice is judged not complied with, and powers are proposed; only when it is time.

        Of 11 days it is not proven that the notice of proposed powers was served.
        """
        book, notice = self.ledger, self.stands.notice
        if notice is None or book.given_on is None or book.today <= book.ends_on:
            return
        book.failed = True
        book.proposed_until = None if count == 11 else book.today + timedelta(days=count)
        proposed = ProposedPowers(book.today, book.proposed_until, (Section("65"),))
        judged = replace(notice, complied=False, judged_on=book.today, proposed=(proposed,))
        self.stands = replace(self.stands, notice=judged)

    def comply(self, _: int) -> None:
        if self.ledger.given_on and self.stands.notice and not self.ledger.failed:
            notice = replace(self.stands.notice, complied=True, judged_on=self.ledger.today)
            self.stands = replace(self.stands, notice=notice)
            self.ledger.given_on = None

    def report(self, which: int) -> None:
        """A report is published today; the latest to be entered of a day is the latest."""
        category = ["none", *CATEGORIES.values()][which % 3]
        published = Inspection(self.ledger.today, InspectionCategory(category))
        self.ledger.category = category
        self.stands = replace(self.stands, inspections=(*self.stands.inspections, published))

    def hears(self, _: int) -> None:
        """The Secretary of State gives a notice: the authority's ceases, and stays ceased."""
        book, notice = self.ledger, self.stands.notice
        if book.academy or book.hers:
            return
        book.hers, book.given_on = book.today, None
        if notice is not None and notice.complied is not True and notice.ceased_on is None:
            notice = replace(notice, ceased_on=book.today, ceased_because="Hers stands.")
        self.stands = replace(self.stands, notice=notice, secretary_of_state_notice_on=book.today)

    def released(self, _: int) -> None:
        self.ledger.hers = None
        self.stands = replace(self.stands, secretary_of_state_notice_on=None)

    def lock(self, which: int) -> None:
        """One of the locks is set, or lifted again."""
        lock = ["intends", "governors", "taken over", "board sits"][which % 4]
        self.ledger.locks ^= {lock}
        on = self.ledger.today if lock in self.ledger.locks else None
        match lock:
            case "intends":
                self.stands = replace(self.stands, secretary_of_state_intends_on=on)
            case "governors":
                self.stands = replace(self.stands, secretary_of_state_governors_on=on)
            case "taken over":
                self.stands = replace(self.stands, board_taken_over_on=on)
            case _:
                self.stands = replace(self.stands, ieb_sits=on is not None)

    def convert(self, which: int) -> None:
        """Not often: nothing happens afterwards."""
        if which == 11:
            self.ledger.academy = True
            self.stands = replace(self.stands, academy_ladder=True)

    def is_as_the_act_says(self) -> None:
        book = self.ledger
        assert {road.value for road in open_roads(self.stands, book.today)} == book.roads()
        locked = {block.section.value for block in blocked_by(self.stands, book.today)}
        assert EVERY - locked == book.free(), book


ACTS = ["warn", "unserve", "fail", "comply", "report", "hears", "released", "lock", "convert"]
OFTEN = ["days", "days", "days", "warn", "fail", "fail", "report"]
MOVES = (
    st.tuples(st.sampled_from([*ACTS, *OFTEN]), st.integers(0, 11))
    | st.tuples(st.just("days"), st.sampled_from([1, 28, 60, 61, 62]))
    | st.tuples(st.just("serve"), st.sampled_from([0, 0, 0, 1, 5, 40, -5, -30]))
)
WARNED = [("warn", 14), ("serve", 0)]
GIVEN = [*WARNED, ("days", 16), ("fail", 5), ("days", 6)]
TO_30_JANUARY = [*WARNED, ("days", 16), ("fail", 5), ("days", 60), ("days", 1)]
TO_29_FEBRUARY = [("warn", 45), ("serve", 0), ("days", 47), ("fail", 5), ("days", 59), ("days", 1)]


@settings(deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=30))
@example(GIVEN)
@example(TO_30_JANUARY)
@example(TO_29_FEBRUARY)
@example([*GIVEN, ("days", 60), ("report", 1), ("days", 1), ("report", 0)])
@example([*GIVEN, ("report", 2), ("hears", 0), ("released", 0), ("report", 0)])
@example(
    [
        *(*GIVEN, ("hears", 0), ("released", 0)),
        *(("warn", 1), ("serve", 0), ("days", 3), ("fail", 0), ("days", 1)),
    ]
)
@example([("warn", 14), ("days", 16), ("fail", 5), ("days", 6), ("serve", -7), ("serve", -8)])
@example([*GIVEN, ("unserve", 0), ("serve", -30)])
@example([*WARNED, ("days", 16), ("fail", 11), ("days", 6), ("fail", 0), ("days", 1)])
@example([("report", 1), ("lock", 3), ("report", 2), ("lock", 2), ("lock", 3), ("convert", 11)])
def test_in_any_order_exactly_those_powers_are_free_that_the_act_gives(
    moves: list[tuple[str, int]],
) -> None:
    at = School()
    for name, value in moves:
        getattr(at, name)(value)
        at.is_as_the_act_says()
