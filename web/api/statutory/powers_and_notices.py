"""The statutory steps: warning notices, powers, and notices of the Secretary of State."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.letters import serving
from models.letters.tables import Letter
from models.people.access import Act, reader
from models.people.tables import Officer
from models.statutory import (
    budgets,
    ending,
    following,
    giving,
    preparing,
    secretary_of_state,
    using,
)
from models.statutory import shown as statutory_shown
from models.statutory.tables import Power, SecretaryOfStateNotice, WarningNotice
from web.api import answers, bodies
from web.api.answering import Caller, OnlyOnce, may, shown
from web.door import AtDoor, Door, key, reference

router = APIRouter(tags=["Statutory steps"])
Reference = Annotated[str, Depends(reference)]
Key = Annotated[int, Depends(key)]
Pages = Annotated[bodies.Paging, Query()]


@router.get(
    "/escalations/{reference}/eligibility",
    response_model=answers.Eligibility,
    dependencies=[may(Act.SEE_CASE)],
)
def show_eligibility(door: AtDoor, officer: Caller, reference: Reference) -> Response:
    """The four facts of section 60(1), and what stands in the way of each power today."""
    with read(door.engine) as session:
        found = statutory_shown.eligibility(
            session, door.policy, reader(officer), reference, today=door.today
        )
        return shown(answers.Eligibility, found)


@router.post(
    "/escalations/{reference}/support",
    status_code=201,
    response_model=answers.Support,
    dependencies=[may(Act.RECORD_SUPPORT)],
)
def add_support(
    door: AtDoor, officer: Caller, once: OnlyOnce, reference: Reference, body: bodies.SupportBody
) -> Response:
    """Record how the school and the authority work together on the problem."""

    def command(session: Session) -> Any:
        giving.record_support(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            reference=reference,
            **body.model_dump(),
        )
        return statutory_shown.support_of(session, door.policy, reader(officer), reference)

    return once(answers.Support, command, 201)


@router.get(
    "/escalations/{reference}/warning-notices",
    response_model=answers.ListOf[answers.WarningNotice],
    dependencies=[may(Act.SEE_CASE)],
)
def list_warning_notices(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """The warning notices of this escalation, oldest first."""
    with read(door.engine) as session:
        found = statutory_shown.warning_notices_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return shown(answers.ListOf[answers.WarningNotice], found)


@router.post(
    "/escalations/{reference}/warning-notices",
    status_code=201,
    response_model=answers.WarningNotice,
    dependencies=[may(Act.PROPOSE_NOTICE)],
)
def add_warning_notice(
    door: AtDoor,
    officer: Caller,
    once: OnlyOnce,
    reference: Reference,
    body: bodies.WarningNoticeBody,
) -> Response:
    """Put a warning notice forward: legal signs it off, then the Director approves it."""

    def command(session: Session) -> Any:
        notice = giving.give_notice(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            reference=reference,
            **body.model_dump(),
        )
        return statutory_shown.warning_notice(session, door.policy, reader(officer), notice.id)

    return once(answers.WarningNotice, command, 201)


@router.post(
    "/warning-notices/{id}/compliance",
    response_model=answers.WarningNotice,
    dependencies=[may(Act.JUDGE_COMPLIANCE, of=WarningNotice)],
)
def judge_compliance(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ComplianceBody
) -> Response:
    """Judge whether the governing body complied to the authority's satisfaction."""

    def command(session: Session) -> Any:
        following.judge_compliance(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            notice_id=id,
            **body.model_dump(),
        )
        return statutory_shown.warning_notice(session, door.policy, reader(officer), id)

    return once(answers.WarningNotice, command)


@router.post(
    "/warning-notices/{id}/proposed-powers",
    status_code=201,
    response_model=answers.WarningNotice,
    dependencies=[may(Act.PROPOSE_POWERS, of=WarningNotice)],
)
def add_proposed_powers(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ProposedPowersBody
) -> Response:
    """Put forward the notice that powers are proposed (section 60(1)(d))."""

    def command(session: Session) -> Any:
        following.propose_powers(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            notice_id=id,
            **body.model_dump(),
        )
        return statutory_shown.warning_notice(session, door.policy, reader(officer), id)

    return once(answers.WarningNotice, command, 201)


@router.get(
    "/escalations/{reference}/powers",
    response_model=answers.ListOf[answers.Power],
    dependencies=[may(Act.SEE_CASE)],
)
def list_powers(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The powers that were prepared in this escalation, oldest first."""
    with read(door.engine) as session:
        found = statutory_shown.powers_of(
            session, door.policy, reader(officer), reference, today=door.today, **query.model_dump()
        )
        return shown(answers.ListOf[answers.Power], found)


@router.post(
    "/escalations/{reference}/powers",
    status_code=201,
    response_model=answers.Power,
    dependencies=[may(Act.PREPARE_POWER)],
)
def add_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, reference: Reference, body: bodies.PowerBody
) -> Response:
    """Begin to prepare a power: its letters of consultation and to the Secretary of State."""

    def command(session: Session) -> Any:
        power = preparing.prepare_power(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            reference=reference,
            **body.model_dump(),
        )
        return statutory_shown.power(
            session, door.policy, reader(officer), power.id, today=door.today
        )

    return once(answers.Power, command, 201)


def _on_power(
    door: Door, officer: Officer, id: int, act: Callable[[Session], Any]
) -> Callable[[Session], Any]:
    """Do something with a power, and show how it stands then."""

    def command(session: Session) -> Any:
        act(session)
        return statutory_shown.power(session, door.policy, reader(officer), id, today=door.today)

    return command


@router.post(
    "/powers/{id}/consultations",
    status_code=201,
    response_model=answers.Power,
    dependencies=[may(Act.RECORD_CONSULTATION, of=Power)],
)
def add_consultation(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ConsultationBody
) -> Response:
    """Record who was consulted about a power, when, and what they said."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(
        door, officer, id, lambda s: preparing.record_consultation(s, door.policy, **given)
    )
    return once(answers.Power, act, 201)


