"""The administrator's pages: the state of the system, officers, deliveries, the audit."""

from fastapi import APIRouter

from web.pages.administration import audit, deliveries, officers, system

router = APIRouter()
for topic in (system, officers, deliveries, audit):
    router.include_router(topic.router)
