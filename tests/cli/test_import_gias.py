"""`scc import gias`: what a file of the national register changes, and what it must not."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, delete, select
from typer.testing import CliRunner

from cli.main import app
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.escalations.tables import Status
from models.events import Event, verify
from models.letters.shown import held_contacts
from models.matters.tables import Deadline, DeadlineKind, DeadlineState, Matter
from models.outbox import Message, MessageKind
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.policy import Policy
from models.programme.tables import Supporter, SupportRole
from models.refusals import NotPossible
from models.register.events import RegisterChangedSchool, RegisterImported
from models.register.tables import FindingKind, ImportState, RegisterFinding, RegisterImport
from models.risk.tables import LevelChange
from models.rows import add, change
from models.school_record.events import StatementFellAway
from models.schools import contacts
from models.schools.tables import (
    NATIONAL_REGISTER,
    Contact,
    ContactRole,
    RiskLevel,
    School,
    SchoolKind,
)
from models.settings import Settings
from notifications.composing import Composer
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.policies import POLICY
from tests.support.register_files import (
    CHURCH,
    COLUMNS,
    CONVERTER,
    GROUPS,
    INDEPENDENT,
    LINKS,
    NEWER,
    closed,
    content,
    group,
    head,
    link,
    school,
    trust,
    written,
)
from tests.support.school_records import SchoolRecord

Rows = list[Mapping[str, str]]


class Register:
    """The register as it stands, imported from the command line on one database."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.file = folder / "edubasealldata20261123.csv"

    def give(self, rows: Rows, *options: str, status: int = 0, **how: Any) -> Any:
        """Import a file with these rows; its one JSON object."""
        return self.run(written(self.file, rows, **how), *options, status=status)

    def run(self, file: Path, *options: str, status: int = 0) -> Any:
        result = CliRunner().invoke(app, ["import", "gias", str(file), "--json", *options])
        assert result.exit_code == status, (result.output, result.exception)
        assert "Traceback" not in result.output
        return json.loads(result.stdout)

    def school(self, urn: int) -> School:
        with read(self.engine) as session:
            return session.get_one(School, urn)

    def urns(self) -> set[int]:
        with read(self.engine) as session:
            return set(session.exec(select(School.urn)))

    def contact(self, urn: int, role: str = "headteacher") -> Contact | None:
        wanted = select(Contact).where(Contact.urn == urn, Contact.role == ContactRole(role))
        with read(self.engine) as session:
            return session.exec(wanted).first()

    def findings(self, kind: str) -> list[RegisterFinding]:
        with read(self.engine) as session:
            wanted = select(RegisterFinding).where(RegisterFinding.kind == FindingKind(kind))
            return list(session.exec(wanted.order_by(col(RegisterFinding.id))))

    def alerts(self, what: str) -> list[Message]:
        with read(self.engine) as session:
            alerts = session.exec(select(Message).where(Message.kind == MessageKind.ALERT))
            return [alert for alert in alerts if alert.data["what"] == what]

    def events(self, kind: str) -> list[Event]:
        with read(self.engine) as session:
            assert verify(session) is None
            return list(
                session.exec(select(Event).where(Event.kind == kind).order_by(col(Event.sequence)))
            )


@pytest.fixture
def register(
    engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Register:
    """The command on an empty database of either kind."""
    for name in ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)
    return Register(engine, tmp_path)


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASHFIELD = school(900101, "Ashfield Junior School", Locality="Lower Ash")
OAKWOOD = school(
    900102,
    "Oakwood Academy",
    trust("FERNSHIRE LEARNING TRUST"),
    head("Bryn Bellamy", "Dr"),
    **{"PhaseOfEducation (name)": "Secondary", "SchoolSponsors (name)": "Oak Foundation"},
)
CASTLE = school(900103, "Castle School", INDEPENDENT)


# What is taken ------------------------------------------------------------------------------


