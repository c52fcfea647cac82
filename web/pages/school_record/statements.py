"""The authority's written statement of action after an adverse report: drafted, or left out."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.clocks import long_date
from models.inputs import Reason
from models.matters.tables import Matter
from models.people.access import Act
from models.policy import Approvable
from models.school_record import statements
from models.school_record.shown import school_record
from models.school_record.statements_shown import statements as statements_shown
from models.schools.contacts import find_school
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Visit, Visitor, may, says

SAYS_STATEMENT = says("statement", "The statement has been drafted and is waiting for approval")
SAYS_RELEASED = says("statement_released", "It has been recorded that none is to be made here")


router = APIRouter()
STATEMENT = Asked(
    statements.StatementToMake,
    action=("The action", "Enter what the authority will do"),
    period=("The period", "Enter the period within which the action will be taken"),
    no_action=("The reasons", "Enter why the authority will take no action"),
    parents=("Parents", "Enter how parents are informed and their views heard"),
    parents_person=("The person", "Enter who is appointed"),
)
RELEASE = Asked(Reason, reason=("The reason", "Enter why none is to be made here"))


@router.get("/schools/{urn}/record/statement", dependencies=[may(Act.MAKE_STATEMENT, of=Matter)])
def statement(visit: Visitor, urn: str) -> Response:
    """The form for the statement that is due, as it was drafted last."""
    return _statement(visit, urn, Form(), begin=True)


@router.post("/schools/{urn}/record/statement", dependencies=[may(Act.MAKE_STATEMENT, of=Matter)])
def make_statement(visit: Visitor, urn: str, form: Posted) -> Response:
    """Draft it and put it forward for approval."""
    try:
        given = form.filled(STATEMENT)
        with visit.acting() as acting:
            statements.make_statement(acting, urn, given)
    except STAYS as refusal:
        return _statement(visit, urn, form.refused(refusal, STATEMENT))
    return visit.done(f"/schools/{urn}/record", SAYS_STATEMENT)


def _statement(visit: Visit, urn: str, form: Form, *, begin: bool = False) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        school = find_school(session, urn)
        counts = statements.check_making(session, school)
        before = next(iter(statements_shown(session, visit.reader, urn).items), None)
    if begin and before is not None and before.state == "owed":
        form = Form.of(**{name: getattr(before, name) for name in STATEMENT.called})
    return visit.page(
        "school_record/statement_form.html",
        title="Written statement of action",
        navigation="schools",
        form=form,
        found=found,
        published_on=long_date(counts.published_on),
        category=counts.category,
        addressing=statements.addressed(school),
        approvers=" and then the ".join(
            role.label for role in visit.policy.approvers[Approvable.STATEMENT_OF_ACTION]
        ),
    )


@router.get(
    "/schools/{urn}/record/statement/release", dependencies=[may(Act.RELEASE_STATEMENT, of=Matter)]
)
def release(visit: Visitor, urn: str) -> Response:
    """The form for why none is to be made here."""
    return _release(visit, urn, Form())


@router.post(
    "/schools/{urn}/record/statement/release", dependencies=[may(Act.RELEASE_STATEMENT, of=Matter)]
)
def release_statement(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(RELEASE)
        with visit.acting() as acting:
            statements.release_statement(acting, urn, given)
    except STAYS as refusal:
        return _release(visit, urn, form.refused(refusal, RELEASE))
    return visit.done(f"/schools/{urn}/record", SAYS_RELEASED)


def _release(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        statements.check_releasing(session, find_school(session, urn))
    return visit.page(
        "school_record/statement_release_form.html",
        title="No written statement of action is to be made here",
        navigation="schools",
        form=form,
        found=found,
    )
