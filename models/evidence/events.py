"""What happens to files of evidence."""

from dataclasses import dataclass

from models.happened import Happened, Names, Topic


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Happened):
    """A file was added to a case; `cautions` are what its readers are warned of."""

    file: int
    step: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    cautions: tuple[str, ...] | None = None
    scan: str

    def sentence(self, _: Names) -> str:
        warned = ", with a warning to readers" if self.cautions else ""
        return f"The file “{self.name}” was added as evidence{warned}."


@dataclass(frozen=True, kw_only=True)
class EvidenceRefused(Happened):
    """The malware scanner found something in a file."""

    topic = Topic.FILES
    hidden = "A file was refused on a restricted case: the malware scanner found something in it."
    name: str
    sha256: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The file “{self.name}” was refused: the malware scanner found something in it."
