"""The council's own clocks at steps vi and vii: what the Act leaves to it, and what it adds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=260)]
Deemed = Annotated[int, Field(ge=0, le=20)]


class Statutory(BaseModel):
    """What the Act leaves to the authority once it has given a warning notice.

    In working days: how long the notice of proposed powers runs before it is reasonable
    (section 60(1)(d)), and how long those who are consulted about a power have to answer
    (sections 63 and 65). In days: how far off a compliance period may end at most; the Act sets no
    longest period, so a later day is the council's own refusal. In working days from the
    publication of an adverse report: by when the written statement of action is due (Education Act
    2005, section 15(3)). Regulations prescribe that period; those of today could not be read, so
    legal services confirm it.

    On which day a notice counts as served, in working days after the day on which it was handed
    over, left at the address, posted or sent (0 is that very day): the council's reading of section
    572 of the Education Act 1996, which legal services confirm. Until when the officer is to prove
    service, in working days from the date of the notice.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    notice_of_powers_working_days: Days
    consultation_working_days: Days
    longest_compliance_days: Annotated[int, Field(ge=1, le=3660)] = 366
    # How long the answer on school and improvement partner counts before a notice.
    guard_working_days: Days = 20
    statement_of_action_working_days: Days = 10
    served_by_hand_working_days: Deemed = 0
    served_left_at_address_working_days: Deemed = 1
    served_first_class_post_working_days: Deemed = 2
    served_recorded_delivery_working_days: Deemed = 2
    served_email_working_days: Deemed = 1
    prove_service_working_days: Days = 5

    def counts_after(self, method: str) -> int:
        """In how many working days service by a method counts; raises AttributeError for none."""
        days: int = getattr(self, f"served_{method}_working_days")
        return days