def test_a_first_import_adds_schools_and_contacts(register: Register) -> None:
    gone = school(900104, "Old Mill School", closed("31-08-1992"))
    answer = register.give([ASHFIELD, OAKWOOD, CASTLE, gone])
    assert answer == {
        "file": "establishments",
        "read": 4,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "skipped": 1,
        "changes": {
            "new": 3,
            "closed": 0,
            "converted": 0,
            "renamed": 0,
            "new_headteacher": 0,
            "changed": 0,
        },
        "rejected": [],
    }
    assert register.urns() == {900101, 900102, 900103}
    oakwood = register.school(900102)
    assert (oakwood.name, oakwood.kind, oakwood.phase) == (
        "Oakwood Academy",
        SchoolKind.ACADEMY,
        "Secondary",
    )
    assert (oakwood.trust, oakwood.sponsor) == ("FERNSHIRE LEARNING TRUST", "Oak Foundation")
    assert (oakwood.la_code, oakwood.la_name) == (999, "Fernshire")
    assert (oakwood.opened_on, oakwood.closed_on) == (date(1968, 9, 1), None)
    assert oakwood.risk_level is None
    ashfield = register.school(900101)
    assert ashfield.address == ["1 School Lane", "Lower Ash"]
    assert (ashfield.town, ashfield.postcode) == ("Fernminster", "FM1 1AA")
    assert (ashfield.religious_character, ashfield.diocese, ashfield.trust) == (None, None, None)
    contact = register.contact(900101)
    assert contact is not None
    assert (contact.name, contact.email, contact.source) == (
        "Ms Asha Archer",
        None,
        NATIONAL_REGISTER,
    )
    assert contact.address == ["1 School Lane", "Lower Ash", "Fernminster", "FM1 1AA"]
    in_trust = register.contact(900102, "trust")
    assert in_trust is not None
    assert in_trust.name == "FERNSHIRE LEARNING TRUST"
    assert register.school(900103).kind is SchoolKind.OTHER
    assert register.alerts("new_headteacher") == []


def test_a_second_time_everything_is_unchanged(register: Register) -> None:
    rows: Rows = [ASHFIELD, OAKWOOD, CASTLE]
    register.give(rows)
    before = _schools_and_contacts(register)
    answer = register.give(rows)
    assert (answer["created"], answer["updated"], answer["unchanged"]) == (0, 0, 3)
    assert _schools_and_contacts(register) == before


def _schools_and_contacts(register: Register) -> list[dict[str, Any]]:
    with read(register.engine) as session:
        found = [*session.exec(select(School)), *session.exec(select(Contact))]
        return [each.model_dump() for each in found]


@ON_SQLITE
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_names_are_read_in_every_encoding(register: Register, encoding: str) -> None:
    names = ["Sant’Ana School", "Café Étoile Academy", "St Brannoc’s – “Upper” School"]
    rows = [school(900101 + place, name) for place, name in enumerate(names)]
    register.give(rows, encoding=encoding)
    assert [register.school(900101 + place).name for place in range(3)] == names


@ON_SQLITE
def test_columns_are_found_by_name(register: Register) -> None:
    newer = [*reversed(COLUMNS), *NEWER]
    assert len(newer) == 135
    register.give([ASHFIELD, OAKWOOD])
    answer = register.give([ASHFIELD, OAKWOOD], columns=newer)
    assert answer["unchanged"] == 2


@ON_SQLITE
def test_only_one_local_authority_is_taken(register: Register) -> None:
    elsewhere = school(900110, "Far School", **{"LA (code)": "998", "LA (name)": "Elsewhere"})
    broken = elsewhere | {"URN": "900111", "OpenDate": "once"}
    answer = register.give([ASHFIELD, elsewhere, broken], "--la", "999")
    assert (answer["read"], answer["created"], answer["skipped"]) == (3, 1, 2)
    assert answer["rejected"] == []
    assert register.urns() == {900101}
    moved = ASHFIELD | {"LA (code)": "998", "LA (name)": "Elsewhere"}
    answer = register.give([moved, elsewhere], "--la", "999")
    assert (answer["updated"], answer["skipped"]) == (1, 1)
    assert register.school(900101).la_name == "Elsewhere"


