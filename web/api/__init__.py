"""The JSON API: an application of its own under /api/v1, whose every error is problem details."""

from typing import Any

from fastapi import FastAPI

from web.api.actions import actions
from web.api.appointments import appointments
from web.api.approvals import decisions
from web.api.commissioning import asking, commissions, providers
from web.api.consultants import consultants
from web.api.escalations import cases, holding
from web.api.evidence import files
from web.api.fairness import records as fairness_records
from web.api.level_letters import letter_batches
from web.api.national_files import imports as national_files
from web.api.needs import needs
from web.api.presentations import presentations
from web.api.priorities import priorities
from web.api.problems import MEDIA_TYPE, Problem, handle_problems
from web.api.programme import plan, visits
from web.api.programme import reports as written_reports
from web.api.register import imports
from web.api.reports import reports as reports_sent
from web.api.results import results
from web.api.risk import assessments
from web.api.school_record import department, records
from web.api.schools import schools
from web.api.sharing import sharing
from web.api.statutory import notices, powers, service

ADDRESS = "/api/v1"
_REFUSALS = {
    401: "No token, or one that is not known",
    403: "The caller's role does not allow it",
    404: "There is no such thing",
    409: "Not possible in this state, or decided already",
    422: "What was sent cannot be accepted; each field is named",
    503: "Database or disk refuse for now; Retry-After says when to try again",
}


TOPICS = (
    schools,
    records,
    department,
    actions,
    sharing,
    cases,
    files,
    holding,
    appointments,
    fairness_records,
    notices,
    service,
    powers,
    decisions,
    assessments,
    needs,
    priorities,
    visits,
    written_reports,
    reports_sent,
    plan,
    presentations,
    consultants,
    providers,
    asking,
    commissions,
    letter_batches,
    imports,
    results,
    national_files,
)


class Api(FastAPI):
    """The API, which describes itself when it is first asked to: that takes its time."""

    def openapi(self) -> dict[str, Any]:
        """The description of every call, with the type that the problems have."""
        if self.openapi_schema is None:
            _say_problem_json(super().openapi())
        return super().openapi()


def create_api() -> Api:
    """The API, to be mounted at `ADDRESS`; it looks to `state` as set up by `create_app`."""
    api = Api(
        title="Schools Causing Concern",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,  # they would load a content delivery network
        redoc_url=None,
        redirect_slashes=False,
        responses={
            status: {"model": Problem, "description": why} for status, why in _REFUSALS.items()
        },
    )
    for topic in TOPICS:
        api.include_router(topic.router)
    handle_problems(api)
    return api


def _say_problem_json(described: dict[str, Any]) -> None:
    """FastAPI describes every answer as application/json; problems have a type of their own."""
    for calls in described["paths"].values():
        for call in calls.values():
            for status in map(str, _REFUSALS):
                content = call["responses"][status]["content"]
                content[MEDIA_TYPE] = content.pop("application/json")
