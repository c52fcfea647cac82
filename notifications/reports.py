"""What is written of the personal link by which a school checks the facts in a report."""

from datetime import date
from html import escape
from typing import Any

from models.clocks import long_date
from models.people.tables import Officer
from models.policy.wording import inside
from models.reports.found import title_of
from models.reports.links import LinkState, Opened, carries_link, standing
from models.reports.tables import AccuracyLink
from models.reports.told import AccuracyAnswered, AccuracyReminder
from models.rows import get_row
from models.schools.tables import School
from notifications.channels import Mail
from notifications.drafts import Draft

PATH = "/report-accuracy"


def with_link(draft: Draft, text: str, html: str) -> tuple[str, str]:
    """A letter's text as mail, and before it the personal link where it carries one."""
    link = carries_link(draft.session, draft.message, draft.now) if draft.secret else None
    if link is None:
        return text, html
    url, says = _url(draft), _asks(_by(link))
    first = f"{says}\n\n{url}\n\nThe letter itself follows, and is attached as PDF.\n\n\n{text}"
    marked = f'<p>{escape(says)}</p>\n<p><a href="{escape(url)}">{escape(url)}</a></p>\n<hr>\n'
    return first, html.replace("<main>\n", f"<main>\n{marked}", 1)


def _asks(by: date) -> str:
    return (
        "Please tell us whether the facts in this report are accurate, by "
        f"{long_date(by)}. This link is yours alone and needs no account. Do not pass it on."
    )


def _by(link: Opened) -> date:
    assert link.issue.answer_by is not None  # noqa: S101 - somebody is asked by a day
    return link.issue.answer_by


def _url(draft: Draft) -> str:
    return draft.url(f"{PATH}/{draft.secret}")


def reminder(draft: Draft, told: AccuracyReminder) -> Mail | None:
    """The personal link once more; None where no answer is awaited any more."""
    link = standing(draft.session, get_row(draft.session, AccuracyLink, told.link), draft.now)
    if link.state is not LinkState.OPEN:
        return None
    return draft.from_template(
        told.what,
        {
            "school": get_row(draft.session, School, link.report.urn).name,
            "report": inside(title_of(draft.policy, link.report.kind)),
            "dated": long_date(link.report.dated),
            "answer_by": long_date(_by(link)),
            "url": _url(draft),
            "email": draft.policy.letterhead.email,
            "telephone": draft.policy.letterhead.telephone,
        },
    )


def answered(draft: Draft, _: Officer, told: AccuracyAnswered) -> dict[str, Any]:
    """Who at which school has answered; what was said stands on the page."""
    link = get_row(draft.session, AccuracyLink, told.link)
    about = standing(draft.session, link, draft.now)
    return {
        "school": get_row(draft.session, School, about.report.urn).name,
        "report": inside(title_of(draft.policy, about.report.kind)),
        "dated": long_date(about.report.dated),
        "role": link.role.replace("_", " "),
        "answer": link.answer.value if link.answer else "",
        "url": draft.url(f"/reports/{about.report.id}"),
    }