@ON_SQLITE
def test_a_preview_changes_nothing(register: Register) -> None:
    register.give([ASHFIELD])
    with read(register.engine) as session:
        before = session.exec(select(Event)).all()
    answer = register.give([ASHFIELD | {"EstablishmentName": "Ash School"}, OAKWOOD], "--preview")
    assert (answer["created"], answer["updated"]) == (1, 1)
    assert answer["changes"]["renamed"] == 1
    assert register.urns() == {900101}
    assert register.school(900101).name == "Ashfield Junior School"
    with read(register.engine) as session:
        assert session.exec(select(Event)).all() == before
    assert len(_imports(register)) == 1


def _imports(register: Register) -> list[RegisterImport]:
    with read(register.engine) as session:
        return list(session.exec(select(RegisterImport)))


@ON_SQLITE
def test_an_import_is_on_record(register: Register) -> None:
    register.give([ASHFIELD, school("12345", "No URN")])
    [event] = register.events(RegisterImported.kind)
    sha256 = hashlib.sha256(register.file.read_bytes()).hexdigest()
    assert event.facts["sha256"] == sha256
    assert event.facts["name"] == "edubasealldata20261123.csv"
    assert (event.facts["created"], event.facts["rejected"]) == (1, 1)
    [kept] = _imports(register)
    assert (kept.state, kept.sha256, kept.read, kept.created) == (
        ImportState.APPLIED,
        sha256,
        2,
        1,
    )
    assert [each.name for each in register.findings("new")] == ["Ashfield Junior School"]


@ON_SQLITE
def test_words_for_people(register: Register) -> None:
    written(register.file, [ASHFIELD, school("12345", "No URN")])
    result = CliRunner().invoke(app, ["import", "gias", str(register.file)])
    assert result.exit_code == 0
    assert "What this changed:" in result.stdout
    assert "Row 3, URN 12345: The URN is not a number of six digits." in result.stdout


# What changed -------------------------------------------------------------------------------


def test_a_new_name_and_other_changes_are_found(register: Register) -> None:
    register.give([ASHFIELD])
    changed = ASHFIELD | CHURCH | {"EstablishmentName": "Ash School", "Street": "2 New Road"}
    answer = register.give([changed])
    assert (answer["updated"], answer["changes"]["renamed"], answer["changes"]["changed"]) == (
        1,
        1,
        1,
    )
    [renamed] = register.findings("renamed")
    assert (renamed.before, renamed.after) == ("Ashfield Junior School", "Ash School")
    [other] = register.findings("changed")
    assert "Address: 1 School Lane, Lower Ash" in other.before
    assert "Address: 2 New Road, Lower Ash" in other.after
    assert "Diocese: Diocese of Fernminster" in other.after
    assert register.school(900101).name == "Ash School"
    contact = register.contact(900101)
    assert contact is not None
    assert contact.address[0] == "2 New Road"


def test_a_new_headteacher_changes_the_level_and_is_told(
    register: Register, council: Council
) -> None:
    register.give([ASHFIELD])
    with write(register.engine) as session:
        add(
            session,
            Supporter,
            urn=900101,
            role=SupportRole.SCHOOL_EVALUATION_OFFICER,
            name=council.seo.name,
            officer_id=council.seo.id,
            first_day=date(2020, 9, 1),
            assigned_by="hos@fernshire.example",
            assigned_at=NOW,
        )
    answer = register.give([ASHFIELD | head("Carys Drake")])
    assert answer["changes"]["new_headteacher"] == 1
    [found] = register.findings("new_headteacher")
    assert (found.before, found.after) == ("Ms Asha Archer", "Ms Carys Drake")
    after = register.school(900101)
    assert (after.register_head, after.risk_level) == ("Ms Carys Drake", RiskLevel.LOW)
    contact = register.contact(900101)
    assert contact is not None
    assert contact.name == "Ms Carys Drake"
    [alert] = register.alerts("new_headteacher")
    assert alert.to_email == council.seo.email
    with read(register.engine) as session:
        assert [change.urn for change in session.exec(select(LevelChange))] == [900101]
    register.give([ASHFIELD | head("Carys Drake")])
    assert len(register.alerts("new_headteacher")) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "same",
    [
        head("asha ARCHER", "Mrs"),
        head("Asha  Archer", ""),
        head("Dr Asha Archer", "Dr"),
        head("", ""),
        head("Vacant", ""),
    ],
)
def test_the_same_headteacher_is_no_new_one(register: Register, same: dict[str, str]) -> None:
    register.give([ASHFIELD])
    assert register.give([ASHFIELD | same])["changes"]["new_headteacher"] == 0
    assert register.give([ASHFIELD])["changes"]["new_headteacher"] == 0
    assert register.school(900101).risk_level is None


