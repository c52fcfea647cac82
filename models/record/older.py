"""What events of older versions say of rows, by the tables and columns that there are now."""

from models.matters.tables import MatterKind
from models.noting import Rows

# Until there were matters, rows that hang on one named the escalation, whose number it kept.
_NAMED_ESCALATION = {
    *("proposal", "deadline", "discussion", "evidence_file", "letter", "message"),
}
# And of an escalation was said what is its matter's now.
_OF_MATTER = {
    "reference": "reference",
    "urn": "urn",
    "case_officer_id": "officer_id",
    "restricted": "restricted",
    "opened_on": "opened_on",
    "closed_on": "closed_on",
}


# The table by whose numbers the rows of another are counted that there was not yet.
NAMED_BEFORE = {"matter": "escalation"}


def as_now(spoken: Rows) -> Rows:
    """The same by today's names; of an event of today it is the same."""
    found: Rows = {}
    for row, columns in spoken.items():
        table, _, key = row.partition(":")
        if columns is None:
            found[row] = None
        elif table == "escalation":
            of_matter = {_OF_MATTER[name]: columns[name] for name in _OF_MATTER.keys() & columns}
            if "reference" in of_matter:  # it was new then
                of_matter["kind"] = MatterKind.ESCALATION.value
            if of_matter:
                found[f"matter:{key}"] = of_matter
            found[row] = {name: columns[name] for name in columns.keys() - _OF_MATTER.keys()}
        elif table in _NAMED_ESCALATION:
            found[row] = {_now(name): value for name, value in columns.items()}
        else:
            found[row] = columns
    return found


def _now(name: str) -> str:
    return "matter_id" if name == "escalation_id" else name
