"""What a form asks for, declared beside its page: from an Input, or by names alone."""

from collections.abc import Collection
from datetime import date
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from models.inputs import Input

Given = TypeVar("Given", bound=Input)


class Fields:
    """The fields of a form, in the order in which they stand on the page.

    Each with how it is called in a sentence, and what is asked for when it was left empty. `days`
    are those that are dates, `may` those that may be left empty.
    """

    def __init__(
        self, *, days: Collection[str] = (), may: Collection[str] = (), **called: tuple[str, str]
    ) -> None:
        self.called = called
        self.days = frozenset(days)
        self.needed = frozenset(called) - frozenset(may)

    def about(self, name: str, message: str) -> str:
        """A command's message with the field as its subject, as it must stand in a summary."""
        label, missing = self.called[name]
        if message.startswith("Cannot be empty"):
            return missing
        if message.startswith("Must "):
            return f"{label} m{message[1:]}"
        return message

    def href(self, name: str) -> str:
        """Where the field stands on the page: of a date, its first box."""
        return f"#{name}-day" if name in self.days else f"#{name}"


class Asked(Fields, Generic[Given]):
    """The fields of a form that fills an Input, which says what is a date and what has to be there.

    Fields are declared by the Input's names (`with_whom`) and stand on the page under those that
    the API has (`with`). A field that the Input has not is the page's own, and has to be there
    too. `must` are those that this page wants though the Input would do without, `may` those that
    may be left empty all the same.
    """

    def __init__(
        self,
        fills: type[Given],
        *,
        must: Collection[str] = (),
        may: Collection[str] = (),
        **called: tuple[str, str],
    ) -> None:
        self.fills = fills
        filled = {name: info for name, info in fills.model_fields.items() if name in called}
        self.on_page = {name: info.alias or name for name, info in filled.items()}
        self.kinds = {name: _kind(info.annotation) for name, info in filled.items()}
        left = [each for each in filled if not filled[each].is_required() and each not in must]
        super().__init__(
            days=[self.on_page[name] for name, (kind, _) in self.kinds.items() if kind is date],
            may=[*may, *(self.on_page[name] for name in left)],
            **{self.on_page.get(name, name): words for name, words in called.items()},
        )


def _kind(annotation: Any) -> tuple[Any, bool]:
    """What a field of an Input holds, and whether it may be None."""
    kinds = [annotation]
    if get_origin(annotation) in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not type(None)]
    bare = [get_args(each)[0] if get_origin(each) is Annotated else each for each in kinds]
    optional = type(None) in get_args(annotation)
    if len(bare) > 1:  # a URN is a number or text
        return str, optional
    return get_origin(bare[0]) or bare[0], optional
