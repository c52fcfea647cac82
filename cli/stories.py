"""The demonstration's stories: one for each turn that an escalation can take."""

from collections.abc import Iterator
from datetime import datetime

from cli.stage import Stage
from models.clocks import add_working_days, london_date

HEAD, CHAIR = "headteacher", "chair_of_governors"
Moments = Iterator[datetime]


def _discussed(
    stage: Stage, case: str, by: str, days_back: int, with_whom: str, notes: str, agreed: str
) -> Moments:
    yield stage.at(days_back, 13)
    stage.discuss(case, by, with_whom, notes, agreed)


def _answered(
    stage: Stage, case: str, by: str, days_back: int, summary: str, judgement: str
) -> Moments:
    yield stage.at(days_back, 11)
    stage.respond(case, by, summary, judgement)


def _moved(
    stage: Stage, case: str, by: str, days_back: int, reason: str, action: str = "advance"
) -> Moments:
    """Proposed one day and approved on the next, by the Head of Service."""
    yield stage.at(days_back, 15)
    stage.propose(case, by, action, reason)
    yield stage.at(days_back - 1, 10, 30)
    stage.approve(case, "Margaret")


def _ashfield(stage: Stage) -> Moments:
    """Just started: the discussion with the headteacher is to be held."""
    yield stage.at(3, 10)
    stage.start(
        900001,
        "Margaret",
        "Priya",
        triggers=["self_evaluation"],
        summary="The school has not sent its self-evaluation for the last two terms, and two "
        "meetings with the school improvement partner were cancelled at short notice.",
    )


def _brannoc(stage: Stage) -> Moments:
    """The governing body's response is awaited, and due soon."""
    yield stage.at(32, 10)
    case = stage.start(
        900002,
        "Margaret",
        "Priya",
        triggers=["underperformance"],
        summary="Results in reading at the end of key stage 2 have been below those of similar "
        "schools for three years, and the plan for improvement has no measurable targets.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        30,
        HEAD,
        "Mr Garside shares our view of the results. He has not yet had the time to revise the plan "
        "and is without a leader for English.",
        "A revised plan with a target for each year group, within two weeks.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        22,
        "A revised plan was sent. It names training for staff, but still no targets and no dates.",
        "unsatisfactory",
    )
    yield from _moved(
        stage, case, "Priya", 19, "The revised plan has no targets and no dates to measure it by."
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        6,
        CHAIR,
        "Mrs Prowse said that governors had seen the results but not the plan. She will put both "
        "on the agenda of the next meeting.",
        "The governing body agrees targets with the headteacher and sends us the minutes.",
    )
    yield stage.at(5, 10)
    stage.attach(
        case,
        "Priya",
        "Reading at key stage 2.csv",
        "year,pupils at the expected standard,similar schools\n2023,58%,71%\n2024,55%,72%\n"
        "2025,51%,73%\n",
        "Three years of results in reading beside those of similar schools, as sent by the chair.",
    )


