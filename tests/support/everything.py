"""Two councils that between them hold one of everything that the product can make.

One is the demonstration, as it is loaded. The other has gone up both ladders to the end, has used
every power, changed its mind in every way, written about risk levels and restricted a case. Both
are made once for the whole run, and only read from then on.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from cli.demonstration import load
from models.actions import following
from models.clocks import london_date
from models.consultants import keeping
from models.database import connect, read, write
from models.events import Event
from models.inputs import Reason
from models.letters import serving
from models.letters.tables import Letter, LetterState
from models.matters.tables import Matter
from models.needs.tables import NeedSource
from models.outbox import Message, MessageState
from models.people import officers
from models.people.acting import Acting
from models.people.cover import Cover, delegate
from models.people.tables import Officer
from models.policy import Policy
from models.presentations.presenting import acknowledge, open_presentation
from models.priorities.keeping import PriorityEnd, end_priority
from models.programme import supporters
from models.register.importing import import_file
from models.rows import change
from models.schools.email_service import EmailServiceSaid, say_email_service
from models.schools.tables import RiskLevel
from models.settings import Settings
from models.statutory import secretary_of_state, using
from models.statutory.giving import HowSupportWorks, record_support
from models.statutory.tables import SecretaryOfStateKind, ServiceMethod
from models.upkeep import clock
from notifications import level_letters
from notifications.outbox import deliver
from tests.support import databases, sharing
from tests.support.appointments import AFTER, DAY, cancel, plan, plan_at_school
from tests.support.cases import NEEDS, Case
from tests.support.commissioned import Commissioned
from tests.support.council import NOW, Council, found_council
from tests.support.furnished import with_another_school
from tests.support.letter_walks import PLAIN, WALKS, Walk
from tests.support.level_letters import Post, blank_press, changed, published
from tests.support.needs import Needs
from tests.support.policies import POLICY
from tests.support.presentations import Presented
from tests.support.register_files import closed, school, written
from tests.support.school_records import SchoolRecord


@dataclass(frozen=True)
class World:
    """A database with its files, and a moment after all that happened in it."""

    engine: Engine
    home: Path
    now: datetime

    def officers(self) -> list[Officer]:
        """One active officer of each role, and of each phase within it."""
        with read(self.engine) as session:
            found = session.exec(select(Officer).where(col(Officer.active))).all()
        return list({(each.role, each.phase): each for each in reversed(found)}.values())


@pytest.fixture(scope="session")
def worlds(
    sqlite_template: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, World]]:
    """The demonstration, and a council in which everything was done."""
    made: dict[str, World] = {}
    for name, fill in (("demonstration", _demonstrate), ("council", _do_everything)):
        home = tmp_path_factory.mktemp(name)
        shutil.copyfile(sqlite_template, home / "scc.db")
        engine = connect(databases.sqlite_url(home / "scc.db"))
        fill(engine, policy, Settings(home=home, _env_file=None))
        made[name] = World(engine, home, _after_all(engine))
    yield made
    for world in made.values():
        world.engine.dispose()


def _after_all(engine: Engine) -> datetime:
    with read(engine) as session:
        last: datetime = session.exec(select(func.max(Event.at))).one()
        return max(last, NOW) + timedelta(hours=1)


def _demonstrate(engine: Engine, policy: Policy, settings: Settings) -> None:
    load(engine, policy, settings, NOW)


def _do_everything(engine: Engine, policy: Policy, settings: Settings) -> None:
    council = with_another_school(engine, found_council(engine))
    _write_about_levels(engine, policy, council, settings)
    for walk in WALKS.values():
        walk(Walk(engine, policy, council, PLAIN))
    _change_minds(Case(engine, policy, council), settings)
    taken_over = _hear_of_the_secretary_of_state(Case(engine, policy, council))
    _keep_to_a_few(Case(engine, policy, council), settings)
    _keep_records(SchoolRecord(engine, policy, council), settings)
    _present(Presented(engine, policy, council))
    _stand_at_the_powers(Case(engine, policy, council))
    _say_what_is_needed(Needs(engine, policy, council, _after_all(engine)))
    _serve(engine, council)
    _cover(engine, council)
    _import(engine, policy, settings)
    taken_over.change("end")


def _write_about_levels(
    engine: Engine, policy: Policy, council: Council, settings: Settings
) -> None:
    """A batch that is issued, one of whose letters is refused, and one that waits for approval."""
    published(engine)
    post = Post(engine, policy, council, settings)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(level_letters, "press", blank_press)
        post.issued()
        changed(engine, council.maintained.urn, "medium", before="high")
        post.prepared("changes")
    deliver(engine, policy, settings, lambda: NOW)
    with write(engine) as session:
        refused = {"id": post.messages()[0].id}
        change(session, Message, refused, state=MessageState.FAILED, detail="No such mailbox.")


def _present(presented: Presented) -> None:
    """October is presented, opened and acknowledged; of November and the term there are drafts."""
    presented.review("evaluation", presented.council.hos, held_on=date(2026, 10, 9))
    number = presented.compile(period="2026-10").id
    presented.present(number, "viewer", "legal", "dcs")
    with presented.as_("viewer") as acting:
        open_presentation(acting, number)
        acknowledge(acting, number)
    presented.review("evaluation", presented.council.hos)
    presented.compile(period="2026-11")
    presented.compile(kind="termly", period="2026-1")


def _change_minds(case: Case, settings: Settings) -> None:
    """Started by an officer, late and chased, put off, paused, taken up again, and withdrawn."""
    case.started(by="seo")
    case.approve(case.awaiting[-1])
    _meet(case)
    case.act_on("Send the plan")
    _share(case)
    case.climb_to("formal_headteacher").issue()
    _go_round(case, settings, case.due_on + timedelta(days=7))
    case.change("extend", to=london_date(case.now) + timedelta(days=30))
    case.decide(case.propose("resolve"), "hos", "return", "It is too early.")
    case.change("pause")
    case.change("resume")
    case.change("withdraw")


def _share(case: Case) -> None:
    """A sharing decision in each of its states, with what left on it or was stopped."""
    sharing.ask(case)
    sharing.ask(case, **sharing.URGENT)
    gone = sharing.authorised(case, kinds=["letters", "files"])
    case.decide(sharing.letter_on(case, gone), "hos")
    case.issue()
    sharing.hand_over(case, gone)
    sharing.review(case, gone)
    stopped = sharing.authorised(case)
    case.decide(sharing.letter_on(case, stopped), "hos")
    case.issue()
    sharing.withdraw(case, stopped)
    refused = sharing.ask(case, **sharing.URGENT)
    case.decide(sharing.letter_on(case, refused), "hos")
    case.decide(sharing.proposal_of(case, refused), "hos", "return", "It can wait.")


def _meet(case: Case) -> None:
    """A discussion that takes place when it was planned, and a meeting that is called off."""
    plan(case)
    cancel(case, plan(case, kind="meeting").id)
    case.now += AFTER
    case.discuss(held_on=DAY)
    case.respond("unsatisfactory")
    case.change("advance")


def _stand_at_the_powers(case: Case) -> None:
    """One power in force, one whose notice is approved and one proposed; an open case."""
    case.started().climb_to("intervention")
    case.used("66")
    for section in ("64", "65"):
        power = case.prepare(section)
        case.ready(power)
        needs = NEEDS[section](london_date(case.now))
        proposal = case.on_power(using.use_power, power.id, reason="Now.", **needs)
        if section == "64":
            case.approve(proposal)


def _hear_of_the_secretary_of_state(case: Case) -> Case:
    """She locks our powers and releases them, warns in our place, and makes it an academy."""
    case.started(school="church").climb_to("intervention")
    case.prepare("63")
    for proposal in case.awaiting:
        case.approve(proposal)
    case.used("65")
    support = HowSupportWorks(
        aware_of_problem=True,
        working_with_partner=True,
        plan_on_track=False,
        evidence="The minutes.",
    )
    with case.acting() as acting:
        record_support(acting, case.reference, support)
    with case.acting() as acting:
        for kind in SecretaryOfStateKind:
            heard = secretary_of_state.NoticeReceived(
                kind=kind, received_on=acting.today, summary="She will."
            )
            notice = secretary_of_state.record_secretary_of_state_notice(
                acting, case.reference, heard
            )
            released = secretary_of_state.Release(released_on=acting.today, note="Her letter.")
            if kind is not SecretaryOfStateKind.WARNING_NOTICE:
                secretary_of_state.release_secretary_of_state_notice(acting, notice.id, released)
    case.change("convert")
    return case


def _keep_to_a_few(case: Case, settings: Settings) -> None:
    """A restricted case: reminders and letters from before, a proposal that waits since."""
    case.started(school="academy", case_officer=case.council.seo2.email)
    case.climb_to("formal_headteacher").issue()
    _go_round(case, settings, case.due_on)
    case.restrict()
    case.propose("pause", by="seo2")


def _keep_records(record: SchoolRecord, settings: Settings) -> None:
    """A school's own record with all that can be on one, and a restricted one."""
    case = Case(record.engine, record.policy, record.council)
    record.approve(record.letter(copies=["chair_of_governors"]))
    case.issue()
    record.file(settings)
    record.settle(record.deadline(), done=True)
    record.settle(record.deadline(), done=False, note="The school closes.")
    record.deadline()
    record.inspect("special_measures")
    record.state()
    record.inspect("significant_improvement", days=1)
    record.release()
    record.answer(record.announced())
    record.announced()
    record.supported(by="The Larch Trust")
    plan_at_school(record)
    record.action(role=None, officer=record.council.seo2.email)
    _act(record)
    sharing.ask_on_record(record)
    _plan(record)
    _support(record)
    hidden = SchoolRecord(record.engine, record.policy, record.council, urn=900002)
    hidden.letter(by="seo2")
    hidden.deadline(by="seo2")
    hidden.action(by="seo2")
    hidden.file(settings, by="seo2")
    _support(hidden, "seo2")
    plan_at_school(hidden, by="seo2", urn=900002)
    hidden.restrict()
    deliver(record.engine, record.policy, settings, lambda: record.now)


