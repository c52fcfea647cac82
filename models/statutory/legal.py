"""Where an escalation stands in law, read from its rows; the judgement is `models.law`'s."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models.clocks import add_working_days
from models.happened import Happened
from models.law import roads as roads_law
from models.law import standing as law
from models.law.powers import Section
from models.letters.addressing import sitting_board
from models.letters.events import LetterWithdrawn
from models.letters.service_asked import letters_asked, served_from, still_asked
from models.letters.tables import Letter, LetterState
from models.matters.case import Case, check_open
from models.refusals import NotPossible
from models.rows import change, find, find_first, kept
from models.schools.inspections import outcomes_of
from models.statutory.tables import (
    Power,
    PowerState,
    ProposedPowers,
    SecretaryOfStateKind,
    SecretaryOfStateNotice,
    Support,
    WarningNotice,
)

ACADEMY = "academy"  # the ladder on which Part 4 gives no powers


def outside_part_4(case: Case) -> str | None:
    """Why the statutory steps are not for this escalation; None when they are."""
    return law.not_for(case.school, academy_ladder=case.escalation.ladder == ACADEMY)


def check_applies(case: Case) -> None:
    """Refuse whatever Part 4 does not provide for this school; raises NotPossible."""
    outside = outside_part_4(case)
    if outside:
        raise NotPossible(outside)


def check_at_work(case: Case) -> None:
    """What every statutory step asks first: a school for which it is, and an open escalation."""
    check_applies(case)
    check_open(case)


class GivenNotice(NamedTuple):
    """A warning notice that was approved, with the date and the state of its letter.

    `served_from` is the day from which it counts as served on the governing body; None while that
    is not proven.
    """

    notice: WarningNotice
    dated: date
    state: LetterState
    served_from: date | None


@dataclass
class LawToday:
    """An escalation as Part 4 sees it on one day; each thing is read once, when it is asked for."""

    case: Case
    today: date

    @cached_property
    def standing(self) -> law.Standing:
        """All that the law looks at before a notice is given or a power used."""
        case = self.case
        return law.Standing(
            school=case.school,
            academy_ladder=case.escalation.ladder == ACADEMY,
            notice=_as_law_sees(case.session, self.given),
            inspections=_inspections(case),
            secretary_of_state_notice_on=self._told_on(SecretaryOfStateKind.WARNING_NOTICE),
            secretary_of_state_intends_on=self._told_on(SecretaryOfStateKind.INTENDS_TO_ACT),
            secretary_of_state_governors_on=self._told_on(SecretaryOfStateKind.APPOINTED_GOVERNORS),
            board_taken_over_on=self._told_on(SecretaryOfStateKind.TAKES_OVER_BOARD),
            ieb_sits=sitting_board(case.session, case.school.urn, self.today) is not None,
        )

    @property
    def inspection(self) -> law.Inspection | None:
        """The outcome by which section 61 or 62 makes the school eligible; None while neither."""
        return roads_law.by_inspection(self.standing, self.today)

    @cached_property
    def notices(self) -> list[GivenNotice]:
        """The warning notices that were approved, issued or not, the newest first."""
        return notices_of(self.case, LetterState.APPROVED, LetterState.ISSUED)

    @property
    def given(self) -> GivenNotice | None:
        """The newest warning notice that was given: its letter is issued."""
        issued = (each for each in self.notices if each.state is LetterState.ISSUED)
        return next(issued, None)

    @property
    def notice_goes_out(self) -> bool:
        """Whether a warning notice was approved and is not issued yet."""
        return any(each.state is LetterState.APPROVED for each in self.notices)

    @cached_property
    def to_be_served(self) -> list[Letter]:
        """The issued notices of which proof of service was asked, as they were issued."""
        return letters_asked(self.case.session, self.case.matter.id)

    @cached_property
    def unserved(self) -> list[int]:
        """Those of them that are still waited for, by their letters."""
        return still_asked(self.case.session, self.case.matter.id)

    @cached_property
    def told(self) -> list[SecretaryOfStateNotice]:
        """What the Secretary of State has told the authority and not released, as it came."""
        return find(self.case.session, _told(self.case.school.urn))

    def _told_on(self, kind: SecretaryOfStateKind) -> date | None:
        """The day on which the Secretary of State's unreleased notice of this kind was received."""
        return next((notice.received_on for notice in self.told if notice.kind is kind), None)

    @cached_property
    def powers(self) -> list[Power]:
        """The powers of this escalation, in the order they were prepared."""
        return powers_of(self.case, *PowerState)

    def powers_that_are(self, *states: PowerState) -> list[Power]:
        """Those in one of these states."""
        return [power for power in self.powers if power.state in states]


def notices_of(case: Case, *states: LetterState) -> list[GivenNotice]:
    """The warning notices whose letters are in one of these states; newest first."""
    found = find(case.session, _notices(case.escalation.id, states=states))
    served = served_from(case.session, (notice.letter_id for notice, *_ in found))
    return [
        GivenNotice(notice, dated, state, served.get(notice.letter_id))
        for notice, dated, state in found
        if dated is not None
    ]