@ON_SQLITE
def test_a_headteacher_after_a_vacancy_is_new(register: Register) -> None:
    register.give([ASHFIELD | head("", "")])
    assert register.contact(900101) is None
    assert register.give([ASHFIELD])["changes"]["new_headteacher"] == 1


@ON_SQLITE
def test_a_school_that_was_here_before_has_no_new_headteacher(
    register: Register, council: Council
) -> None:
    answer = register.give([school(900001, "Ashfield Primary School", head("Carys Drake"))])
    assert (answer["updated"], answer["changes"]["new_headteacher"]) == (1, 0)
    assert register.school(900001).register_head == "Ms Carys Drake"


def test_what_an_officer_corrected_outlives_every_import(
    register: Register, council: Council
) -> None:
    register.give([ASHFIELD])
    with write(register.engine) as session:
        contacts.set_contact(
            Acting(session, POLICY, council.seo, NOW),
            900101,
            "headteacher",
            contacts.NewContact(
                name="Gwen Irving", email="gwen@ashfield.example", address=["By the gate"]
            ),
        )
    register.give([ASHFIELD | {"Street": "2 New Road"}])
    register.give([ASHFIELD | head("Carys Drake")])
    contact = register.contact(900101)
    assert contact is not None
    assert (contact.name, contact.email) == ("Gwen Irving", "gwen@ashfield.example")
    assert (contact.address, contact.source) == (["By the gate"], council.seo.email)
    told = register.alerts("register_kept_contact")
    assert {alert.to_email for alert in told} == {council.hos.email, council.hos2.email}
    # That it is who the officer said, is nothing to ask about.
    register.give([ASHFIELD | head("Gwen Irving")])
    assert len(register.alerts("register_kept_contact")) == len(told)


def test_a_contact_of_the_register_keeps_its_address_while_it_is_the_same_person(
    register: Register, council: Council
) -> None:
    register.give([ASHFIELD])
    with write(register.engine) as session:
        for kept in session.exec(select(Contact).where(Contact.urn == 900101)):
            kept.email = "head@ashfield.example"
            session.add(kept)
        session.flush()
    register.give([ASHFIELD | head("Asha Archer", "Dr")])
    contact = register.contact(900101)
    assert contact is not None
    assert (contact.name, contact.email) == ("Dr Asha Archer", "head@ashfield.example")
    register.give([ASHFIELD | head("Carys Drake")])
    contact = register.contact(900101)
    assert contact is not None
    assert (contact.name, contact.email) == ("Ms Carys Drake", None)


def test_a_restricted_case_writes_on_to_the_contact_that_the_register_changed(
    register: Register, case: Case, council: Council
) -> None:
    """Whoever imports need not see the case, nor learn that there is one."""
    before = school(900001, "Ashfield Primary School") | head("Gwen Irving")
    after = before | head("Carys Drake")
    with write(register.engine) as session:
        session.exec(delete(Contact).where(col(Contact.urn) == 900001))
    register.give([before])
    with write(register.engine) as session:
        change(session, Contact, {"urn": 900001}, email="head@ashfield.example")
    register.give([after])
    without = register.give([before])
    case.started()
    with write(register.engine) as session:
        change(session, Contact, {"urn": 900001}, email="head@ashfield.example")
        change(session, Matter, {"urn": 900001}, restricted=True)
    register.give([after])
    with read(register.engine) as session:
        [held] = held_contacts(session, THE_MACHINE, case.reference).items
    assert held.before.email == "head@ashfield.example"
    assert (held.after.name, held.after.email) == ("Ms Carys Drake", None)
    assert held.changed_by == NATIONAL_REGISTER
    again = register.give([before])
    assert {**again, "import": 0} == {**without, "import": 0}


# Closed and converted -----------------------------------------------------------------------