def _act(record: SchoolRecord) -> None:
    """One action that is done and one that was dropped, each with something said of it before."""
    done, dropped = record.action(), record.action()
    for action in (done, dropped):
        with record.acting() as acting:
            following.say_progress(acting, action.id, following.Progress(said="Half of it."))
    with record.acting() as acting:
        today = london_date(record.now)
        following.finish_action(
            acting, done.id, following.Achieved(done_on=today, achieved="It is there.")
        )
        following.drop_action(acting, dropped.id, Reason(reason="Another one does it."))


def _say_what_is_needed(needs: Needs) -> None:
    """At each source that more is needed, with each answer to that; and that less is."""
    for source in (NeedSource.VISIT, NeedSource.REPORT, NeedSource.REVIEW, NeedSource.ACTION_LINE):
        for answer in ("more", "less") if source is NeedSource.VISIT else ("more",):
            needs.say(source, answer)
    first, second, third, *_ = [each.id for each in needs.all]
    needs.assess(first)
    needs.settle(second)
    live = next(each.live_escalation for each in needs.listed("dcs") if each.live_escalation)
    needs.settle(third, needs.council.dcs, escalation=live)
    needs.level(RiskLevel.NONE, urn=900002)
    clock.tick(needs.engine, needs.policy, needs.now)


