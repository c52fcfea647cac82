"""The demonstration’s risk register: who supports whom, what was done, a level that rose."""

from datetime import timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from cli.fictional_council import SCHOOLS
from cli.stage import Stage, officer_named
from cli.stories import Moments
from models.clocks import london_date, subtract_working_days
from models.database import read, write
from models.people.acting import Acting
from models.people.tables import Officer
from models.presentations import presenting
from models.presentations.tables import Presentation, PresentationKind, PresentationState
from models.programme import outcomes, reports, requiring, reviews, supporters, visits
from models.programme.tables import (
    WITH_OUTCOME,
    AtVisit,
    Duty,
    DutyKind,
    DutyState,
    SupportRole,
    WrittenReport,
)
from models.reports import checking
from models.reports.found import links_of
from models.reports.putting_forward import ReportToSend, put_forward
from models.reports.tables import ReportIssue, ReportState
from models.risk import assessing, moderating, rounds
from models.risk.new_headteachers import enter_contact
from models.risk.tables import Assessment, AssessmentRound, RiskEvidenceKind, RoundState
from models.rows import find, find_first, get_row
from models.schools.contacts import NewContact
from models.schools.tables import RiskLevel

STONEGATE, WESTMOOR, MEADOWBANK, RIVERSIDE = 900014, 900013, 900005, 900010
# Schools where nothing has been done for a while, and how many working days that is.
BEHIND = {WESTMOOR: 15, MEADOWBANK: 30}
EVALUATORS = ("Priya", "Tom")
READERS = ("Joan", "Geoffrey", "Anita")  # to whom evaluations are presented
LYLE = "The work with Brookside Academy has given the school a scheme for reading that is used."
OF_OTHERS = "Where a leader of another school helps, plans are ready sooner and are kept to."
NOTES = (
    "We looked at pupils’ books in three year groups and spoke with their teachers. Teaching is "
    "more consistent than at our last visit; the most able are still not stretched.",
    "We went through the school improvement plan with the headteacher. Two of its five actions are "
    "done, one is late, and the dates of the others still hold.",
    "We walked round during lessons and at lunchtime. Behaviour is calm, and staff apply the new "
    "policy in the same way.",
    "We met the headteacher and the chair. Attendance is two points above last year’s, and the "
    "governing body now asks for figures at each of its meetings.",
)
FINDINGS = (
    (RiskEvidenceKind.DATA_ANALYSIS, "Provisional results of the summer", "Close to last year’s."),
    (RiskEvidenceKind.OFSTED_OUTCOMES, "Last inspection report", "No change since last year."),
    (RiskEvidenceKind.LOCAL_INTELLIGENCE, "Notes of this year’s visits", "As in the reports."),
    (RiskEvidenceKind.DFE_ASSESSMENTS, "School performance tables", "Nothing new this year."),
    (RiskEvidenceKind.PREVIOUS_ASSESSMENTS, "Last year’s assessment", "The level was the same."),
    (RiskEvidenceKind.LEADERSHIP_CHANGES, "The school’s website", "No change is announced."),
)
SECTIONS = (
    "Results are close to last year’s. Progress in reading is below that of similar schools.",
    "Teaching has a clearer structure. Pupils know what they are to learn, less often why.",
    "Leaders know what needs to be done. Governors ask the right questions and record the answers.",
    "Behaviour is good. Records of safeguarding training are complete.",
    "Reading in years 3 and 4; the next visit looks at how the new texts are used.",
)


OUTCOMES = {
    DutyKind.NEED_AUDIT: "Reading in years 3 and 4, and the work of middle leaders, come first. A "
    "National Leader of Education is to support both.",
    DutyKind.GOVERNANCE_AUDIT: "Governors ask the right questions but rarely follow them up. The "
    "chair takes up training from January.",
    DutyKind.LEADERSHIP_PROGRAMME: "The deputy headteacher has a place and has begun.",
    DutyKind.INDUCTION: "The headteacher has met every officer who works with the school and has "
    "been through its register of risks.",
}
RIGHT = checking.FactsChecked(answer="accurate")
WRONG = checking.FactsChecked(
    answer="inaccurate", comments="We have 212 pupils on roll now, not 210."
)


def keep_up(stage: Stage) -> Moments:
    """What is due is done on its day, but at the schools that fall behind."""
    yield stage.at(121, 10)
    _assign(stage)
    for days_back in range(120, 0, -1):
        yield stage.at(days_back, 15)
        _do_what_is_due(stage, days_back)
        _finish_reports(stage)


def annual_assessment(stage: Stage) -> Moments:
    """Where a July lies in the demonstration's time: all schools assessed, levels published."""
    for days_back in range(119, 0, -1):
        yield stage.at(days_back, 14)
        today = london_date(stage.now)
        with read(stage.engine) as session:
            open_rounds = select(AssessmentRound).where(AssessmentRound.state == RoundState.OPEN)
            current = find_first(session, open_rounds)
        if current is None or today < subtract_working_days(current.publish_on, 3):
            continue
        _assess_all(stage, current)
        yield stage.at(days_back - 1, 10)
        with stage.acting("Margaret") as acting:
            rounds.publish_round(acting, current.school_year)
        return


