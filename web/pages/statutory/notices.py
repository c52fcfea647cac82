"""The warning notice, one question a page. The answers travel with the form until it is given.

Each page asks the command, in a rehearsal, what it would say to the answers so far; what it says
of the question in hand stands on its page.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from models.clocks import add_working_days, is_working_day, working_days, working_days_between
from models.law.notices import Comparison, Ground, Recipient, copies
from models.law.powers import Section, last_day
from models.matters.case import Case, find_case
from models.people.access import Act
from models.refusals import InvalidInput, NotPossible, Refused
from models.statutory import giving
from models.statutory.guard import fresh_answer
from models.statutory.shown import support_of
from web.pages.asked import Asked
from web.pages.forms import PARTS, STAYS, Form, Posted
from web.pages.statutory.wording import Addressed, addressed, check_within_part_4, days_offered
from web.pages.visits import Reference, Visit, Visitor, may, says
from web.rendering import date_long

SAYS_NOTICE = says("notice", "The warning notice has been proposed and is waiting for a decision")


router = APIRouter()

# What is empty is the law's to name, but a date.
NOTICE = Asked(
    giving.NewWarningNotice,
    grounds=("Grounds", "Choose at least one ground"),
    comparisons=("Comparison", "Choose what the standards are low against"),
    comparison=("How the standards compare", "Explain how the standards compare"),
    why_powers=("Why powers are needed", "Explain why powers are needed"),
    matters=("Matters", "Enter the matters the conclusion is based on"),
    action_required=("Action required", "Enter the action required"),
    compliance_ends_on=(
        "End of the compliance period",
        "Enter the date on which the compliance period ends (section 60(4)(c)).",
    ),
    action_minded=("Action", "Enter the action the authority is minded to take"),
    aware_of_problem=("Awareness", "Choose whether the school is aware of the problem"),
    working_with_partner=("Partner", "Choose whether it works well with its improvement partner"),
    plan_on_track=("Plan", "Choose whether an agreed plan is on track"),
    support_evidence=("Evidence", "Enter the evidence"),
    why_support_is_not_enough=("Reason", "Enter why support is not enough"),
)
GUARD = ("aware_of_problem", "working_with_partner", "plan_on_track", "support_evidence")


@dataclass(frozen=True)
class Question:
    """One page of the notice: the fields are the command's."""

    key: str
    title: str
    fields: tuple[str, ...]


QUESTIONS = (
    Question("grounds", "On which grounds is the notice given?", ("grounds",)),
    Question(
        "comparison",
        "What are the standards low against?",
        ("comparisons", "comparison", "why_powers"),
    ),
    Question("matters", "On which matters is the conclusion based?", ("matters",)),
    Question("action_required", "What must the governing body do?", ("action_required",)),
    Question("compliance", "When does the compliance period end?", ("compliance_ends_on",)),
    Question(
        "action_minded",
        "What is the local authority minded to do if it does not comply?",
        ("action_minded",),
    ),
    Question("partner", "How do school and improvement partner work together?", GUARD),
    Question("support", "Why is support not enough?", ("why_support_is_not_enough",)),
)
DAY = tuple(f"compliance_ends_on-{part}" for part in PARTS)
ANSWERS = tuple(
    name
    for question in QUESTIONS
    for field in question.fields
    for name in (DAY if field == "compliance_ends_on" else (field,))
)


@router.get("/escalations/{reference}/warning-notices/new", dependencies=[may(Act.PROPOSE_NOTICE)])
def begin(visit: Visitor, reference: Reference) -> Response:
    """The first question, once it is sure that a notice may be given now."""
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
    form = Form.of(**_offered(visit, case))
    refusal = _refusal(visit, reference, form)
    if isinstance(refusal, NotPossible):
        raise refusal
    return _ask(visit, reference, form, QUESTIONS[0])


