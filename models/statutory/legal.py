"""Where an escalation stands in law, read from its rows; the judgement is `models.law`'s."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from models.clocks import add_working_days
from models.happened import Happened
from models.law import standing as law
from models.law.powers import Section
from models.letters.addressing import sitting_board
from models.letters.events import LetterWithdrawn
from models.letters.tables import Letter, LetterState
from models.matters.case import Case
from models.refusals import NotPossible
from models.statements import change
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


def check_applies(case: Case) -> None:
    """Refuse whatever Part 4 does not provide for this school; raises NotPossible."""
    outside = law.not_for(case.school, academy_ladder=case.escalation.ladder == ACADEMY)
    if outside:
        raise NotPossible(outside)


def legal_standing(case: Case, today: date) -> law.Standing:
    """All that the law looks at before a notice is given or a power used."""
    return law.Standing(
        school=case.school,
        academy_ladder=case.escalation.ladder == ACADEMY,
        notice=_as_law_sees(case.session, given_notice(case)),
        secretary_of_state_notice_on=_in_force(case, SecretaryOfStateKind.WARNING_NOTICE),
        secretary_of_state_intends_on=_in_force(case, SecretaryOfStateKind.INTENDS_TO_ACT),
        ieb_sits=sitting_board(case.session, case.school.urn, today) is not None,
    )


def given_notice(case: Case) -> tuple[WarningNotice, date] | None:
    """The newest warning notice that was given, and the day: that of its issued letter."""
    return next(iter(notices_of(case, LetterState.ISSUED)), None)


def notices_of(case: Case, state: LetterState) -> list[tuple[WarningNotice, date]]:
    """The warning notices whose letters are approved, or issued, with their dates; newest first."""
    statement = (
        select(WarningNotice, col(Letter.dated))
        .join(Letter, col(Letter.id) == col(WarningNotice.letter_id))
        .where(WarningNotice.escalation_id == case.escalation.id, Letter.state == state)
        .order_by(col(WarningNotice.id).desc())
    )
    return [(notice, dated) for notice, dated in case.session.exec(statement) if dated is not None]


def withdraw_unissued(case: Case, letter_id: int | None) -> list[Happened]:
    """A notice that was approved and not yet issued has lost its ground: it does not go out."""
    approved = {"id": letter_id, "state": LetterState.APPROVED}
    if letter_id is None or not change(case.session, Letter, approved, state=LetterState.WITHDRAWN):
        return []
    return [LetterWithdrawn(case.escalation.id, letter=letter_id)]


def _as_law_sees(session: Session, given: tuple[WarningNotice, date] | None) -> law.Notice | None:
    if given is None:
        return None
    notice, given_on = given
    return law.Notice(
        given_on=given_on,
        compliance_ends_on=notice.compliance_ends_on,
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
    return [
        law.ProposedPowers(
            given_on=given_on,
            runs_until=add_working_days(given_on, proposed.working_days),
            sections=tuple(Section(name) for name in proposed.sections),
        )
        for proposed, given_on in session.exec(statement)
        if given_on is not None
    ]


def _in_force(case: Case, kind: SecretaryOfStateKind) -> date | None:
    """The day on which the Secretary of State's unreleased notice of this kind was received."""
    statement = (
        select(col(SecretaryOfStateNotice.received_on))
        .where(SecretaryOfStateNotice.urn == case.school.urn, SecretaryOfStateNotice.kind == kind)
        .where(col(SecretaryOfStateNotice.released_on).is_(None))
        .order_by(col(SecretaryOfStateNotice.received_on))
    )
    return case.session.exec(statement).first()


def powers_of(case: Case, *states: PowerState) -> list[Power]:
    """The powers of this escalation in these states, in the order they were prepared."""
    statement = select(Power).where(
        Power.escalation_id == case.escalation.id, col(Power.state).in_(states)
    )
    return list(case.session.exec(statement.order_by(col(Power.id))))


def check_may_close(case: Case) -> None:
    """Refuse to close an escalation while a power is in force; raises NotPossible."""
    for power in powers_of(case, PowerState.IN_FORCE):
        raise NotPossible(
            f"A power under section {power.section.value} is in force. End it first, so that "
            "nobody forgets it."
        )


def check_eligible(case: Case, today: date) -> None:
    """Raise NotPossible with each fact of section 60(1) that does not hold."""
    standing = legal_standing(case, today)
    failing = [fact.says for fact in law.facts(standing, today) if not fact.holds]
    if failing:
        says = " ".join(failing)
        raise NotPossible(f"The school is not eligible for intervention (section 60(1)). {says}")


def latest_support(case: Case) -> Support | None:
    """What was recorded last about how the school and the authority work together."""
    statement = select(Support).where(Support.escalation_id == case.escalation.id)
    return case.session.exec(statement.order_by(col(Support.id).desc())).first()