def _assess_all(stage: Stage, current: AssessmentRound) -> None:
    drafts = select(Assessment.id, Assessment.urn).where(Assessment.round_id == current.id)
    with write(stage.engine) as session:
        for number, urn in find(session, drafts.order_by(col(Assessment.id))):
            place = next(place for place, school in enumerate(SCHOOLS) if school.urn == urn)
            acting = stage.acting_in(session, EVALUATORS[place % 2])
            for kind, source, summary in FINDINGS:
                found = assessing.PieceOfEvidence(
                    kind=kind,
                    source=source,
                    dated=acting.today - timedelta(days=7),
                    summary=summary,
                )
                assessing.add_evidence(acting, number, found)
            level = assessing.ProposedLevel(
                level=SCHOOLS[place].risk_level,
                reason="The evidence of the year agrees with what we see on our visits.",
                differs_because="What the criteria count is known, and is being dealt with.",
            )
            proposed = assessing.propose_level(acting, number, level)
            _agree(stage.acting_in(session, "Margaret"), proposed)


def _agree(acting: Acting, proposed: Assessment) -> None:
    agreed = moderating.Moderation(decision="agree", version=proposed.version)
    moderating.moderate(acting, proposed.id, agreed)


def riverside_rises(stage: Stage) -> Moments:
    """A level that changes in the year; its letters wait to be approved."""
    yield stage.at(12, 11)
    with stage.acting("Tom") as acting:
        started = assessing.begin_assessment(acting, assessing.NewAssessment(urn=RIVERSIDE))
        for kind, source, summary in (
            (
                RiskEvidenceKind.DATA_ANALYSIS,
                "Autumn assessments sent by the school",
                "Fewer than half of the pupils in year 2 read at the expected standard.",
            ),
            (
                RiskEvidenceKind.LEADERSHIP_CHANGES,
                "Letter of the chair of governors",
                "The deputy headteacher and the leader for English leave at Christmas.",
            ),
        ):
            found = assessing.PieceOfEvidence(
                kind=kind, source=source, dated=acting.today - timedelta(days=3), summary=summary
            )
            assessing.add_evidence(acting, started.id, found)
        level = assessing.ProposedLevel(
            level=RiskLevel.MEDIUM,
            reason="The two who lead the improvement of reading leave, and nobody is in sight.",
            words="Reading has fallen, and the two who lead its improvement leave at Christmas.",
            differs_because="The whole of it weighs more than any one thing that is counted.",
        )
        proposed = assessing.propose_level(acting, started.id, level)
    yield stage.at(10, 9, 30)
    with stage.acting("Margaret") as acting:
        _agree(acting, proposed)


def evaluations_presented(stage: Stage) -> Moments:
    """What the clock compiles is presented a few days later, and read; the newest still waits."""
    for days_back in range(110, 0, -10):
        yield stage.at(days_back, 16, 30)
        with read(stage.engine) as session:
            waiting = find(session, _COMPILED)
            members = [officer_named(session, name).email for name in READERS]
        for compiled in waiting:
            with stage.acting("Margaret") as acting:
                given = presenting.Presenting(to=members, version=compiled.version)
                presenting.present(acting, compiled.id, given)
            with stage.acting(READERS[0]) as acting:
                presenting.acknowledge(acting, compiled.id)


_COMPILED = select(Presentation).where(
    Presentation.state == PresentationState.COMPILED,
    or_(col(Presentation.kind) == PresentationKind.MONTHLY, col(Presentation.impact) != ""),
)


def meadowbank_has_a_new_head(stage: Stage) -> Moments:
    """An officer enters a new headteacher, and says what else the school requires."""
    yield stage.at(9, 14)
    with stage.acting("Tom") as acting:
        head = NewContact(
            name="Mr Rufus Hale",
            email=f"headteacher@school-{MEADOWBANK}.example",
            address=["School Lane"],
        )
        enter_contact(acting, MEADOWBANK, "headteacher", head)
    yield stage.at(8, 11)
    with stage.acting("Tom") as acting:
        group = requiring.RequiredSupport(
            what=DutyKind.SISG_MEETING,
            reason="Two leaders leave at once, and the governing body wants to follow the plan.",
        )
        requiring.require(acting, RIVERSIDE, group)