def _plan(record: SchoolRecord) -> None:
    """A priority that goes on with an action, one that was met, one that was given up."""
    going_on, met, dropped = (record.priority().id for _ in range(3))
    record.month(going_on)
    record.action(priority=going_on)
    for number, is_met in ((met, True), (dropped, False)):
        with record.acting() as acting:
            end = PriorityEnd(met=is_met, ended_on=london_date(record.now), outcome="As agreed.")
            end_priority(acting, number, end)


def _support(record: SchoolRecord, by: str = "seo") -> None:
    """Support from outside in each of its states, by a consultant and by a provider."""
    council, day = record.council, london_date(record.now)
    its = Commissioned(record.engine, record.policy, council, record.urn, record.now)
    with its.acting("hos") as acting:
        account = council.cht.email if by == "seo" else None
        name = f"Consultant of {record.urn}"
        given = keeping.ConsultantDetails(name=name, sign_in=account, days_a_year=5.0)
        consultant = keeping.add_consultant(acting, given)
        keeping.accredit(
            acting, consultant.id, keeping.AccreditationGiven(kind="local_leader", since=day)
        )
        whom = supporters.NewSupporter(role="local_leader", consultant=consultant.id, first_day=day)
        supporter = supporters.assign_supporter(acting, record.urn, whom)
    provider = its.provider(name=f"Provider of {record.urn}").id
    asked = {"asked_on": day, "by": by}
    its.ask(**asked)
    its.answer(its.ask(**asked, consultant=consultant.id).id, "dcs", answer="declined")
    its.answer(its.ask(**asked).id, "dcs", answer="referred", provider=provider)
    its.answer(its.ask(**asked).id, "dcs")
    its.refer(provider, by, referred_on=day)
    for outcome in ("taken_up", "not_taken_up"):
        its.follow(its.refer(provider, by, referred_on=day).id, by, outcome=outcome)
    days = {"first_day": day, "last_day": day + timedelta(days=30)}
    made = its.commission("dcs", supporter=supporter.id, **days)
    its.use(made.id, by=by)
    for party in ("school", "council"):
        its.evaluate(made.id, party, by)
    called_off = its.commission("dcs", provider=provider, **days)
    its.end(called_off.id, day, "dcs")
    ahead = {each: on + timedelta(days=60) for each, on in days.items()}
    its.commission("dcs", provider=provider, **ahead)


