"""Every event in one sentence of plain English, without who and when: those stand beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.clocks import london_time, long_date
from models.escalations.tables import Action
from models.events import EventKind
from models.law.powers import Section
from models.people.tables import Role
from models.policy import Procedure
from models.policy.wording import find_rule, inside, role_words, step_words
from models.programme.tables import DutyKind, SupportRole
from models.schools.tables import RiskLevel
from models.statutory.tables import ServiceMethod

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """What steps and letters are called in a sentence."""

    policy: Procedure  # of the case, and the ladder that it is on
    letters: Mapping[int, str] = field(default_factory=dict)
    ladder: str = "maintained"

    def step(self, facts: Facts) -> str:
        """The step that an event is about."""
        return step_words(find_rule(self.policy, self.ladder, facts["step"]))

    def letter(self, facts: Facts) -> str:
        """The letter that an event is about, at the beginning of a sentence."""
        return self.letters.get(facts["letter"], "A letter")


def sentence(names: Names, kind: EventKind, facts: Facts) -> str:
    """What happened, from the facts that were recorded with it."""
    return SENTENCES[kind](names, facts)


def _escalation_started(_: Names, facts: Facts) -> str:
    return f"Escalation {facts['reference']} was started."


def _escalation_opened(names: Names, facts: Facts) -> str:
    return f"The escalation was opened at {names.step(facts)}."


def _proposed(names: Names, facts: Facts) -> str:
    return f"It was proposed to {_change(names, facts)}."


def _for(facts: Facts) -> str:
    """In whose absence it was decided."""
    return f", for {facts['for']}" if "for" in facts else ""


def _signed_off(names: Names, facts: Facts) -> str:
    role = Role(facts["as"]).label
    return f"The proposal to {_change(names, facts)} was signed off by {role}{_for(facts)}."


def _approved(names: Names, facts: Facts) -> str:
    return f"The proposal to {_change(names, facts)} was approved{_for(facts)}."


def _returned(names: Names, facts: Facts) -> str:
    return f"The proposal to {_change(names, facts)} was returned{_for(facts)}."


def _superseded(names: Names, facts: Facts) -> str:
    return f"The proposal to {_change(names, facts)} was overtaken by events."


def _change(names: Names, facts: Facts) -> str:
    """What a proposal asks for, after "to"."""
    action = Action(facts["action"])
    if "step" in facts and action is Action.ADVANCE:
        return f"move to {names.step(facts)}"
    if "step" in facts and action is Action.PASS_OVER:
        return f"pass over {names.step(facts)}"
    if "to" in facts and action is Action.EXTEND:
        return f"extend the deadline to {_day(facts['to'])}"
    return action.label


def _passed_over(names: Names, facts: Facts) -> str:
    return f"{_capital(names.step(facts))} was passed over."


def _discussion(names: Names, facts: Facts) -> str:
    people = _and([_the(name) for name in facts["with"]])
    where = names.step(facts)
    return f"A discussion with {people} on {_day(facts['held_on'])} was recorded at {where}."


def _response(names: Names, facts: Facts) -> str:
    where = names.step(facts)
    return f"A response received on {_day(facts['received_on'])} was recorded at {where}."


def _judged(names: Names, facts: Facts) -> str:
    where = names.step(facts)
    return f"The response at {where} was judged {facts['judgement']}."


def _drafted(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} was drafted for {_the(facts['to'])}."


def _edited(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} was edited: version {facts['version']}."


def _issued(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} was issued."


def _letter_withdrawn(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} was withdrawn."


def _sent(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} was sent to {facts['to']}."


def _failed(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} could not be sent to {facts['to']}.{_quoted(facts['detail'])}"


def _unknown(names: Names, facts: Facts) -> str:
    return (
        f"{names.letter(facts)} may or may not have reached {facts['to']}."
        f"{_quoted(facts['detail'])}"
    )


def _held_up(names: Names, facts: Facts) -> str:
    return (
        f"{names.letter(facts)} has not been sent to {facts['to']}: "
        "its message could not be put together."
    )


def _settled(names: Names, facts: Facts) -> str:
    if facts["decision"] == "send_again":
        return f"{names.letter(facts)} is to be sent again."
    return f"{names.letter(facts)} was accepted as having arrived."


def _letter_not_issued(names: Names, facts: Facts) -> str:
    return f"{names.letter(facts)} is approved, but its documents could not be made."


def _letter_served(names: Names, facts: Facts) -> str:
    how = ServiceMethod(facts["method"]).label
    whom = _the(facts["to"])
    return f"{names.letter(facts)} was served on {whom} on {_day(facts['served_on'])} ({how})."


def _support(_: Names, facts: Facts) -> str:
    aware = "is aware" if facts["aware_of_problem"] else "is not aware"
    working = "works well" if facts["working_with_partner"] else "does not work well"
    plan = "is on track" if facts["plan_on_track"] else "is not on track"
    return (
        f"It was recorded that the school {aware} of the problem and {working} with its "
        f"improvement partner, and that the agreed plan {plan}."
    )


def _complied(_: Names, facts: Facts) -> str:
    outcome = "complied" if facts["complied"] else "did not comply"
    return f"The governing body was judged: it {outcome} with the warning notice."


def _notice_ceased(_: Names, facts: Facts) -> str:
    return f"The warning notice ceased to have effect: {facts['because']}."


def _power_prepared(_: Names, facts: Facts) -> str:
    return f"The preparation of section {facts['section']} ({_power(facts)}) began."


def _consultation(_: Names, facts: Facts) -> str:
    whom, day = _the(facts["with"]), _day(facts["consulted_on"])
    return f"A consultation with {whom} on {day} about section {facts['section']} was recorded."


def _secretary_of_state_told(_: Names, facts: Facts) -> str:
    section, day = facts["section"], _day(facts["on"])
    if facts["what"] == "consent":
        return f"The Secretary of State’s consent to section {section} was received on {day}."
    return f"The Secretary of State was notified about section {section} on {day}."


def _power_used(_: Names, facts: Facts) -> str:
    says = f"Section {facts['section']} ({_power(facts)}) was used"
    return (
        f"{says}, with effect from {_day(facts['effective_on'])}."
        if facts["effective_on"]
        else f"{says}."
    )


def _received(_: Names, facts: Facts) -> str:
    day = _day(facts["received_on"])
    return f"The governing body received the notice of suspension on {day}: it took effect."


def _representation(_: Names, facts: Facts) -> str:
    whom, day = _the(facts["from"]), _day(facts["received_on"])
    return (
        f"Representations of {whom} about the suspended budget, received on {day}, were recorded."
    )


def _budget_reviewed(_: Names, facts: Facts) -> str:
    outcome = "goes on" if facts["outcome"] == "continue" else "ends"
    return f"The suspended budget was reviewed: the suspension {outcome}."


def _power_ended(_: Names, facts: Facts) -> str:
    return f"Section {facts['section']} ({_power(facts)}) ended on {_day(facts['ended_on'])}."


def _power(facts: Facts) -> str:
    return (
        inside(Section(facts["section"]).title)
        if facts["section"] != "65"
        else "Interim Executive Board"
    )


SECRETARY_OF_STATE = {
    "warning_notice": "warning notice (section 60)",
    "intends_to_act": "intention to act (sections 66A to 69)",
}


def _secretary_of_state_notice(_: Names, facts: Facts) -> str:
    what, day = SECRETARY_OF_STATE[facts["kind"]], _day(facts["received_on"])
    return f"The Secretary of State’s {what} was received on {day}."


def _secretary_of_state_released(_: Names, facts: Facts) -> str:
    what, day = SECRETARY_OF_STATE[facts["kind"]], _day(facts["released_on"])
    return f"The Secretary of State released the authority from the {what} on {day}."


def _deadline_set(names: Names, facts: Facts) -> str:
    if facts.get("kind") == "powers":
        return (
            f"The last day for sections 63, 64 and 66 was set to {_day(facts['due_on'])}: "
            f"{inside(facts['rule'])}."
        )
    where = names.step(facts)
    rule = inside(facts["rule"])
    return f"The deadline of {where} was set to {_day(facts['due_on'])}: {rule}."


def _deadline_missed(names: Names, facts: Facts) -> str:
    if facts.get("kind") == "powers":
        return f"The last day for sections 63, 64 and 66, {_day(facts['due_on'])}, has passed."
    where = names.step(facts)
    return f"The deadline of {where} was missed on {_day(facts['due_on'])}."


def _deadline_extended(_: Names, facts: Facts) -> str:
    return f"The deadline of {_day(facts['from'])} was extended to {_day(facts['to'])}."


def _reminded(names: Names, facts: Facts) -> str:
    where = names.step(facts)
    to = _and(facts["to"]) or "nobody: no officer in charge is active"
    return f"A reminder of {where}, due on {_day(facts['due_on'])}, was queued to {to}."


def _paused(_: Names, __: Facts) -> str:
    return "The escalation was paused, and its deadline with it."


def _resumed(_: Names, facts: Facts) -> str:
    if "due_on" in facts:
        return f"The escalation was resumed. Its deadline is now {_day(facts['due_on'])}."
    return "The escalation was resumed."


def _resolved(_: Names, __: Facts) -> str:
    return "The concern was resolved and the escalation closed."


def _withdrawn(_: Names, __: Facts) -> str:
    return "The escalation was withdrawn."


def _converted(names: Names, facts: Facts) -> str:
    where = names.step(facts)
    return f"The school became an academy: the escalation goes on at {where} of the academy ladder."


def _ended(_: Names, __: Facts) -> str:
    return "The escalation ended because the school closes."


def _case_officer_changed(_: Names, facts: Facts) -> str:
    return f"The case was given to {facts['to']}, before it was {facts['from']}’s."


def _case_restricted(_: Names, facts: Facts) -> str:
    return f"The case was restricted to {_and(facts['officers'])}."


def _opened_to_all(_: Names, __: Facts) -> str:
    return "The restriction of the case ended."


def _restricted_case_read(_: Names, facts: Facts) -> str:
    return f"The restricted case was read ({facts['address']})."


def _access_refused(_: Names, facts: Facts) -> str:
    return f"{facts['address']} was refused: {facts['why']}"


def _refusals_counted(names: Names, facts: Facts) -> str:
    times = "Once more" if facts["times"] == 1 else f"{facts['times']:,} times more"
    until = london_time(datetime.fromisoformat(facts["until"]))
    again = sentence(names, EventKind(facts["of"]), facts["first"])
    return f"{times} within the hour, until {until:%H:%M}: {again}"


def _edition_adopted(_: Names, facts: Facts) -> str:
    cases = "1 case goes" if facts["cases"] == 1 else f"{facts['cases']} cases go"
    return f"{cases} on under {facts['policy']}, as it stood at the update."


def _record_widened(_: Names, __: Facts) -> str:
    return "From here on the record says how the rows stand that were written with each event."


def _evidence_added(_: Names, facts: Facts) -> str:
    warned = ", with a warning to readers" if facts.get("cautions") else ""
    return f"The file “{facts['name']}” was added as evidence{warned}."


def _evidence_refused(_: Names, facts: Facts) -> str:
    return f"The file “{facts['name']}” was refused: the malware scanner found something in it."


def _case_exported(_: Names, facts: Facts) -> str:
    return f"The case was exported to the file {facts['file']}."


def _delegation_made(_: Names, facts: Facts) -> str:
    days = f"{_day(facts['first_day'])} to {_day(facts['last_day'])}"
    return f"{facts['from']} let {facts['to']} decide for them from {days}."


def _delegation_ended(_: Names, facts: Facts) -> str:
    return f"{facts['from']} ended the cover that they had given."


def _contact_changed(_: Names, facts: Facts) -> str:
    said = (
        f"{facts['name']} was recorded as the {role_words(facts['role'])} of school {facts['urn']}."
    )
    if facts.get("held"):
        return f"{said} This case’s letters go on to the one before until the new one is confirmed."
    return said


def _contact_confirmed(_: Names, facts: Facts) -> str:
    return (
        f"{_contact(facts['after'])} was confirmed as the {role_words(facts['role'])} for this "
        f"case’s letters, in place of {_contact(facts['before'])}."
    )


def _contact_kept(_: Names, facts: Facts) -> str:
    return (
        f"This case’s letters stay with {_contact(facts['before'])} as the "
        f"{role_words(facts['role'])}: {_contact(facts['after'])} was not confirmed."
    )


def _contact(facts: Facts) -> str:
    if facts["name"] is None:
        return "nobody"
    return f"{facts['name']} ({facts['email'] or 'no e-mail address'})"


def _school_added(_: Names, facts: Facts) -> str:
    return f"{facts['name']} ({facts['urn']}) was added to the schools."


def _register_imported(_: Names, facts: Facts) -> str:
    changes = (
        f"{facts['created']:,} new, {facts['updated']:,} changed, {facts['rejected']:,} rejected"
    )
    return f"The national register was imported from “{facts['name']}”: {changes}."


def _register_changed_school(_: Names, facts: Facts) -> str:
    return f"The national register says that {facts['school']} {facts['what']}."


def _round_opened(_: Names, facts: Facts) -> str:
    return f"The annual assessment for {_school_year(facts)} was opened."


def _round_published(_: Names, facts: Facts) -> str:
    year = _school_year(facts)
    return f"The risk levels for {year} were published, of {facts['schools']:,} schools."


def _school_year(facts: Facts) -> str:
    return f"{facts['school_year']} to {facts['school_year'] + 1}"


def _assessment_proposed(_: Names, facts: Facts) -> str:
    return f"{RiskLevel(facts['level']).label.capitalize()} was proposed for {facts['school']}."


def _assessment_agreed(_: Names, facts: Facts) -> str:
    return f"{RiskLevel(facts['level']).label.capitalize()} was agreed for {facts['school']}."


def _assessment_returned(_: Names, facts: Facts) -> str:
    return f"The assessment of {facts['school']} was returned: {inside(facts['reason'])}"


def _assessment_withdrawn(_: Names, facts: Facts) -> str:
    return f"The assessment of {facts['school']} was withdrawn: {inside(facts['reason'])}"


def _level_changed(_: Names, facts: Facts) -> str:
    return f"{facts['school']} came to stand at {RiskLevel(facts['level']).label}."


def _support_assigned(_: Names, facts: Facts) -> str:
    role = SupportRole(facts["role"]).label
    return f"{facts['name']} was assigned to {facts['school']} ({role})."


def _support_ended(_: Names, facts: Facts) -> str:
    role = SupportRole(facts["role"]).label
    return f"{facts['name']} no longer supports {facts['school']} ({role})."


def _visit_recorded(_: Names, facts: Facts) -> str:
    return f"A visit to {facts['school']} on {_day(facts['visited_on'])} was recorded."


def _report_recorded(_: Names, facts: Facts) -> str:
    return f"A written report on {facts['school']} of {_day(facts['dated'])} was recorded."


def _review_recorded(_: Names, facts: Facts) -> str:
    what = inside(DutyKind(facts["kind"]).label)
    about = f" of {facts['school']}" if facts["school"] else ""
    return f"A {what}{about} on {_day(facts['held_on'])} was recorded."


def _duty_cancelled(_: Names, facts: Facts) -> str:
    what = inside(DutyKind(facts["kind"]).label)
    return f"A {what} that was due on {_day(facts['due_on'])} was cancelled."


def _level_letters(done: str) -> Callable[[Names, Facts], str]:
    def sentence(_: Names, facts: Facts) -> str:
        return f"{facts['title']}: {facts['letters']:,} letters were {done}."

    return sentence


def _level_letter_settled(_: Names, facts: Facts) -> str:
    if facts["decision"] == "sent":
        return f"The letter on its risk level to {facts['school']} is known to have arrived."
    return f"The letter on its risk level to {facts['school']} is sent again."


def _officer_added(_: Names, facts: Facts) -> str:
    return f"{facts['name']} was added as {Role(facts['role']).label}."


def _officer_changed(_: Names, facts: Facts) -> str:
    before, after = facts["before"], facts["after"]
    new = [
        f"{name} from {_said(name, before[name])} to {_said(name, after[name])}"
        for name in ("name", "role", "phase")
        if before[name] != after[name]
    ]
    return f"The account of {facts['officer']} was changed: {_and(new)}."


def _said(name: str, value: str | None) -> str:
    if value is None:
        return "none"
    return Role(value).label if name == "role" else value


def _officer_disabled(_: Names, facts: Facts) -> str:
    return f"The account of {facts['officer']} was disabled: {facts['reason'].rstrip('.')}."


def _officer_enabled(_: Names, facts: Facts) -> str:
    return f"The account of {facts['officer']} was enabled again."


def _officer_linked(_: Names, facts: Facts) -> str:
    linked = f"The account of {facts['officer']} was linked to an account at {facts['issuer']}."
    ended = " Their password, tokens, code and sign-ins ended."
    return linked + (ended if facts.get("in_place_of_all") else "")


def _password_set(_: Names, facts: Facts) -> str:
    return f"{facts['officer']} set a password."


CREDENTIALS = {
    "token": "token for the JSON API",
    "code": "personal code",
    "calendar": "secret address of a calendar",
    "invitation": "link to set up the account",
}


def _credential(_: Names, facts: Facts) -> str:
    return f"A {CREDENTIALS[facts['kind']]} was issued to {facts['officer']}."


def _credential_revoked(_: Names, facts: Facts) -> str:
    return f"A {CREDENTIALS[facts['kind']]} of {facts['officer']} was revoked."


SIGN_IN_WAYS = {
    "password": " with a password",
    "council": " with a council account",
    "demonstration": " to the demonstration",
    "code": " with a personal code",
}


def _signed_in(_: Names, facts: Facts) -> str:
    return f"{facts['officer']} signed in{SIGN_IN_WAYS.get(facts.get('way', ''), '')}."


def _signed_out(_: Names, facts: Facts) -> str:
    if facts.get("ended"):
        return f"A sign-in of {facts['officer']} was ended."
    return f"{facts['officer']} signed out{' everywhere' if facts.get('everywhere') else ''}."


def _proven(_: Names, facts: Facts) -> str:
    return f"{facts['officer']} confirmed{SIGN_IN_WAYS[facts['way']]} that it was them."


def _sign_in_refused(_: Names, facts: Facts) -> str:
    who = facts["officer"] or "Somebody who is not known here"
    why = inside(facts["why"]).rstrip(".")
    return f"{who} could not sign in{SIGN_IN_WAYS[facts['way']]}: {why}."


def _backup_made(_: Names, facts: Facts) -> str:
    return f"A backup of the record’s first {facts['events']} events was made: {facts['file']}."


def _backup_restored(_: Names, facts: Facts) -> str:
    made = london_time(datetime.fromisoformat(facts["made_at"]))
    words = f"The backup of {long_date(made.date())} at {made:%H:%M} was restored."
    replaced = facts["replaced"]["events"]
    return f"{words} It replaced a record of {replaced} events." if replaced else words


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))


def _the(role: str) -> str:
    words = role_words(role)
    return words if role == "ofsted" else f"the {words}"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quoted(detail: str) -> str:
    return f" The mail server said: {detail}" if detail else ""


SENTENCES: dict[EventKind, Callable[[Names, Facts], str]] = {
    EventKind.ESCALATION_STARTED: _escalation_started,
    EventKind.ESCALATION_OPENED: _escalation_opened,
    EventKind.STEP_PROPOSED: _proposed,
    EventKind.CHANGE_PROPOSED: _proposed,
    EventKind.PROPOSAL_SIGNED_OFF: _signed_off,
    EventKind.PROPOSAL_APPROVED: _approved,
    EventKind.PROPOSAL_RETURNED: _returned,
    EventKind.PROPOSAL_SUPERSEDED: _superseded,
    EventKind.STEP_PASSED_OVER: _passed_over,
    EventKind.DISCUSSION_RECORDED: _discussion,
    EventKind.RESPONSE_RECORDED: _response,
    EventKind.RESPONSE_JUDGED: _judged,
    EventKind.LETTER_DRAFTED: _drafted,
    EventKind.LETTER_EDITED: _edited,
    EventKind.LETTER_ISSUED: _issued,
    EventKind.LETTER_WITHDRAWN: _letter_withdrawn,
    EventKind.MESSAGE_SENT: _sent,
    EventKind.MESSAGE_FAILED: _failed,
    EventKind.MESSAGE_BECAME_UNKNOWN: _unknown,
    EventKind.MESSAGE_HELD_UP: _held_up,
    EventKind.MESSAGE_SETTLED: _settled,
    EventKind.LETTER_NOT_ISSUED: _letter_not_issued,
    EventKind.LETTER_SERVED: _letter_served,
    EventKind.SUPPORT_RECORDED: _support,
    EventKind.COMPLIANCE_JUDGED: _complied,
    EventKind.WARNING_NOTICE_CEASED: _notice_ceased,
    EventKind.POWER_PREPARED: _power_prepared,
    EventKind.CONSULTATION_RECORDED: _consultation,
    EventKind.SECRETARY_OF_STATE_TOLD: _secretary_of_state_told,
    EventKind.POWER_USED: _power_used,
    EventKind.BUDGET_NOTICE_RECEIVED: _received,
    EventKind.REPRESENTATION_RECORDED: _representation,
    EventKind.BUDGET_REVIEWED: _budget_reviewed,
    EventKind.POWER_ENDED: _power_ended,
    EventKind.SECRETARY_OF_STATE_NOTICE_RECORDED: _secretary_of_state_notice,
    EventKind.SECRETARY_OF_STATE_NOTICE_RELEASED: _secretary_of_state_released,
    EventKind.DEADLINE_SET: _deadline_set,
    EventKind.DEADLINE_MISSED: _deadline_missed,
    EventKind.DEADLINE_EXTENDED: _deadline_extended,
    EventKind.REMINDER_QUEUED: _reminded,
    EventKind.ESCALATION_PAUSED: _paused,
    EventKind.ESCALATION_RESUMED: _resumed,
    EventKind.ESCALATION_RESOLVED: _resolved,
    EventKind.ESCALATION_WITHDRAWN: _withdrawn,
    EventKind.ESCALATION_CONVERTED: _converted,
    EventKind.ESCALATION_ENDED: _ended,
    EventKind.CASE_OFFICER_CHANGED: _case_officer_changed,
    EventKind.CASE_RESTRICTED: _case_restricted,
    EventKind.CASE_OPENED_TO_ALL: _opened_to_all,
    EventKind.RESTRICTED_CASE_READ: _restricted_case_read,
    EventKind.ACCESS_REFUSED: _access_refused,
    EventKind.EVIDENCE_ADDED: _evidence_added,
    EventKind.EVIDENCE_REFUSED: _evidence_refused,
    EventKind.CASE_EXPORTED: _case_exported,
    EventKind.DELEGATION_MADE: _delegation_made,
    EventKind.DELEGATION_ENDED: _delegation_ended,
    EventKind.CONTACT_CHANGED: _contact_changed,
    EventKind.CONTACT_CONFIRMED: _contact_confirmed,
    EventKind.CONTACT_KEPT: _contact_kept,
    EventKind.SCHOOL_ADDED: _school_added,
    EventKind.REGISTER_IMPORTED: _register_imported,
    EventKind.REGISTER_CHANGED_SCHOOL: _register_changed_school,
    EventKind.ROUND_OPENED: _round_opened,
    EventKind.ROUND_PUBLISHED: _round_published,
    EventKind.ASSESSMENT_PROPOSED: _assessment_proposed,
    EventKind.ASSESSMENT_AGREED: _assessment_agreed,
    EventKind.ASSESSMENT_RETURNED: _assessment_returned,
    EventKind.ASSESSMENT_WITHDRAWN: _assessment_withdrawn,
    EventKind.LEVEL_CHANGED: _level_changed,
    EventKind.SUPPORT_ASSIGNED: _support_assigned,
    EventKind.SUPPORT_ENDED: _support_ended,
    EventKind.VISIT_RECORDED: _visit_recorded,
    EventKind.REPORT_RECORDED: _report_recorded,
    EventKind.REVIEW_RECORDED: _review_recorded,
    EventKind.DUTY_CANCELLED: _duty_cancelled,
    EventKind.LEVEL_LETTERS_PREPARED: _level_letters("drafted"),
    EventKind.LEVEL_LETTERS_APPROVED: _level_letters("approved"),
    EventKind.LEVEL_LETTERS_KEPT: _level_letters("printed and kept"),
    EventKind.LEVEL_LETTERS_ISSUED: _level_letters("issued"),
    EventKind.LEVEL_LETTERS_WITHDRAWN: _level_letters("withdrawn"),
    EventKind.LEVEL_LETTER_SETTLED: _level_letter_settled,
    EventKind.OFFICER_ADDED: _officer_added,
    EventKind.OFFICER_CHANGED: _officer_changed,
    EventKind.OFFICER_DISABLED: _officer_disabled,
    EventKind.OFFICER_ENABLED: _officer_enabled,
    EventKind.OFFICER_LINKED: _officer_linked,
    EventKind.PASSWORD_SET: _password_set,
    EventKind.CREDENTIAL_ISSUED: _credential,
    EventKind.CREDENTIAL_REVOKED: _credential_revoked,
    EventKind.SIGN_IN_REFUSED: _sign_in_refused,
    EventKind.OFFICER_SIGNED_IN: _signed_in,
    EventKind.OFFICER_SIGNED_OUT: _signed_out,
    EventKind.OFFICER_PROVEN: _proven,
    EventKind.BACKUP_MADE: _backup_made,
    EventKind.BACKUP_RESTORED: _backup_restored,
    EventKind.REFUSALS_COUNTED: _refusals_counted,
    EventKind.RECORD_WIDENED: _record_widened,
    EventKind.EDITION_ADOPTED: _edition_adopted,
}
