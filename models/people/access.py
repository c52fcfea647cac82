"""Who may do what on which case: one table, which every door asks through the commands.

Two questions: what does a role let its holder do (`RULES`), and which cases are theirs to see
(`sight`, `visible`). Whoever cannot see a case is answered as if it were not there.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from models.people.tables import CASEWORK, DESIGNATED, Officer, Phase, Role
from models.refusals import NotAllowed


class Act(StrEnum):
    """Everything that somebody can do here, in the words of a refusal."""

    USE_OWN_ACCOUNT = "use an account"
    SEE_OUTLINES = "see the outlines of cases"
    SEE_SCHOOLS = "see schools and their contacts"
    SEE_STANDING = "see inspections, results, legal views and agreements on service"
    CHANGE_CONTACTS = "change a school’s contacts"
    RECORD_INSPECTION = "record the outcome of an inspection"
    RECORD_RESULT = "record a school’s results"
    SEE_PROGRAMME = "see assessments, visits and reports"
    SEE_PRESENTATIONS = "see evaluations that were presented"
    PRESENT_EVALUATIONS = "compile and present evaluations"
    SEE_SUPPORT = "see a school’s support programme and visits"
    ASSESS = "assess a school’s risk"
    MODERATE = "agree levels of risk"
    RUN_ROUND = "open and publish the annual assessment"
    RECORD_VISIT = "record visits"
    RECORD_SUPPORT_WORK = "record reports and reviews"
    ASSIGN_SUPPORT = "assign support to a school"
    CLOSE_NEED = "say why no more or less is needed after all"
    KEEP_CONSULTANTS = "keep the lists of consultants and providers"
    RECORD_COMMISSIONING = "record requests for support, referrals, days used and evaluations"
    COMMISSION_SUPPORT = "commission support and answer requests for it"
    PREPARE_LEVEL_LETTERS = "prepare letters about risk levels"
    APPROVE_LEVEL_LETTERS = "approve letters about risk levels"
    CONFIRM_PART_4 = "record what legal services say of Part 4"
    IMPORT_REGISTER = "import the national register"
    IMPORT_NATIONAL_FILES = "import the national files of inspections and results"
    START = "start an escalation"
    SEE_CASE = "see what is on a case"
    RECORD_DISCUSSION = "record a discussion"
    PLAN_APPOINTMENT = "plan discussions, meetings and visits"
    RECORD_RESPONSE = "record a response"
    JUDGE_RESPONSE = "judge a response"
    PROPOSE = "propose a change"
    PROPOSE_INTERVENTION = "propose to move straight to the powers"
    DECIDE = "decide proposals"
    WRITE_LETTER = "write letters"
    CONFIRM_CONTACT = "confirm a changed contact for a case’s letters"
    RECORD_SERVICE = "record that a letter was served"
    SETTLE_DELIVERY = "decide about a delivery"
    ADD_EVIDENCE = "add evidence"
    MAKE_STATEMENT = "make a statement of action"
    RELEASE_STATEMENT = "say that no statement of action is to be made"
    RECORD_DEPARTMENT = "record what the Department for Education does about a school"
    AGREE_DEADLINE = "set deadlines on a school’s record"
    RECORD_ACTION = "record actions and what became of them"
    SHARE = "share information with others"
    AUTHORISE_SHARING = "authorise that information is shared"
    RECORD_PRIORITY = "record the priorities of a school’s improvement plan"
    CHOOSE_GUIDANCE = "say by which guidance a case goes"
    RECORD_FAIRNESS = "record what was done out of fairness"
    RECORD_SUPPORT = "record how the school is supported"
    PROPOSE_NOTICE = "propose a warning notice"
    JUDGE_COMPLIANCE = "judge compliance"
    PROPOSE_POWERS = "propose powers"
    PREPARE_POWER = "prepare a power"
    RECORD_CONSULTATION = "record a consultation"
    RECORD_SECRETARY_OF_STATE = "record what the Secretary of State was told or said"
    USE_POWER = "propose to use a power"
    END_POWER = "end a power"
    RECORD_MATCHING_GOVERNOR = "record governors whom others appoint"
    RECORD_RECEIPT = "record that a notice was received"
    RECORD_REPRESENTATION = "record representations"
    REVIEW_BUDGET = "review a suspended budget"
    CHANGE_CASE_OFFICER = "change the case officer"
    RESTRICT = "restrict a case"
    DELEGATE = "let a colleague decide for you"
    MANAGE_OFFICERS = "manage officers and their sign-ins"
    SEE_SYSTEM = "see the state of the system"
    SEE_AUDIT = "read the audit"


EVERYBODY = frozenset(Role)
COUNCIL = EVERYBODY - {Role.CONSULTANT}
ON_THE_CASE = CASEWORK | {Role.LEGAL}  # who reads a case whole, and may be named an approver
SENIOR = frozenset({Role.HEAD_OF_SERVICE, Role.ASSISTANT_DIRECTOR, Role.DIRECTOR})
HEADS = frozenset({Role.HEAD_OF_SERVICE})  # who own the risk register
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

RULES: Final[dict[Act, frozenset[Role]]] = {
    Act.USE_OWN_ACCOUNT: EVERYBODY,
    Act.SEE_OUTLINES: COUNCIL,
    Act.SEE_SCHOOLS: EVERYBODY,  # of a consultant's, the schools that they are assigned to
    Act.SEE_STANDING: COUNCIL,
    Act.CHANGE_CONTACTS: CASEWORK | ADMINISTRATORS,
    Act.RECORD_INSPECTION: CASEWORK,
    Act.RECORD_RESULT: CASEWORK,
    Act.SEE_PROGRAMME: ON_THE_CASE,
    Act.SEE_PRESENTATIONS: ON_THE_CASE | {Role.VIEWER},
    Act.PRESENT_EVALUATIONS: SENIOR,
    Act.SEE_SUPPORT: ON_THE_CASE | {Role.CONSULTANT},
    Act.ASSESS: CASEWORK,
    Act.MODERATE: HEADS,
    Act.RUN_ROUND: HEADS,
    Act.RECORD_VISIT: CASEWORK | {Role.CONSULTANT},
    Act.RECORD_SUPPORT_WORK: CASEWORK,
    Act.ASSIGN_SUPPORT: SENIOR | {Role.SERVICE_MANAGER},
    Act.CLOSE_NEED: SENIOR,
    Act.KEEP_CONSULTANTS: SENIOR | {Role.SERVICE_MANAGER},
    Act.RECORD_COMMISSIONING: CASEWORK,
    Act.COMMISSION_SUPPORT: SENIOR | {Role.SERVICE_MANAGER},
    Act.PREPARE_LEVEL_LETTERS: HEADS,
    Act.APPROVE_LEVEL_LETTERS: SENIOR,
    Act.CONFIRM_PART_4: SENIOR | {Role.LEGAL},
    Act.IMPORT_REGISTER: ADMINISTRATORS,
    Act.IMPORT_NATIONAL_FILES: ADMINISTRATORS,
    Act.START: CASEWORK,
    Act.SEE_CASE: ON_THE_CASE,
    Act.RECORD_DISCUSSION: CASEWORK,
    Act.PLAN_APPOINTMENT: CASEWORK,  # as recording them
    Act.RECORD_RESPONSE: CASEWORK,
    Act.JUDGE_RESPONSE: CASEWORK,
    Act.PROPOSE: CASEWORK,
    Act.PROPOSE_INTERVENTION: HEADS,
    Act.DECIDE: ON_THE_CASE,  # and of these the role for whom the proposal waits
    Act.WRITE_LETTER: CASEWORK,
    Act.CONFIRM_CONTACT: CASEWORK,
    Act.RECORD_SERVICE: CASEWORK,
    Act.SETTLE_DELIVERY: CASEWORK,
    Act.ADD_EVIDENCE: ON_THE_CASE,
    Act.MAKE_STATEMENT: CASEWORK,
    Act.RELEASE_STATEMENT: SENIOR,
    Act.RECORD_DEPARTMENT: CASEWORK,
    Act.AGREE_DEADLINE: CASEWORK,
    Act.RECORD_ACTION: CASEWORK,
    Act.SHARE: CASEWORK,
    Act.AUTHORISE_SHARING: DESIGNATED,
    Act.RECORD_PRIORITY: CASEWORK,
    Act.CHOOSE_GUIDANCE: CASEWORK,
    Act.RECORD_FAIRNESS: CASEWORK,
    Act.RECORD_SUPPORT: CASEWORK,
    Act.PROPOSE_NOTICE: CASEWORK,
    Act.JUDGE_COMPLIANCE: CASEWORK,
    Act.PROPOSE_POWERS: CASEWORK,
    Act.PREPARE_POWER: CASEWORK,
    Act.RECORD_CONSULTATION: CASEWORK,
    Act.RECORD_SECRETARY_OF_STATE: CASEWORK,
    Act.USE_POWER: CASEWORK,
    Act.END_POWER: CASEWORK,
    Act.RECORD_MATCHING_GOVERNOR: CASEWORK,
    Act.RECORD_RECEIPT: CASEWORK,
    Act.RECORD_REPRESENTATION: CASEWORK,
    Act.REVIEW_BUDGET: CASEWORK,
    Act.CHANGE_CASE_OFFICER: SENIOR,
    Act.RESTRICT: SENIOR,
    Act.DELEGATE: ON_THE_CASE,
    Act.MANAGE_OFFICERS: ADMINISTRATORS,
    Act.SEE_SYSTEM: ADMINISTRATORS,
    Act.SEE_AUDIT: ADMINISTRATORS,
}


def may(officer: Officer, act: Act) -> bool:
    """Whether the officer's role lets them do this at all."""
    return officer.active and officer.role in RULES[act]


