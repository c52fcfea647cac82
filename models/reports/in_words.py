"""Written reports as their letters tell them."""

from models.letters.in_words import InWords


class SectionInWords(InWords):
    """One section of a report."""

    title: str
    text: str


class ReportInWords(InWords):
    """A report: what it is called at the head of the letter and inside a sentence.

    `asks` is set where the school is asked whether its facts are accurate.
    """

    title: str
    called: str
    dated: str
    author: str
    sections: list[SectionInWords]
    asks: str


class SaidInWords(InWords):
    """What somebody at the school said of the facts, and what the author replied."""

    who: str
    accurate: str
    on: str
    comments: str
    reply: str


class ReportLetter(InWords):
    """What the letter with a written report names."""

    report: ReportInWords


class FinalInWords(InWords):
    """How the facts were checked: what was said, and by whom no answer came."""

    said: list[SaidInWords]
    silent: str
    first_issued: str
    answer_by: str


class FinalReportLetter(ReportLetter):
    """What the letter with the final version names."""

    facts: FinalInWords
