"""The powers of sections 63 to 66: a form for each thing that is done with one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic

from fastapi import APIRouter
from fastapi.responses import Response

from models.approvals.titles import section_title
from models.law import powers as powers_law
from models.law.powers import Section
from models.matters.case import find_case
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import NotFound
from models.statutory import budgets, ending, matching, preparing, tables, using
from models.statutory.legal import LawToday
from models.statutory.one_power import drafted_words, heard
from models.statutory.powers_shown import Power, power
from models.statutory.shown import Eligibility
from models.statutory.tables import PowerState
from web.pages.asked import Asked, Given
from web.pages.escalations.situation import in_law
from web.pages.forms import PARTS, STAYS, Form, Posted
from web.pages.statutory.people_rows import filled_in, people, rows_shown
from web.pages.statutory.wording import addressed, check_within_part_4, power_in_words
from web.pages.visits import Key, Reference, Said, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_MATCHED = says("matched", "The governor has been recorded")


SAYS_CONSENT = says("consent", "The Secretary of State’s consent has been recorded")
SAYS_NOTIFIED = says("notified", "The notification to the Secretary of State has been recorded")
SAYS_CONSULTED = says("consulted", "The consultation has been recorded")
SAYS_ENDED = says("ended", "The end of the power has been recorded")
SAYS_END_PROPOSED = says(
    "end_proposed", "The notice that ends the power has been drafted and is waiting for a decision"
)


SAYS_PREPARED = says(
    "prepared", "The power is being prepared. Its letters are waiting for a decision"
)
SAYS_PROPOSED = says("proposed", "The proposal has been made and is waiting for a decision")


router = APIRouter()

# What each section needs beside a reason, as the fields of the form.
NEEDS = {
    Section.ARRANGEMENTS: ("arrangements",),
    Section.ADDITIONAL_GOVERNORS: ("governors",),
    Section.INTERIM_EXECUTIVE_BOARD: ("starts_on", "members", "governors"),
    Section.DELEGATED_BUDGET: (),
}
CALLED = {
    "arrangements": ("Arrangements", "Enter the arrangements required"),
    "governors": ("Governors", "Enter the governors"),
    "members": ("Members", "Enter the members"),
    "starts_on": ("Start", "Enter the date on which the board starts"),
}
REASON = ("Reason", "Enter a reason")
WORDS = ("What the school is told", "Enter what the letter says to the school")
PREPARATION = {
    section: Asked(
        preparing.PowerToPrepare,
        section=("Power", "Choose a power"),
        reason=REASON,
        words=WORDS,
        purpose=("The purpose", "Enter what the power is for"),
        capability=("Capability", "Enter what was considered"),
        **{name: CALLED[name] for name in needs},
    )
    for section, needs in NEEDS.items()
}
USE = {
    section: Asked(
        using.UseOfPower, **{name: CALLED[name] for name in needs}, reason=REASON, words=WORDS
    )
    for section, needs in NEEDS.items()
}


@dataclass(frozen=True)
class PowerForm(Generic[Given]):
    """A form about a power: its template, its title without the section, and its fields."""

    template: str
    title: str
    asked: Asked[Given]


CONSULTATION = PowerForm(
    "statutory/consultation_form.html",
    "Record a consultation about {}",
    Asked(
        preparing.ConsultationHeld,
        with_whom=("Who took part", "Choose who was consulted"),
        consulted_on=("The date", "Enter the date on which they were consulted"),
        said=("What they said", "Enter what they said"),
    ),
)
TOLD = PowerForm(
    "statutory/told_form.html",
    "The Secretary of State and {}",
    Asked(
        preparing.NotificationOrConsent,
        on=("The date", "Enter the date"),
        evidence=("Evidence", "Enter the evidence"),
    ),
)
MATCHING = PowerForm(
    "statutory/matching_form.html",
    "Record a governor whom others appointed beside {}",
    Asked(
        matching.GovernorOfOthers,
        name=("Name", "Enter the name of the governor"),
        appointed_on=("The date", "Enter the date of the appointment"),
        evidence=("Evidence", "Enter the evidence"),
    ),
)
END = PowerForm(
    "statutory/end_form.html",
    "End {}",
    Asked(
        ending.EndOfPower,
        ended_on=("The end", "Enter the date on which the power ends"),
        reason=REASON,
        words=WORDS,
    ),
)


@router.get("/escalations/{reference}/powers/new", dependencies=[may(Act.PREPARE_POWER)])
def prepare(visit: Visitor, reference: Reference, section: str = "") -> Response:
    """Choose a power to prepare; with a section, its form."""
    if section:
        return _prepare(visit, reference, Form.of(section=section))
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        here = in_law(LawToday(case, visit.today))
    return visit.page(
        "statutory/choose_power.html",
        title="Prepare a power",
        case=case,
        law=here,
        sections=[(each.value, upper_first(section_title(each))) for each in Section],
    )


@router.post("/escalations/{reference}/powers/new", dependencies=[may(Act.PREPARE_POWER)])
def prepare_power(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Begin to prepare a power: its letters are drafted and put forward."""
    if form.text("more"):
        return _prepare(visit, reference, form)
    asked = PREPARATION[_section(form)]
    try:
        given = _filled(form, asked)
        with visit.acting() as acting:
            preparing.prepare_power(acting, reference, given)
    except STAYS as refusal:
        return _prepare(visit, reference, form.refused(refusal, asked))
    return visit.done(f"/escalations/{reference}/law", SAYS_PREPARED)


