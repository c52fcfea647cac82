"""A database with one case that all see and a restricted one, each with a row of every kind."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.actions.following import ActionAgreed, add_school_action
from models.appointments.planning import AppointmentToPlan, plan
from models.appointments.tables import Appointment
from models.consultants import keeping
from models.consultants.keeping import ConsultantDetails
from models.database import connect, read, write
from models.escalations import holding
from models.escalations.holding import Restriction, restrict_record
from models.escalations.tables import Response
from models.evidence.tables import EvidenceFile, Scan
from models.letters.tables import Letter
from models.needs.tables import Need
from models.outbox import Message
from models.people import officers as people_officers
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.priorities.keeping import PriorityNow, add_priority
from models.programme import supporters
from models.programme.visits import VisitMade, record_visit
from models.rows import add, find_one
from models.school_record.agreeing import DeadlineAgreed, agree_deadline
from models.school_record.department import NoticeAnnounced, record_department_notice
from models.school_record.rise import RiseSupportGiven, record_rise_support
from models.school_record.writing import LetterToSchool, write_to_school
from models.schools import contacts
from models.schools.tables import School
from models.sharing.proposing import ask_school_sharing
from models.statutory import secretary_of_state
from models.statutory.tables import Power, SecretaryOfStateNotice, Service, WarningNotice
from tests.support import databases
from tests.support.assessing import Register
from tests.support.cases import Case
from tests.support.commissioned import Commissioned
from tests.support.council import NOW, OFFICERS, Council, found_council
from tests.support.policies import POLICY
from tests.support.sharing import answers

MEETING = AppointmentToPlan(
    kind="meeting",
    on=(NOW + timedelta(days=120)).date(),
    starts="10:00",
    ends="11:00",
    place="County Hall",
    **{"with": ["headteacher"]},
)
LATER = NOW + timedelta(days=61)  # after all that happened in it


@pytest.fixture(scope="session")
def prepared(
    sqlite_template: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, dict[str, str]]]:
    """A database with one case that all see and a restricted one, each with a row of every kind."""
    file = tmp_path_factory.mktemp("rules") / "scc.db"
    shutil.copyfile(sqlite_template, file)
    engine = connect(databases.sqlite_url(file))
    council = with_another_school(engine, found_council(engine))
    cases = {
        "open": Case(engine, policy, council).started(),
        "restricted": Case(engine, policy, council).started(
            school="church", case_officer=council.seo2.email
        ),
    }
    parts = {
        name: furnished(case, council) | on_record(case, by) | from_outside(case, council, by)
        for (name, case), by in zip(cases.items(), (council.seo, council.seo2), strict=True)
    }
    with write(engine) as session:
        later = LATER - timedelta(days=1)
        restrict_record(
            Acting(session, POLICY, council.hos, later),
            parts["restricted"]["urn"],
            Restriction(officers=[], reason="A letter is about somebody who is known here."),
        )
        holding.restrict(
            Acting(session, policy, council.hos, LATER - timedelta(days=1)),
            cases["restricted"].reference,
            holding.Restriction(
                officers=[], reason="The concern is about somebody who is known here."
            ),
        )
        contacts.set_contact(
            Acting(session, POLICY, council.admin, LATER - timedelta(days=1)),
            900011,
            "headteacher",
            contacts.NewContact(
                name="Somebody else", email="somebody.else@school-900011.example", address=[]
            ),
        )
    consult(engine, council)
    _assess(Register(engine, policy, council))
    engine.dispose()
    parts["missing"] = {"reference": "ESC-2099-0001", "urn": "900002"} | dict.fromkeys(
        parts["open"].keys() - {"reference", "urn"}, "999999"
    )
    return file, parts


def with_another_school(engine: Engine, council: Council) -> Council:
    """In place of the church school, whose notices need more addresses, a community school."""
    with write(engine) as session:
        contacts.add_school(
            session,
            now=NOW,
            actor=people_officers.AT_THE_MACHINE,
            urn=900011,
            name="Dovecote High School",
            type_code=1,
            type_name="Community school",
            phase="Secondary",
            town="Fernminster",
            postcode="FM1 1AA",
        )
        for role in ("headteacher", "chair_of_governors"):
            contacts.set_contact(
                Acting(session, POLICY, council.admin, NOW),
                900011,
                role,
                contacts.NewContact(
                    name="Somebody",
                    email=f"{role}@school-900011.example",
                    address=["School Lane", "Fernminster", "FM1 1AA"],
                ),
            )
        return replace(council, church=session.get_one(School, 900011))


def consult(engine: Engine, council: Council) -> None:
    """A consultant with an account here, who supports the school of the open case."""
    with write(engine) as session:
        acting = Acting(session, POLICY, council.hos, NOW)
        consultant = keeping.add_consultant(
            acting, ConsultantDetails(name=council.cht.name, sign_in=council.cht.email)
        )
        supporters.assign_supporter(
            acting,
            900001,
            supporters.NewSupporter(
                role="consultant_headteacher",
                consultant=consultant.id,
                first_day=NOW.date(),
            ),
        )


def _assess(register: Register) -> None:
    """An assessment of risk that waits to be moderated: the first, as addresses name it."""
    number = register.begin()
    register.add(number)
    register.propose(number)


def furnished(case: Case, council: Council) -> dict[str, str]:
    """What can stand in an address about this case, by the address's first part."""
    case.climb_to("intervention").prepare("63")
    told = secretary_of_state.NoticeReceived(
        kind="intends_to_act", received_on=case.now.date(), summary="She will."
    )
    with case.acting() as acting:
        secretary_of_state.record_secretary_of_state_notice(acting, case.reference, told)
        add(acting.session, EvidenceFile, **file_row(case))
        plan(acting, case.reference, MEETING)
    with read(case.engine) as session:

        def first(table: Any, *conditions: Any) -> str:
            mine = getattr(table, table.by) == case.matter.id
            return str(session.exec(select(table.id).where(mine, *conditions)).first())

        return {
            "reference": case.reference,
            "appointments": first(Appointment),
            "files": first(EvidenceFile),
            "letters": first(Letter),
            "messages": first(Message, Message.kind == "letter"),
            "powers": first(Power),
            "proposals": str(case.propose("withdraw", by="seo").id),
            "responses": first(Response),
            "secretary-of-state-notices": first(SecretaryOfStateNotice),
            "services": str(session.exec(_services_of(case)).first()),
            "warning-notices": first(WarningNotice),
        }


