"""Formal letters as PDF, HTML and text, on one core."""

import time
from pathlib import Path

from sqlmodel import select

from models.clocks import london_date
from models.database import read
from models.letters.tables import Letter
from models.policy import Policy
from notifications.issuing import letter_document, render
from tests.benchmarks.measuring import Measured, opened
from tests.support.council import NOW


def measure(climbed: Path, policy: Policy) -> list[Measured]:
    """Letters for each second of processor time, whatever else the machine does."""
    with opened(climbed) as engine, read(engine) as session:
        letters = session.exec(select(Letter)).all()
        today = london_date(NOW)
        documents = [letter_document(session, policy, each, today=today) for each in letters]
    render(documents[0])
    before = time.process_time()
    for document in documents:
        render(document)
    rate = len(documents) / (time.process_time() - before)
    return [
        Measured(
            f"{len(documents)} formal letters as PDF (UA-1, A-2a), HTML and text, on one core",
            f"{rate:.0f} a second",
            "at least 40",
            rate >= 40,
        )
    ]
