"""Preparing a power: whom to consult, what to tell the Secretary of State, and what they said."""

from datetime import date, datetime

from pydantic import Field

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.clocks import london_date, long_date, past_day
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text, Word
from models.law import powers as law
from models.law.powers import Section
from models.letters.addressing import Addressing, can_be_addressed, contacts_of
from models.letters.words import words_for_school
from models.matters.case import Case, enter, find_in_case
from models.matters.tables import DeadlineKind, DeadlineState
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.statutory.details import Members, People, needs_of, start_of
from models.statutory.events import ConsultationRecorded, PowerPrepared, SecretaryOfStateTold
from models.statutory.in_words import ConsultationLetter, LetterToSecretaryOfState
from models.statutory.legal import LawToday, check_at_work, powers_of
from models.statutory.needs import Needs
from models.statutory.one_notice import notice_in_words, powers_rule, set_last_day
from models.statutory.one_power import (
    answer_by,
    check_as_proposed,
    check_grounded,
    check_prepared,
    check_state,
    in_words,
    newest_deadline,
    rests_since,
    why_needed,
)
from models.statutory.proposed import PreparingLetters
from models.statutory.tables import Consultation, Power, PowerState, WarningNotice
from models.text import check_printable, check_prose


class PowerToPrepare(Input):
    """A power to prepare; what its section needs may also be given when it is used.

    `purpose` says how it makes the governing body or the board able and willing to act,
    `capability` what was considered of capability proceedings concerning the headteacher.
    """

    section: Word
    reason: Text
    words: Text = ""
    purpose: Text = ""
    capability: Text = ""
    starts_on: Day | None = None
    arrangements: Text = ""
    governors: People = Field(default=[])
    members: Members = Field(default=[])


