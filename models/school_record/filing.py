"""Files that are put on a school's record."""

from models.evidence.keeping import Place
from models.people.access import Act
from models.school_record.opening import enter_record, look_up


def on_record(urn: object) -> Place:
    """The record of a school, which is opened where there is none once there is a file for it."""
    return Place(
        look=lambda session, _, officer: look_up(session, officer, Act.ADD_EVIDENCE, urn)[0],
        enter=lambda acting: enter_record(acting, Act.ADD_EVIDENCE, urn),
    )
