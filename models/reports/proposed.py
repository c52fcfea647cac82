"""What can be proposed of a written report."""

from collections.abc import Collection
from typing import Literal

from models.proposed import LetterAlone


class SendReport(LetterAlone):
    """A version of a written report goes to the school; `final` names what was said of its facts.

    `written_by` are the e-mail addresses of whoever wrote what it says; the school is asked for
    its answer within `answer_working_days`, or not at all.
    """

    what: Literal["written_report"] = "written_report"
    report: int
    version: int
    final: bool
    answer_working_days: int
    written_by: tuple[str, ...]

    @property
    def authors(self) -> Collection[str]:
        return self.written_by