@router.post("/escalations/{reference}/warning-notices/new", dependencies=[may(Act.PROPOSE_NOTICE)])
def answer(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Take an answer and ask the next question; at the end, propose the notice."""
    if form.text("give"):
        return _give(visit, reference, form)
    if form.text("check"):
        return _check(visit, reference, form)
    if form.text("change"):
        return _ask(visit, reference, form, _question(form.text("change")))
    question = _question(form.text("question"))
    asked = _asked(visit, reference, form)
    if form.text("back"):
        earlier = [each for each in asked if QUESTIONS.index(each) < QUESTIONS.index(question)]
        return _ask(visit, reference, form, (earlier or asked)[-1 if earlier else 0])
    wrong = _about(_refusal(visit, reference, form), question)
    if wrong or form.text("work_out"):
        return _ask(visit, reference, form.refused(wrong, NOTICE) if wrong else form, question)
    later = [each for each in asked if QUESTIONS.index(each) > QUESTIONS.index(question)]
    if later and not form.text("checking"):
        return _ask(visit, reference, form, later[0])
    return _check(visit, reference, form)


def _question(key: str) -> Question:
    """The question with this key; the first for what is none."""
    return next((each for each in QUESTIONS if each.key == key), QUESTIONS[0])


def _asked(visit: Visit, reference: str, form: Form) -> list[Question]:
    """The questions that apply: the comparison to ground (a), the last while support works.

    How they work together is asked where no answer is on record that counts.
    """
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        fresh = fresh_answer(case, visit.today)
    left_out = {"partner"} if fresh else set()
    works = fresh.works if fresh else _works(form)
    if Ground.STANDARDS not in form.texts("grounds"):
        left_out.add("comparison")
    if not works:
        left_out.add("support")
    return [each for each in QUESTIONS if each.key not in left_out]


def _works(form: Form) -> bool:
    """What was answered now of how support works."""
    aware, working, on_track = (form.text(name) == "yes" for name in GUARD[:3])
    return (aware and working) or on_track


def _offered(visit: Visit, case: Case) -> dict[str, str]:
    """The end of a compliance period that the policy offers, in the three boxes of a date."""
    day = add_working_days(visit.today, days_offered(case))
    return dict(zip(DAY, (str(day.day), str(day.month), str(day.year)), strict=True))


def _refusal(visit: Visit, reference: str, form: Form) -> Refused | None:
    """What the command would say to these answers, and to the others while there is no date."""
    no_day = _no_day(form)
    stands_in = {"compliance_ends_on": visit.today + timedelta(days=1)} if no_day else {}
    try:
        given = _given(form, **stands_in)
        with visit.rehearsal() as acting:
            giving.give_notice(acting, reference, given)
    except InvalidInput as invalid:
        return InvalidInput.many([*invalid.errors, *no_day.errors]) if no_day else invalid
    except NotPossible as refusal:
        return no_day or refusal
    return no_day


def _no_day(form: Form) -> InvalidInput | None:
    try:
        form.day("compliance_ends_on", NOTICE)
    except InvalidInput as invalid:
        return invalid
    return None


def _about(refusal: Refused | None, question: Question) -> InvalidInput | None:
    """What of a refusal is about this question."""
    if not isinstance(refusal, InvalidInput):
        return None
    errors = [(name, message) for name, message in refusal.errors if name in question.fields]
    return InvalidInput.many(errors) if errors else None


def _given(form: Form, **stands_in: date) -> giving.NewWarningNotice:
    """The notice so far; what belongs to the comparison goes with ground (a) alone."""
    answers = {name: _yes_or_no(form, name) for name in GUARD[:3]}
    if Ground.STANDARDS in form.texts("grounds"):
        return form.taken(NOTICE, **answers, **stands_in)
    without = {"comparisons": [], "comparison": "", "why_powers": ""}
    return form.taken(NOTICE, **without, **answers, **stands_in)


def _yes_or_no(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.text(name))


def _ask(visit: Visit, reference: str, form: Form, question: Question) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        support = support_of(session, visit.policy, visit.reader, reference)
    here = {*question.fields, *(DAY if question.key == "compliance" else ())}
    return visit.page(
        "statutory/notice_question.html",
        title=question.title,
        form=form,
        case=case,
        question=question,
        carried=[name for name in ANSWERS if name not in here],
        first=question == QUESTIONS[0],
        checking=bool(form.text("checking") or form.text("change")),
        grounds=[(each.value, each.label, each.statute) for each in Ground],
        comparisons=[(each.value, each.label) for each in Comparison],
        support=support,
        dates=_dates(visit, form),
        days_offered=days_offered(case),
    )


def _dates(visit: Visit, form: Form) -> list[str]:
    """What follows from the end of the compliance period that stands in the form, in sentences."""
    if _no_day(form):
        return []
    day = form.day("compliance_ends_on", NOTICE)
    longest = timedelta(days=visit.policy.statutory.longest_compliance_days)
    if not visit.today < day <= visit.today + longest:
        return []
    last = last_day(Section.ARRANGEMENTS, day)
    assert last is not None  # noqa: S101 - section 63 has one
    count = working_days(working_days_between(visit.today, day))
    return [
        f"The compliance period ends at the end of {_in_words(day)}: {count} from today.",
        f"Sections 63, 64 and 66 could then be used until {_in_words(last)}: two months after "
        "the compliance period, by the corresponding date, working day or not. Section 65 has "
        "no last day.",
    ]


def _in_words(day: date) -> str:
    off = "" if is_working_day(day) else " (not a working day)"
    return f"{day:%A} {date_long(day)}{off}"


def _check(visit: Visit, reference: str, form: Form) -> Response:
    """Check your answers, with everybody who gets a copy; or back to what is missing."""
    refusal = _refusal(visit, reference, form)
    if isinstance(refusal, InvalidInput):
        return _back_to(visit, reference, form, refusal)
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        recipients = addressed(case, visit.today, (_governing_body(case), *copies(case.school)))
    return visit.page(
        "statutory/notice_check.html",
        title="Check your answers",
        form=_not_yet(form, refusal, recipients) if refusal else form,
        case=case,
        questions=_asked(visit, reference, form),
        answers=ANSWERS,
        grounds=[each.label for each in Ground if each in form.texts("grounds")],
        comparisons=[each.label for each in Comparison if each in form.texts("comparisons")],
        dates=_dates(visit, form),
        recipients=recipients,
        possible=refusal is None,
    )


def _not_yet(form: Form, refusal: Refused, recipients: list[Addressed]) -> Form:
    """The form with everybody who has no address, or whatever else stands in the way."""
    missing: list[dict[str, str | None]] = [
        {
            "field": "",
            "message": f"{each.who}: the school’s contact has no e-mail address",
            "href": f"#to-{each.role}",
        }
        for each in recipients
        if each.address is None
    ]
    return Form(form.values, missing) if missing else form.refused(refusal, NOTICE)


def _governing_body(case: Case) -> Recipient:
    rule = next(step for step in case.ladder.steps if step.kind == "notice")
    return Recipient(rule.to, "the notice is given to the governing body (section 60(2))")


def _back_to(visit: Visit, reference: str, form: Form, refusal: InvalidInput) -> Response:
    """The first question that something is wrong with."""
    for question in QUESTIONS:
        wrong = _about(refusal, question)
        if wrong is not None:
            checking = Form({**form.values, "checking": ["yes"]})
            return _ask(visit, reference, checking.refused(wrong, NOTICE), question)
    raise refusal


def _give(visit: Visit, reference: str, form: Form) -> Response:
    try:
        given = _given(form)
        with visit.acting() as acting:
            notice = giving.give_notice(acting, reference, given)
    except STAYS:
        return _check(visit, reference, form)
    return visit.done(f"/proposals/{notice.proposal_id}", SAYS_NOTICE)
