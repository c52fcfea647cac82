"""What readers are warned of before they open a file that was kept all the same."""

from enum import StrEnum


class Caution(StrEnum):
    """Something in a file that can act on whoever opens it."""

    JAVASCRIPT = "javascript"
    LAUNCH = "launch"
    SENDS = "sends"
    FORM = "xfa"
    MEDIA = "media"
    ATTACHED_FILES = "attached_files"
    FORMULAS = "formulas"
    NOT_EXAMINED = "not_examined"
    ADDED_BEFORE = "added_before"

    @property
    def says(self) -> str:
        """The warning in words."""
        return _SAYS[self]


_SAYS = {
    Caution.JAVASCRIPT: "This PDF has JavaScript in it: a program that runs when it is opened or "
    "used.",
    Caution.LAUNCH: "This PDF can start a program or open another file.",
    Caution.SENDS: "This PDF can call up an address, or send what is typed into it, by itself.",
    Caution.FORM: "This PDF has a form of a kind (XFA) that can hold programs.",
    Caution.MEDIA: "This PDF plays sound, films or models, which can hold programs.",
    Caution.ATTACHED_FILES: "This PDF carries other files inside it, which were not examined.",
    Caution.FORMULAS: "A spreadsheet takes some cells of this table for formulas, which can fetch "
    "or send data. Open it in a text editor, or import every column as text.",
    Caution.NOT_EXAMINED: "This file could not be examined for programs, because it is damaged or "
    "unusually made.",
    Caution.ADDED_BEFORE: "This file was added before files were examined for programs and for "
    "links that load something.",
}
