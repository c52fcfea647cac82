"""The powers of sections 63 to 66: a form for each thing that is done with one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.approvals.titles import section_title
from models.law import powers as powers_law
from models.law.powers import Section
from models.matters.case import find_case
from models.people.access import Act
from models.refusals import NotFound
from models.statutory import budgets, ending, preparing, tables, using
from models.statutory.legal import given_notice
from models.statutory.one_power import heard
from models.statutory.powers_shown import Power, power
from models.statutory.shown import Eligibility
from models.statutory.tables import PowerState
from models.statutory.words import why_powers
from web.pages.escalations.situation import in_law
from web.pages.forms import PARTS, STAYS, Form, Posted
from web.pages.statutory.people_rows import filled_in, people, rows_shown
from web.pages.statutory.wording import addressed, check_within_part_4, power_in_words
from web.pages.visits import Key, Reference, Visit, Visitor, may
from web.pages.wording import upper_first

router = APIRouter()

# What each section needs beside a reason, as the fields of the form.
NEEDS = {
    Section.ARRANGEMENTS: ("arrangements",),
    Section.ADDITIONAL_GOVERNORS: ("governors",),
    Section.INTERIM_EXECUTIVE_BOARD: ("starts_on", "members", "governors"),
    Section.DELEGATED_BUDGET: (),
}


@router.get("/escalations/{reference}/powers/new", dependencies=[may(Act.PREPARE_POWER)])
def prepare(visit: Visitor, reference: Reference, section: str = "") -> Response:
    """Choose a power to prepare; with a section, its form."""
    if section:
        return _prepare(visit, reference, Form.of(section=section))
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        here = in_law(session, visit, reference)
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
    try:
        form.check("section", "reason")
        with visit.write() as session:
            preparing.prepare_power(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                reference=reference,
                section=form.text("section"),
                reason=form.text("reason"),
                words=form.text("words"),
                **_needed(form),
            )
    except STAYS as refusal:
        return _prepare(visit, reference, form.refused(refusal))
    return visit.done(f"/escalations/{reference}/law", "prepared")


def _needed(form: Form) -> dict[str, Any]:
    """What the section needs of what was typed."""
    section = _section(form)
    read: dict[str, Callable[[], Any]] = {
        "arrangements": lambda: form.text("arrangements"),
        "starts_on": lambda: form.optional_day("starts_on"),
        "members": lambda: people(form, "members"),
        "governors": lambda: people(form, "governors"),
    }
    return {name: read[name]() for name in NEEDS[section]}


def _section(form: Form) -> Section:
    if form.text("section") not in list(Section):
        raise NotFound("There is no such power.")
    return Section(form.text("section"))


def _prepare(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
        section = _section(form)
        if "words" not in form.values and (given := given_notice(case)) is not None:
            form.values["words"] = [why_powers(given.notice)]
        consultees = addressed(case, visit.today, powers_law.consultees(section, case.school))
        here = in_law(session, visit, reference)
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
    return _form(visit, number, Form(), CONSULTATION)


@router.post(
    "/powers/{id}/consultations/new", dependencies=[may(Act.RECORD_CONSULTATION, of=tables.Power)]
)
def record_consultation(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record who was consulted, when, and what they said."""

    def command(session: Session) -> str:
        preparing.record_consultation(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            with_whom=form.text("with"),
            consulted_on=form.day("consulted_on"),
            said=form.text("said"),
        )
        return "consulted"

    asking = replace(form, asked={"with": "Choose who was consulted"})
    return _post(visit, number, asking, CONSULTATION, ("with", "consulted_on"), command)


