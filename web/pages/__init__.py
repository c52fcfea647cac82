"""The pages that officers see: GOV.UK style, no script, each action a POST and a redirect."""

from fastapi import APIRouter, Depends

from web.pages import (
    account,
    administration,
    case,
    caseload,
    compliance,
    council,
    cover,
    evidence,
    holding,
    law,
    letters,
    messages,
    notices,
    powers,
    proposals,
    propose,
    record,
    schools,
    secretary_of_state,
    set_password,
    sign_in,
    start,
)
from web.pages.problems import failed, refused
from web.pages.visits import same_origin

__all__ = ["TOPICS", "failed", "refused", "router"]

# In this order: /escalations/new is none of the references.
TOPICS = (
    sign_in,
    council,
    set_password,
    account,
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
    messages,
    schools,
    administration,
)
router = APIRouter(include_in_schema=False, dependencies=[Depends(same_origin)])
for topic in TOPICS:
    router.include_router(topic.router)
