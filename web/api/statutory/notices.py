"""Warning notices, and what the Secretary of State told the authority."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.statutory import following, giving, secretary_of_state, tables
from models.statutory import shown as statutory_shown
from models.statutory.notices_shown import WarningNotice, warning_notice, warning_notices_of
from models.statutory.shown import Eligibility, SecretaryOfStateNotice, Support
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Statutory steps"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]


@router.get(
    "/escalations/{reference}/eligibility",
    response_model=Eligibility,
    dependencies=[may(Act.SEE_CASE)],
)
def show_eligibility(door: AtDoor, officer: Caller, reference: Reference) -> Response:
    """The four facts of section 60(1), and what stands in the way of each power today."""
    with read(door.engine) as session:
        found = statutory_shown.eligibility(
            session, door.policy, reader(officer), reference, today=door.today
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/support",
    status_code=201,
    response_model=Support,
    dependencies=[may(Act.RECORD_SUPPORT)],
)
def add_support(once: OnlyOnce, reference: Reference, body: giving.HowSupportWorks) -> Response:
    """Record how the school and the authority work together on the problem."""

    def command(acting: Acting) -> Support:
        recorded = giving.record_support(acting, reference, body)
        return statutory_shown.support(acting.session, recorded)

    return once.act(command, 201)


@router.get(
    "/escalations/{reference}/warning-notices",
    response_model=Page[WarningNotice],
    dependencies=[may(Act.SEE_CASE)],
)
def list_warning_notices(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """The warning notices of this escalation, oldest first."""
    with read(door.engine) as session:
        found = warning_notices_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/warning-notices",
    status_code=201,
    response_model=WarningNotice,
    dependencies=[may(Act.PROPOSE_NOTICE)],
)
def add_warning_notice(
    once: OnlyOnce, reference: Reference, body: giving.NewWarningNotice
) -> Response:
    """Put a warning notice forward: legal signs it off, then the Director approves it."""

    def command(acting: Acting) -> WarningNotice:
        notice = giving.give_notice(acting, reference, body)
        return warning_notice(acting.session, acting.policy, acting.reader, notice.id)

    return once.act(command, 201)


@router.post(
    "/warning-notices/{id}/compliance",
    response_model=WarningNotice,
    dependencies=[may(Act.JUDGE_COMPLIANCE, of=tables.WarningNotice)],
)
def judge_compliance(once: OnlyOnce, id: Key, body: following.ComplianceJudgement) -> Response:
    """Judge whether the governing body complied to the authority's satisfaction."""

    def command(acting: Acting) -> WarningNotice:
        following.judge_compliance(acting, id, body)
        return warning_notice(acting.session, acting.policy, acting.reader, id)

    return once.act(command)


@router.post(
    "/warning-notices/{id}/proposed-powers",
    status_code=201,
    response_model=WarningNotice,
    dependencies=[may(Act.PROPOSE_POWERS, of=tables.WarningNotice)],
)
def add_proposed_powers(once: OnlyOnce, id: Key, body: following.PowersToPropose) -> Response:
    """Put forward the notice that powers are proposed (section 60(1)(d))."""

    def command(acting: Acting) -> WarningNotice:
        following.propose_powers(acting, id, body)
        return warning_notice(acting.session, acting.policy, acting.reader, id)

    return once.act(command, 201)


@router.get(
    "/escalations/{reference}/secretary-of-state-notices",
    response_model=Page[SecretaryOfStateNotice],
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
        return answer(found)


@router.post(
    "/escalations/{reference}/secretary-of-state-notices",
    status_code=201,
    response_model=SecretaryOfStateNotice,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE)],
)
def add_secretary_of_state_notice(
    once: OnlyOnce, reference: Reference, body: secretary_of_state.NoticeReceived
) -> Response:
    """Record a notice of the Secretary of State; hers ends ours, her intention locks powers."""

    def command(acting: Acting) -> SecretaryOfStateNotice:
        notice = secretary_of_state.record_secretary_of_state_notice(acting, reference, body)
        return statutory_shown.secretary_of_state_notice(notice)

    return once.act(command, 201)


@router.post(
    "/secretary-of-state-notices/{id}/release",
    response_model=SecretaryOfStateNotice,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.SecretaryOfStateNotice)],
)
def release(once: OnlyOnce, id: Key, body: secretary_of_state.Release) -> Response:
    """Record that the Secretary of State has told the authority that it may act again."""

    def command(acting: Acting) -> SecretaryOfStateNotice:
        notice = secretary_of_state.release_secretary_of_state_notice(acting, id, body)
        return statutory_shown.secretary_of_state_notice(notice)

    return once.act(command)