def test_a_closure_raises_a_live_case_and_changes_it_not(
    register: Register, case: Case, council: Council, policy: Policy
) -> None:
    case.started()
    name = "Ashfield Primary School"
    register.give([school(900001, name), ASHFIELD])
    answer = register.give([school(900001, name, closed()), ASHFIELD])
    assert answer["changes"]["closed"] == 1
    assert register.school(900001).closed_on == date(2026, 8, 31)
    [found] = register.findings("closed")
    assert found.after == "closed on 31 August 2026 (Closure)"
    assert case.escalation.status is Status.OPEN
    [event] = register.events(RegisterChangedSchool.kind)
    assert event.matter_id == case.escalation.id
    assert event.facts["what"] == "closed on 31 August 2026 (Closure)"
    [alert] = register.alerts("register_changed_school")
    assert (alert.to_email, alert.matter_id) == (council.seo.email, case.escalation.id)
    with read(register.engine) as session:
        settings = Settings(_env_file=None)
        mail = Composer(session, policy, settings, NOW + timedelta(days=1)).compose(alert)
    assert mail is not None
    assert "Ashfield Primary School closed on 31 August 2026 (Closure)." in mail.text
    assert case.reference in mail.subject
    register.give([school(900001, name, closed()), ASHFIELD])
    assert len(register.events(RegisterChangedSchool.kind)) == 1
    answer = register.give([school(900001, name), ASHFIELD])
    assert (answer["updated"], register.school(900001).closed_on) == (1, None)


def test_a_school_that_became_an_academy_names_its_successor(
    register: Register, case: Case
) -> None:
    case.started()
    name = "Ashfield Primary School"
    register.give([school(900001, name), ASHFIELD])
    number = {"EstablishmentNumber": "0001", "OpenDate": "01-09-2026", "Postcode": "FM9 9ZZ"}
    successor = school(900201, "Ashfield Academy", trust("ASH TRUST"), **number)
    other = school(900202, "New Academy", CONVERTER, OpenDate="01-09-2026")
    answer = register.give(
        [
            school(900001, name, closed("31-08-2026", "Academy Converter")),
            ASHFIELD,
            successor,
            other,
        ]
    )
    assert (answer["created"], answer["changes"]["converted"], answer["changes"]["closed"]) == (
        2,
        1,
        0,
    )
    [found] = register.findings("converted")
    assert "became an academy" not in found.after
    assert found.after.endswith("(Academy Converter), which has the URN 900201")
    [event] = register.events(RegisterChangedSchool.kind)
    assert "which has the URN 900201" in event.facts["what"]
    assert case.escalation.ladder == "maintained"


@ON_SQLITE
def test_a_successor_may_be_known_by_its_postcode_alone(register: Register) -> None:
    register.give([ASHFIELD])
    gone = ASHFIELD | closed("31-08-2026", "For Academy")
    new = {"OpenDate": "01-09-2026", "EstablishmentNumber": "4000"}
    twins = [school(900201 + each, "Twin Academy", CONVERTER, **new) for each in range(2)]
    answer = register.give([gone, *twins], "--preview")
    assert answer["changes"]["converted"] == 1
    register.give([gone, twins[0]])
    [found] = register.findings("converted")
    assert found.after.endswith("URN 900201")


def test_a_conversion_under_the_same_urn_is_found(register: Register, case: Case) -> None:
    case.started()
    name = "Ashfield Primary School"
    register.give([school(900001, name)])
    register.give([school(900001, name, CONVERTER)])
    [found] = register.findings("converted")
    assert (found.before, found.after) == (
        "Community school",
        "became an academy (Academy converter)",
    )
    assert register.school(900001).kind is SchoolKind.ACADEMY
    assert len(register.alerts("register_changed_school")) == 1
    assert case.escalation.ladder == "maintained"


