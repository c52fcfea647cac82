"""Which rows the record speaks of: every table, and which of its columns.

An event keeps numbers, days and fixed words as they are, and of everything that somebody wrote
(texts, lists, bytes) the SHA-256: so a change is found and the record repeats no confidence.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum as Word
from functools import cached_property
from typing import Any, cast

from sqlalchemy import JSON, Column, ColumnElement, Enum, LargeBinary, Table
from sqlalchemy.orm import class_mapper
from sqlmodel import SQLModel, col

from models.actions.tables import ActionLine, AgreedAction
from models.appointments.tables import Appointment, Attendee
from models.approvals.tables import Decision, Proposal
from models.commissioning.tables import (
    Commission,
    DaysUsed,
    ImpactEvaluation,
    Provider,
    Referral,
    SupportRequest,
)
from models.consultants.tables import Accreditation, Consultant
from models.escalations.tables import Discussion, Escalation, Response, Step
from models.evidence.tables import EvidenceFile
from models.fairness.tables import FairnessRecord
from models.letters.tables import IssuedFile, Letter, LetterVersion
from models.level_letters.tables import LetterBatch, LevelLetter, LevelLetterFile
from models.matters.tables import Deadline, Matter, NamedOfficer
from models.needs.tables import Need
from models.outbox import Message, MessageKind
from models.people.tables import Credential, Delegation, Officer, SignIn
from models.policy.tables import PolicyEdition
from models.presentations.tables import Presentation, PresentationRecipient
from models.priorities.tables import ImprovementPriority, PriorityMonth, PriorityVersion
from models.programme.tables import Requirement, Review, SchoolVisit, Supporter, WrittenReport
from models.reports.tables import AccuracyKey, AccuracyLink, ReportIssue, ReportVersion
from models.results.tables import SchoolResult
from models.risk.tables import Assessment
from models.school_record.tables import DepartmentNotice, RiseSupport, StatementOfAction
from models.schools.tables import (
    NATIONAL_REGISTER,
    Contact,
    EmailAgreement,
    FoundationAnswer,
    HeldContact,
    InspectionOutcome,
    Part4Confirmation,
)
from models.sharing.tables import (
    HandedOver,
    SharingDecision,
    SharingRecipient,
    SharingUse,
)
from models.statutory.tables import (
    BudgetReview,
    Consultation,
    MatchingGovernor,
    Power,
    ProposedPowers,
    Representation,
    SecretaryOfStateNotice,
    Service,
    ServiceAsked,
    Support,
    WarningNotice,
)

Values = Mapping[Any, Any]  # by the names of columns


@dataclass(frozen=True)
class Only:
    """The rows of a table that are covered: as its values tell it, and as a query asks it."""

    holds: Callable[[Values], bool]
    condition: ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class Covered:
    """One table that the record speaks of."""

    model: type[SQLModel]
    what: str  # one row of it, in words
    by: tuple[str, ...] = ("id",)  # the columns that name a row
    but: frozenset[str] = frozenset()  # columns that come and go without an event
    on_request: frozenset[str] = frozenset()  # columns of which a command says so itself
    # The fact by which an event names the row, and the row's column: {"letter": 3} and letter_id.
    named: tuple[str, str] | None = None
    of_matter: bool = True  # what its events say is read by whoever sees the matter
    every: bool = True  # each row has an event: one of which none speaks was planted
    from_the_first: bool = True  # a new row is said; otherwise from its first change on
    may_go: bool = False  # rows are deleted in time without an event
    only: Only | None = None

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        return cast(Table, class_mapper(self.model).local_table)

    @cached_property
    def columns(self) -> dict[str, Column[Any]]:
        """The columns that are compared, by name."""
        left_out = {*self.but, *("id" for name in self.by if name != "id")}
        return {column.name: column for column in self.table.c if column.name not in left_out}

    @cached_property
    def noted(self) -> frozenset[str]:
        """The columns that are noted by themselves when a row is written."""
        return frozenset(self.columns) - self.on_request - frozenset(self.by)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a column holds when nothing was given for it, where that is plain to see."""
        found: dict[str, Any] = {}
        for name in self.noted:
            column = self.columns[name]
            given = column.default
            if given is not None and given.is_scalar:
                found[name] = cast(Any, given).arg
            elif given is None and column.server_default is None and column.nullable:
                found[name] = None
        return found

    def name_of(self, values: Values) -> str:
        """How events name a row: `decision:9`, `issued_file:3:pdf`."""
        return ":".join([self.table.name, *(str(plain(values[name])) for name in self.by)])

    def said(self, name: str, value: Any) -> Any:
        """What an event keeps of a column's value."""
        return said(self.columns[name], value)


