"""What messages tell of the national register."""

from typing import Literal

from models.told import OnAPage


class SchoolOfCaseChanged(OnAPage):
    """The school of a live case closed or became an academy: its `fate`, in a sentence."""

    what: Literal["register_changed_school"] = "register_changed_school"
    reference: str
    school: str
    fate: str


class RegisterKeptContact(OnAPage):
    """The register names another headteacher than the contact that an officer entered."""

    what: Literal["register_kept_contact"] = "register_kept_contact"
    school: str
    head: str
    contact: str
    source: str
