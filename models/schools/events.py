"""What happens to schools and to the people to whom letters go."""

from dataclasses import dataclass

from models.happened import Happened, Names, Topic
from models.policy.wording import role_words


@dataclass(frozen=True, kw_only=True)
class SchoolAdded(Happened):
    """A school is kept that was not."""

    urn: int
    name: str
    type_code: int

    def sentence(self, _: Names) -> str:
        return f"{self.name} ({self.urn}) was added to the schools."


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Happened):
    """A school has another contact; `held` where a case's letters go on to the one before."""

    topic = Topic.CONTACTS
    urn: int
    role: str
    name: str
    email: str | None
    held: bool | None = None

    def sentence(self, _: Names) -> str:
        said = f"{self.name} was recorded as the {role_words(self.role)} of school {self.urn}."
        if self.held:
            return (
                f"{said} Letters on this case still go to the previous contact until the new "
                "one is confirmed."
            )
        return said
