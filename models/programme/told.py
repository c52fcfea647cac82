"""What messages tell of the support programme."""

from typing import Literal

from models.told import OnAPage, Told


class DutiesDue(OnAPage):
    """These duties are late or due soon."""

    what: Literal["duties"] = "duties"
    duties: tuple[int, ...]


class ConsultantsDutiesDue(Told):
    """At a school that this consultant supports these duties are late or due soon."""

    what: Literal["consultants_duties"] = "consultants_duties"
    consultant: int
    duties: tuple[int, ...]