@pytest.mark.parametrize("fate", [CONVERTER, closed("20-11-2026", "For Academy")])
@ON_SQLITE
def test_no_statement_of_action_is_due_of_a_school_that_is_not_maintained_any_more(
    register: Register, policy: Policy, council: Council, fate: Mapping[str, str]
) -> None:
    record = SchoolRecord(register.engine, policy, council)
    record.inspect("special_measures")
    name = "Ashfield Primary School"
    register.give([school(900001, name)])
    assert record.kinds[-1] == "deadline_set"
    register.give([school(900001, name, fate)])
    assert record.kinds[-1] == "statement_fell_away"
    with read(register.engine) as session:
        its = select(Deadline).where(Deadline.kind == DeadlineKind.STATEMENT)
        [deadline] = session.exec(its).all()
    assert deadline.state is DeadlineState.CANCELLED
    with pytest.raises(NotPossible, match=r"Education Act 2005|has closed"):
        record.state()


@ON_SQLITE
def test_a_statement_of_action_that_waits_goes_back_once_the_school_is_an_academy(
    register: Register, policy: Policy, council: Council
) -> None:
    record = SchoolRecord(register.engine, policy, council)
    record.inspect("special_measures")
    proposal = record.state()
    name = "Ashfield Primary School"
    register.give([school(900001, name)])
    register.give([school(900001, name, CONVERTER)])
    with pytest.raises(NotPossible, match="for maintained schools only"):
        record.approve(proposal, by="dcs")
    with record.acting("dcs") as acting:
        decide(acting, proposal.id, Decided(decision="return", reason="It is an academy now."))
    with read(register.engine) as session:
        [fell_away] = session.exec(select(Event).where(Event.kind == StatementFellAway.kind))
        assert fell_away.facts["fate"] == "is not maintained any more"


@ON_SQLITE
def test_a_closure_without_a_date_is_of_today(register: Register) -> None:
    register.give([ASHFIELD])
    register.give([ASHFIELD | closed("")])
    assert register.school(900101).closed_on is not None
    assert register.give([ASHFIELD | closed("")])["unchanged"] == 1


@ON_SQLITE
def test_a_school_that_the_file_does_not_name_stays(register: Register) -> None:
    register.give([ASHFIELD, OAKWOOD])
    register.give([ASHFIELD])
    assert register.school(900102).closed_on is None


# Refused as a whole -------------------------------------------------------------------------


def _halved(whole: bytes) -> bytes:
    return whole[: len(whole) - 150]


WHOLE = content([ASHFIELD | {"EstablishmentName": "Ash School"}, OAKWOOD])
REFUSED: dict[str, tuple[bytes, str]] = {
    "half-written": (_halved(WHOLE), "ends in the middle of row 3"),
    "open quote": (WHOLE + b'900199,999,Fernshire,0199,"Open', "never closed"),
    "empty": (b"", "The file is empty"),
    "no rows": (content([]), "no rows below"),
    "blank": (b"\xef\xbb\xbf\r\n\r\n", "The file is empty"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(100), "spreadsheet or a zip file"),
    "a page": (b"\r\n<!DOCTYPE html><html>", "web page"),
    "NUL": (WHOLE.replace(b"Lower Ash", b"Low\0r Ash"), "NUL bytes"),
    "UTF-16": ("URN,Name".encode("utf-16"), "NUL bytes"),
    "another list": (b"urn,name,town\r\n900101,Ash,Fernminster\r\n", "not a file of the national"),
    "quotes": (WHOLE + b'900199,"a"b,c\r\n', "Row 4 is not a row"),
    "a long line": (WHOLE + b"9" * 2_000_000, "longer than any"),
    "no rows' header": (b"x" * 500, "not a file of the national"),
}


@ON_SQLITE
@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_none_changes_nothing(register: Register, what: str) -> None:
    register.give([ASHFIELD])
    data, why = REFUSED[what]
    register.file.write_bytes(data)
    answer = register.run(register.file, status=1)
    assert why in answer["detail"]
    assert answer["errors"][0]["field"] == "file"
    assert answer["detail"].rstrip(".").rpartition(".")[2], "it says what to do"
    assert register.school(900101).name == "Ashfield Junior School"
    assert register.urns() == {900101}
    assert len(_imports(register)) == 1


@ON_SQLITE
def test_a_missing_column_is_named(register: Register) -> None:
    fewer = [name for name in COLUMNS if name not in ("HeadLastName", "Town")]
    answer = register.give([ASHFIELD], columns=fewer, status=1)
    assert "The columns “Town” and “HeadLastName” are missing." in answer["detail"]


