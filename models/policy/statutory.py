"""The council's own clocks at steps vi and vii: what the Act leaves to it, and what it adds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=260)]


class Statutory(BaseModel):
    """What the Act leaves to the authority once it has given a warning notice.

    In working days: how long the notice of proposed powers runs before it is reasonable
    (section 60(1)(d)), and how long those who are consulted about a power have to answer
    (sections 63 and 65). In days: how far off a compliance period may end at most; the Act sets no
    longest period, so a later day is the council's own refusal. In working days from the
    publication of an adverse report: by when the written statement of action is due (Education Act
    2005, section 15(3)). Regulations prescribe that period; those of today could not be read, so
    legal services confirm it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    notice_of_powers_working_days: Days
    consultation_working_days: Days
    longest_compliance_days: Annotated[int, Field(ge=1, le=3660)] = 366
    # How long the answer on school and improvement partner counts before a notice.
    guard_working_days: Days = 20
    statement_of_action_working_days: Days = 10