@router.post(
    "/powers/{id}/secretary-of-state",
    response_model=answers.Power,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=Power)],
)
def tell_secretary_of_state(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ToldBody
) -> Response:
    """Record that the Secretary of State was notified, or that her consent was received."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    return once(
        answers.Power,
        _on_power(
            door,
            officer,
            id,
            lambda s: preparing.record_secretary_of_state_told(s, door.policy, **given),
        ),
    )


@router.post(
    "/powers/{id}/use",
    status_code=201,
    response_model=answers.Power,
    dependencies=[may(Act.USE_POWER, of=Power)],
)
def use_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.UseBody
) -> Response:
    """Propose to use a power: its notice is drafted for the Director to approve."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: using.use_power(s, door.policy, **given))
    return once(answers.Power, act, 201)


@router.post(
    "/powers/{id}/receipt",
    response_model=answers.Power,
    dependencies=[may(Act.RECORD_RECEIPT, of=Power)],
)
def record_receipt(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ReceiptBody
) -> Response:
    """Record when the governing body received the notice of suspension (section 66)."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: budgets.record_receipt(s, door.policy, **given))
    return once(answers.Power, act)


@router.post(
    "/powers/{id}/representations",
    status_code=201,
    response_model=answers.Power,
    dependencies=[may(Act.RECORD_REPRESENTATION, of=Power)],
)
def add_representation(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.RepresentationBody
) -> Response:
    """Record what the governing body or the headteacher said about a suspended budget."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(
        door, officer, id, lambda s: budgets.record_representation(s, door.policy, **given)
    )
    return once(answers.Power, act, 201)


@router.post(
    "/powers/{id}/reviews",
    status_code=201,
    response_model=answers.Power,
    dependencies=[may(Act.REVIEW_BUDGET, of=Power)],
)
def add_review(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ReviewBody
) -> Response:
    """Put the decision on the review of a suspended budget forward, with its letter."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: budgets.review_budget(s, door.policy, **given))
    return once(answers.Power, act, 201)


@router.post(
    "/powers/{id}/end", response_model=answers.Power, dependencies=[may(Act.END_POWER, of=Power)]
)
def end_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.EndBody
) -> Response:
    """End a power; a board's end is put forward with the notice of it."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: ending.end_power(s, door.policy, **given))
    return once(answers.Power, act)


@router.get(
    "/escalations/{reference}/secretary-of-state-notices",
    response_model=answers.ListOf[answers.SecretaryOfStateNotice],
    dependencies=[may(Act.SEE_CASE)],
)
def list_secretary_of_state_notices(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """What the Secretary of State told the authority about this school, oldest first."""
    with read(door.engine) as session:
        found = statutory_shown.secretary_of_state_notices_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return shown(answers.ListOf[answers.SecretaryOfStateNotice], found)


@router.post(
    "/escalations/{reference}/secretary-of-state-notices",
    status_code=201,
    response_model=answers.SecretaryOfStateNotice,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE)],
)
def add_secretary_of_state_notice(
    door: AtDoor,
    officer: Caller,
    once: OnlyOnce,
    reference: Reference,
    body: bodies.SecretaryOfStateNoticeBody,
) -> Response:
    """Record a notice of the Secretary of State; hers ends ours, her intention locks powers."""

    def command(session: Session) -> Any:
        notice = secretary_of_state.record_secretary_of_state_notice(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            reference=reference,
            **body.model_dump(),
        )
        return statutory_shown.secretary_of_state_notice(notice)

    return once(answers.SecretaryOfStateNotice, command, 201)


@router.post(
    "/secretary-of-state-notices/{id}/release",
    response_model=answers.SecretaryOfStateNotice,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=SecretaryOfStateNotice)],
)
def release(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ReleaseBody
) -> Response:
    """Record that the Secretary of State has told the authority that it may act again."""

    def command(session: Session) -> Any:
        notice = secretary_of_state.release_secretary_of_state_notice(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            notice_id=id,
            **body.model_dump(),
        )
        return statutory_shown.secretary_of_state_notice(notice)

    return once(answers.SecretaryOfStateNotice, command)


@router.get(
    "/letters/{id}/services",
    response_model=answers.ListOf[answers.Service],
    dependencies=[may(Act.SEE_CASE, of=Letter)],
)
def list_services(door: AtDoor, officer: Caller, id: Key, query: Pages) -> Response:
    """How a letter was served on those it is for, apart from its e-mails."""
    with read(door.engine) as session:
        found = statutory_shown.services_of(session, reader(officer), id, **query.model_dump())
        return shown(answers.ListOf[answers.Service], found)


@router.post(
    "/letters/{id}/services",
    status_code=201,
    response_model=answers.Service,
    dependencies=[may(Act.RECORD_SERVICE, of=Letter)],
)
def add_service(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ServiceBody
) -> Response:
    """Record that a letter was served: on whom, how, when and with what evidence."""

    def command(session: Session) -> Any:
        service = serving.record_service(
            session,
            officer=officer,
            now=door.now,
            letter_id=id,
            role=body.to,
            **body.model_dump(exclude={"to"}),
        )
        return statutory_shown.service(session, reader(officer), service.id)

    return once(answers.Service, command, 201)
