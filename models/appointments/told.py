"""What messages tell of appointments."""

from datetime import datetime
from typing import Literal

from models.appointments.tables import Asked
from models.told import Told


class InvitationGoes(Told):
    """An invitation, or the end of one, as it stands when it is put on its way."""

    what: Literal["invitation"] = "invitation"
    appointment: int
    attendee: int
    method: Asked
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str


class InvitationProblem(Told):
    """An invitation was refused or may not have arrived: the `message` that it left by."""

    what: Literal["invitation_problem"] = "invitation_problem"
    message: int
    appointment: int
