"""The actions that were agreed at a discussion or a visit, put on record with it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from models.actions.following import ActionAgreed, ActionNow, agree
from models.actions.tables import ActionSource
from models.matters.at_hand import AtHand
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput

Actions = Annotated[list[ActionNow], Field(max_length=20)]


def agree_all(
    acting: Acting,
    about: AtHand,
    given: Sequence[ActionNow],
    source: ActionSource,
    source_id: int,
) -> None:
    """Agree each of them on a matter that the officer has entered, with what it came from.

    Raises NotAllowed, and InvalidInput for all that is wrong at once: of the third action the day
    is `action-3-due_on`.
    """
    acting.require(Act.RECORD_ACTION)
    errors: list[tuple[str, str]] = []
    for place, each in enumerate(given, start=1):
        agreed = ActionAgreed(**each.model_dump(), source=source.value, source_id=source_id)
        try:
            agree(acting, about, agreed)
        except InvalidInput as invalid:
            errors += [(f"action-{place}-{field}", message) for field, message in invalid.errors]
    if errors:
        raise InvalidInput.many(errors)
