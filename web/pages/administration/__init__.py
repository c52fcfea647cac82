"""The administrator's pages: the system, officers, deliveries, the national register, the audit."""

from fastapi import APIRouter

from web.pages.administration import audit, deliveries, imports, officers, system

router = APIRouter()
for topic in (system, officers, deliveries, imports, audit):
    router.include_router(topic.router)
