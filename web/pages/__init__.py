"""The pages that officers see: GOV.UK style, no script, each action a POST and a redirect."""

from fastapi import APIRouter, Depends

from web.pages import (
    account,
    administration,
    assessments,
    calendar,
    case,
    caseload,
    compliance,
    council,
    cover,
    dashboard,
    evidence,
    exports,
    holding,
    law,
    letter_batches,
    letters,
    messages,
    notices,
    own_secrets,
    powers,
    programme,
    proposals,
    propose,
    record,
    risk,
    schools,
    secretary_of_state,
    set_password,
    sign_in,
    start,
    support_work,
)
from web.pages.problems import away, failed, refused
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
    record,
    law,
    notices,
    compliance,
    powers,
    secretary_of_state,
    evidence,
    holding,
    cover,
    propose,
    proposals,
    letters,
    letter_batches,
    messages,
    programme,
    support_work,
    schools,
    risk,
    assessments,
    administration,
)
router = APIRouter(include_in_schema=False, dependencies=[Depends(same_origin)])
for topic in TOPICS:
    router.include_router(topic.router)
