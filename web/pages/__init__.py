"""The pages that officers see: GOV.UK style, no script, each action a POST and a redirect."""

from fastapi import APIRouter

from web.door import at_once
from web.pages import exports
from web.pages.actions import actions, agreeing, reviewing
from web.pages.appointments import appointments
from web.pages.approvals import proposals
from web.pages.commissioning import asking, commissions, providers
from web.pages.consultants import consultants
from web.pages.dashboard import calendar, dashboard
from web.pages.escalations import case, caseload, guidance, holding, propose, recording, start
from web.pages.evidence import evidence
from web.pages.fairness import records as fairness_records
from web.pages.letters import deliveries, letters, messages, service
from web.pages.level_letters import letter_batches, level_letters
from web.pages.national_files import imports as national_files
from web.pages.needs import needs
from web.pages.people import (
    account,
    council,
    cover,
    officers,
    own_secrets,
    set_password,
    sign_in,
)
from web.pages.policy import strategy
from web.pages.presentations import presentations
from web.pages.priorities import priorities
from web.pages.problems import away, failed, refused
from web.pages.programme import plan, requirements, reviews, supporters, visits
from web.pages.programme import reports as written_reports
from web.pages.record import audit
from web.pages.register import imports
from web.pages.reports import answers, link, sending
from web.pages.results import results
from web.pages.risk import annual, assessments, register
from web.pages.school_record import adding, department, record, statements, whose
from web.pages.schools import confirmations, email_service, foundations, inspections, schools
from web.pages.sharing import asking as sharing_asking
from web.pages.sharing import decisions as sharing_decisions
from web.pages.statutory import (
    budgets,
    compliance,
    notices,
    powers,
    secretary_of_state,
    standing,
)
from web.pages.upkeep import mail, system
from web.pages.visits import same_origin

__all__ = ["TOPICS", "away", "failed", "refused", "router"]

# In this order: /escalations/new is none of the references.
TOPICS = (
    sign_in,
    council,
    set_password,
    account,
    own_secrets,
    calendar,
    exports,
    dashboard,
    caseload,
    start,
    case,
    recording,
    appointments,
    fairness_records,
    guidance,
    standing,
    notices,
    compliance,
    powers,
    budgets,
    secretary_of_state,
    evidence,
    holding,
    cover,
    propose,
    proposals,
    letters,
    service,
    letter_batches,
    level_letters,
    messages,
    actions,
    sharing_asking,
    sharing_decisions,
    agreeing,
    reviewing,
    needs,
    priorities,
    plan,
    requirements,
    supporters,
    consultants,
    providers,
    asking,
    commissions,
    visits,
    written_reports,
    sending,
    answers,
    link,
    reviews,
    schools,
    inspections,
    results,
    confirmations,
    foundations,
    email_service,
    record,
    adding,
    statements,
    department,
    whose,
    presentations,
    strategy,
    register,
    annual,
    assessments,
    system,
    mail,
    officers,
    deliveries,
    imports,
    national_files,
    audit,
)
router = APIRouter(include_in_schema=False, dependencies=[at_once(same_origin)])
for topic in TOPICS:
    router.include_router(topic.router)
