"""The form of the six questions, for an escalation and for a school's own record."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from models.inputs import refusing
from models.matters.case import find_case
from models.matters.tables import Matter
from models.people.access import Act
from models.policy.whole import NATIONAL_BODIES
from models.policy.wording import role_words
from models.refusals import InvalidInput, Refused
from models.schools.contacts import find_school
from models.schools.tables import ContactRole
from models.sharing import proposing
from models.sharing.questions import QUESTIONS
from models.sharing.tables import Consent, Override, RecipientKind, SharedKind
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.sharing.decisions import list_at
from web.pages.visits import Reference, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_ASKED = says(
    "sharing_asked",
    "Your answers have been recorded. A designated officer decides whether it is shared",
)


router = APIRouter()
ROWS = range(1, 4)
_BOXES = {
    "kind": ("With whom", "Choose with whom it is shared"),
    "name": ("The name", "Enter the name"),
    "email": ("The e-mail address", "Enter the e-mail address"),
    "address": ("The address", "Enter the address"),
}
_RECIPIENTS = {
    f"recipient-{row}-{box}": (f"Recipient {row}: {label.lower()}", f"{asks} (recipient {row})")
    for row in ROWS
    for box, (label, asks) in _BOXES.items()
}
ASKED = Asked(
    proposing.SharingToDecide,
    may=_RECIPIENTS,
    kinds=("What is shared", "Choose what is shared"),
    information=("The information", "Enter which information is shared"),
    **_RECIPIENTS,
    purpose=("The purpose", "Enter what the information is for"),
    wellbeing=("The safety and well-being", "Enter how the children’s safety was weighed"),
    confidential=("The answer", "Choose whether the information is confidential"),
    confidential_because=("The reason", "Enter why it is confidential"),
    consent=("Consent", "Choose whether there is consent"),
    consent_said=("Consent", "Enter who was asked and what they said, or why nobody was asked"),
    override=("The reason", "Choose what stands in place of consent"),
    override_because=("The reason", "Enter why it is so"),
    only_that=("The reason", "Enter why only that is shared, and only with them"),
    securely=("The way", "Enter how and when it is shared securely"),
    accurate_on=("The date", "Enter the day as of which it is accurate and up to date"),
    told=("Who was told", "Enter who was told"),
    told_on=("The date", "Enter the date on which they were told"),
    not_told_because=("The reason", "Enter why nobody was told"),
    advice=("The advice", "Enter whose advice was taken"),
    review_on=("The date", "Enter the date of the review"),
    urgent_because=("The reason", "Enter why it cannot wait"),
)


@router.get("/escalations/{reference}/sharing/new", dependencies=[may(Act.SHARE)])
def on_case(visit: Visitor, reference: Reference) -> Response:
    """The six questions about an escalation."""
    return _on_case(visit, reference, Form())


@router.post("/escalations/{reference}/sharing/new", dependencies=[may(Act.SHARE)])
def ask_on_case(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record the answers, and put them to a designated officer."""
    try:
        given = _given(form)
        with visit.acting() as acting:
            made = proposing.ask_sharing(acting, reference, given).id
    except STAYS as refusal:
        return _on_case(visit, reference, _refused(form, refusal))
    return visit.done(f"/sharing/{made}", SAYS_ASKED)


@router.get("/schools/{urn}/record/sharing/new", dependencies=[may(Act.SHARE, of=Matter)])
def on_record(visit: Visitor, urn: str) -> Response:
    """The six questions about what stands on a school's own record."""
    return _on_record(visit, urn, Form())


@router.post("/schools/{urn}/record/sharing/new", dependencies=[may(Act.SHARE, of=Matter)])
def ask_on_record(visit: Visitor, urn: str, form: Posted) -> Response:
    """Record the answers, and put them to a designated officer."""
    try:
        given = _given(form)
        with visit.acting() as acting:
            made = proposing.ask_school_sharing(acting, urn, given).id
    except STAYS as refusal:
        return _on_record(visit, urn, _refused(form, refusal))
    return visit.done(f"/sharing/{made}", SAYS_ASKED)


def _given(form: Form) -> proposing.SharingToDecide:
    _move_up(form)
    form.demand(ASKED)
    rows = [row for row in ROWS if _filled(form, row)]
    with refusing():
        recipients = [_recipient(form, row) for row in rows]
    return form.taken(ASKED, recipients=recipients)


def _filled(form: Form, row: int) -> bool:
    return any(form.text(f"recipient-{row}-{box}").strip() for box in _BOXES)


def _move_up(form: Form) -> None:
    """Rows that were filled move up, so that a row has the place that its recipient has."""
    boxes = [
        {box: form.text(f"recipient-{row}-{box}") for box in _BOXES}
        for row in ROWS
        if _filled(form, row)
    ]
    boxes += [dict.fromkeys(_BOXES, "")] * (len(ROWS) - len(boxes))
    for row, typed in zip(ROWS, boxes, strict=True):
        form.values |= {f"recipient-{row}-{box}": [text] for box, text in typed.items()}


def _recipient(form: Form, row: int) -> proposing.RecipientNamed:
    kind, _, role = form.text(f"recipient-{row}-kind").partition(":")
    given: dict[str, Any] = {
        "kind": kind,
        "role": role or None,
        "name": form.text(f"recipient-{row}-name").strip(),
        "email": form.text(f"recipient-{row}-email").strip(),
        "address": form.lines(f"recipient-{row}-address"),
    }
    try:
        with refusing():
            return proposing.RecipientNamed(**given)
    except InvalidInput as invalid:
        named = [(f"recipient-{row}-{field}", said) for field, said in invalid.errors]
        raise InvalidInput.many(named) from None


def _refused(form: Form, refusal: Refused) -> Form:
    """As `Form.refused`; what is wrong with a recipient's role stands at the box that names it."""
    if isinstance(refusal, InvalidInput):
        errors = [(_box_of(name), said) for name, said in refusal.errors]
        refusal = InvalidInput.many(errors)
    return form.refused(refusal, ASKED)


def _box_of(name: str) -> str:
    if name == "recipients":
        return "recipient-1-kind"
    if name.startswith("recipient-") and name.endswith("-role"):
        return f"{name.removesuffix('role')}kind"
    return name


def _on_case(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_case(session, visit.policy, visit.reader, reference).school.name
    return _form(visit, school, form, list_at(reference))


def _on_record(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_school(session, urn).name
    return _form(visit, school, form, f"/schools/{urn}/record/sharing")


def _form(visit: Visit, school: str, form: Form, back: str) -> Response:
    others = [kind for kind in RecipientKind if kind is not RecipientKind.CONTACT]
    contacts = (*(role.value for role in ContactRole), *NATIONAL_BODIES)
    return visit.page(
        "sharing/form.html",
        title="Decide whether to share information",
        form=form,
        school=school,
        back=back,
        questions=QUESTIONS,
        rows=ROWS,
        kinds=[(kind.value, upper_first(kind.label)) for kind in SharedKind],
        recipients=[
            *((kind.value, kind.label) for kind in others),
            *((f"contact:{role}", f"Contact: {role_words(role)}") for role in contacts),
        ],
        consents=[(each.value, each.label) for each in Consent],
        overrides=[(each.value, each.label) for each in Override],
        within=visit.policy.sharing.authorise_urgent_within_working_days,
    )