def _holy_well(stage: Stage) -> Moments:
    """A warning notice, signed off by Legal, waits for the Director."""
    yield stage.at(88, 10)
    case = stage.start(
        900003,
        "Daniel",
        "Tom",
        triggers=["leadership", "safety"],
        summary="The school has had three acting headteachers in two years. Records of "
        "safeguarding training are incomplete, and governors have not met for two terms.",
    )
    yield from _discussed(
        stage,
        case,
        "Tom",
        86,
        HEAD,
        "Mrs Amery took up her post this month. She found no record of training for eleven staff.",
        "Training for all eleven within four weeks, and a date for a meeting of governors.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        77,
        "Training is booked for five of the eleven. No date for a meeting of governors.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 75, "More than half of the staff are still untrained.")
    yield from _discussed(
        stage,
        case,
        "Tom",
        71,
        CHAIR,
        "Mr Dacre explained that four places on the governing body are vacant.",
        "A meeting within three weeks, with safeguarding as its first item.",
    )
    yield from _answered(
        stage, case, "Tom", 62, "The meeting was called and was not quorate.", "unsatisfactory"
    )
    yield from _moved(stage, case, "Tom", 60, "Governors could not meet and took no decision.")
    yield from _answered(
        stage,
        case,
        "Tom",
        50,
        "The headteacher reports that training is complete. The policy has not been reviewed, "
        "because governors have not met.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 48, "The governing body is still unable to act.")
    yield from _answered(
        stage,
        case,
        "Tom",
        34,
        "Two of four vacancies are filled. The first meeting is planned for next term.",
        "unsatisfactory",
    )
    yield from _moved(
        stage,
        case,
        "Tom",
        31,
        "The headteacher has acted on everything within her reach: her performance is not in "
        "question.",
        "pass_over",
    )
    yield stage.at(7, 15)
    stage.warn(
        case,
        "Tom",
        grounds=["breakdown", "safety"],
        matters="The governing body has taken no decision for three terms. Its meetings were not "
        "quorate in January and March. The safeguarding policy was due for review two years ago.",
        action_required="Fill the vacancies, meet before the end of next month with the "
        "safeguarding policy as the first item, and send the minutes to the authority.",
        compliance_ends_on=add_working_days(london_date(stage.now), 25),
        action_minded="To appoint additional governors under section 64, or an Interim Executive "
        "Board under section 65.",
    )
    yield stage.at(3, 11)
    stage.approve(case, "Owen")


def _larkrise(stage: Stage) -> Moments:
    """No response to the letter to the headteacher: overdue, and chased."""
    yield stage.at(46, 10)
    case = stage.start(
        900004,
        "Margaret",
        "Tom",
        triggers=["finance"],
        summary="The school has set a deficit budget for the second year, and its recovery plan "
        "was due in the summer term.",
    )
    yield from _discussed(
        stage,
        case,
        "Tom",
        44,
        HEAD,
        "Mr Penhale said that the plan waits for the foundation's decision on the sports hall.",
        "The plan as it stands, by the end of the month.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        36,
        "A letter saying that the plan would follow. No plan was attached.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 35, "The recovery plan has not been sent.")
    yield from _discussed(
        stage,
        case,
        "Tom",
        31,
        CHAIR,
        "Mrs Stott was not aware that the plan was outstanding.",
        "The finance committee meets within ten days and sends us its plan.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        22,
        "The finance committee met. It asks for more time and names no date.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 19, "There is no plan and no date for one.")


def _meadowbank(stage: Stage) -> Moments:
    """Paused, with days left on its deadline."""
    yield stage.at(16, 10)
    case = stage.start(
        900005,
        "Daniel",
        "Priya",
        triggers=["safety"],
        summary="Two incidents on school transport in one half-term were not reported to us.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        13,
        HEAD,
        "Mrs Frith explained how incidents are recorded, and agreed that both should have been "
        "reported on the day.",
        "A revised procedure, and a briefing for all escorts.",
    )
    yield from _moved(
        stage,
        case,
        "Priya",
        8,
        "The school is closed after a flood in the boiler room. It expects to open again in two "
        "weeks.",
        "pause",
    )


def _little_acorns(stage: Stage) -> Moments:
    """Resolved at the first step."""
    yield stage.at(52, 10)
    case = stage.start(
        900006,
        "Margaret",
        "Priya",
        triggers=["leadership"],
        summary="The nursery had no deputy for a term, and the headteacher was often away.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        50,
        HEAD,
        "Mrs Bell has appointed a deputy, who begins after the half-term holiday.",
        "A rota that shows who leads the nursery on each day until then.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        43,
        "The rota and the deputy's date of appointment. Both were confirmed on a visit.",
        "satisfactory",
    )
    yield from _moved(
        stage,
        case,
        "Priya",
        41,
        "A deputy is appointed, and on every day somebody is named who leads the nursery.",
        "resolve",
    )


def _northgate(stage: Stage) -> Moments:
    """An academy that did not engage: the Secretary of State's response is awaited."""
    yield stage.at(78, 10)
    case = stage.start(
        900009,
        "Daniel",
        "Tom",
        triggers=["underperformance", "self_evaluation"],
        summary="Results at the end of key stage 4 fell for the third year. The academy declined "
        "three invitations to take part in quality assurance.",
        not_engaging=True,
    )
    skipped = "The academy has declined to meet us, in writing, three times since September."
    yield from _moved(stage, case, "Tom", 76, skipped, "pass_over")
    yield from _moved(stage, case, "Tom", 74, skipped, "pass_over")
    yield from _moved(stage, case, "Tom", 71, "The academy does not engage, and results fall.")
    yield from _moved(stage, case, "Tom", 56, "The headteacher has not answered our letter.")
    yield from _answered(
        stage,
        case,
        "Tom",
        40,
        "The chair writes that the trust is content with the academy's progress. No evidence was "
        "sent.",
        "unsatisfactory",
    )
    yield stage.at(10, 15)
    stage.propose(
        case,
        "Tom",
        "advance",
        "Neither the headteacher nor the governing body has told us of any action.",
    )
    yield stage.at(8, 11)
    stage.approve(case, "Geoffrey")


def _riverside(stage: Stage) -> Moments:
    """Proposed by the case officer: a Head of Service has not decided yet."""
    yield stage.at(1, 14)
    stage.start(
        900010,
        "Priya",
        "Priya",
        triggers=["finance", "other"],
        summary="The number of pupils on roll is well below the plan, and the lease of the "
        "building ends next summer.",
    )


def _westmoor(stage: Stage) -> Moments:
    """The formal letter to the governing body is drafted and waits for approval."""
    yield stage.at(42, 10)
    case = stage.start(
        900013,
        "Margaret",
        "Priya",
        triggers=["underperformance", "leadership"],
        summary="Attendance has been below 88 per cent for four terms. Half of the heads of "
        "department left in the last year and have not been replaced.",
        head_performance_in_question=True,
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        40,
        HEAD,
        "Mr Sefton expects attendance to recover by itself. Recruitment is under way.",
        "An attendance plan, with the families and year groups it begins with.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        33,
        "A statement that registers are now checked daily. No plan.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Priya", 32, "There is no attendance plan.")
    yield from _discussed(
        stage,
        case,
        "Priya",
        28,
        CHAIR,
        "Mrs Marchbank shares the concern. Governors were not told how many staff had left.",
        "A report on staffing and attendance to the next meeting of governors.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        20,
        "The report was given orally, and governors asked for it in writing.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Priya", 17, "Governors have still no written report.")
    yield from _answered(
        stage,
        case,
        "Priya",
        6,
        "A plan for attendance that begins next term. It says nothing about staffing.",
        "unsatisfactory",
    )
    yield stage.at(1, 15)
    stage.propose(
        case,
        "Priya",
        "advance",
        "The headteacher's plan leaves the vacancies in half of the departments unanswered.",
    )


def _stonegate(stage: Stage) -> Moments:
    """Did not comply with its warning notice: an Interim Executive Board is being prepared."""
    yield stage.at(118, 10)
    case = stage.start(
        900014,
        "Margaret",
        "Tom",
        triggers=["underperformance", "leadership"],
        summary="Attainment at the end of Key Stage 2 has fallen for four years. The governing "
        "body has not held the leadership to account for it.",
    )
    yield from _discussed(
        stage,
        case,
        "Tom",
        116,
        HEAD,
        "Mr Lowther sees the fall as the cohort's. No review of teaching has taken place.",
        "A review of teaching in Years 5 and 6 by the end of the month.",
    )
    yield from _answered(
        stage, case, "Tom", 106, "The review has been put off until summer.", "unsatisfactory"
    )
    yield from _moved(stage, case, "Tom", 105, "The review that was agreed has not begun.")
    yield from _discussed(
        stage,
        case,
        "Tom",
        102,
        CHAIR,
        "Mrs Pell had not seen the results of the last two years.",
        "A plan for Key Stage 2 to the next meeting of governors.",
    )
    yield from _answered(
        stage, case, "Tom", 92, "The plan names no actions and no dates.", "unsatisfactory"
    )
    yield from _moved(stage, case, "Tom", 91, "There is no plan that could be followed.")
    yield from _answered(
        stage, case, "Tom", 79, "A reply that repeats the plan of last term.", "unsatisfactory"
    )
    yield from _moved(stage, case, "Tom", 77, "The reply answers none of the concerns.")
    yield from _answered(
        stage, case, "Tom", 60, "Governors met and took no decision.", "unsatisfactory"
    )
    yield from _moved(
        stage,
        case,
        "Tom",
        58,
        "What is in question is the governing body, not the headteacher alone.",
        "pass_over",
    )
    yield stage.at(55, 15)
    stage.warn(
        case,
        "Tom",
        grounds=["standards"],
        comparisons=["previous", "comparable"],
        comparison="Forty-one per cent of pupils reached the expected standard, against 68 per "
        "cent four years ago and 66 per cent at comparable schools.",
        why_powers="Four years of advice and two formal letters have changed nothing, and the "
        "governing body has told us that it sees no reason to act.",
        matters="Attainment at the end of Key Stage 2 has fallen for four years, and the governing "
        "body has neither asked why nor acted on what it was told.",
        action_required="Adopt a plan for Key Stage 2 with actions, people and dates, agreed with "
        "the authority, and report on it every two weeks.",
        compliance_ends_on=add_working_days(london_date(stage.now), 18),
        action_minded="To replace the governing body by an Interim Executive Board (section 65).",
    )
    yield stage.at(54, 11)
    stage.approve(case, "Owen")
    yield stage.at(53, 11)
    stage.approve(case, "Anita")
    yield stage.at(52, 16)
    stage.serve(case, "Tom", "Handed to Mrs Pell at the school; her receipt is on file.")
    yield stage.at(36, 14)
    stage.judge_compliance(
        case,
        "Tom",
        "The clerk confirms that the plan was never put to a meeting.",
        words="No plan was adopted, and none of the four reports was made.",
    )
    stage.propose_powers(
        case,
        "Tom",
        ["64", "65"],
        "We do not expect the present governors to act.",
        words="The governing body has not acted on the warning notice.",
    )
    yield stage.at(34, 16)
    stage.serve(case, "Tom", "Handed to Mrs Pell before the meeting of governors.")
    yield stage.at(28, 15)
    stage.propose(case, "Tom", "advance", "All four conditions for intervention are met.")
    yield stage.at(27, 11)
    stage.approve(case, "Anita")
    yield stage.at(22, 14)
    board = stage.prepare_power(
        case,
        "Tom",
        section="65",
        reason="Additional governors would be outvoted.",
        words="Only a new governing body can carry out the plan that the school needs.",
    )
    yield stage.at(12, 14)
    stage.consult(
        board, "Tom", CHAIR, "Governors object. They ask for one more term to adopt a plan."
    )


STORIES = (
    _ashfield,
    _brannoc,
    _holy_well,
    _larkrise,
    _meadowbank,
    _little_acorns,
    _northgate,
    _riverside,
    _westmoor,
    _stonegate,
)
