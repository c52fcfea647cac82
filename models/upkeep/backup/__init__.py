"""The whole of it in one file, and back, while everything goes on; see docs/backup.md.

The file is a zip: the rows as a SQLite database whatever kind they came from, the files that
officers attached, and a manifest with the SHA-256 of each. So what was saved from one kind of
database can be restored into the other, migrations bring an older backup up to date, and the
rows can be looked at with nothing but `sqlite3`.
"""

from models.upkeep.backup.archive import Manifest
from models.upkeep.backup.making import Made, back_up
from models.upkeep.backup.restoring import Restored, is_empty, restore

__all__ = ["Made", "Manifest", "Restored", "back_up", "is_empty", "restore"]