@router.get(
    "/powers/{id}/secretary-of-state",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def told(visit: Visitor, number: Key) -> Response:
    """The form for what the Secretary of State was told, or consented to."""
    return _form(visit, number, Form(), TOLD)


@router.post(
    "/powers/{id}/secretary-of-state",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def record_told(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record that the Secretary of State was notified, or her consent received."""

    def command(session: Session) -> str:
        told = preparing.record_secretary_of_state_told(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            on=form.day("on"),
            evidence=form.text("evidence"),
        )
        return powers_law.notification(told.section)

    return _post(visit, number, form, TOLD, ("on", "evidence"), command)


@router.get("/powers/{id}/use", dependencies=[may(Act.USE_POWER, of=tables.Power)])
def use(visit: Visitor, number: Key) -> Response:
    """The form for the proposal to use a power, with what is on record of it."""
    with visit.read() as session:
        known = power(session, visit.policy, visit.reader, number, today=visit.today)
    return _form(visit, number, _known(known), USE)


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
        return _form(visit, number, form, USE)
    try:
        form.check("reason")
        with visit.write() as session:
            proposal = using.use_power(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                power_id=number,
                reason=form.text("reason"),
                words=form.text("words"),
                **_needed(form),
            )
    except STAYS as refusal:
        return _form(visit, number, form.refused(refusal), USE)
    return visit.done(f"/proposals/{proposal.id}", "proposed")


@router.get("/powers/{id}/receipt", dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)])
def receipt(visit: Visitor, number: Key) -> Response:
    """The form for the receipt of a notice of suspension."""
    return _form(visit, number, Form(), RECEIPT)


@router.post("/powers/{id}/receipt", dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)])
def record_receipt(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record when the governing body received the notice of suspension."""

    def command(session: Session) -> str:
        budgets.record_receipt(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            received_on=form.day("received_on"),
            evidence=form.text("evidence"),
        )
        return "receipt"

    return _post(visit, number, form, RECEIPT, ("received_on", "evidence"), command)


@router.get(
    "/powers/{id}/representations/new",
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def representation(visit: Visitor, number: Key) -> Response:
    """The form for representations about a suspended budget."""
    return _form(visit, number, Form(), REPRESENTATION)


@router.post(
    "/powers/{id}/representations/new",
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def record_representation(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record what the governing body or the headteacher said."""

    def command(session: Session) -> str:
        budgets.record_representation(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            from_whom=form.text("from"),
            received_on=form.day("received_on"),
            said=form.text("said"),
        )
        return "heard"

    needed = ("from", "received_on", "said")
    return _post(visit, number, form, REPRESENTATION, needed, command)


@router.get("/powers/{id}/reviews/new", dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)])
def review(visit: Visitor, number: Key) -> Response:
    """The form for the review of a suspended budget."""
    return _form(visit, number, Form(), REVIEW)


@router.post("/powers/{id}/reviews/new", dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)])
def review_budget(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft the decision on a suspended budget, and put it forward."""

    def command(session: Session) -> str:
        budgets.review_budget(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            outcome=form.text("outcome"),
            reasons=form.text("reasons"),
            words=form.text("words"),
        )
        return "reviewed"

    return _post(visit, number, form, REVIEW, ("outcome", "reasons"), command)


@router.get("/powers/{id}/end", dependencies=[may(Act.END_POWER, of=tables.Power)])
def end(visit: Visitor, number: Key) -> Response:
    """The form for the end of a power."""
    return _form(visit, number, Form(), END)


@router.post("/powers/{id}/end", dependencies=[may(Act.END_POWER, of=tables.Power)])
def end_power(visit: Visitor, number: Key, form: Posted) -> Response:
    """End a power; the end of a board is put forward as a notice."""

    def command(session: Session) -> str:
        ended = ending.end_power(
            session,
            visit.policy,
            officer=visit.officer,
            now=visit.now,
            power_id=number,
            ended_on=form.day("ended_on"),
            reason=form.text("reason"),
            words=form.text("words"),
        )
        return "ended" if ended.state is PowerState.ENDED else "end_proposed"

    return _post(visit, number, form, END, ("ended_on", "reason"), command)


# Each form: its template and its title, of which the section is the rest.
CONSULTATION = ("statutory/consultation_form.html", "Record a consultation about {}")
TOLD = ("statutory/told_form.html", "The Secretary of State and {}")
USE = ("statutory/use_form.html", "Propose to use {}")
RECEIPT = ("statutory/receipt_form.html", "Record the receipt of the notice under {}")
REPRESENTATION = ("statutory/representation_form.html", "Record representations about {}")
REVIEW = ("statutory/review_form.html", "Review {}")
END = ("statutory/end_form.html", "End {}")


def _post(
    visit: Visit,
    number: int,
    form: Form,
    page: tuple[str, str],
    needed: tuple[str, ...],
    command: Callable[[Session], str],
) -> Response:
    """Do what a form is for, and go back to where the law is told; `command` names the words."""
    try:
        form.check(*needed)
        with visit.write() as session:
            done = command(session)
            found = power(session, visit.policy, visit.reader, number, today=visit.today)
    except STAYS as refusal:
        return _form(visit, number, form.refused(refusal), page)
    return visit.done(f"/escalations/{found.reference}/law", done)


def _form(visit: Visit, number: int, form: Form, page: tuple[str, str]) -> Response:
    """One form about a power, with what is on record of it."""
    template, title = page
    with visit.read() as session:
        found = power(session, visit.policy, visit.reader, number, today=visit.today)
        case = find_case(session, visit.policy, visit.reader, found.reference)
        check_within_part_4(case)
    return visit.page(
        template,
        title=title.format(section_title(found.section)),
        form=form,
        case=case,
        found=power_in_words(case, found),
        heard=[(role, upper_first(heard(role))) for role in budgets.MAY_BE_HEARD],
        **_fields(form, found.section),
    )
