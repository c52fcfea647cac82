"""The demonstration's stories of the law, of the Department, and of a school's own record."""

from cli.stage import Stage, officer_named
from cli.stories import Moments
from models.actions import following
from models.appointments import planning
from models.clocks import add_working_days, london_date
from models.fairness import recording as fairness
from models.fairness.tables import FairnessKind
from models.inspections import recording as inspections
from models.school_record import department, rise, writing
from models.school_record.opening import reference_of
from models.school_record.tables import DepartmentNoticeKind
from models.schools.tables import ContactRole, InspectionCategory
from models.sharing import proposing
from models.sharing.tables import Consent, RecipientKind, SharedKind

SALTMARSH, NORTHGATE, BROOKSIDE = 900015, 900009, 900008
TO_BE_WEIGHED: tuple[tuple[FairnessKind, dict[str, str], str], ...] = (
    (
        FairnessKind.EQUALITY_DUTY,
        {"section": "65"},
        "We looked at who is at the school: more pupils than elsewhere have special educational "
        "needs, and they gain most from a change. Nobody is worse off by it.",
    ),
    (
        FairnessKind.INFORMAL_RESOLUTION,
        {},
        "Mediation was offered in spring and declined. Three discussions with the chair led to "
        "nothing that was carried out.",
    ),
    (
        FairnessKind.HEAD_TOLD,
        {"how": "telephone"},
        "Mrs Ivory was told by telephone, and that the support line for headteachers is open to "
        "her.",
    ),
)


def _saltmarsh(stage: Stage) -> Moments:
    """In special measures: the statement of action is due, and the Director is to decide."""
    yield stage.at(6, 11)
    with stage.acting("Tom") as acting:
        report = inspections.Inspected(
            category=InspectionCategory.SPECIAL_MEASURES,
            published_on=acting.today,
            source="Report 99000151, and the letter with which it came.",
        )
        inspections.record_inspection(acting, SALTMARSH, report)
    yield stage.at(5, 9, 30)
    case = stage.start(
        SALTMARSH,
        "Margaret",
        "Tom",
        triggers=["leadership", "safety"],
        summary="Ofsted found that leadership needs urgent improvement and that safeguarding is "
        "not met. Four of eleven places on the governing body are vacant.",
    )
    yield stage.at(4, 14)
    for kind, more, reason in TO_BE_WEIGHED:
        with stage.acting("Tom") as acting:
            weighed = fairness.FairnessToRecord(
                kind=kind, step="intervention", done_on=acting.today, reason=reason, **more
            )
            fairness.record_fairness(acting, case, weighed)
    yield stage.at(3, 11)
    stage.propose(
        case,
        "Margaret",
        "intervene",
        "The school requires special measures, and its governing body cannot carry out what the "
        "report asks for. An Interim Executive Board can.",
    )


def _northgate_and_the_department(stage: Stage) -> Moments:
    """After our letter the Department asks for our comment, and its adviser begins."""
    yield stage.at(5, 14)
    with stage.acting("Tom") as acting:
        notice = department.NoticeAnnounced(
            kind=DepartmentNoticeKind.TERMINATION_WARNING,
            received_on=acting.today,
            comment_by=add_working_days(london_date(stage.now), 10),
            summary="The trust is to put a plan for key stage 4 to the Department within 15 "
            "working days, with people and dates.",
            answering=officer_named(acting.session, "Daniel").email,
        )
        department.record_department_notice(acting, NORTHGATE, notice)
    yield stage.at(4, 10)
    with stage.acting("Tom") as acting:
        support = rise.RiseSupportGiven(
            adviser="Dr Imogen Vance",
            supporting_organisation="The Larch Trust",
            started_on=acting.today,
        )
        rise.record_rise_support(acting, NORTHGATE, support)
        action = following.ActionAgreed(
            what="Send the plan for key stage 4, with people and dates",
            role=ContactRole.TRUST,
            due_on=add_working_days(london_date(stage.now), 15),
            why="The adviser and the trust agreed to share it with the council.",
        )
        agreed = following.add_school_action(acting, NORTHGATE, action)
    yield stage.at(2, 15)
    with stage.acting("Tom") as acting:
        said = following.Progress(said="A draft has come; the dates are still missing.")
        following.say_progress(acting, agreed.id, said)


def _brookside_is_thanked(stage: Stage) -> Moments:
    """A letter that belongs to no escalation, on the school's own record."""
    yield stage.at(9, 13)
    with stage.acting("Priya") as acting:
        letter = writing.LetterToSchool(
            to=ContactRole.HEADTEACHER,
            copies=[ContactRole.TRUST],
            subject="Your support for Stonegate Junior School",
            words="Thank you for the time of your national leader of education at Stonegate.\n\n"
            "We would like to go on with it next term, and suggest that we meet in the first week.",
            reason="The support was agreed in autumn and is to go on.",
        )
        writing.write_to_school(acting, BROOKSIDE, letter)


def _brookside_is_visited(stage: Stage) -> Moments:
    """A visit that is still to come: the headteacher has it in the calendar."""
    yield stage.at(2, 10)
    with stage.acting("Priya") as acting:
        visit = planning.AppointmentToPlan(
            kind="visit",
            on=add_working_days(stage.today, 5),
            starts="10am",
            ends="11:30am",
            place="Brookside Academy, the main office",
            with_whom=[ContactRole.HEADTEACHER],
            words="We would like to hear how the support at Stonegate goes on next term.",
        )
        planning.plan_at_school(acting, BROOKSIDE, visit)


def _northgate_and_its_neighbours(stage: Stage) -> Moments:
    """A neighbouring council places pupils at the academy, and may know of the plan."""
    yield stage.at(3, 11)
    with stage.acting("Tom") as acting:
        asked = proposing.SharingToDecide(
            kinds=[SharedKind.LETTERS],
            information="The academy’s plan for key stage 4, as the trust sent it.",
            recipients=[
                proposing.RecipientNamed(
                    kind=RecipientKind.OTHER_COUNCIL,
                    name="Larkshire Council, Education Placements",
                    email="placements@larkshire.example",
                )
            ],
            purpose="Larkshire places 14 pupils at the academy and reviews the placements in "
            "spring.",
            wellbeing="Its pupils are safer if both councils know the plan and its dates.",
            confidential=True,
            confidential_because="The trust sent the plan to us alone.",
            consent=Consent.GIVEN,
            consent_said="The trust’s chief executive agreed by e-mail.",
            only_that="The plan names no pupil. What the adviser said of people is left out.",
            securely="By e-mail to the placements team, within this week.",
            accurate_on=acting.today,
            told="The chief executive and the headteacher, what and with whom.",
            told_on=acting.today,
            advice="The council’s data protection officer had no objection.",
            review_on=add_working_days(acting.today, 60),
        )
        proposing.ask_school_sharing(acting, NORTHGATE, asked)
    yield stage.at(2, 16)
    stage.approve(reference_of(NORTHGATE), "Margaret")


LAW_STORIES = (
    _saltmarsh,
    _northgate_and_the_department,
    _northgate_and_its_neighbours,
    _brookside_is_thanked,
    _brookside_is_visited,
)
