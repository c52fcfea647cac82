"""Results of schools at the end of a key stage, beside the national figure."""

from datetime import datetime

from sqlalchemy import Column, Float, Index, false
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime


class SchoolResult(SQLModel, table=True):
    """One measure of one school in one school year, as it was entered or read in a file.

    Rows are only ever added; of those about the same school, year and measure the last counts.
    Without a value it says that there is no such result.
    """

    __tablename__ = "school_result"
    __table_args__ = (
        Index("result_of_school", "urn", "school_year", "measure"),
        Index("result_of_measure", "school_year", "measure"),
    )

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    school_year: int  # the calendar year in which it begins
    measure: str  # its key in the policy, which says the rest
    value: float | None = Field(default=None, sa_column=Column(Float(53), nullable=True))
    # The national figure of the same year; none where it is not known.
    benchmark: float | None = Field(default=None, sa_column=Column(Float(53), nullable=True))
    source: str
    reason: str = ""  # why it stands in the place of the entry before
    replaced: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # Nobody of ours where an administrator at the command line imported it.
    recorded_by_id: int | None = Field(default=None, foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    import_id: int | None = Field(default=None, foreign_key="national_import.id", index=True)