def _filled(form: Form, asked: Asked[Given]) -> Given:
    """What was typed, with what its section needs; a box that was emptied says so."""
    form.demand(asked)
    made: dict[str, Callable[[], Any]] = {
        "arrangements": lambda: form.text("arrangements"),
        "members": lambda: people(form, "members"),
        "governors": lambda: people(form, "governors"),
    }
    return form.taken(asked, **{name: made[name]() for name in made if name in asked.called})


def _section(form: Form) -> Section:
    if form.text("section") not in list(Section):
        raise NotFound("There is no such power.")
    return Section(form.text("section"))


def _prepare(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        section = _section(form)
        law_today = LawToday(case, visit.today)
        drafted = drafted_words(law_today)
        if "words" not in form.values and drafted:
            form.values["words"] = [drafted]
        consultees = addressed(case, visit.today, powers_law.consultees(section, case.school))
        here = in_law(law_today)
    return visit.page(
        "statutory/prepare_form.html",
        title=f"Prepare {section_title(section)}",
        form=form,
        case=case,
        consultees=[replace(each, who=upper_first(heard(each.role))) for each in consultees],
        rules=_blocks(here.eligibility, section),
        last_day=here.eligibility.last_day_for_powers[section],
        **_fields(form, section),
    )


def _fields(form: Form, section: Section) -> dict[str, Any]:
    """What the fields that a section needs depend on."""
    return {
        "power": section.value,
        "needs": NEEDS[section],
        "consent": powers_law.notification(section) == "consent",
        "rows": {field: rows_shown(form, field) for field in ("members", "governors")},
    }


def _blocks(eligibility: Eligibility, section: Section) -> list[str]:
    return [block.rule for block in eligibility.blocked_by if block.section is section]


@router.get(
    "/powers/{id}/consultations/new", dependencies=[may(Act.RECORD_CONSULTATION, of=tables.Power)]
)
def consultation(visit: Visitor, number: Key) -> Response:
    """The form for a consultation that was held."""
    return begin(visit, number, CONSULTATION)


@router.post(
    "/powers/{id}/consultations/new", dependencies=[may(Act.RECORD_CONSULTATION, of=tables.Power)]
)
def record_consultation(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record who was consulted, when, and what they said."""

    def command(acting: Acting, given: preparing.ConsultationHeld) -> Said:
        preparing.record_consultation(acting, number, given)
        return SAYS_CONSULTED

    return post(visit, number, form, CONSULTATION, command)


@router.get(
    "/powers/{id}/secretary-of-state",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def told(visit: Visitor, number: Key) -> Response:
    """The form for what the Secretary of State was told, or consented to."""
    return begin(visit, number, TOLD)


@router.post(
    "/powers/{id}/secretary-of-state",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def record_told(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record that the Secretary of State was notified, or her consent received."""

    def command(acting: Acting, given: preparing.NotificationOrConsent) -> Said:
        told = preparing.record_secretary_of_state_told(acting, number, given)
        needed = powers_law.notification(told.section)
        return SAYS_CONSENT if needed == "consent" else SAYS_NOTIFIED

    return post(visit, number, form, TOLD, command)


@router.get(
    "/powers/{id}/matching-governors/new",
    dependencies=[may(Act.RECORD_MATCHING_GOVERNOR, of=tables.Power)],
)
def matching_governor(visit: Visitor, number: Key) -> Response:
    """The form for a governor whom the diocese or the appointers appointed."""
    return begin(visit, number, MATCHING)


@router.post(
    "/powers/{id}/matching-governors/new",
    dependencies=[may(Act.RECORD_MATCHING_GOVERNOR, of=tables.Power)],
)
def record_matching_governor(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record a governor whom the diocese or the appointers appointed."""

    def command(acting: Acting, given: matching.GovernorOfOthers) -> Said:
        matching.record_matching_governor(acting, number, given)
        return SAYS_MATCHED

    return post(visit, number, form, MATCHING, command)


@router.get("/powers/{id}/use", dependencies=[may(Act.USE_POWER, of=tables.Power)])
def use(visit: Visitor, number: Key) -> Response:
    """The form for the proposal to use a power, with what is on record of it."""
    with visit.read() as session:
        known = power(session, visit.policy, visit.reader, number, today=visit.today)
    return _use(visit, number, _known(known))


def _known(prepared: Power) -> Form:
    """A form with what was given when the power was prepared."""
    day = prepared.starts_on
    parts = (day.day, day.month, day.year) if day else ("", "", "")
    return Form(
        {
            "section": [prepared.section],
            "words": [prepared.words],
            "arrangements": [prepared.arrangements],
            **{f"starts_on-{name}": [str(part)] for name, part in zip(PARTS, parts, strict=True)},
            **filled_in("members", prepared.members),
            **filled_in("governors", prepared.governors),
        }
    )


@router.post("/powers/{id}/use", dependencies=[may(Act.USE_POWER, of=tables.Power)])
def use_power(visit: Visitor, number: Key, form: Posted) -> Response:
    """Propose to use a power."""
    if form.text("more"):
        return _use(visit, number, form)
    asked = USE[_section(form)]
    try:
        given = _filled(form, asked)
        with visit.acting() as acting:
            proposal = using.use_power(acting, number, given)
    except STAYS as refusal:
        return _use(visit, number, form.refused(refusal, asked))
    return visit.done(f"/proposals/{proposal.id}", SAYS_PROPOSED)


def _use(visit: Visit, number: int, form: Form) -> Response:
    return show(visit, number, form, "statutory/use_form.html", "Propose to use {}")


@router.get("/powers/{id}/end", dependencies=[may(Act.END_POWER, of=tables.Power)])
def end(visit: Visitor, number: Key) -> Response:
    """The form for the end of a power."""
    return begin(visit, number, END)


@router.post("/powers/{id}/end", dependencies=[may(Act.END_POWER, of=tables.Power)])
def end_power(visit: Visitor, number: Key, form: Posted) -> Response:
    """End a power; the end of a board is put forward as a notice."""

    def command(acting: Acting, given: ending.EndOfPower) -> Said:
        ended = ending.end_power(acting, number, given)
        return SAYS_ENDED if ended.state is PowerState.ENDED else SAYS_END_PROPOSED

    return post(visit, number, form, END, command)


def begin(visit: Visit, number: int, page: PowerForm[Given]) -> Response:
    """A form about a power, with nothing typed yet."""
    return show(visit, number, Form(), page.template, page.title)


def post(
    visit: Visit,
    number: int,
    form: Form,
    page: PowerForm[Given],
    command: Callable[[Acting, Given], Said],
) -> Response:
    """Do what a form is for, and go back to where the law is told; `command` names the words."""
    try:
        given = form.filled(page.asked)
        with visit.acting() as acting:
            done = command(acting, given)
            found = power(acting.session, visit.policy, visit.reader, number, today=visit.today)
    except STAYS as refusal:
        refused = form.refused(refusal, page.asked)
        return show(visit, number, refused, page.template, page.title)
    return visit.done(f"/escalations/{found.reference}/law", done)


def show(visit: Visit, number: int, form: Form, template: str, title: str) -> Response:
    """One form about a power, with what is on record of it."""
    with visit.read() as session:
        found = power(session, visit.policy, visit.reader, number, today=visit.today)
        case = find_case(session, visit.policy, visit.reader, found.reference)
        check_within_part_4(case)
        taken_over = LawToday(case, visit.today).standing.board_taken_over_on is not None
    return visit.page(
        template,
        title=title.format(section_title(found.section)),
        form=form,
        case=case,
        found=power_in_words(case, found),
        taken_over=taken_over,
        heard=[(role, upper_first(heard(role))) for role in budgets.MAY_BE_HEARD],
        **_fields(form, found.section),
    )