def _go_round(case: Case, settings: Settings, until: date) -> None:
    """The clock goes round once a week, and what it queued leaves at the end."""
    while london_date(case.now) < until:
        case.now += timedelta(days=7)
        clock.tick(case.engine, case.policy, case.now)
    deliver(case.engine, case.policy, settings, lambda: case.now)


def _serve(engine: Engine, council: Council) -> None:
    """A letter that was issued is served in every way on everybody it went to."""
    with write(engine) as session:
        issued = select(Letter).where(Letter.state == LetterState.ISSUED)
        letter = session.exec(issued.order_by(col(Letter.id))).first()
        assert letter is not None
        assert letter.dated is not None
        acting = Acting(session, POLICY, council.seo, _after_all(engine))
        [addressee, *_] = letter.goes_to or ()
        agreed = EmailServiceSaid(
            role=addressee.role,
            email=addressee.email,
            agrees=True,
            said_on=letter.dated,
            evidence="Their letter.",
        )
        say_email_service(acting, session.get_one(Matter, letter.matter_id).urn, agreed)
        for method in ServiceMethod:
            served = serving.ServiceOfLetter(
                to=letter.to_role,
                method=method.value,
                served_on=letter.dated,
                evidence="A receipt.",
            )
            serving.record_service(acting, letter.id, served)


def _cover(engine: Engine, council: Council) -> None:
    now = _after_all(engine)
    with write(engine) as session:
        delegate(
            Acting(session, POLICY, council.dcs, now),
            Cover(
                colleague=council.aed.email,
                first_day=now.date(),
                last_day=now.date() + timedelta(days=7),
                reason="Leave.",
            ),
        )


def _import(engine: Engine, policy: Policy, settings: Settings) -> None:
    """A new school, one that closes, and a row that cannot be used."""
    rows = [
        school(900101, "Ashfield Junior School"),
        school(900011, "Dovecote High School", closed()),
        school("12", "No URN"),
    ]
    file = written(settings.home / "register.csv", rows)
    with write(engine) as session:
        import_file(
            session,
            policy,
            now=_after_all(engine),
            by=officers.AT_THE_MACHINE,
            path=file,
            la=None,
        )
