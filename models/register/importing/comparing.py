"""The register's establishments compared with our schools: what each row comes to.

A school that the register does not name is never changed by its absence; but a file that lacks
many of the schools which it named before is no whole register, and is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col

from models.clocks import long_date
from models.refusals import InvalidInput
from models.register.gias import (
    Establishment,
    Record,
    RowRejected,
    digest_of,
    known,
    number,
    plain,
    urn_of,
)
from models.register.gias.establishments import COLUMNS
from models.register.gias.values import day
from models.register.importing.outcomes import ContactSaid, Finding, Outcome, Standing, rejected
from models.register.tables import FindingKind
from models.rows import find, get_row, select_columns
from models.schools.names import same_head
from models.schools.tables import ACADEMY_TYPES, ContactRole, School, SchoolKind

LACKING_SHARE = 0.1  # of the open schools that the register named before
LACKING_LEAST = 20
OPENS_WITHIN = timedelta(days=366)  # after the closure: the academy that a school became

_KNOWN = select_columns(
    col(School.urn),
    col(School.register_digest),
    col(School.trust),
    col(School.sponsor),
    col(School.la_code),
    col(School.closed_on),
).order_by(col(School.urn))


_LABELS = {
    "type_name": "Type",
    "phase": "Phase",
    "trust": "Trust",
    "sponsor": "Sponsor",
    "religious_character": "Religious character",
    "diocese": "Diocese",
    "address": "Address",
    "town": "Town",
    "postcode": "Postcode",
    "la_name": "Local authority",
    "opened_on": "Opened",
    "closed_on": "Closed",
    "register_head": "Headteacher",
}

LONGEST_NUMBER = 6  # digits, of a URN


class _Known(NamedTuple):
    digest: str | None
    trust: str | None
    sponsor: str | None
    la_code: int | None
    closed: bool


class _Academy(NamedTuple):
    """An academy of the file, as far as a school that became one can be told from it."""

    urn: str
    la: str
    number: str
    postcode: str
    opened: str


_PLACE = {name: place for place, name in enumerate(COLUMNS)}
_TYPE, _LA = _PLACE["TypeOfEstablishment (code)"], _PLACE["LA (code)"]
_ACADEMY = tuple(
    _PLACE[name] for name in ("URN", "LA (code)", "EstablishmentNumber", "Postcode", "OpenDate")
)


class Comparison:
    """One pass over a file of establishments; `la` narrows it down to one local authority."""

    def __init__(self, session: Session, la: int | None, today: date) -> None:
        self._session = session
        self._la = la
        self._today = today
        self._known = {
            row[0]: _Known(row[1], row[2], row[3], row[4], row[5] is not None)
            for row in _all(session)
        }
        self._seen: dict[int, int] = {}
        self._academies: list[_Academy] = []
        self._became: list[tuple[Outcome, Establishment]] = []

    def outcomes(self, records: Iterable[Record]) -> Iterator[Outcome]:
        """What each row comes to. Raises InvalidInput for a file that is not whole."""
        for record in records:
            outcome = self._outcome(record)
            if outcome is not None:
                yield outcome
        for outcome, establishment in self._became:
            yield self._with_successor(outcome, establishment)
        self._check_complete()

    def _outcome(self, record: Record) -> Outcome | None:
        """None for a school that became an academy: which one, is known at the end."""
        try:
            if record.rejection:
                raise RowRejected(record.rejection)
            if self._elsewhere(record):
                return Outcome(Standing.SKIPPED)
            return self._compared(record)
        except RowRejected as reason:
            name = plain(record.values[_PLACE["EstablishmentName"]]) if record.values else ""
            return rejected(record.row, record.urn, reason, name)

    def _elsewhere(self, record: Record) -> bool:
        """Whether a row is another council's; not that of a school that was ours until now."""
        if self._la is None:
            return False
        before = self._known.get(int(record.urn)) if _is_number(record.urn) else None
        ours = before is not None and before.la_code == self._la
        return not ours and number("LA (code)", plain(record.values[_LA])) != self._la

    def _compared(self, record: Record) -> Outcome | None:
        urn = urn_of(record.urn)
        if urn in self._seen:
            raise RowRejected(f"The URN is already in row {self._seen[urn]}.")
        self._seen[urn] = record.row
        self._note_academy(record.values)
        digest, before = digest_of(record.values), self._known.get(urn)
        if before is not None and before.digest == digest and _agree(record.values, before):
            return Outcome(Standing.UNCHANGED)
        establishment = Establishment.of(record.values)
        if before is not None:
            return self._changed(record.row, establishment, digest)
        if establishment.closed or establishment.proposed:
            return Outcome(Standing.SKIPPED)
        return _created(record.row, establishment, digest)

    def _note_academy(self, values: tuple[str, ...]) -> None:
        code = values[_TYPE].strip()
        if _is_number(code) and int(code) in ACADEMY_TYPES:
            self._academies.append(_Academy(*(plain(values[place]) for place in _ACADEMY)))

    def _changed(self, row: int, said: Establishment, digest: str) -> Outcome | None:
        """What a row comes to whose school we have."""
        school = get_row(self._session, School, said.urn)
        values = _columns(school, said, digest, self._today)
        findings, fate = _findings(row, school, said, values)
        differs = any(getattr(school, name) != values[name] for name in values.keys() - {_DIGEST})
        new_head = any(finding.kind is FindingKind.NEW_HEADTEACHER for finding in findings)
        outcome = Outcome(
            Standing.UPDATED if differs else Standing.UNCHANGED,
            tuple(findings),
            urn=said.urn,
            name=said.name,
            school=values,
            contacts=_contacts(said) if differs else (),
            new_head=said.head if new_head and said.kind is not SchoolKind.OTHER else "",
            fate=fate,
        )
        if said.became_academy and school.closed_on is None:
            self._became.append((outcome, said))
            return None
        return outcome

    def _with_successor(self, outcome: Outcome, closed: Establishment) -> Outcome:
        """The same, with the academy that a school became where it can be told."""
        urn = self._successor(closed)
        if not urn:
            return outcome
        to = f", which has the URN {urn}"
        findings = tuple(
            replace(finding, after=f"{finding.after}{to}")
            if finding.kind is FindingKind.CONVERTED
            else finding
            for finding in outcome.findings
        )
        return replace(outcome, findings=findings, fate=f"{outcome.fate}{to}")

    def _successor(self, closed: Establishment) -> str:
        """The newly opened academy with its number, or else the only one at its postcode."""
        since = closed.closed_on or self._today
        opened = [each for each in self._academies if _opened_after(each.opened, since)]
        la = str(closed.la_code)
        by_number = [
            each.urn
            for each in opened
            if (each.la.lstrip("0"), each.number) == (la, closed.establishment_number)
        ]
        there = [each.urn for each in opened if each.postcode == closed.postcode != ""]
        for found in (by_number, there):
            if len(found) == 1:
                return found[0]
        return ""

    def _check_complete(self) -> None:
        named = {
            urn
            for urn, school in self._known.items()
            if school.digest and not school.closed and self._la in (None, school.la_code)
        }
        lacking = len(named - self._seen.keys())
        if lacking >= LACKING_LEAST and lacking > LACKING_SHARE * len(named):
            raise InvalidInput(
                "file",
                f"The file lacks {lacking:,} of the {len(named):,} open schools that the register "
                "named before: it is not complete. Give the whole file; for the file of one local "
                "authority, say which (its code).",
            )


