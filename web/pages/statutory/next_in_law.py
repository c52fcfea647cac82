"""What the statutory steps ask for next: the warning notice and the powers that may follow it."""

from models.escalations.tables import StepState
from models.law.powers import Section
from models.letters.tables import LetterState
from models.statutory.notices_shown import WarningNotice
from models.statutory.powers_shown import Power
from models.statutory.tables import PowerState
from web.pages.escalations.situation import InLaw, NextStep, Situation
from web.pages.statutory.wording import heard
from web.pages.wording import section_title, time_left, upper_first
from web.rendering import date_long


def next_in_law(now: Situation) -> NextStep | None:
    """What Part 4 asks for next; None where the ladder says it."""
    law = now.law
    if law is None or now.case.step.state is StepState.SATISFACTORY:
        return None
    match now.case.rule.kind:
        case "notice":
            return _after_notice(now, law)
        case "powers":
            return _powers(now, law)
    return _no_notice_possible(now, law) if _notice_follows(now) else None


def _notice_follows(now: Situation) -> bool:
    following = now.case.ladder.after(now.case.rule.key)
    return following is not None and following.kind == "notice" and now.at.exhausted


def _no_notice_possible(now: Situation, law: InLaw) -> NextStep | None:
    refused = law.eligibility.notice_refused_because
    if refused is None:
        return None
    return _look(now, "No warning notice can be given now", refused)


def _look(now: Situation, title: str, why: str) -> NextStep:
    href = f"{now.address}/law"
    return NextStep(title, why, href, "Warning notice and powers", now.other_changes)


def _after_notice(now: Situation, law: InLaw) -> NextStep | None:
    notice = law.notice
    if now.case.step.state is StepState.APPROVED or notice is None:
        return None
    if notice.ceased_on:
        ceased = f"It ceased on {date_long(notice.ceased_on)}: {notice.ceased_because}."
        return _look(now, "The warning notice has no effect any more", ceased)
    if notice.complied is None:
        return _judge(now, law, notice)
    return _propose_powers(now, law, notice)


def _judge(now: Situation, law: InLaw, notice: WarningNotice) -> NextStep:
    href = f"/warning-notices/{notice.id}/compliance"
    ends_on = notice.compliance_ends_on
    if law.today > ends_on:
        return NextStep(
            "Judge whether the governing body complied",
            f"The compliance period ended on {date_long(ends_on)} (section 60(1)(b)).",
            href,
            "Judge compliance",
            now.other_changes,
        )
    return NextStep(
        f"Wait for the end of the compliance period on {date_long(ends_on)}",
        f"There are {time_left(ends_on, law.today)}. That the governing body complied can be "
        "judged earlier; that it did not, only afterwards (section 60(1)(c)).",
        href,
        "Judge compliance",
        now.other_changes,
    )


def _propose_powers(now: Situation, law: InLaw, notice: WarningNotice) -> NextStep | None:
    if law.holds("powers_proposed"):
        return None
    address = f"/warning-notices/{notice.id}/proposed-powers"
    under_way = [
        each for each in notice.proposed_powers if each.letter_state is not LetterState.WITHDRAWN
    ]
    if not under_way:
        return NextStep(
            "Propose powers to the governing body",
            "It did not comply. Before a power can be used it must have reasonable notice in "
            "writing that powers are proposed (section 60(1)(d)).",
            address,
            "Propose powers",
            now.other_changes,
        )
    prepare = f"{now.address}/powers/new"
    if under_way[0].given_on is None:
        return NextStep(
            "Wait for the notice of proposed powers to be approved and issued",
            "Powers can be prepared in the meantime.",
            prepare,
            "Prepare a power",
            now.other_changes,
        )
    [says] = [fact.says for fact in law.eligibility.facts if fact.key == "powers_proposed"]
    return NextStep(
        "Wait until the notice of proposed powers has run",
        f"{says} Powers can be prepared in the meantime.",
        prepare,
        "Prepare a power",
        now.other_changes,
    )


def _powers(now: Situation, law: InLaw) -> NextStep:
    for power in law.powers:
        if power.state is PowerState.IN_FORCE and _not_received(power):
            return NextStep(
                "Record when the governing body received the notice of suspension",
                "The suspension takes effect on that day (section 66).",
                f"/powers/{power.id}/receipt",
                "Record the receipt",
                now.other_changes,
            )
    for power in law.powers:
        if power.state is PowerState.PREPARED and not power.blocked_by:
            return _prepared(now, power)
    live = [power for power in law.powers if power.state in LIVE]
    if not live and any(power.state is PowerState.ENDED for power in law.powers):
        return NextStep(
            "Decide how the escalation goes on",
            "No power is in force any more, and none is being prepared.",
            f"{now.address}/propose",
            "Propose a change",
            [{"text": "Prepare a power", "href": f"{now.address}/powers/new"}],
        )
    if not live:
        return NextStep(
            "Prepare a power",
            "No power is in force or in preparation. What must come first, consultation and "
            "the Secretary of State, depends on the section.",
            f"{now.address}/powers/new",
            "Prepare a power",
            now.other_changes,
        )
    named = ", ".join(section_title(power.section) for power in live)
    return _look(now, "Follow what is in force and in preparation", f"{upper_first(named)}.")


LIVE = (PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE)


def _not_received(power: Power) -> bool:
    suspension = power.section is Section.DELEGATED_BUDGET
    return suspension and power.effective_on is None


def _prepared(now: Situation, power: Power) -> NextStep:
    called = f"section {power.section}"
    consulted = {each.with_whom for each in power.consultations}
    for consultee in power.consultees:
        if consultee.role not in consulted:
            return NextStep(
                f"Consult {heard(consultee.role)} about {called}",
                f"{upper_first(consultee.reason)}.",
                f"/powers/{power.id}/consultations/new",
                "Record the consultation",
                now.other_changes,
            )
    if power.secretary_of_state.on is None:
        consent = power.secretary_of_state.needed == "consent"
        return NextStep(
            f"Wait for the Secretary of State’s consent to {called}, then record it"
            if consent
            else f"Notify the Secretary of State of {called}, then record it",
            power.missing[0],
            f"/powers/{power.id}/secretary-of-state",
            "Record the consent" if consent else "Record the notification",
            now.other_changes,
        )
    return NextStep(
        f"Propose to use {section_title(power.section)}",
        " ".join(power.missing) or "Everything that must come first has been done.",
        f"/powers/{power.id}/use",
        "Propose to use it",
        now.other_changes,
    )
