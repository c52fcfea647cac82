"""Evaluations that are presented as a file, for pages and API."""

from fastapi.responses import Response

from models.database import read
from models.people.tables import Officer
from models.presentations import shown
from models.presentations.shown import Presentation
from notifications.presentations import MOST_PRINTED, presentation_pdf
from web.door import Door


def presentation_file(door: Door, officer: Officer, number: int) -> tuple[Presentation, Response]:
    """What this officer or member reads of it, and that as PDF. Raises NotFound."""
    with read(door.engine) as session:
        found = shown.presentation(session, officer, number, today=door.today)
        schools = shown.presented_schools(session, officer, number, per_page=MOST_PRINTED)
    name = f"evaluations-{found.kind.value}-{found.period}.pdf"
    content = presentation_pdf(door.policy.letterhead.council, found, schools.items)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return found, Response(content, media_type="application/pdf", headers=headers)