def plain(value: Any) -> Any:
    """A number, day, moment or fixed word as JSON has it."""
    if isinstance(value, Word):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def said(column: Column[Any], value: Any) -> Any:
    """What an event keeps of a value: itself, or the SHA-256 of what somebody wrote."""
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return hashlib.sha256(value).hexdigest()
    if isinstance(column.type, JSON):
        value = json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain)
    elif isinstance(column.type, Enum) or not isinstance(value, str):
        return plain(value)
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _of_letters(values: Values) -> bool:
    return values.get("kind") in (MessageKind.LETTER, MessageKind.LEVEL_LETTER)


def _by_hand(values: Values) -> bool:
    return values.get("import_id") is None


def _corrected(values: Values) -> bool:
    return values.get("source") != NATIONAL_REGISTER


_TO_SCHOOLS = Only(
    _of_letters, col(Message.kind).in_((MessageKind.LETTER, MessageKind.LEVEL_LETTER))
)
_BY_OFFICERS = Only(_corrected, col(Contact.source) != NATIONAL_REGISTER)
# The others are as in the public file whose SHA-256 the import's event names.
_ENTERED = Only(_by_hand, col(SchoolResult.import_id).is_(None))
_ON_ITS_WAY = frozenset(
    {
        *("queued_at", "next_attempt_at", "leave_by", "attempts", "claimed_by", "claim_ends_at"),
        *("code", "detail", "settled_at", "put_off"),
    }
)
_GATE = frozenset({"gate_attempt", "gate_run_id", "gate_closed"})
_IN_BULK = frozenset({"state", "version", "level_before", "withdrawn_because"})
_UNDER_WAY = frozenset({"state", "prepared_at", "may_have_left"})