def _assign(stage: Stage) -> None:
    with write(stage.engine) as session:
        acting = stage.acting_in(session, "Margaret")
        for place, school in enumerate(SCHOOLS):
            evaluator = supporters.NewSupporter(
                role=SupportRole.SCHOOL_EVALUATION_OFFICER,
                officer=officer_named(session, EVALUATORS[place % 2]).email,
                first_day=acting.today,
            )
            supporters.assign_supporter(acting, school.urn, evaluator)
        for role, name, organisation in (
            (SupportRole.NATIONAL_LEADER, "Harriet Lyle", "Brookside Academy"),
            (SupportRole.SISG_MEMBER, "Judith Pell", "Chair of governors"),
            (SupportRole.SISG_MEMBER, "Harriet Lyle", "Brookside Academy"),
        ):
            helper = supporters.NewSupporter(
                role=role, name=name, organisation=organisation, first_day=acting.today
            )
            supporters.assign_supporter(acting, STONEGATE, helper)


def _do_what_is_due(stage: Stage, days_back: int) -> None:
    today = london_date(stage.now)
    due = select(Duty).where(Duty.state == DutyState.PLANNED, col(Duty.due_on) <= today)
    with read(stage.engine) as session:
        duties = find(session, due.order_by(col(Duty.id)))
    with write(stage.engine) as session:
        for duty in duties:
            if days_back >= BEHIND.get(duty.urn or 0, 0):
                _do(session, stage, duty)


def _finish_reports(stage: Stage) -> None:
    """Schools say what they think of the facts after some days; then the final version follows."""
    asked_until = london_date(stage.now) + timedelta(days=9)
    asked = (
        select(ReportIssue)
        .join(WrittenReport, col(WrittenReport.id) == col(ReportIssue.report_id))
        .where(WrittenReport.state == ReportState.ISSUED)
        .where(col(ReportIssue.answer_by) <= asked_until)
    )
    with write(stage.engine) as session:
        for issue in find(session, asked.order_by(col(ReportIssue.id))):
            author = get_row(session, Officer, issue.author_id)
            acting = Acting(session, stage.policy, author, stage.now)
            head, *others = links_of(session, issue.id)
            checking.record_answer(acting, head.id, WRONG if issue.id % 5 == 1 else RIGHT)
            for link in others:
                checking.record_answer(acting, link.id, RIGHT)
            if issue.id % 5 == 1:
                checking.reply(acting, head.id, checking.FactsReply(reply="Thank you: noted."))
            put_forward(acting, issue.report_id, ReportToSend())


def _do(session: Session, stage: Stage, duty: Duty) -> None:
    day = london_date(stage.now)
    if duty.urn is None:
        of_all = reviews.ReviewHeld(
            kind=duty.kind,
            held_on=day,
            summary="We went through the actions at every school at high or medium risk.",
            impact="Two schools are on their way to a lower level; one needs more of our time.",
            external_impact="" if duty.kind is not DutyKind.BOARD_REPORT else OF_OTHERS,
            duty=duty.id,
        )
        reviews.record_review(stage.acting_in(session, "Margaret"), of_all)
        return
    place = next(place for place, school in enumerate(SCHOOLS) if school.urn == duty.urn)
    acting = stage.acting_in(session, EVALUATORS[place % 2])
    if duty.kind in WITH_OUTCOME:
        came = outcomes.DutyOutcome(done_on=day, outcome=OUTCOMES[duty.kind])
        outcomes.record_outcome(acting, duty.id, came)
    elif duty.kind in (DutyKind.VISIT, DutyKind.LEVEL_CHANGE_VISIT):
        changed = duty.kind is DutyKind.LEVEL_CHANGE_VISIT
        purpose = "The change of level" if changed else f"Visit {duty.number} of the school year"
        visit = visits.VisitMade(
            urn=duty.urn,
            visited_on=day,
            purpose=purpose,
            attendees=[
                visits.Attendee(who=AtVisit.HEADTEACHER),
                visits.Attendee(
                    who=AtVisit.CHAIR_OF_GOVERNORS if changed else AtVisit.SENIOR_LEADER
                ),
            ],
            notes=NOTES[(place + duty.number) % len(NOTES)],
            agreed_actions="The headteacher sends us the revised timetable within two weeks.",
            duty=duty.id,
        )
        visits.record_visit(acting, visit)
    elif duty.kind is DutyKind.REPORT:
        titles = stage.policy.programme.report_sections
        sections = [
            reports.SectionWritten(title=title, text=text)
            for title, text in zip(titles, SECTIONS, strict=True)
        ]
        report = reports.ReportWritten(urn=duty.urn, dated=day, sections=sections, duty=duty.id)
        reports.record_report(acting, report)
    else:
        evaluated = duty.kind is DutyKind.EVALUATION
        review = reviews.ReviewHeld(
            urn=duty.urn,
            kind=duty.kind,
            held_on=day,
            summary="The actions agreed at the last visit are under way; one of them is late.",
            impact="Lessons are better planned. It is too early to see it in results.",
            external_impact=LYLE if evaluated and duty.urn == STONEGATE else "",
            school_view="The headteacher sees it as we do." if evaluated else "",
            duty=duty.id,
        )
        reviews.record_review(acting, review)


REGISTER_STORIES = (
    keep_up,
    annual_assessment,
    riverside_rises,
    meadowbank_has_a_new_head,
    evaluations_presented,
)
