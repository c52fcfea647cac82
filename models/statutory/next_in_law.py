"""What the statutory steps ask for next: the warning notice and the powers that may follow it."""

from sqlmodel import col, select

from models.approvals.titles import section_title
from models.clocks import long_date, time_left
from models.escalations.tables import StepState
from models.law import powers as powers_law
from models.law import standing as standing_law
from models.law.powers import Section
from models.law.service import leaves_a_period, serve_by
from models.letters.tables import Letter, LetterState
from models.matters.possible import CaseAct, Look, Next, Target
from models.policy.ladder import Standing
from models.rows import find
from models.statutory.legal import GivenNotice, LawToday
from models.statutory.one_power import heard, preparation
from models.statutory.possible import LIVE
from models.statutory.tables import Power, PowerState, ProposedPowers, WarningNotice
from models.statutory.using import blocked

OTHER_CHANGES = (Target(act=Look.CHANGES),)


def next_in_law(law: LawToday, at: Standing) -> Next | None:
    """What Part 4 asks for next; None where the ladder says it."""
    if law.case.ladder.key != "maintained" or at.state is StepState.SATISFACTORY:
        return None
    match at.step.kind:
        case "notice":
            return _after_notice(law, at)
        case "powers":
            return _powers(law)
    return _no_notice_possible(law) if _notice_follows(at) else None


def _notice_follows(at: Standing) -> bool:
    following = at.ladder.after(at.step.key)
    return following is not None and following.kind == "notice" and at.exhausted


def _no_notice_possible(law: LawToday) -> Next | None:
    refused = standing_law.notice_refusal(law.standing, law.today)
    return _look("No warning notice can be given now", refused) if refused else None


def _look(what: str, why: str) -> Next:
    return Next(what=what, why=why, act=Look.LAW, others=OTHER_CHANGES)


def _after_notice(law: LawToday, at: Standing) -> Next | None:
    if at.state is StepState.APPROVED or law.given is None:
        return None
    notice = law.given.notice
    if notice.ceased_on:
        ceased = f"It ceased on {long_date(notice.ceased_on)}: {notice.ceased_because}."
        return _look("The warning notice no longer has effect", ceased)
    if notice.complied is None:
        return _serve(law, law.given) or _judge(law, notice)
    return _propose_powers(law, law.given)


def _serve(law: LawToday, given: GivenNotice) -> Next | None:
    """A notice is given once it is served; what came too late has to be given again."""
    ends_on = given.notice.compliance_ends_on
    if given.served_from is not None and not leaves_a_period(given.served_from, ends_on):
        return Next(
            what="Give another warning notice",
            why=f"The notice counts as served on {long_date(given.served_from)}, and its "
            f"compliance period ended on {long_date(ends_on)}: there was none (section 60(1)(b)).",
            act=CaseAct.GIVE_WARNING_NOTICE,
            others=OTHER_CHANGES,
        )
    if given.served_from is not None:
        return None
    last = long_date(serve_by(ends_on))
    why = f"Service is unproven since {long_date(given.dated)}. It must count by {last}"
    if law.today > serve_by(ends_on):
        why = f"Service is unproven since {long_date(given.dated)}. It had to count by {last}"
    return Next(
        what="Serve the warning notice on the governing body, then record how and when",
        why=f"{why}, or the compliance period comes to nothing (section 60(1)(a) and (b)).",
        act=CaseAct.RECORD_SERVICE,
        id=given.notice.letter_id,
        others=OTHER_CHANGES,
    )


def _serve_first(law: LawToday, letter_id: int, what: str, why: str) -> Next | None:
    """The proof that a notice was served, while it is waited for."""
    if letter_id not in law.unserved:
        return None
    return Next(
        what=f"Serve {what} on the governing body, then record how and when",
        why=why,
        act=CaseAct.RECORD_SERVICE,
        id=letter_id,
        others=OTHER_CHANGES,
    )


def _judge(law: LawToday, notice: WarningNotice) -> Next:
    ends_on = notice.compliance_ends_on
    what = "Judge whether the governing body complied"
    why = f"The compliance period ended on {long_date(ends_on)} (section 60(1)(b))."
    if law.today <= ends_on:
        what = f"Wait for the end of the compliance period on {long_date(ends_on)}"
        why = (
            f"There are {time_left(ends_on, law.today)}. That the governing body complied can be "
            "judged earlier; that it did not, only afterwards (section 60(1)(c))."
        )
    return Next(
        what=what, why=why, act=CaseAct.JUDGE_COMPLIANCE, id=notice.id, others=OTHER_CHANGES
    )


