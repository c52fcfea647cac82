"""The administrator's pages: the system, officers, deliveries, the national register, the audit."""

from fastapi import APIRouter

from web.pages.letters import deliveries
from web.pages.people import officers
from web.pages.record import audit
from web.pages.register import imports
from web.pages.upkeep import system

router = APIRouter()
for topic in (system, officers, deliveries, imports, audit):
    router.include_router(topic.router)
