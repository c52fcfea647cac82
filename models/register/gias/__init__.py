"""The national register of schools (Get Information About Schools), as its files say it.

Nothing here knows what is in our database: files are read, row by row, and what they say is made
into values; a file that cannot be trusted as a whole is refused as a whole.
"""

from models.register.gias.establishments import Establishment, digest_of
from models.register.gias.files import Record, RegisterRows, examine, open_register
from models.register.gias.groups import GroupLink, Trust
from models.register.gias.values import RowRejected, known, number, plain, urn_of

__all__ = [
    "Establishment",
    "GroupLink",
    "Record",
    "RegisterRows",
    "RowRejected",
    "Trust",
    "digest_of",
    "examine",
    "known",
    "number",
    "open_register",
    "plain",
    "urn_of",
]
