"""Imports that an administrator gives, looks at, and applies or withdraws."""

from sqlmodel import col

from models.clocks import london_date
from models.database import read, write
from models.evidence.tables import safe_name
from models.files.folder import Bytes, is_whole, put_in_place
from models.inputs import Input
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.refusals import ChangedSince, InvalidInput, NotFound, NotPossible
from models.register.gias import examine
from models.register.importing.arriving import place_of, tidy
from models.register.importing.outcomes import Finding
from models.register.importing.whole import Findings, carry_out, look, record
from models.register.tables import ImportState, RegisterFinding, RegisterImport
from models.rows import add, by_key, change, remove
from models.settings import Settings
from models.work import BulkKind, Hold, drop, enqueue

LARGEST_LA = 999
_GONE = "The file is no longer in the data folder, or was changed there. Give it again."


class FileGiven(Input):
    """What of a file is wanted: `la` is one local authority's schools alone, by its code."""

    la: int | None = None


def give(acting: Acting, arrived: Bytes, name: str, given: FileGiven) -> int:
    """Keep a file that arrived, to be read and compared; the key of its import.

    Raises NotAllowed, and InvalidInput for what is no code of a local authority.
    """
    acting.require(Act.IMPORT_REGISTER)
    if given.la is not None and not 0 < given.la <= LARGEST_LA:
        raise InvalidInput("la", "The code of a local authority has three digits, such as 925.")
    put_in_place(arrived)
    number = add(
        acting.session,
        RegisterImport,
        name=safe_name(name) or "file",
        sha256=arrived.sha256,
        la=given.la,
        state=ImportState.WAITING,
        given_by=acting.officer.email,
        given_at=acting.now,
    )
    enqueue(acting.session, acting.now, BulkKind.READ_REGISTER, number)
    return number


def read_register(hold: Hold, _: Policy, settings: Settings) -> None:
    """Read and compare the file of an import, and write down what was found: READY, or REFUSED.

    The worker of a bulk job. A dead attempt leaves nothing: what is found is written in one
    transaction, with what an earlier one may have found removed. Raises HoldLost.
    """
    with read(hold.engine) as session:
        given = by_key(session, RegisterImport, hold.job.subject_id)
    if given is not None and given.state is ImportState.WAITING:
        _read(hold, settings, given)
    hold.end()
    tidy(hold.engine, settings, hold.clock())


def _read(hold: Hold, settings: Settings, given: RegisterImport) -> None:
    path = place_of(settings, given.sha256)
    findings: list[Finding] = []
    try:
        if not is_whole(path, given.sha256):
            raise InvalidInput("file", _GONE)
        lines = examine(path).lines
        hold.report(0, lines)
        with read(hold.engine) as session:
            found = look(
                session,
                path,
                la=given.la,
                today=london_date(hold.clock()),
                findings=findings,
                report=lambda done: hold.report(min(done, lines), lines),
            )
    except InvalidInput as refusal:
        _end(hold, given, [], state=ImportState.REFUSED, refusal=refusal.message)
        return
    values = {"file": found.file, "changes_sha256": found.tally.changes_sha256}
    _end(hold, given, findings, state=ImportState.READY, **values, **found.tally.counts())
    hold.report(lines, lines)


def _end(hold: Hold, given: RegisterImport, findings: list[Finding], **values: object) -> None:
    """Write what reading came to, unless the import was withdrawn meanwhile."""
    waiting = {"id": given.id, "state": ImportState.WAITING}
    with write(hold.engine) as session:
        if not change(session, RegisterImport, waiting, **values):
            return
        remove(session, RegisterFinding, col(RegisterFinding.import_id) == given.id)
        kept = Findings(session, given.id)
        kept.keep(findings)
        kept.flush()


def apply(acting: Acting, settings: Settings, import_id: int) -> None:
    """Change our schools as was shown. Its file is read and compared anew, in this transaction.

    Raises NotAllowed, NotFound; NotPossible when it is not ready or its file is gone; ChangedSince
    when what would change is no longer what was shown.
    """
    given = _given(acting, import_id)
    if given.state is not ImportState.READY:
        raise NotPossible(f"The import is {given.state.label}: it cannot be applied.")
    path = place_of(settings, given.sha256)
    if not is_whole(path, given.sha256):
        raise NotPossible(_GONE)
    changed = ChangedSince(
        "Something has changed since the file was compared, so nothing was done. Withdraw this "
        "import and give the file again to see what would change now."
    )
    try:
        imported = carry_out(acting.session, acting.policy, acting.now, path, given.la, given.id)
    except InvalidInput:
        raise changed from None
    if imported.tally.changes_sha256 != given.changes_sha256:
        raise changed
    by = acting.officer.email
    record(acting.session, acting.now, by, given.id, imported, given.name)


def withdraw(acting: Acting, import_id: int) -> None:
    """Do without an import that is not applied. Raises NotAllowed, NotFound, NotPossible."""
    given = _given(acting, import_id)
    if given.state not in (ImportState.WAITING, ImportState.READY):
        raise NotPossible(f"The import is {given.state.label}: it cannot be withdrawn.")
    change(acting.session, RegisterImport, {"id": given.id}, state=ImportState.WITHDRAWN)
    drop(acting.session, acting.now, BulkKind.READ_REGISTER, given.id)


def _given(acting: Acting, import_id: int) -> RegisterImport:
    acting.require(Act.IMPORT_REGISTER)
    given = by_key(acting.session, RegisterImport, import_id)
    if given is None:
        raise NotFound("There is no import with this number.")
    return given
