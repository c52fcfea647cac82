"""Importing the national register: what a file would change is shown first, then applied.

Reading compares a file with our schools and changes none. Applying reads and compares once more
inside the one transaction that writes, so that what is applied is what was shown, or nothing.
"""

from models.register.importing.actions import FileGiven, apply, give, read_register, withdraw
from models.register.importing.arriving import LARGEST, receive, tidy
from models.register.importing.whole import Imported, import_file, preview

__all__ = [
    "LARGEST",
    "FileGiven",
    "Imported",
    "apply",
    "give",
    "import_file",
    "preview",
    "read_register",
    "receive",
    "tidy",
    "withdraw",
]
