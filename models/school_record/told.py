"""What messages tell of a school's own record."""

from typing import Literal

from models.told import Told


class DepartmentAsks(Told):
    """The Department asks for a comment on a notice, and the officer is to answer."""

    what: Literal["department_asks"] = "department_asks"
    notice: int
