"""The choice of who led a visit or wrote a report: whoever records it, an officer, a consultant."""

from sqlmodel import Session

from models.consultants.leading import Person
from models.consultants.shown import at_work
from models.inputs import refusing
from models.people.access import RULES, Act
from models.people.shown import officers_in
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound
from web.door import key
from web.pages.forms import Form

Option = dict[str, str]


def people_offered(session: Session, me: Officer) -> list[Option]:
    """Everybody who can be named, as options of a list; whoever records it comes first."""
    officers = officers_in(session, RULES[Act.RECORD_SUPPORT_WORK])
    return [
        {"value": "", "text": f"{me.name} (you)"},
        *(
            {"value": f"officer:{each.email}", "text": each.name}
            for each in officers
            if each.email != me.email
        ),
        *({"value": f"consultant:{number}", "text": name} for number, name in at_work(session)),
    ]


def chosen_person(form: Form, field: str) -> Person | None:
    """Whom the form names; None where it is whoever records it. Raises InvalidInput."""
    kind, _, whose = form.text(field).partition(":")
    if not kind:
        return None
    try:
        with refusing():
            if kind == "officer":
                return Person(officer=whose)
            return Person(consultant=key(whose))
    except (InvalidInput, NotFound):
        raise InvalidInput(field, "Choose somebody from the list.") from None