@ON_SQLITE
def test_there_is_no_such_file(register: Register) -> None:
    assert "no file" in register.run(register.folder / "none.csv", status=1)["detail"]


def test_an_incomplete_file_is_refused(register: Register) -> None:
    schools = [school(900101 + place, f"School {place}") for place in range(100)]
    register.give(schools)
    renamed = [row | {"EstablishmentName": "Other"} for row in schools]
    answer = register.give(renamed[:80], status=1)
    assert "lacks 20 of the 100 open schools" in answer["detail"]
    assert register.school(900101).name == "School 0"
    assert register.give(renamed[:81])["updated"] == 81
    assert register.give(renamed[:90], "--la", "998")["skipped"] == 90
    # Those that closed are not missed.
    register.give([row | closed() for row in schools])
    assert register.give(renamed[:1])["updated"] == 1


# Rejected rows ------------------------------------------------------------------------------

BAD: dict[str, tuple[Mapping[str, str], str]] = {
    "short URN": ({"URN": "12345"}, "six digits"),
    "Arabic URN": ({"URN": "٩٠٠١٠١"}, "six digits"),
    "no name": ({"EstablishmentName": " "}, "no name"),
    "no type": ({"TypeOfEstablishment (code)": "x"}, "TypeOfEstablishment (code)"),
    "no type's name": ({"TypeOfEstablishment (name)": ""}, "has no name"),
    "a wrong type": (
        {"TypeOfEstablishment (code)": "12", "TypeOfEstablishment (name)": "Other independent"},
        "not that of",
    ),
    "no status": ({"EstablishmentStatus (code)": ""}, "EstablishmentStatus"),
    "another status": ({"EstablishmentStatus (code)": "9"}, "not one of the register’s"),
    "no day": ({"OpenDate": "31-02-2020"}, "OpenDate"),
    "a year": ({"CloseDate": "2020"}, "CloseDate"),
    "LA": ({"LA (code)": "E09000001"}, "LA (code)"),
    "too long": ({"Town": "x" * 301}, "longer than 300"),
    "unprintable": ({"Street": "1 \u2067Lane"}, "cannot be printed"),
    "a mark": ({"EstablishmentName": "⟦Ash⟧"}, "cannot be printed"),
    "unreadable": ({"HeadLastName": "A\ufffdb"}, "cannot be read"),
}


@ON_SQLITE
@pytest.mark.parametrize("what", BAD)
def test_a_row_that_cannot_be_read_is_rejected(register: Register, what: str) -> None:
    values, why = BAD[what]
    bad = {**school(900105, "Bad School"), **values}
    answer = register.give([ASHFIELD, bad, OAKWOOD], encoding="utf-8")
    assert answer["created"] == 2
    [rejected] = answer["rejected"]
    assert (rejected["row"], rejected["urn"]) == (3, bad["URN"])
    assert why in rejected["reason"]


@ON_SQLITE
def test_a_doubled_urn_and_a_wrong_number_of_fields_are_rejected(register: Register) -> None:
    lines = content([ASHFIELD, ASHFIELD | {"Town": "Else"}, OAKWOOD, CASTLE]).splitlines(True)
    lines[3] = lines[3].rstrip() + b",one more\r\n"
    lines.insert(4, b"900150,too few\r\n")
    register.file.write_bytes(b"".join(lines))
    answer = register.run(register.file)
    assert (answer["read"], answer["created"]) == (5, 2)
    assert [(each["row"], each["urn"]) for each in answer["rejected"]] == [
        (3, "900101"),
        (4, "900102"),
        (5, "900150"),
    ]
    assert answer["rejected"][0]["reason"] == "The URN is already in row 2."
    assert answer["rejected"][1]["reason"] == "It has 121 fields, and the file names 120 columns."
    assert register.school(900101).town == "Fernminster"


@ON_SQLITE
def test_an_apostrophe_that_became_a_control_character_is_one_again(register: Register) -> None:
    register.give([ASHFIELD | {"EstablishmentName": "St Ann\x92s School"}], encoding="utf-8")
    assert register.school(900101).name == "St Ann’s School"


