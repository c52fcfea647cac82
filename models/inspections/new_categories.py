"""A school is in a category in which it was not before: a task for whoever looks after it."""

from models.actions.following import ActionAgreed, agree
from models.actions.tables import ActionSource
from models.clocks import add_working_days, long_date
from models.inspections.told import NewCategory
from models.law.statements import ADVERSE
from models.matters.at_hand import AtHand, sees
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.tables import Officer
from models.programme.supporters import looking_after
from models.rows import by_key
from models.school_record.opening import record_of
from models.schools.tables import InspectionOutcome, School
from models.telling import tell

NOBODY = "Head of Service"  # who is to do it where no officer looks after the school


def follow_category(
    acting: Acting,
    school: School,
    before: InspectionOutcome | None,
    after: InspectionOutcome | None,
    *,
    by_hand: bool,
) -> None:
    """Raise the task where the outcome that counts brings another category than the one before.

    The school's own record is looked after by whoever entered the outcome, and after an import by
    whoever looks after the school. Of a school that has closed nothing is asked.
    """
    if after is None or after.category not in ADVERSE or _has_closed(acting, school):
        return
    new = before is None or before.category is not after.category
    if by_hand and not new:
        return
    owners = looking_after(acting.session, school.urn, acting.today)
    owner = None if by_hand else next(iter(owners), None)
    record = record_of(acting, school, by_hand=by_hand, owner=owner)
    if new:
        _raise(acting, record, owners, after)


def _has_closed(acting: Acting, school: School) -> bool:
    return school.closed_on is not None and school.closed_on <= acting.today


def _raise(
    acting: Acting, record: AtHand, owners: list[Officer], counts: InspectionOutcome
) -> None:
    assert counts.category is not None  # noqa: S101 - an outcome that counts has one
    days = acting.policy.programme.new_category_working_days
    due_on = add_working_days(acting.today, days)
    published = long_date(counts.published_on)
    doing = _who_does_it(acting, record, owners)
    task = ActionAgreed(
        what=f"Say what the council does now that the school {counts.category.label}",
        officer=doing.email if doing else None,
        person="" if doing else NOBODY,
        due_on=due_on,
        why=f"The report published on {published} puts the school into this category.",
        source=ActionSource.INSPECTION,
        source_id=counts.id,
    )
    agree(acting, record, task)
    told = NewCategory(
        path=f"/schools/{record.school.urn}",
        school=record.school.name,
        says=counts.category.label,
        published_on=counts.published_on,
        due_on=due_on,
        whose=doing.name if doing else "",
    )
    heard = owners or ([doing] if doing else [])
    key = f"new_category:{counts.id}"
    tell(acting.session, acting.now, heard, key=key, about=record.matter.id, told=told)


def _who_does_it(acting: Acting, record: AtHand, owners: list[Officer]) -> Officer | None:
    """Who looks after the school, or else its record, and may do it and sees that record."""
    matter = record.matter
    theirs = by_key(acting.session, Officer, matter.officer_id)
    for officer in [*owners, *([theirs] if theirs else [])]:
        if may(officer, Act.RECORD_ACTION) and sees(
            acting.session, officer, matter.id, restricted=matter.restricted
        ):
            return officer
    return None