@kept
def _notices(
    escalation: int, *, states: tuple[LetterState, ...]
) -> Select[WarningNotice, date | None, LetterState]:
    return (
        select(WarningNotice, col(Letter.dated), col(Letter.state))
        .join(Letter, col(Letter.id) == col(WarningNotice.letter_id))
        .where(
            col(WarningNotice.escalation_id) == escalation,
            or_(*(col(Letter.state) == state for state in states)),
        )
        .order_by(col(WarningNotice.id).desc())
    )


@kept
def _told(urn: int) -> SelectOfScalar[SecretaryOfStateNotice]:
    statement = select(SecretaryOfStateNotice).where(
        col(SecretaryOfStateNotice.urn) == urn, col(SecretaryOfStateNotice.released_on).is_(None)
    )
    return statement.order_by(
        col(SecretaryOfStateNotice.received_on), col(SecretaryOfStateNotice.id)
    )


def given_notice(case: Case) -> GivenNotice | None:
    """The newest warning notice that was given, and the day: that of its issued letter."""
    return next(iter(notices_of(case, LetterState.ISSUED)), None)


def letters_under(session: Session, notice: WarningNotice) -> list[int]:
    """The letters of a notice: its own, and those that propose powers after it."""
    under_it = select(ProposedPowers.letter_id).where(ProposedPowers.notice_id == notice.id)
    return [notice.letter_id, *find(session, under_it)]


def withdraw_unissued(case: Case, letter_id: int | None) -> list[Happened]:
    """A notice that was approved and not yet issued has lost its ground: it does not go out."""
    approved = {"id": letter_id, "state": LetterState.APPROVED}
    if letter_id is None or not change(case.session, Letter, approved, state=LetterState.WITHDRAWN):
        return []
    return [LetterWithdrawn(case.escalation.id, letter=letter_id)]


def _inspections(case: Case) -> tuple[law.Inspection, ...]:
    return tuple(
        law.Inspection(each.published_on, each.category)
        for each in outcomes_of(case.session, case.school.urn)
        if each.category is not None
    )


def _as_law_sees(session: Session, given: GivenNotice | None) -> law.Notice | None:
    if given is None:
        return None
    notice = given.notice
    return law.Notice(
        given_on=given.dated,
        compliance_ends_on=notice.compliance_ends_on,
        served_on=given.served_from,
        complied=notice.complied,
        judged_on=notice.judged_on,
        ceased_on=notice.ceased_on,
        ceased_because=notice.ceased_because,
        proposed=tuple(_proposed_under(session, notice)),
    )


def _proposed_under(session: Session, notice: WarningNotice) -> Sequence[law.ProposedPowers]:
    statement = (
        select(ProposedPowers, col(Letter.dated))
        .join(Letter, col(Letter.id) == col(ProposedPowers.letter_id))
        .where(ProposedPowers.notice_id == notice.id, Letter.state == LetterState.ISSUED)
        .order_by(col(ProposedPowers.id))
    )
    found = find(session, statement)
    served = served_from(session, (proposed.letter_id for proposed, _ in found))
    return [
        law.ProposedPowers(
            given_on=given_on,
            runs_until=_runs_until(served.get(proposed.letter_id), proposed.working_days),
            sections=tuple(Section(name) for name in proposed.sections),
        )
        for proposed, given_on in found
        if given_on is not None
    ]


def _runs_until(served_on: date | None, working_days: int) -> date | None:
    return None if served_on is None else add_working_days(served_on, working_days)


def powers_of(case: Case, *states: PowerState) -> list[Power]:
    """The powers of this escalation in these states, in the order they were prepared."""
    return find(case.session, _powers(case.escalation.id, states=states))


@kept
def _powers(escalation: int, *, states: tuple[PowerState, ...]) -> SelectOfScalar[Power]:
    statement = select(Power).where(
        col(Power.escalation_id) == escalation, col(Power.state).in_(states)
    )
    return statement.order_by(col(Power.id))


def check_may_close(law_today: LawToday) -> None:
    """Refuse to close an escalation while a power is in force; raises NotPossible."""
    for power in law_today.powers_that_are(PowerState.IN_FORCE):
        raise NotPossible(
            f"A power under section {power.section.value} is in force. End it first, so that "
            "nobody forgets it."
        )


def check_eligible(law_today: LawToday) -> None:
    """Refuse a school that no road makes eligible (section 59(2)): raises NotPossible, and why."""
    check_applies(law_today.case)
    refused = roads_law.not_eligible(law_today.standing, law_today.today)
    if refused:
        raise NotPossible(refused)


def check_by_inspection(law_today: LawToday) -> None:
    """Refuse what only sections 61 and 62 open; raises NotPossible."""
    check_applies(law_today.case)
    if law_today.inspection is None:
        raise NotPossible(
            "From here the escalation moves straight to the powers only while the latest published "
            "report puts the school into a category: requires significant improvement (section 61) "
            "or requires special measures (section 62). "
            + roads_law.no_category(law_today.standing, law_today.today)
        )


def latest_support(case: Case) -> Support | None:
    """What was recorded last about how the school and the authority work together."""
    statement = select(Support).where(Support.escalation_id == case.escalation.id)
    return find_first(case.session, statement.order_by(col(Support.id).desc()))