def prepare_power(acting: Acting, reference: str, given: PowerToPrepare) -> Power:
    """Begin to prepare a power: the letters of consultation and to the Secretary of State.

    They are drafted and put forward together, and quote the `words`, never the `reason`. What the
    section needs (arrangements for 63, governors for 64, members and the day for 65) may be given
    now or when the power is used.
    `governors` are people with name, email and address: those to be appointed (64), or those
    who sit now and must have a copy (65). Raises NotFound, NotAllowed, InvalidInput,
    NotPossible.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    case = enter(session, acting.policy, officer, Act.PREPARE_POWER, reference)
    law_today = LawToday(case, acting.today)
    notice = check_preparing(law_today)
    chosen = _section(given.section)
    starts_on = start_of(chosen, given.starts_on)
    _check_start(case, starts_on, law_today.today)
    check_printable("reason", check_prose("reason", given.reason))
    for name in ("purpose", "capability"):
        check_printable(name, check_prose(name, getattr(given, name), required=False))
    check_purpose(case.policy, given.purpose, given.capability)
    needs = needs_of(chosen, Needs(), given.arrangements, given.governors, given.members)
    _check_is_another(case, chosen)
    power_id = add(
        session,
        Power,
        escalation_id=case.escalation.id,
        urn=case.school.urn,
        section=chosen,
        reason=given.reason,
        words=words_for_school(given.words, why_needed(law_today, notice)),
        purpose=given.purpose,
        capability=given.capability,
        details=needs.model_dump(),
        starts_on=starts_on,
        state=PowerState.PREPARED,
        prepared_by_id=officer.id,
        prepared_at=now,
    )
    power = get_row(session, Power, power_id)
    prepared = PowerPrepared(
        case.escalation.id,
        power=power_id,
        section=chosen,
        reason=given.reason,
        purpose=given.purpose or None,
        capability=given.capability or None,
    )
    placed = put_forward(
        case,
        officer,
        now,
        PreparingLetters(prepares=power_id),
        powers_rule(case),
        f"To prepare the use of section {chosen.value}: {given.reason}",
        drafts=_preparing_letters(law_today, power),
    )
    ends_on = notice.compliance_ends_on if notice else None
    watched = _watch_last_day(case, chosen, ends_on, now) if ends_on else []
    append(session, now, officer.email, prepared, *placed.happenings, *watched)
    return power


def check_purpose(policy: Policy, purpose: str, capability: str) -> None:
    """Refuse a power of which it is not said what it is for, where the policy wants that.

    Raises InvalidInput. Source: School Improvement and Quality Assurance Policy, part 5, step vii.
    """
    if policy.fairness.purpose_of_power == "stop":
        check_prose("purpose", purpose)
        check_prose("capability", capability)


def check_preparing(law_today: LawToday) -> WarningNotice | None:
    """The notice, if there is one, on which a power may be prepared now; raises NotPossible."""
    check_at_work(law_today.case)
    return check_grounded(law_today)


def _check_start(case: Case, starts_on: date | None, today: date) -> None:
    """A board does not start before those who are consulted about it were to answer (section 65).

    Once all have answered, an earlier day can be given when the power is used.
    """
    if starts_on is not None and today <= starts_on <= (until := answer_by(case.policy, today)):
        raise InvalidInput(
            "starts_on",
            f"Choose a day after {long_date(until)}: those who are consulted are asked to "
            "answer by then.",
        )


def _check_is_another(case: Case, section: Section) -> None:
    """One preparation of a section at a time; and no second board, no budget suspended twice."""
    once = section in (Section.INTERIM_EXECUTIVE_BOARD, Section.DELEGATED_BUDGET)
    for other in powers_of(case, PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE):
        if other.section is section and other.state is not PowerState.IN_FORCE:
            raise NotPossible(f"Section {section.value} is already being prepared.")
        if other.section is section and once:
            raise NotPossible(f"A power under section {section.value} is already in force.")


def _watch_last_day(
    case: Case, section: Section, compliance_ends_on: date, now: datetime
) -> list[Happened]:
    """The two months go back onto the clock, when another power had met them already."""
    last = law.last_day(section, compliance_ends_on)
    watched = newest_deadline(case, DeadlineKind.POWERS)
    met = watched is not None and watched.state is DeadlineState.MET
    if last is None or last < london_date(now) or not met:
        return []
    return [set_last_day(case, compliance_ends_on, now)]


def _section(section: str) -> Section:
    try:
        return Section(section)
    except ValueError:
        raise InvalidInput("section", f"Choose a section: {', '.join(Section)}.") from None


def _preparing_letters(law_today: LawToday, power: Power) -> list[Draft]:
    """One letter to everybody who must be consulted, and the one to the Secretary of State."""
    case = law_today.case
    said, notice = in_words(law_today, power), notice_in_words(case)
    until = answer_by(case.policy, law_today.today)
    asked = ConsultationLetter(power=said, notice=notice, respond_by=long_date(until))
    contacts = contacts_of(case.session, case.matter, law_today.today)
    drafts = [
        Draft("consultation", Addressing(consultee.role), (asked,))
        for consultee in law.consultees(power.section, case.school)
        if consultee.required or can_be_addressed(case, Addressing(consultee.role), contacts)
    ]
    consent = law.notification(power.section) == "consent"
    template = "request_for_consent" if consent else "notification_to_secretary_of_state"
    told = LetterToSecretaryOfState(power=said, notice=notice)
    return [*drafts, Draft(template, Addressing("secretary_of_state"), (told,))]


def preparing_letters_approved(case: Case, taken: Taken[PreparingLetters]) -> list[Happened]:
    """The letters go out, unless what they say has ceased to be so; raises NotPossible."""
    approve_letters(case, taken.proposal, taken.approver, taken.today, None)
    check_grounded(LawToday(case, taken.today))
    check_as_proposed(case, taken.proposal)
    check_state(case, taken.asks.prepares, PowerState.PREPARED)
    return []


class ConsultationHeld(Input):
    """Who was consulted about a power, when, and what they said."""

    with_whom: Word = Field(alias="with")
    consulted_on: Day
    said: Text = ""


def record_consultation(acting: Acting, power_id: int, given: ConsultationHeld) -> Consultation:
    """Who was consulted about a power, when, and what they said ("" while they said nothing).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    power, case = find_in_case(
        session, acting.policy, officer, Act.RECORD_CONSULTATION, Power, power_id
    )
    roles = check_consulting(case, power)
    if given.with_whom not in roles:
        raise InvalidInput("with", f"Choose from: {', '.join(roles)}.")
    _day_since(case, "consulted_on", given.consulted_on, acting.now)
    check_printable("said", check_prose("said", given.said, required=False))
    consultation_id = add(
        session,
        Consultation,
        power_id=power.id,
        role=given.with_whom,
        consulted_on=given.consulted_on,
        said=given.said,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    recorded = ConsultationRecorded(
        case.escalation.id,
        power=power.id,
        section=power.section,
        with_=given.with_whom,
        consulted_on=given.consulted_on,
    )
    append(session, acting.now, officer.email, recorded)
    return get_row(session, Consultation, consultation_id)


def _day_since(case: Case, field: str, day: date, now: datetime) -> None:
    """What prepares a power cannot be older than the notice or the report on which it rests."""
    past_day(field, day, now)
    since = rests_since(LawToday(case, london_date(now)))
    if since is not None and day < since[0]:
        raise InvalidInput(field, f"Enter a date on or after {since[1]} of {long_date(since[0])}.")


def check_consulting(case: Case, power: Power) -> list[str]:
    """Who must be consulted about a power that is being prepared.

    Raises NotPossible for another, and InvalidInput where nobody has to be.
    """
    check_prepared(case, power)
    roles = [consultee.role for consultee in law.consultees(power.section, case.school)]
    if not roles:
        raise InvalidInput(
            "with", f"Nobody has to be consulted before section {power.section.value} is used."
        )
    return roles


class NotificationOrConsent(Input):
    """When the Secretary of State was notified, or her consent received, and how that is known."""

    on: Day
    evidence: Text


def record_secretary_of_state_told(
    acting: Acting, power_id: int, given: NotificationOrConsent
) -> Power:
    """The Secretary of State was notified (63, 64, 66), or her consent was received (65).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    power, case = find_in_case(
        session, acting.policy, officer, Act.RECORD_SECRETARY_OF_STATE, Power, power_id
    )
    check_prepared(case, power)
    _day_since(case, "on", given.on, acting.now)
    check_prose("evidence", given.evidence)
    told = {"secretary_of_state_on": given.on, "secretary_of_state_evidence": given.evidence}
    change(session, Power, {"id": power.id}, **told)
    happened = SecretaryOfStateTold(
        case.escalation.id,
        power=power.id,
        section=power.section,
        what=law.notification(power.section),
        on=given.on,
    )
    append(session, acting.now, officer.email, happened)
    return get_row(session, Power, power.id)