@ON_SQLITE
def test_a_character_that_windows_does_not_know_is_rejected(register: Register) -> None:
    data = content([ASHFIELD, OAKWOOD]).replace(b"Lower Ash", b"Lower\x81Ash")
    register.file.write_bytes(data)
    [rejected] = register.run(register.file)["rejected"]
    assert "“Locality” holds a character that cannot be read" in rejected["reason"]


# Trusts -------------------------------------------------------------------------------------


def test_trusts_and_sponsors_come_from_the_group_links(register: Register) -> None:
    register.give([ASHFIELD | CONVERTER, OAKWOOD, school(900104, "Elm School")])
    file = register.folder / "links.csv"
    rows: Rows = [
        link(900101, "OLD TRUST", **{"Joined date": "01/09/2020"}),
        link(900101, "NEW TRUST", **{"Joined date": "2024-09-01"}),
        link(900101, "ELM CIRCLE", "School sponsor"),
        link(900102, "Fernshire Learning Trust"),
        link(900104, "THE CHILDREN", "Federation"),
        link("20003", "Central", "Children's Centres Group"),
        link(900199, "NEW TRUST"),
        link(900104, "GONE TRUST", **{"Group Status": "Closed"}),
        link("9001", "NEW TRUST"),
        link(900101, "NEW TRUST"),
    ]
    answer = register.run(written(file, rows, ["", *LINKS], encoding="utf-8"))
    assert answer["file"] == "group_links"
    assert (answer["read"], answer["updated"], answer["unchanged"]) == (10, 2, 1)
    assert [each["row"] for each in answer["rejected"]] == [10, 11]
    ashfield = register.school(900101)
    assert (ashfield.trust, ashfield.sponsor) == ("NEW TRUST", "ELM CIRCLE")
    assert register.school(900102).trust == "FERNSHIRE LEARNING TRUST"
    assert register.school(900104).trust is None
    contact = register.contact(900101, "trust")
    assert contact is not None
    assert contact.name == "NEW TRUST"
    again = register.run(file)
    assert (again["updated"], again["unchanged"]) == (0, 3)
    # The file of establishments does not name them, and does not take them away.
    answer = register.give([ASHFIELD | CONVERTER, OAKWOOD, school(900104, "Elm School")])
    assert answer["unchanged"] == 3
    register.give([ASHFIELD | CONVERTER | {"Street": "3 Mill Lane"}, OAKWOOD])
    assert register.school(900101).trust == "NEW TRUST"


def test_trusts_addresses_come_from_the_groups(register: Register, council: Council) -> None:
    register.give([OAKWOOD, ASHFIELD | trust("ASH TRUST")])
    with write(register.engine) as session:
        contacts.set_contact(
            Acting(session, POLICY, council.seo, NOW),
            900101,
            "trust",
            contacts.NewContact(
                name="Ash Trust", email="office@ash.example", address=["Known to us"]
            ),
        )
    file = register.folder / "groups.csv"
    rows: Rows = [
        group("Fernshire Learning Trust"),
        group("ASH TRUST"),
        group("OTHER TRUST"),
        group("A Federation", "Federation"),
        group("FERNSHIRE LEARNING TRUST", **{"Group Street": "9 Other Road"}),
    ]
    answer = register.run(written(file, rows, GROUPS))
    assert answer["file"] == "groups"
    assert (answer["updated"], answer["unchanged"], answer["skipped"]) == (1, 1, 2)
    assert [each["row"] for each in answer["rejected"]] == [6]
    contact = register.contact(900102, "trust")
    assert contact is not None
    assert contact.name == "FERNSHIRE LEARNING TRUST"
    assert contact.address == ["2 Trust Road", "Fernminster", "FM2 2BB"]
    kept = register.contact(900101, "trust")
    assert kept is not None
    assert kept.address == ["Known to us"]
    assert register.run(file)["updated"] == 0
    # The register's next file of establishments does not take the address away.
    register.give([OAKWOOD | {"Street": "7 Oak Road"}, ASHFIELD | trust("ASH TRUST")])
    contact = register.contact(900102, "trust")
    assert contact is not None
    assert contact.address == ["2 Trust Road", "Fernminster", "FM2 2BB"]