_COVERED = (
    # Who may do what.
    Covered(Officer, "an officer", of_matter=False),
    Covered(Credential, "a token, code or link", but=frozenset({"last_used_at"}), of_matter=False),
    Covered(
        SignIn,
        "a browser’s sign-in",
        but=frozenset({"last_seen_at", "ends_at"}),
        of_matter=False,
        may_go=True,
    ),
    Covered(Delegation, "cover for absence", named=("delegation", "id"), of_matter=False),
    Covered(
        Contact, "a school’s contact", by=("urn", "role"), named=("urn", "urn"), only=_BY_OFFICERS
    ),
    Covered(
        InspectionOutcome,
        "what was entered of an inspection",
        named=("inspection", "id"),
        of_matter=False,
    ),
    Covered(
        FoundationAnswer,
        "whether a school has a foundation",
        named=("answer", "id"),
        of_matter=False,
    ),
    Covered(
        EmailAgreement,
        "whether somebody agrees to be served by e-mail",
        named=("agreement", "id"),
        of_matter=False,
    ),
    Covered(
        Part4Confirmation,
        "what legal services said of Part 4",
        named=("confirmation", "id"),
        of_matter=False,
    ),
    Covered(HeldContact, "a contact held for a case", by=("matter_id", "role")),
    # An escalation, and what was decided on it.
    Covered(Matter, "a matter"),
    Covered(Escalation, "an escalation"),
    Covered(PolicyEdition, "an edition of the policy", by=("sha256",)),
    Covered(NamedOfficer, "an officer named on a case", by=("matter_id", "officer_id")),
    Covered(Step, "a step", by=("escalation_id", "key")),
    Covered(Proposal, "a proposal", but=_GATE, named=("proposal", "id")),
    Covered(Decision, "a decision", named=("proposal", "proposal_id")),
    Covered(Deadline, "a deadline", named=("deadline", "id")),
    Covered(StatementOfAction, "a statement of action", named=("statement", "id")),
    Covered(DepartmentNotice, "a notice of the Department", named=("notice", "id")),
    Covered(RiseSupport, "support by the Department", named=("support", "id")),
    Covered(AgreedAction, "an action", named=("action", "id")),
    Covered(ActionLine, "a line on an action", named=("line", "id")),
    # What may be shared, with whom, and what was.
    Covered(SharingDecision, "a sharing decision", named=("decision", "id")),
    Covered(
        SharingRecipient,
        "with whom a sharing decision shares",
        named=("decision", "decision_id"),
    ),
    Covered(SharingUse, "that a letter rests on a sharing decision", named=("letter", "letter_id")),
    Covered(HandedOver, "what was handed over", named=("handed_over", "id")),
    Covered(ImprovementPriority, "a priority", named=("priority", "id")),
    Covered(PriorityVersion, "what a priority says", named=("priority", "priority_id")),
    Covered(PriorityMonth, "a month of a priority", named=("month", "id")),
    Covered(Need, "that more or less is needed", named=("need", "id")),
    Covered(Provider, "a provider", named=("provider", "id"), of_matter=False),
    Covered(SupportRequest, "a request for support", named=("request", "id")),
    Covered(Referral, "a referral", named=("referral", "id")),
    Covered(Commission, "a commission", named=("commission", "id")),
    Covered(DaysUsed, "days of a commission", named=("day", "id")),
    Covered(ImpactEvaluation, "an evaluation of a commission", named=("evaluation", "id")),
    # What was recorded.
    Covered(Discussion, "a discussion", named=("discussion", "id")),
    Covered(Response, "a response", named=("response", "id")),
    # The version goes up by itself where a backup was restored.
    Covered(
        Appointment,
        "an appointment",
        but=frozenset({"sequence"}),
        named=("appointment", "id"),
    ),
    Covered(Attendee, "who comes to an appointment", named=("appointment", "appointment_id")),
    Covered(EvidenceFile, "a file of evidence", named=("file", "id")),
    # What was written, and to whom.
    Covered(Letter, "a letter", but=frozenset({"may_have_left"}), named=("letter", "id")),
    Covered(LetterVersion, "a version of a letter", named=("letter", "letter_id")),
    Covered(
        IssuedFile, "an issued file", by=("letter_id", "format"), named=("letter", "letter_id")
    ),
    Covered(
        Message,
        "a delivery",
        by=("key",),
        but=_ON_ITS_WAY,
        on_request=frozenset({"state"}),
        named=("letter", "letter_id"),
        only=_TO_SCHOOLS,
    ),
    Covered(Service, "a letter’s service", named=("letter", "letter_id")),
    Covered(
        ServiceAsked,
        "that service is to be proven",
        by=("letter_id",),
        named=("letter", "letter_id"),
    ),
    Covered(FairnessRecord, "a record of fairness", named=("fairness", "id")),
    # Steps vi and vii.
    Covered(Support, "how support works"),
    Covered(WarningNotice, "a warning notice", named=("notice", "id")),
    Covered(ProposedPowers, "a notice that powers are proposed", named=("notice", "notice_id")),
    Covered(Power, "a power", named=("power", "id")),
    Covered(Consultation, "a consultation", named=("power", "power_id")),
    Covered(MatchingGovernor, "a governor whom others appointed", named=("power", "power_id")),
    Covered(Representation, "a representation", named=("power", "power_id")),
    Covered(BudgetReview, "a review of a suspended budget", named=("power", "power_id")),
    Covered(SecretaryOfStateNotice, "a notice of the Secretary of State", named=("notice", "id")),
    # Risk and support of schools.
    Covered(
        Assessment,
        "an assessment",
        but=_IN_BULK,
        named=("assessment", "id"),
        of_matter=False,
        every=False,
    ),
    Covered(
        SchoolResult,
        "a result of a school",
        named=("result", "id"),
        of_matter=False,
        only=_ENTERED,
    ),
    Covered(SchoolVisit, "a visit", of_matter=False),
    Covered(WrittenReport, "a report", named=("report", "id"), of_matter=False),
    Covered(ReportVersion, "a version of a report", named=("report", "report_id"), of_matter=False),
    Covered(ReportIssue, "a report on its way", named=("report", "report_id")),
    Covered(AccuracyLink, "what the school says of a report", named=("link", "id")),
    Covered(AccuracyKey, "a personal link", named=("link", "link_id")),
    Covered(Review, "a review", of_matter=False),
    # Of its lines the record speaks by their SHA-256, which stands with it.
    Covered(
        Presentation,
        "evaluations that are presented",
        but=frozenset({"chased_at"}),
        named=("presentation", "id"),
        of_matter=False,
    ),
    Covered(
        PresentationRecipient,
        "to whom evaluations were presented",
        named=("presentation", "presentation_id"),
        of_matter=False,
    ),
    Covered(Supporter, "somebody who supports a school", of_matter=False),
    Covered(Consultant, "a consultant", named=("consultant", "id"), of_matter=False),
    Covered(
        Accreditation,
        "as what a consultant is accredited",
        named=("accreditation", "id"),
        of_matter=False,
    ),
    Covered(
        Requirement,
        "what a school requires",
        named=("requirement", "id"),
        of_matter=False,
    ),
    Covered(
        LetterBatch,
        "a batch of letters",
        but=_UNDER_WAY,
        named=("batch", "id"),
        of_matter=False,
        every=False,
    ),
    Covered(
        LevelLetter,
        "a letter about a risk level",
        but=frozenset({"state", "occasion", "posting_order", "left_out"}),
        of_matter=False,
        every=False,
        from_the_first=False,
    ),
    Covered(
        LevelLetterFile, "an issued letter about a risk level", by=("letter_id",), of_matter=False
    ),
)
COVERED: Mapping[type[SQLModel], Covered] = {each.model: each for each in _COVERED}
BY_NAME: Mapping[str, Covered] = {each.table.name: each for each in _COVERED}
