"""The API keeps to its own description, whatever is sent: never a 5xx, never an unsaid answer."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council

# Names of the public interface that scripts rely on.
PROMISED = {
    "School": "urn name kind type phase trust religious_character diocese risk_level contacts",
    "Escalation": "reference urn school ladder status step steps triggers summary policy opened_on "
    "case_officer next_deadline",
    "Step": "key number title state deadline",
    "Proposal": "id action step proposed_by state letters",
    "Deadline": "id kind step due_on state reminders",
    "Reminder": "due_at sent_at",
    "Letter": "id template version to copies state sha256 deliveries",
    "Message": "to channel state at",
    "SchoolRecord": "urn school reference officer officer_name opened_on restricted officers "
    "letters proposals_awaiting deadlines_to_do files",
    "LetterToSchool": "to copies subject words reason",
    "DeadlineAgreed": "what due_on",
    "Outcome": "done note",
    "Event": "sequence at actor kind data hash",
    "Problem": "type title status detail errors",
}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def test_no_example_breaks_the_api(callers: Callers, case: Case) -> None:
    import schemathesis  # here: it takes seconds, which every process would pay

    case.started().climb_to("formal_headteacher")
    hos = callers.hos
    hos.post("/assessments", urn=callers.council.academy.urn)
    real = {
        "reference": case.reference,
        "urn": str(callers.council.maintained.urn),
        "role": "clerk",
        "id": "1",
        "number": "1",
        "item": "1",
        "format": "txt",
    }
    here = {"Host": "127.0.0.1:8000"}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", callers.app, headers=here)
    for operation in schema.get_all_operations():
        try_examples(operation.ok(), {**hos.headers, **here}, real)


def try_examples(operation: Any, headers: dict[str, str], real: dict[str, str]) -> None:
    """Call one operation with a few generated requests, half of them about things that exist."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    asked = (
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    )

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(example=operation.as_strategy(), exists=st.booleans())
    def call(example: Any, exists: bool) -> None:
        if exists:
            example.path_parameters.update(
                {name: real[name] for name in example.path_parameters or {}}
            )
        example.headers = {**(example.headers or {}), **headers}
        response = example.call()
        example.validate_response(response, checks=list(asked))

    call()


def test_the_description_has_the_promised_names(callers: Callers) -> None:
    described = callers.client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    for name, promised in PROMISED.items():
        assert set(promised.split()) <= set(described[name]["properties"]), name


def test_the_description_needs_no_token_and_no_page_loads_a_cdn(callers: Callers) -> None:
    assert callers.client.get("/api/v1/openapi.json").status_code == 200
    for address in ("/docs", "/redoc", "/api/v1/docs", "/api/v1/redoc", "/openapi.json"):
        assert callers.client.get(address).status_code == 404
