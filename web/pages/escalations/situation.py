"""Where an escalation stands in law, as its pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models import paging
from models.clocks import long_date, time_left
from models.law.powers import Section
from models.law.roads import BY_INSPECTION
from models.letters.served import NoticeServed, ServiceState, notices_served
from models.statutory.legal import LawToday
from models.statutory.notices_shown import WarningNotice, notices_in
from models.statutory.powers_shown import Power, powers_in
from models.statutory.shown import (
    Eligibility,
    SecretaryOfStateNotice,
    eligibility_of,
    from_secretary_of_state,
)
from models.statutory.tables import SecretaryOfStateKind

MOST = paging.MOST_PER_PAGE


@dataclass(frozen=True)
class InLaw:
    """Where an escalation stands in Part 4 of the Act, as it is told today."""

    today: date
    eligibility: Eligibility
    notices: Sequence[WarningNotice]
    powers: Sequence[Power]
    from_secretary_of_state: Sequence[SecretaryOfStateNotice]
    served: Sequence[NoticeServed]

    @property
    def notice(self) -> WarningNotice | None:
        """The newest warning notice that was given."""
        given = [notice for notice in self.notices if notice.given_on]
        return given[-1] if given else None

    def holds(self, key: str) -> bool:
        """Whether one of the four facts of section 60(1) holds."""
        return any(fact.holds for fact in self.eligibility.facts if fact.key == key)

    @property
    def by_inspection(self) -> bool:
        """Whether section 61 or 62 makes the school eligible, so that no two months run."""
        return any(each.holds for each in self.eligibility.roads if each.section in BY_INSPECTION)

    @property
    def last_day(self) -> str | None:
        """The last day for sections 63, 64 and 66, in a sentence; None while there is none."""
        day = self.eligibility.last_day_for_powers[Section.ARRANGEMENTS]
        if day is None or self.notice is None or self.notice.complied:
            return None
        if day < self.today:
            return (
                f"The last day to use sections 63, 64 and 66 was {long_date(day)}. "
                "Section 65 (Interim Executive Board) has no last day."
            )
        return (
            f"Last day to use sections 63, 64 and 66: {day:%A} {long_date(day)}, "
            f"{time_left(day, self.today)}. Section 65 has no last day."
        )

    @property
    def unserved(self) -> list[str]:
        """Of which notices service on the governing body is unproven, and until when, each."""
        return [_unserved(each) for each in self.served if each.state is ServiceState.UNPROVEN]

    @property
    def locks(self) -> list[str]:
        """What locks a notice or a power until somebody else acts, each with the section."""
        theirs = [
            LOCKED[notice.kind].format(long_date(notice.received_on))
            for notice in self.from_secretary_of_state
            if notice.released_on is None
        ]
        since = self.eligibility.board_sits_since
        if since is None:
            return theirs
        return [
            *theirs,
            f"An Interim Executive Board has sat since {long_date(since)}: sections 64 and 66 are "
            "locked (Schedule 6, paragraphs 14 and 12(3)).",
        ]


def _unserved(notice: NoticeServed) -> str:
    said = (
        f"{notice.title}: service on the governing body is unproven since "
        f"{long_date(notice.dated)}."
    )
    if notice.serve_by is None:
        return said
    return f"{said} It must count by {long_date(notice.serve_by)}."


LOCKED = {
    SecretaryOfStateKind.WARNING_NOTICE: (
        "The Secretary of State has given a warning notice, received on {}: the local authority "
        "may give none until it is told that it may (section 60(4A))."
    ),
    SecretaryOfStateKind.INTENDS_TO_ACT: (
        "The Secretary of State intends to act (sections 66A to 69), as notified on {}: sections "
        "63, 64 and 66 are locked until the local authority is told that it may use them "
        "(section 70B(2))."
    ),
    SecretaryOfStateKind.APPOINTED_GOVERNORS: (
        "The Secretary of State has appointed governors, as notified on {}: section 66 is locked, "
        "and an existing suspension of the budget ends if the governing body asks for it (section "
        "67(6))."
    ),
    SecretaryOfStateKind.TAKES_OVER_BOARD: (
        "The Secretary of State has taken over the Interim Executive Board, as notified on {}: it "
        "is not for the local authority to end (section 70C)."
    ),
}


def in_law(law_today: LawToday) -> InLaw:
    """Read where an escalation stands in law."""
    session, urn = law_today.case.session, law_today.case.school.urn
    return InLaw(
        today=law_today.today,
        eligibility=eligibility_of(law_today),
        notices=notices_in(law_today.case, per_page=MOST).items,
        powers=powers_in(law_today, per_page=MOST).items,
        from_secretary_of_state=from_secretary_of_state(session, urn, per_page=MOST).items,
        served=notices_served(law_today.case),
    )
