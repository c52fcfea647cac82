"""One power: finding it, looking at it as the law does, saying it in words, ending it."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.approvals.tables import Proposal
from models.clocks import add_working_days, london_date, long_date
from models.law import powers as law
from models.law import roads as roads_law
from models.law.notices import must, offered
from models.law.powers import Section
from models.letters.addressing import Addressing
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState
from models.matters.case import Case, check_open
from models.matters.tables import Deadline, DeadlineKind
from models.policy import Policy, StepRule
from models.policy.wording import role_words
from models.refusals import NotPossible
from models.rows import change, find, find_first, get_row, kept
from models.schools.inspections import changed_since
from models.statutory.events import PowerEnded
from models.statutory.in_words import InspectionInWords, PowerInWords, SaidInWords
from models.statutory.legal import LawToday
from models.statutory.one_notice import check_stands, powers_rule, stands
from models.statutory.proposed import PreparingLetters
from models.statutory.tables import Consultation, Power, PowerState, Representation, WarningNotice
from models.statutory.words import WHY_AFTER_REPORT, why_powers

HEARD = {
    "chair_of_governors": "the governing body",
    "diocese": "the diocesan authority",
    "second_diocese": "the diocesan authority of the second church",
    "foundation_appointer": "the body that appoints the foundation governors",
}


def check_prepared(case: Case, power: Power) -> None:
    """Refuse a power that is not being prepared, and a case that is not open."""
    check_open(case)
    if power.state is not PowerState.PREPARED:
        raise NotPossible(f"The power is already {power.state.value.replace('_', ' ')}.")


def check_state(case: Case, power_id: int, state: PowerState) -> Power:
    """The power, if it still stands as it did when something was proposed about it."""
    power = get_row(case.session, Power, power_id)
    if power.state is not state:
        says = power.state.value.replace("_", " ")
        raise NotPossible(f"The power is {says} by now. Return the proposal.")
    return power


def consulted(session: Session, power: Power) -> list[Consultation]:
    """Every consultation about a power, the earliest first."""
    statement = select(Consultation).where(Consultation.power_id == power.id)
    in_order = statement.order_by(col(Consultation.consulted_on), col(Consultation.id))
    return list(find(session, in_order))


def answer_by(policy: Policy, since: date) -> date:
    """The day by which those who are consulted from a day on are asked to answer."""
    return add_working_days(since, policy.statutory.consultation_working_days)


@kept
def _letters_of_consultation(matter: int) -> Select[Proposal, str, date | None]:
    return (
        select(Proposal, col(Letter.to_role), col(Letter.dated))
        .join(Letter, col(Letter.proposal_id) == col(Proposal.id))
        .where(col(Letter.matter_id) == matter, Letter.template == "consultation")
        .where(Letter.state == LetterState.ISSUED)
        .order_by(col(Letter.id))
    )


def _asked_by_letter(case: Case, power: Power) -> dict[str, date]:
    """The day that their letter of consultation names, for each who had one before that day."""
    until = answer_by(case.policy, london_date(power.prepared_at))
    return {
        role: until
        for proposal, role, dated in find(case.session, _letters_of_consultation(case.matter.id))
        if proposal.asks == PreparingLetters(prepares=power.id)
        and dated is not None
        and dated < until
    }


def asked_to_answer(case: Case, power: Power) -> dict[str, law.Asked]:
    """Those who were consulted about a power: until when they may answer, and whether they have.

    Until the day that their letter names, or as long after a consultation without a letter.
    """
    by_letter = _asked_by_letter(case, power)
    found: dict[str, law.Asked] = {}
    for each in consulted(case.session, power):
        before = found.get(each.role)
        until = by_letter.get(each.role) or answer_by(case.policy, each.consulted_on)
        found[each.role] = law.Asked(
            answer_by=before.answer_by if before else until,
            answered=bool(each.said.strip()) or (before is not None and before.answered),
        )
    return found


def preparation(case: Case, power: Power) -> law.Preparation:
    """A power as the law looks at it."""
    return law.Preparation(
        section=power.section,
        consulted=asked_to_answer(case, power),
        secretary_of_state_on=power.secretary_of_state_on,
        starts_on=power.starts_on,
        members=tuple(
            law.Member(
                name=member.name,
                governor=member.governor,
                governor_confirmed=member.governor_confirmed,
            )
            for member in power.needs.members
        ),
        arrangements=power.needs.arrangements,
        governors=tuple(governor.name for governor in power.needs.governors),
    )


def newest_deadline(case: Case, kind: DeadlineKind) -> Deadline | None:
    """The newest deadline of this kind."""
    statement = select(Deadline).where(
        Deadline.matter_id == case.escalation.id, Deadline.kind == kind
    )
    return find_first(case.session, statement.order_by(col(Deadline.id).desc()))


def check_grounded(law_today: LawToday) -> WarningNotice | None:
    """The notice on which a power rests; None where it rests on an inspection alone.

    On the road of section 61 or 62 the escalation must have come to the step of the powers.
    Raises NotPossible when there is no notice that stands, and no such road.
    """
    given = law_today.given
    inspected = law_today.inspection is not None
    if inspected and law_today.case.rule.kind == "powers":
        return given.notice if given is not None and stands(given.notice) else None
    if given is None and inspected:
        rule = powers_rule(law_today.case)
        raise NotPossible(
            f"Move the escalation to step {rule.number} first. By section 61 or 62 a Head of "
            "Service can propose that from any step."
        )
    if given is None:
        raise NotPossible(
            "A power can be prepared once a warning notice has been given (section 60(1)(a)), or "
            "while a published report puts the school into a category (sections 61 and 62)."
        )
    check_stands(given.notice)
    return given.notice


def rests_since(law_today: LawToday) -> tuple[date, str] | None:
    """Since when there is anything on which a power may rest, and what that is."""
    found: list[tuple[date, str]] = []
    if law_today.given is not None and stands(law_today.given.notice):
        found.append((law_today.given.dated, "the warning notice"))
    if law_today.inspection is not None:
        found.append((law_today.inspection.published_on, "the inspection’s report"))
    return min(found, default=None)


def check_as_proposed(case: Case, proposal: Proposal) -> None:
    """Refuse a letter whose ground may be another by now; raises NotPossible."""
    if changed_since(case.session, case.school.urn, proposal.proposed_at):
        raise NotPossible(
            "What is on record of the school’s inspections has changed since this was proposed, "
            "and the letter may not say so. Return the proposal."
        )


def why_needed(law_today: LawToday, notice: WarningNotice | None) -> str:
    """Why powers are needed, for their letters: by the notice, or for what the report says."""
    if notice is not None:
        return why_powers(notice)
    if law_today.inspection is None:
        return ""
    return WHY_AFTER_REPORT


def drafted_words(law_today: LawToday) -> str:
    """What the letters of a power would say of why it is needed; "" while it rests on nothing."""
    given = law_today.given
    standing = given.notice if given is not None and stands(given.notice) else None
    return why_needed(law_today, standing)


def in_words(law_today: LawToday, power: Power) -> PowerInWords:
    """A power for a letter's template, with the roads by which the school is eligible today."""
    standing, today = law_today.standing, law_today.today
    last = roads_law.last_day_for(power.section, standing, today)
    return PowerInWords(
        by_notice=roads_law.Road.WARNING_NOTICE in roads_law.open_roads(standing, today),
        inspection=_inspection_in_words(law_today),
        section=power.section.value,
        title=power.section.title,
        words=power.words,
        arrangements=power.needs.arrangements,
        starts_on=long_date(power.starts_on) if power.starts_on else "",
        effective_on=long_date(power.effective_on) if power.effective_on else "",
        members=[member.name for member in power.needs.members],
        governors=[governor.name for governor in power.needs.governors],
        last_day=long_date(last) if last else "",
    )


