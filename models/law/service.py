"""Service of a notice on the governing body: what a period may rest on.

Section 60(1)(a), (b) and (4) speak of a notice that was *given* to the governing body. How a notice
may be served is section 572 of the Education Act 1996, and legal services should confirm that it
governs these; on which day a method counts as service is the council's reading, a setting. The law
here is told the day alone. Copies (section 60(6) and (6A)) are given too, but no period runs from
them: only the governing body's own notice stands in the way of anything.
"""

from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


def serve_by(compliance_ends_on: date) -> date:
    """The last day on which service still leaves a compliance period: the day before its end.

    Section 60(4)(c): the period is one to comply in, so it ends after the notice was given.
    """
    return compliance_ends_on - _ONE_DAY


def leaves_a_period(served_on: date, compliance_ends_on: date) -> bool:
    """Whether the governing body had a compliance period at all once it was served."""
    return served_on <= serve_by(compliance_ends_on)