_DIGEST = "register_digest"


def _all(session: Session) -> Iterator[Any]:
    yield from find(session, _KNOWN)


def _is_number(text: str) -> bool:
    """Whether a cell has a number that a code or a URN could be."""
    return len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit()


def _agree(values: tuple[str, ...], before: _Known) -> bool:
    """Whether trust and sponsor, which the files of groups set too, are as this row has them."""
    trust = known(plain(values[_PLACE["Trusts (name)"]]))
    sponsor = known(plain(values[_PLACE["SchoolSponsors (name)"]]))
    return _same(trust, before.trust) and _same(sponsor, before.sponsor)


def _same(said: str | None, before: str | None) -> bool:
    """Whether a name is the one we have, or nothing is said; the files differ in capitals."""
    return said is None or said.casefold() == (before or "").casefold()


def _opened_after(opened: str, closed_on: date) -> bool:
    try:
        opened_on = day("OpenDate", opened)
    except RowRejected:
        return False
    return opened_on is not None and closed_on <= opened_on <= closed_on + OPENS_WITHIN


def _created(row: int, said: Establishment, digest: str) -> Outcome:
    values = {
        "urn": said.urn,
        **said.columns(),
        "trust": said.trust,
        "sponsor": said.sponsor,
        "closed_on": None,
        "register_head": said.head,
        _DIGEST: digest,
    }
    after = ", ".join(filter(None, (said.type_name, said.town)))
    finding = Finding(row, str(said.urn), FindingKind.NEW, said.name, after=after)
    return Outcome(
        Standing.CREATED,
        (finding,),
        urn=said.urn,
        name=said.name,
        school=values,
        contacts=_contacts(said),
    )