def _inspection_in_words(law_today: LawToday) -> InspectionInWords:
    found = law_today.inspection
    if found is None:
        return InspectionInWords()
    [road] = [each for each, what in roads_law.BY_INSPECTION.items() if what is found.category]
    says, on = found.category.label, long_date(found.published_on)
    return InspectionInWords(section=road.value, says=says, published_on=on)


def in_their_words(said: Sequence[Consultation | Representation]) -> list[SaidInWords]:
    """What people said, for a letter's template."""
    return [
        SaidInWords(
            who=heard(each.role),
            on=long_date(each.consulted_on if isinstance(each, Consultation) else each.received_on),
            said=each.said,
        )
        for each in said
    ]


def heard(role: str) -> str:
    """Whoever is consulted or makes representations, as they stand in a sentence."""
    return HEARD.get(role) or f"the {role_words(role)}"


def named_people(power: Power) -> tuple[Recipient, ...]:
    """Those who must have the notice and hold no role at the school, each by name."""
    board = power.section is Section.INTERIM_EXECUTIVE_BOARD
    title = "governor" if board else "additional governor"
    named = [
        *((each, "member of the Interim Executive Board") for each in power.needs.members),
        *((each, title) for each in power.needs.governors),
    ]
    return tuple(
        Recipient(
            role=f"person_{number}",
            name=person.name,
            email=person.email,
            address=person.address,
            title=title,
        )
        for number, (person, title) in enumerate(named, start=1)
    )


def whom_it_concerns(case: Case, power: Power, rule: StepRule) -> Addressing:
    """The governing body, and everybody who must have a copy of what is said of a power."""
    copies = law.copies(power.section, case.school)
    return Addressing(rule.to, must(copies), offered(copies), named_people(power))


def end(case: Case, power_id: int, ended_on: date, reason: str) -> PowerEnded:
    """Write down that a power ends on this day."""
    power = get_row(case.session, Power, power_id)
    ended = {"state": PowerState.ENDED, "ended_on": ended_on, "end_reason": reason}
    change(case.session, Power, {"id": power.id}, **ended)
    return PowerEnded(case.escalation.id, power=power.id, section=power.section, ended_on=ended_on)
