"""What an import writes: schools, their contacts, and word to those who must hear of it.

All inside the one transaction of an import. A contact that an officer corrected outlives every
import; a live case is told of what happened to its school, and is itself not changed.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.clocks import london_date
from models.escalations.tables import LIVE, Escalation
from models.events import append
from models.matters.held_contacts import contact_at, register_changed
from models.matters.tables import Matter
from models.people.tables import Officer
from models.policy import Policy
from models.programme.supporters import looking_after
from models.register.events import RegisterChangedSchool
from models.register.importing.outcomes import ContactSaid, Outcome, Standing
from models.register.told import RegisterKeptContact, SchoolOfCaseChanged
from models.risk.new_headteachers import new_headteacher
from models.rows import add_all, by_key, change, find
from models.school_record.statements import follow_register
from models.schools.names import same_head
from models.schools.tables import NATIONAL_REGISTER, Contact, ContactRole, School
from models.telling import tell
from models.told import Told

_BATCH = 1000
_LIVE = (
    select(Matter)
    .join(Escalation, col(Escalation.id) == col(Matter.id))
    .where(col(Escalation.status).in_(LIVE))
)


class Writer:
    """Writes the outcomes of one import, the new schools many at a time."""

    def __init__(self, session: Session, policy: Policy, now: datetime, import_id: int) -> None:
        self._session = session
        self._policy = policy
        self._now = now
        self._import_id = import_id
        self._schools: list[dict[str, Any]] = []
        self._contacts: list[dict[str, Any]] = []
        self._live = {matter.urn: matter for matter in find(session, _LIVE)}

    def write(self, outcome: Outcome) -> None:
        """What is to be done for one row."""
        if outcome.standing is Standing.CREATED:
            self._schools.append(outcome.school)
            self._contacts += [self._columns(said) for said in outcome.contacts]
            if len(self._schools) >= _BATCH:
                self.flush()
            return
        if outcome.school:
            change(self._session, School, {"urn": outcome.urn}, **outcome.school)
        kept = [contact for said in outcome.contacts if (contact := self._contact(said))]
        if outcome.new_head:
            self._new_head(outcome, kept)
        if outcome.fate:
            follow_register(self._session, self._now, outcome.urn, outcome.fate)
        if outcome.fate and outcome.urn in self._live:
            self._tell_case_officer(outcome, self._live[outcome.urn])

    def flush(self) -> None:
        """Write the new schools that were kept back; once more at the end."""
        add_all(self._session, School, self._schools)
        add_all(self._session, Contact, self._contacts)
        self._schools, self._contacts = [], []

    def _columns(self, said: ContactSaid) -> dict[str, Any]:
        return {
            "urn": said.urn,
            "role": said.role,
            "name": said.name,
            "email": None,
            "address": said.address or [],
            "source": NATIONAL_REGISTER,
            "changed_at": self._now,
        }

    def _contact(self, said: ContactSaid) -> Contact | None:
        """Put what the register says of a contact in force; the contact, if an officer's stays."""
        contact = contact_at(self._session, said.urn, said.role)
        if contact is None:
            add_all(self._session, Contact, [self._columns(said)])
            register_changed(self._session, None, Contact(**self._columns(said)))
            return None
        if contact.source != NATIONAL_REGISTER:
            return contact
        same = same_head(contact.name, said.name)
        columns = self._columns(said)
        if same:
            columns["email"] = contact.email
            if said.address is None:
                columns["address"] = list(contact.address)
        stays = all(
            getattr(contact, name) == columns[name] for name in ("name", "email", "address")
        )
        if not stays:
            change(self._session, Contact, {"id": contact.id}, **columns)
            register_changed(self._session, contact, Contact(**columns))
        return None

    def _new_head(self, outcome: Outcome, kept: list[Contact]) -> None:
        """A new headteacher changes the level; where an officer's contact stays, somebody hears."""
        new_headteacher(
            self._session, self._policy, now=self._now, urn=outcome.urn, head=outcome.new_head
        )
        for contact in kept:
            head = contact.role == ContactRole.HEADTEACHER
            if head and not same_head(contact.name, outcome.new_head):
                self._tell_of_kept_contact(outcome, contact)

    def _tell_of_kept_contact(self, outcome: Outcome, contact: Contact) -> None:
        officers = looking_after(self._session, outcome.urn, london_date(self._now))
        kept = RegisterKeptContact(
            path=f"/schools/{outcome.urn}",
            school=outcome.name,
            head=outcome.new_head,
            contact=contact.name,
            source=contact.source,
        )
        self._tell(officers, f"kept_contact:{outcome.urn}", None, kept)

    def _tell_case_officer(self, outcome: Outcome, matter: Matter) -> None:
        """The school of a live case closed or became an academy: people decide what follows."""
        changed = RegisterChangedSchool(
            matter.id,
            school=outcome.name,
            urn=outcome.urn,
            what=outcome.fate,
            import_=self._import_id,
        )
        append(self._session, self._now, NATIONAL_REGISTER, changed)
        officer = by_key(self._session, Officer, matter.officer_id)
        today = london_date(self._now)
        officers = (
            [officer]
            if officer is not None and officer.active
            else looking_after(self._session, outcome.urn, today)
        )
        told = SchoolOfCaseChanged(
            path=matter.page,
            reference=matter.reference,
            school=outcome.name,
            fate=outcome.fate,
        )
        self._tell(officers, f"changed_school:{outcome.urn}", matter.id, told)

    def _tell(
        self,
        officers: list[Officer],
        what: str,
        about: int | None,
        told: Told,
    ) -> None:
        key = f"register:{self._import_id}:{what}"
        tell(self._session, self._now, officers, key=key, about=about, told=told)
