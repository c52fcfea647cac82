"""The demonstration's stories of consultants and of support that is commissioned."""

from datetime import timedelta

from cli.fictional_council import SCHOOLS
from cli.stage import Stage, officer_named
from cli.stories import Moments
from models.commissioning import asking, commissions, evaluating, providers
from models.consultants import keeping
from models.consultants.keeping import AccreditationGiven, ConsultantDetails
from models.programme import supporters, visits
from models.programme.tables import SupportRole

ST_BRANNOCS, MEADOWBANK, LITTLE_ACORNS, RIVERSIDE = 900002, 900005, 900006, 900010
OAK_LODGE, WESTMOOR = 900011, 900013
HEADS = {place.urn: place.head for place in SCHOOLS}


def _the_pool(stage: Stage) -> Moments:
    """Two consultants, of whom one is needed at his own school, and two providers."""
    yield stage.at(112, 9)
    with stage.acting("Margaret") as acting:
        for given, kind in (
            (
                ConsultantDetails(
                    name=HEADS[OAK_LODGE],
                    organisation="Oak Lodge Academy",
                    email="marcus.hale@oaklodge.example",
                    own_school=OAK_LODGE,
                    days_a_year=15.0,
                    interests="Trustee of the Fernshire Learning Trust.",
                    sign_in=officer_named(acting.session, "Marcus").email,
                ),
                "consultant_headteacher",
            ),
            (
                ConsultantDetails(
                    name=HEADS[WESTMOOR],
                    organisation="Westmoor High School",
                    own_school=WESTMOOR,
                    phase="secondary",
                    days_a_year=10.0,
                ),
                "local_leader",
            ),
        ):
            consultant = keeping.add_consultant(acting, given)
            since = acting.today - timedelta(days=700)
            keeping.accredit(acting, consultant.id, AccreditationGiven(kind=kind, since=since))
        for name, offers, quality in (
            (
                "Larch Teaching School Alliance",
                "Courses and coaching in early reading and in mathematics.",
                "Designated; six schools that went said that it made a great difference.",
            ),
            (
                "Fernshire Governor Services",
                "Reviews of governance and training for chairs of governors.",
                "Known from reviews at three schools last year.",
            ),
        ):
            provider = providers.ProviderDetails(name=name, offers=offers, quality=quality)
            providers.add_provider(acting, provider)


def _st_brannocs(stage: Stage) -> Moments:
    """A review of governance that the council paid for: over, and evaluated by both."""
    yield stage.at(100, 10)
    with stage.acting("Margaret") as acting:
        given = commissions.CommissionMade(
            provider=2,
            commissioned_by="council",
            paid_by="council",
            cost=1400,
            what_for="A review of governance, agreed with the headteacher and the chair.",
            days_agreed=2.0,
            first_day=acting.today,
            last_day=acting.today + timedelta(days=28),
        )
        made = commissions.commission(acting, ST_BRANNOCS, given)
    yield stage.at(90, 15)
    with stage.acting("Tom") as acting:
        used = commissions.DaysGiven(
            used_on=acting.today, days_used=2.0, what="Interviews, and the report to governors."
        )
        commissions.use_days(acting, made.id, used)
    yield stage.at(70, 11)
    with stage.acting("Tom") as acting:
        for party, said_by, difference, impact in (
            ("school", HEADS[ST_BRANNOCS], "great", "Governors know now what they are to ask."),
            ("council", "", "some", "Minutes show questions; the answers are not followed yet."),
        ):
            said = evaluating.ImpactSaid(
                party=party,
                said_by=said_by,
                evaluated_on=acting.today,
                difference=difference,
                impact=impact,
            )
            evaluating.evaluate_impact(acting, made.id, said)


def _meadowbank(stage: Stage) -> Moments:
    """A school asks, a consultant headteacher is commissioned and records his own visit."""
    yield stage.at(60, 9)
    with stage.acting("Priya") as acting:
        given = asking.RequestMade(
            asked_on=acting.today,
            asked_by=f"{HEADS[MEADOWBANK]}, headteacher",
            need="Somebody who has led the teaching of communication in a special school.",
            priority="Every pupil has a means of communication that staff use all day.",
        )
        asked = asking.ask_for_support(acting, MEADOWBANK, given)
    yield stage.at(56, 14)
    with stage.acting("Margaret") as acting:
        accepted = asking.RequestAnswer(
            answer="accepted", words="Marcus Hale of Oak Lodge Academy can come from next week."
        )
        asking.answer_request(acting, asked.id, accepted)
        whom = supporters.NewSupporter(
            role=SupportRole.CONSULTANT_HEADTEACHER, consultant=1, first_day=acting.today
        )
        supporter = supporters.assign_supporter(acting, MEADOWBANK, whom)
        commission = commissions.CommissionMade(
            supporter=supporter.id,
            commissioned_by="school",
            paid_by="school",
            cost=3000,
            what_for="Communication across the school day, as agreed with the council.",
            priority="Every pupil has a means of communication that staff use all day.",
            request=asked.id,
            days_agreed=6.0,
            first_day=acting.today,
            last_day=acting.today + timedelta(days=140),
        )
        made = commissions.commission(acting, MEADOWBANK, commission)
    yield stage.at(30, 13)
    with stage.acting("Marcus") as acting:
        visit = visits.VisitMade(
            urn=MEADOWBANK,
            visited_on=acting.today,
            purpose="To see how communication is taught in two classes",
            notes="Staff use signs in lessons, and seldom at lunch. We planned lunch together.",
        )
        visits.record_visit(acting, visit)
    yield stage.at(29, 9)
    with stage.acting("Priya") as acting:
        used = commissions.DaysGiven(
            used_on=acting.today, days_used=1.5, what="Two classes, and a meeting with staff."
        )
        commissions.use_days(acting, made.id, used)


def _riverside(stage: Stage) -> Moments:
    """Referred to a provider, and what came of it."""
    yield stage.at(45, 11)
    with stage.acting("Tom") as acting:
        given = asking.ReferralMade(
            provider=1, what_for="Coaching in early reading.", referred_on=acting.today
        )
        referral = asking.refer(acting, RIVERSIDE, given)
    yield stage.at(20, 12)
    with stage.acting("Tom") as acting:
        outcome = asking.ReferralOutcome(
            outcome="taken_up", on=acting.today, words="Two teachers are coached each week."
        )
        asking.follow_referral(acting, referral.id, outcome)


def _little_acorns(stage: Stage) -> Moments:
    """A request that still waits for its answer."""
    yield stage.at(4, 12)
    with stage.acting("Tom") as acting:
        given = asking.RequestMade(
            asked_on=acting.today,
            asked_by=f"{HEADS[LITTLE_ACORNS]}, headteacher",
            need="Help with the first training of three new members of staff.",
        )
        asking.ask_for_support(acting, LITTLE_ACORNS, given)


SUPPORT_STORIES = (_the_pool, _st_brannocs, _meadowbank, _riverside, _little_acorns)