def _services_of(case: Case) -> Any:
    mine = select(Service.id).join(Letter, col(Letter.id) == col(Service.letter_id))
    return mine.where(col(Letter.matter_id) == case.matter.id).order_by(col(Service.id))


def on_record(case: Case, by: Officer) -> dict[str, str]:
    """The record of the case's school, with a letter, a file and a deadline, whose number it is."""
    with write(case.engine) as session:
        acting = Acting(session, case.policy, by, case.now)
        urn = case.matter.urn
        letter = LetterToSchool(
            to="headteacher", subject="Our visit", words="We came.", reason="To thank them."
        )
        matter_id = write_to_school(acting, urn, letter).matter_id
        add(session, EvidenceFile, **file_row(case) | {"matter_id": matter_id, "step_key": None})
        agreed = DeadlineAgreed(what="Send the plan", due_on=acting.today + timedelta(days=30))
        deadline = agree_deadline(acting, urn, agreed)
        notice = record_department_notice(
            acting,
            urn,
            NoticeAnnounced(
                kind="notice_to_enter_into_arrangements",
                received_on=acting.today,
                comment_by=acting.today + timedelta(days=10),
                summary="A trust is to support the school.",
                answering=by.email,
            ),
        )
        support = record_rise_support(
            acting, urn, RiseSupportGiven(adviser="Ms R. Tolland", started_on=acting.today)
        )
        action = add_school_action(
            acting,
            urn,
            ActionAgreed(
                what="Send the plan", role="headteacher", due_on=acting.today, why="It was agreed."
            ),
        )
        sharing = ask_school_sharing(acting, urn, answers())
        return {
            "urn": str(urn),
            "actions": str(action.id),
            "sharing": str(sharing.id),
            "deadlines": str(deadline.id),
            "priorities": str(_planned(acting, urn)),
            "needs": str(_said_more(acting, urn)),
            "department-notices": str(notice.id),
            "rise-support": str(support.id),
        }


def _planned(acting: Acting, urn: int | None) -> int:
    """A priority of the school's improvement plan; its key."""
    priority = PriorityNow(
        priority="Reading",
        success_criteria="They read.",
        owner="Ms Lee",
        first_day=acting.today,
        last_day=acting.today,
    )
    return add_priority(acting, urn, priority).id


def _said_more(acting: Acting, urn: int | None) -> int:
    """That more is needed, said at a visit; its key."""
    made = VisitMade(
        urn=urn or 0,
        visited_on=acting.today,
        purpose="Reading",
        notes="Seen.",
        needed="more",
        needed_because="It fell.",
    )
    visit = record_visit(acting, made)
    return find_one(acting.session, select(Need.id).where(Need.source_id == visit.id))


def from_outside(case: Case, council: Council, by: Officer) -> dict[str, str]:
    """Support from outside for the school of a case."""
    urn = case.matter.urn
    named = next(name for name, officer in council.officers.items() if officer.id == by.id)
    its = Commissioned(case.engine, case.policy, council, urn, case.now)
    provider = its.provider(name=f"Provider for {urn}").id
    return {
        "commissions": str(its.commission(provider=provider).id),
        "referrals": str(its.refer(provider, named).id),
        "support-requests": str(its.ask(named).id),
    }


def file_row(case: Case) -> dict[str, Any]:
    return {
        "matter_id": case.matter.id,
        "step_key": "informal_headteacher",
        "name": "note.pdf",
        "media_type": "application/pdf",
        "size": 4,
        "sha256": "0" * 64,
        "description": "A note.",
        "scan": Scan.NOT_SCANNED,
        "scan_result": "",
        "added_by_id": case.council.seo.id,
        "added_at": case.now,
    }


@pytest.fixture
def furnished_engine(prepared: tuple[Path, Any], tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "scc.db"
    shutil.copyfile(prepared[0], file)
    engine = connect(databases.sqlite_url(file))
    yield engine
    engine.dispose()


@pytest.fixture
def known(furnished_engine: Engine) -> Council:
    with read(furnished_engine) as session:
        officers = {
            name: session.exec(
                select(Officer).where(Officer.email == f"{name}@fernshire.example")
            ).one()
            for name in OFFICERS
        }
    return Council(**officers, maintained=None, academy=None, church=None, independent=None)  # type: ignore[arg-type]