def _columns(school: School, said: Establishment, digest: str, today: date) -> dict[str, Any]:
    """What the columns of the school are to be.

    A closed one has a day of closing: the register's, or else the day on which we heard of it. A
    headteacher whom the register no longer names stays known: if it names the same one again, that
    is no new one.
    """
    values = {"trust": school.trust, "sponsor": school.sponsor, **said.columns()}
    for name in ("trust", "sponsor"):
        if _same(values[name], getattr(school, name)):
            values[name] = getattr(school, name)
    closed_on = (said.closed_on or school.closed_on or today) if said.closed else None
    head = said.head or school.register_head or ""
    return {**values, "closed_on": closed_on, "register_head": head, _DIGEST: digest}


def _findings(
    row: int, school: School, said: Establishment, values: dict[str, Any]
) -> tuple[list[Finding], str]:
    """What has changed about a school, and what became of it if that touches a case."""
    found: list[Finding] = []
    fate = ""

    def note(kind: FindingKind, before: str, after: str) -> None:
        found.append(Finding(row, str(said.urn), kind, said.name, before, after))

    told = {"register_head"} if school.register_head is None else set()
    if said.closed and school.closed_on is None:
        told |= {"closed_on", "register_head"}
        fate = _closing(said)
        kind = FindingKind.CONVERTED if said.became_academy else FindingKind.CLOSED
        note(kind, school.type_name, fate)
    elif school.kind is SchoolKind.MAINTAINED and said.kind is SchoolKind.ACADEMY:
        told.add("type_name")
        fate = f"became an academy ({said.type_name})"
        note(FindingKind.CONVERTED, school.type_name, fate)
    if said.name != school.name:
        note(FindingKind.RENAMED, school.name, said.name)
    if "register_head" not in told and not same_head(
        values["register_head"], school.register_head or ""
    ):
        told.add("register_head")
        note(FindingKind.NEW_HEADTEACHER, school.register_head or "nobody", said.head)
    differs = [
        name for name in _LABELS if name not in told and getattr(school, name) != values[name]
    ]
    if differs:
        before = "; ".join(f"{_LABELS[name]}: {_words(getattr(school, name))}" for name in differs)
        after = "; ".join(f"{_LABELS[name]}: {_words(values[name])}" for name in differs)
        note(FindingKind.CHANGED, before, after)
    return found, fate


def _closing(said: Establishment) -> str:
    on = f" on {long_date(said.closed_on)}" if said.closed_on else ""
    if said.became_academy:
        return f"closed{on} to become an academy ({said.reason_closed})"
    return f"closed{on}" + (f" ({said.reason_closed})" if said.reason_closed else "")


def _words(value: object) -> str:
    match value:
        case None | "" | []:
            return "nothing"
        case date():
            return long_date(value)
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _contacts(said: Establishment) -> tuple[ContactSaid, ...]:
    contacts = []
    if said.head:
        head = ContactSaid(said.urn, ContactRole.HEADTEACHER, said.head, said.postal_address)
        contacts.append(head)
    if said.trust and said.kind is SchoolKind.ACADEMY:
        contacts.append(ContactSaid(said.urn, ContactRole.TRUST, said.trust, None))
    return tuple(contacts)