def _propose_powers(law: LawToday, given: GivenNotice) -> Next | None:
    facts = {fact.key: fact for fact in standing_law.facts(law.standing, law.today)}
    proposed = facts["powers_proposed"]
    if proposed.holds:
        return None
    under_way = _under_way(law, given.notice)
    if not under_way:
        return Next(
            what="Propose powers to the governing body",
            why="It did not comply. Before a power can be used it must have reasonable notice in "
            "writing that powers are proposed (section 60(1)(d)).",
            act=CaseAct.PROPOSE_POWERS,
            id=given.notice.id,
            others=OTHER_CHANGES,
        )
    if under_way[0][1] is not LetterState.ISSUED:
        return _prepare_meanwhile(
            "Wait for the notice of proposed powers to be approved and issued", ""
        )
    served = _serve_first(
        law,
        under_way[0][0],
        "the notice of proposed powers",
        "It runs from the day on which it counts as served (section 60(1)(d)).",
    )
    return served or _prepare_meanwhile(
        "Wait until the notice of proposed powers has run", f"{proposed.says} "
    )


def _prepare_meanwhile(what: str, why: str) -> Next:
    return Next(
        what=what,
        why=f"{why}Powers can be prepared in the meantime.",
        act=CaseAct.PREPARE_POWER,
        others=OTHER_CHANGES,
    )


def _under_way(law: LawToday, notice: WarningNotice) -> list[tuple[int, LetterState]]:
    """The letters that say that powers are proposed, and how far they are, the earliest first."""
    statement = (
        select(col(Letter.id), col(Letter.state))
        .join(ProposedPowers, col(ProposedPowers.letter_id) == col(Letter.id))
        .where(ProposedPowers.notice_id == notice.id, Letter.state != LetterState.WITHDRAWN)
    )
    return list(find(law.case.session, statement.order_by(col(ProposedPowers.id))))


def _powers(law: LawToday) -> Next:
    for power in law.powers_that_are(PowerState.IN_FORCE):
        if power.section is Section.DELEGATED_BUDGET and power.effective_on is None:
            return Next(
                what="Record when the governing body received the notice of suspension",
                why="The suspension takes effect on that day (section 66).",
                act=CaseAct.RECORD_RECEIPT,
                id=power.id,
                others=OTHER_CHANGES,
            )
    for power in law.powers_that_are(PowerState.IN_FORCE):
        what = f"the notice of {section_title(power.section)}"
        why = "That it was served on the governing body is not proven."
        served = _serve_first(law, power.letter_id or 0, what, why)
        if served is not None:
            return served
    for power in law.powers_that_are(PowerState.PREPARED):
        if not blocked(law, power):
            return _prepared(law, power)
    live = law.powers_that_are(*LIVE)
    if live:
        named = ", ".join(section_title(power.section) for power in live)
        why = f"{named[:1].upper()}{named[1:]}."
        return _look("Follow what is in force and in preparation", why)
    if law.powers_that_are(PowerState.ENDED):
        return Next(
            what="Decide how the escalation should continue",
            why="No power is still in force, and none is being prepared.",
            act=Look.CHANGES,
            others=(Target(act=CaseAct.PREPARE_POWER),),
        )
    return Next(
        what="Prepare a power",
        why="No power is in force or in preparation. What must come first, consultation and "
        "the Secretary of State, depends on the section.",
        act=CaseAct.PREPARE_POWER,
        others=OTHER_CHANGES,
    )


def _prepared(law: LawToday, power: Power) -> Next:
    school, prepared = law.case.school, preparation(law.case, power)
    called = f"section {power.section}"
    for consultee in powers_law.consultees(power.section, school):
        if consultee.required and consultee.role not in prepared.consulted:
            return Next(
                what=f"Consult {heard(consultee.role)} about {called}",
                why=f"{consultee.reason[:1].upper()}{consultee.reason[1:]}.",
                act=CaseAct.RECORD_CONSULTATION,
                id=power.id,
                others=OTHER_CHANGES,
            )
    if power.secretary_of_state_on is None:
        consent = powers_law.notification(power.section) == "consent"
        return Next(
            what=f"Wait for the Secretary of State’s consent to {called}, then record it"
            if consent
            else f"Notify the Secretary of State of {called}, then record it",
            why=" ".join(powers_law.not_told(prepared, law.today)),
            act=CaseAct.RECORD_SECRETARY_OF_STATE_TOLD,
            id=power.id,
            others=OTHER_CHANGES,
        )
    waited_for = " ".join(powers_law.not_answered(prepared, school, law.today))
    if waited_for:
        return Next(
            what=f"Wait for those consulted about {called}, and record what they say",
            why=waited_for,
            act=CaseAct.RECORD_CONSULTATION,
            id=power.id,
            others=OTHER_CHANGES,
        )
    missing = powers_law.not_ready(prepared, school, law.today)
    return Next(
        what=f"Propose to use {section_title(power.section)}",
        why=" ".join(missing) or "Everything that must come first has been done.",
        act=CaseAct.USE_POWER,
        id=power.id,
        others=OTHER_CHANGES,
    )
