"""Putting on record what was considered or done out of fairness."""

from models.clocks import past_day
from models.events import append
from models.fairness.events import FairnessRecorded
from models.fairness.tables import FairnessKind, FairnessRecord, HowTold
from models.inputs import Day, Input, Text, Word
from models.law.powers import Section
from models.matters.case import Case, check_open, enter
from models.people.access import Act
from models.people.acting import Acting
from models.policy import StepRule
from models.refusals import InvalidInput
from models.rows import add, get_row
from models.text import check_line, check_prose


class FairnessToRecord(Input):
    """What was considered or done, for which step, by whom, and what came of it.

    `section` belongs to the equality duty before a power, `how` to a headteacher who was told.
    `done_by` is whoever records it where nobody is named.
    """

    kind: Word
    step: Word
    section: Word | None = None
    done_on: Day
    done_by: Text = ""
    how: Word | None = None
    reason: Text


def record_fairness(acting: Acting, reference: str, given: FairnessToRecord) -> FairnessRecord:
    """Put something on record for the approvers of a step.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible when the case is not open.
    """
    session, officer = acting.session, acting.officer
    case = enter(session, acting.policy, officer, Act.RECORD_FAIRNESS, reference)
    check_open(case)
    kind = _kind(given.kind)
    rule = _step(case, given.step)
    section = _section(kind, rule, given.section)
    how = _how(kind, given.how)
    past_day("done_on", given.done_on, acting.now)
    check_prose("reason", given.reason)
    by = check_line("done_by", given.done_by) if given.done_by.strip() else officer.name
    record_id = add(
        session,
        FairnessRecord,
        matter_id=case.matter.id,
        step_key=rule.key,
        section=section,
        kind=kind,
        done_on=given.done_on,
        done_by=by,
        how=how,
        reason=given.reason,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    recorded = FairnessRecorded(
        case.matter.id,
        fairness=record_id,
        what=kind,
        step=rule.key,
        on=given.done_on,
        by=by,
        section=section,
        how=how,
    )
    append(session, acting.now, officer.email, recorded)
    return get_row(session, FairnessRecord, record_id)


def _kind(kind: str) -> FairnessKind:
    try:
        return FairnessKind(kind)
    except ValueError:
        raise InvalidInput("kind", f"Choose from: {', '.join(FairnessKind)}.") from None


def steps_with_letters(case: Case) -> list[StepRule]:
    """The steps of its ladder before which something is put on record."""
    return [rule for rule in case.ladder.steps if rule.kind == "letter" or rule.statutory]


def _step(case: Case, step: str) -> StepRule:
    rules = {rule.key: rule for rule in steps_with_letters(case)}
    if step not in rules:
        raise InvalidInput("step", f"Choose a step: {', '.join(rules)}.")
    return rules[step]


def _section(kind: FairnessKind, rule: StepRule, section: str | None) -> Section | None:
    if rule.kind != "powers" or kind is not FairnessKind.EQUALITY_DUTY:
        if section:
            raise InvalidInput(
                "section", "Clear this answer: it is for the equality duty before a power."
            )
        return None
    try:
        return Section(section or "")
    except ValueError:
        raise InvalidInput("section", f"Choose a section: {', '.join(Section)}.") from None


def _how(kind: FairnessKind, how: str | None) -> HowTold | None:
    if kind is not FairnessKind.HEAD_TOLD:
        if how:
            raise InvalidInput("how", "Clear this answer: it says how the headteacher was told.")
        return None
    try:
        return HowTold(how or "")
    except ValueError:
        raise InvalidInput("how", f"Choose from: {', '.join(HowTold)}.") from None