def require(officer: Officer, act: Act) -> None:
    """Refuse an officer whose role may not do this, or who has left; raises NotAllowed."""
    if not may(officer, act):
        raise NotAllowed(f"Your role ({officer.role.label}) does not let you {act.value}.")


class Sight(StrEnum):
    """Which cases somebody sees."""

    EVERY_CASE = "every case"
    UNRESTRICTED = "every case that is not restricted"
    PRIMARY = "unrestricted cases of primary schools"
    SECONDARY = "unrestricted cases of secondary schools"
    ASSIGNED = "no case, and of the schools those that they are assigned to"
    NONE = "no case"


# The phases of the national register that are another Service Manager's. Schools of all ages,
# special schools and pupil referral units ("Not applicable") belong to both.
NOT_THEIRS = {
    Sight.PRIMARY: ("Secondary", "Middle deemed secondary", "16 plus"),
    Sight.SECONDARY: ("Nursery", "Primary", "Middle deemed primary"),
}


@dataclass(frozen=True)
class Reader:
    """Somebody who looks: `officer_id` sees what `sight` says, and the cases that are theirs.

    `whole` is false for those who see no more of a case than its outline. To which schools a
    consultant is assigned is asked as of `today`; where that is not said they see none.
    """

    sight: Sight
    officer_id: int
    whole: bool = True
    today: date | None = None

    @property
    def of_the_council(self) -> bool:
        """Whether they see what the council has on record of a school beside its programme."""
        return self.sight is not Sight.ASSIGNED


# Our own processes: the clock, the flows, the command line of whoever runs the machine.
THE_MACHINE = Reader(Sight.EVERY_CASE, 0)


def reader(officer: Officer, today: date | None = None) -> Reader:
    """What an officer may look at; a consultant, who sees schools for a time, as of today."""
    return Reader(sight(officer), officer.id, may(officer, Act.SEE_CASE), today)


def sight(officer: Officer) -> Sight:
    """Which cases an officer sees; those that are restricted to them by name come on top.

    The Director sees every case, for it is the Director who answers for all of them (Children
    Act 2004, section 18), so that no restricted case is ever without anybody.
    """
    if not officer.active:
        return Sight.NONE
    if officer.role is Role.CONSULTANT:
        return Sight.ASSIGNED
    if officer.role is Role.DIRECTOR:
        return Sight.EVERY_CASE
    if officer.role is Role.SERVICE_MANAGER and officer.phase is not None:
        return Sight.PRIMARY if officer.phase == Phase.PRIMARY else Sight.SECONDARY
    return Sight.UNRESTRICTED
