"""Written reports on schools, put on record.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from models.clocks import past_day
from models.consultants.leading import Person, who_did
from models.events import append
from models.inputs import Day, Input, RowKey, Text, Urn, Word
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.programme.duties import check_new, meet
from models.programme.events import ReportRecorded
from models.programme.tables import (
    DutyKind,
    WrittenReport,
)
from models.refusals import InvalidInput
from models.rows import add, get_row
from models.schools.contacts import find_school
from models.text import check_prose


class SectionWritten(Input):
    """One section of a written report, by the title that the policy gives it."""

    title: Word
    text: Text


class ReportWritten(Input):
    """A written report on a school; `duty` is the planned one that it was, else the first due.

    `author` is who wrote it, where that is not who records it.
    """

    urn: Urn
    dated: Day
    sections: Annotated[list[SectionWritten], Field(max_length=50)]
    duty: RowKey | None = None
    author: Person | None = None


def record_report(acting: Acting, given: ReportWritten) -> WrittenReport:
    """A written report on a school: a text for each section that the policy names, each once.

    Which duty it meets is as for `record_visit`. Raises NotAllowed, NotFound, InvalidInput (of
    the third section the field is `section-3`); NotPossible when the officer has a report of this
    day on record, and for a duty that is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, dated = acting.session, acting.officer, given.dated
    written = _each_once(given.sections)
    school = find_school(session, given.urn)
    past_day("dated", dated, acting.now)
    texts = _checked_sections(acting.policy, written)
    report = {"urn": school.urn, "dated": dated, "officer_id": officer.id}
    check_new(session, WrittenReport, report, "A report by you for this day")
    author = who_did(acting, "author", given.author)
    met = meet(session, DutyKind.REPORT, school, dated, given.duty)
    recorded = {"sections": texts, "duty_id": met, "recorded_at": acting.now}
    written_by = {
        "author_officer_id": author.officer_id,
        "author_consultant_id": author.consultant_id,
    }
    number = add(session, WrittenReport, **report, **recorded, **written_by)
    happened = ReportRecorded(
        None,
        report=number,
        urn=school.urn,
        school=school.name,
        dated=dated,
        author=author.name,
    )
    append(session, acting.now, officer.email, happened)
    return get_row(session, WrittenReport, number)


def _each_once(sections: Sequence[SectionWritten]) -> dict[str, str]:
    texts = {section.title: section.text for section in sections}
    if len(texts) < len(sections):
        raise InvalidInput("sections", "Send each section once.")
    return texts


def _checked_sections(policy: Policy, sections: dict[str, str]) -> list[dict[str, str]]:
    wanted = policy.programme.report_sections
    unknown = [title for title in sections if title not in wanted]
    if unknown:
        raise InvalidInput("sections", f"The sections of a report are: {', '.join(wanted)}.")
    errors: list[tuple[str, str]] = []
    for place, title in enumerate(wanted, start=1):
        text = sections.get(title, "")
        try:
            check_prose(f"section-{place}", text)
        except InvalidInput as invalid:
            what = f"Enter the section “{title}”."
            wrong = f"“{title}”: {invalid.message}" if text.strip() else what
            errors.append((f"section-{place}", wrong))
    if errors:
        raise InvalidInput.many(errors)
    return [{"title": title, "text": sections[title]} for title in wanted]
