"""What happens when the national register of schools is read."""

from dataclasses import dataclass

from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class RegisterImported(Happened):
    """A file of the national register was applied."""

    import_: int
    name: str
    sha256: str
    file: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int

    def sentence(self, _: Names) -> str:
        changes = f"{self.created:,} new, {self.updated:,} changed, {self.rejected:,} rejected"
        return f"The national register was imported from “{self.name}”: {changes}."


@dataclass(frozen=True, kw_only=True)
class RegisterChangedSchool(Happened):
    """The school of a live case closed or became an academy, says the national register."""

    school: str
    urn: int
    what: str
    import_: int

    def sentence(self, _: Names) -> str:
        return f"The national register says that {self.school} {self.what}."
