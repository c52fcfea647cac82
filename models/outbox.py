"""The outbox: what is to leave the building, and what became of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field as PydanticField
from pydantic import TypeAdapter
from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from models.appointments import told as appointments
from models.approvals import told as approvals
from models.database import UtcDateTime
from models.inspections import told as inspections
from models.letters import told as letters
from models.level_letters import told as level_letters
from models.matters import told as matters
from models.needs import told as needs
from models.of_matter import OfMatter
from models.presentations import told as presentations
from models.programme import told as programme
from models.register import told as register
from models.reports import told as reports
from models.risk import told as risk
from models.school_record import told as school_record
from models.upkeep import told as upkeep
from models.words import word

AnyTold = Annotated[
    appointments.InvitationGoes
    | appointments.InvitationProblem
    | approvals.ProposalWaits
    | approvals.OwnProposalApproved
    | approvals.OwnProposalReturned
    | inspections.NewCategory
    | letters.LetterGoes
    | letters.DeliveryProblem
    | letters.LetterProblem
    | letters.MessageProblem
    | level_letters.LevelLetterGoes
    | level_letters.LevelLettersToCheck
    | level_letters.LevelLettersProblem
    | matters.Reminders
    | matters.Digest
    | matters.AnotherCaseOfficer
    | presentations.EvaluationsToPresent
    | presentations.PresentationGiven
    | needs.MoreNeeded
    | programme.DutiesDue
    | programme.ProgressEvaluated
    | programme.ConsultantsDutiesDue
    | register.SchoolOfCaseChanged
    | register.RegisterKeptContact
    | reports.AccuracyReminder
    | reports.AccuracyAnswered
    | risk.AssessmentWaits
    | risk.ProposedLevelReturned
    | risk.LevelChanged
    | risk.NewHeadteacher
    | risk.RoundWaits
    | risk.RoundOverdue
    | school_record.DepartmentAsks
    | upkeep.MailTested,
    PydanticField(discriminator="what"),
]
_READER: TypeAdapter[AnyTold] = TypeAdapter(AnyTold)

# Of a letter whose record was lost with the rows that a backup replaced.
MAY_HAVE_LEFT = "A backup was restored that is older than this. It may have arrived."


class MessageKind(StrEnum):
    """What a message is for."""

    LETTER = "letter"
    LEVEL_LETTER = "level_letter"
    INVITATION = "invitation"
    REMINDER = "reminder"
    DIGEST = "digest"
    ALERT = "alert"


class MessageState(StrEnum):
    """How far a message has come; `unknown` is never sent again by itself."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    SETTLED = "settled"  # an officer decided what became of a failed or unknown one


class Message(OfMatter, table=True):
    """One message to one person. `key` is unique: the same message is never queued twice."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "message_pending",
            "kind",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "message_claimed",
            "claim_ends_at",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
    )

    missing: ClassVar[str] = "There is no delivery {}."

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: MessageKind = word(MessageKind)
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    to_name: str
    to_email: str
    # The facts of what it tells, as they are kept; `tells` has them by name and type.
    data: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: MessageState = word(MessageState)
    queued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    next_attempt_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    # Reminders leave in office hours only: those of this day until then, or later ones.
    leave_by: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    attempts: int = 0
    put_off: int = 0  # how many of the attempts may have failed because of this message itself
    claimed_by: str | None = None
    claim_ends_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    code: int | None = None
    detail: str = ""
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    @property
    def tells(self) -> AnyTold:
        """What it tells; letters, reminders and digests of an older version do not say so."""
        return _READER.validate_python({"what": self.kind.value, **self.data})


class MessageAbout(OfMatter, table=True):
    """That a reminder or a digest was queued about a case: one message tells of several."""

    __tablename__ = "message_about"
    __table_args__ = (Index("message_about_once", "matter_id", "message_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    message_id: int = Field(foreign_key="message.id", index=True)


# What a mail server asks for beyond this is not believed: it is asked again after it.
LONGEST_WAIT_ASKED = timedelta(hours=1)


class MailServer(SQLModel, table=True):
    """How a mail server (or the mail folder) has been of late, for all who send through it.

    While it ails (`ailing_since`), it is asked by one message at a time, and not before `ask_at`.
    `put_off` counts the messages that it put off at their first attempt, one after the other.
    Until `wait_until` it asked to be left alone, and nobody asks it. `called_at` is when an
    administrator was called because nobody else can put it right.
    """

    __tablename__ = "mail_server"

    name: str = Field(primary_key=True)
    put_off: int = 0
    ailing_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ask_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    wait_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    called_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    taken_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    said: str = ""  # why it last took nothing, whatever the message

    def asks_to_wait(self, now: datetime) -> bool:
        """Whether it is to be left alone; what lies farther ahead a wrong clock has set."""
        until = self.wait_until
        return until is not None and now < until <= now + LONGEST_WAIT_ASKED


class ClockPass(SQLModel, table=True):
    """When the clock last went round, when it last made the daily digest, and when the delivery
    worker last gave a sign of life."""

    __tablename__ = "clock_pass"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Answer(SQLModel, table=True):
    """The first answer to a request that carried an Idempotency-Key."""

    __tablename__ = "answer"
    __table_args__ = (Index("answer_to_key", "officer_id", "key", unique=True),)

    id: int = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id")
    key: str
    request_digest: str
    status: int
    body: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
