"""The demonstration council: its escalations are played through the commands, day by day.

Every escalation was really started, discussed, answered and approved, at moments that lie before
the day on which the demonstration is loaded; the clock went round every working day between.
So the record, its letters and its chain are as true as those of a real case.
"""

import heapq
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cli.answers import Answer, CommandError
from cli.data_stories import DATA_STORIES
from cli.fictional_council import OFFICERS, SCHOOLS, Place
from cli.law_stories import LAW_STORIES
from cli.plan_stories import PLAN_STORIES
from cli.register_stories import REGISTER_STORIES
from cli.stage import Stage, officer_named
from cli.stories import STORIES, Moments
from cli.support_stories import SUPPORT_STORIES
from models.clocks import london_date
from models.database import read, write
from models.people import credentials
from models.people import officers as people_officers
from models.people.acting import Acting
from models.people.tables import Credential, CredentialKind, Officer
from models.policy import Policy
from models.refusals import NotIdentified
from models.rows import find, find_first
from models.schools import contacts
from models.schools.tables import School
from models.settings import Settings
from models.upkeep import clock
from notifications.issuing import issue_letters
from notifications.outbox import deliver

LA_CODE, LA_NAME = 999, "Fernshire"
FOUNDED = 122  # working days before the day of loading


@dataclass(frozen=True)
class SignIn:
    """A demonstration officer, and the code for Prefect's forms while it is still the one."""

    name: str
    role: str
    email: str
    code: str | None

    def facts(self) -> dict[str, Any]:
        """The same, for a JSON object."""
        return asdict(self)


def load(engine: Engine, policy: Policy, settings: Settings, now: datetime) -> bool:
    """Load the demonstration council; False, and nothing changed, if it is there already.

    Raises CommandError in a database that holds a real council, or half of a demonstration.
    """
    stage = Stage(engine, policy, settings, london_date(now), now)
    if not _found(stage):
        return False
    stories = (
        *STORIES,
        *REGISTER_STORIES,
        *LAW_STORIES,
        *DATA_STORIES,
        *PLAN_STORIES,
        *SUPPORT_STORIES,
    )
    _play(stage, [_days(stage), *(story(stage) for story in stories)])
    with write(engine) as session:
        for person in OFFICERS:
            officer = people_officers.find_officer(session, person.email)
            credentials.issue_code(session, now=now, officer=officer, code=person.code)
    return True


def sign_ins(engine: Engine) -> list[SignIn]:
    """The demonstration officers, to be shown to whoever tries the product."""
    codes = {person.email: person.code for person in OFFICERS}
    demonstration = select(Officer).where(col(Officer.demonstration), col(Officer.active))
    with read(engine) as session:
        officers = find(session, demonstration.order_by(col(Officer.id)))
        return [
            SignIn(
                officer.name,
                officer.role.label,
                officer.email,
                _still_good(session, officer, codes.get(officer.email, "")),
            )
            for officer in officers
        ]


def _still_good(session: Session, officer: Officer, code: str) -> str | None:
    try:
        return code if credentials.officer_by_code(session, code).id == officer.id else None
    except NotIdentified:
        return None


def describe(signs: list[SignIn], answer: Answer) -> None:
    """Say who can be tried; nothing where there is no demonstration."""
    if not signs:
        return
    answer.say("Demonstration officers: choose one on the sign-in page; the code is for Prefect.")
    for sign in signs:
        answer.say(f"  {sign.name:<16} {sign.role:<40} {sign.code or 'own code'}")


def _found(stage: Stage) -> bool:
    """Put officers and schools into the database; False if the demonstration is there."""
    now = stage.at(FOUNDED, 9)
    with write(stage.engine) as session:
        if _is_there(session):
            return False
        for person in OFFICERS:
            people_officers.add_officer(
                session,
                now=now,
                email=person.email,
                name=person.name,
                role=person.role,
                phase=person.phase,
                demonstration=True,
            )
        administrator = officer_named(session, "Karl")
        acting = Acting(session, stage.policy, administrator, now)
        for place in SCHOOLS:
            _add_school(acting, place)
    return True


def _is_there(session: Session) -> bool:
    schools = find(session, select(School))
    if not all(school.demonstration for school in schools):
        raise CommandError(
            "This database holds real schools, and fiction does not belong among them. "
            "Give the demonstration a database of its own (SCC_HOME or SCC_DATABASE_URL)."
        )
    # Codes are issued last, so without any the loading was cut short.
    codes = select(Credential.id).where(Credential.kind == CredentialKind.CODE)
    if schools and find_first(session, codes) is None:
        raise CommandError(
            "The demonstration was cut short while it was loaded. Begin with an empty database."
        )
    return bool(schools)


def _add_school(acting: Acting, place: Place) -> None:
    contacts.add_school(
        acting.session,
        now=acting.now,
        actor=acting.officer.email,
        urn=place.urn,
        name=place.name,
        type_code=place.type_code,
        type_name=place.type_name,
        phase=place.phase,
        trust=place.trust,
        religious_character=place.religious_character,
        diocese=place.diocese,
        town=place.town,
        postcode=place.postcode,
        address=["School Lane"],
        la_code=LA_CODE,
        la_name=LA_NAME,
        risk_level=place.risk_level,
        demonstration=True,
    )
    for role, name in place.contacts.items():
        contacts.set_contact(
            acting,
            place.urn,
            role,
            contacts.NewContact(
                name=name,
                email=f"{role.replace('_', '.')}@school-{place.urn}.example",
                address=[place.name, "School Lane", place.town, place.postcode],
            ),
        )


def _play(stage: Stage, stories: list[Moments]) -> None:
    """Let every story go on at its next moment, in the order of time.

    A story gives the moment before each thing it does.
    """
    queue = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(queue)
    while queue:
        stage.now, number, story = heapq.heappop(queue)
        following = next(story, None)
        if following is not None:
            heapq.heappush(queue, (following, number, story))


def _days(stage: Stage) -> Moments:
    """The office's own round: reminders in the morning, letters signed and posted at four.

    Letters are kept in the mail folder. Digests, and what officers were told at the time, are
    not: nobody wants the notices of three months ago.
    """
    at_night = stage.policy.reminders.model_copy(update={"digest_at": time.max})
    policy = stage.policy.model_copy(update={"reminders": at_night})
    with tempfile.TemporaryDirectory(dir=stage.settings.home) as folder:
        posting = stage.settings.model_copy(
            update={"home": Path(folder), "mail_url": "", "alerts_url": ""}
        )
        for days_back in range(FOUNDED - 1, 0, -1):
            yield stage.at(days_back, 9)
            clock.tick(stage.engine, policy, stage.now)
            yield stage.at(days_back, 16)
            stage.sign_letters()
            issue_letters(stage.engine, policy, stage.now)
            deliver(stage.engine, policy, posting, lambda: stage.now)
        _keep_letters(posting.mail_folder, stage.settings.mail_folder)


def _keep_letters(posted: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for mail in posted.glob("*.eml"):
        if b"application/pdf" in mail.read_bytes():
            mail.replace(kept / mail.name)
