"""A national file is imported: refused whole with its lines and reasons, or taken over whole."""

from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from models.events import append
from models.evidence.tables import safe_name
from models.national_files.events import NationalFileImported
from models.national_files.reading import AGAIN, EITHER, Faults, open_file
from models.national_files.tables import NationalFile, NationalImport
from models.national_files.taking_inspections import check_inspections, take_inspections
from models.national_files.taking_results import read_results, take_results
from models.national_files.tally import Tally
from models.people.access import Act
from models.people.acting import Acting
from models.people.officers import AT_THE_MACHINE
from models.people.tables import Officer, Role
from models.policy import Policy
from models.refusals import InvalidInput
from models.register.gias.files import examine
from models.rows import add, change, get_row

LARGEST = 120 * 1024 * 1024  # bytes, of an upload; the command line takes larger ones
OF_RESULTS = "Explore Education Statistics"


def at_the_machine(session: Session, policy: Policy, now: datetime) -> Acting:
    """Whoever runs the machine acts: an administrator with no number among the officers."""
    who = Officer(
        email=AT_THE_MACHINE,
        name=AT_THE_MACHINE,
        role=Role.ADMINISTRATOR,
        active=True,
        created_at=now,
    )
    return Acting(session, policy, who, now)


def import_file(
    acting: Acting, path: Path, name: str, expected: NationalFile | None = None
) -> NationalImport:
    """Take a national file over; given again, it changes nothing and raises no task.

    Schools that are not in the register are counted. Raises NotAllowed, and InvalidInput for a
    file that is not what it says, or not the one that is `expected`.
    """
    acting.require(Act.IMPORT_NATIONAL_FILES)
    again = AGAIN[expected] if expected else EITHER
    sha256 = examine(path, again).sha256
    with open_file(path, acting.policy.results, Faults()) as lines:
        file = lines.file
    if expected is not None and file is not expected:
        raise InvalidInput("file", f"This is another file: {file.label}. {again}")
    shown = safe_name(name) or "file"
    if file is NationalFile.INSPECTIONS:
        check_inspections(acting, path)
        tally = _begun(acting, file, shown, sha256)
        take_inspections(acting, path, tally)
    else:
        figures = read_results(acting, path)
        tally = _begun(acting, file, shown, sha256)
        take_results(acting, figures, tally, f"{OF_RESULTS}: {shown}")
    _end(acting, tally, file, shown, sha256)
    return get_row(acting.session, NationalImport, tally.import_id)


def _begun(acting: Acting, file: NationalFile, name: str, sha256: str) -> Tally:
    key = add(
        acting.session,
        NationalImport,
        file=file,
        name=name,
        sha256=sha256,
        given_by=acting.officer.email,
        given_at=acting.now,
    )
    return Tally(acting.session, key)


def _end(acting: Acting, tally: Tally, file: NationalFile, name: str, sha256: str) -> None:
    change(acting.session, NationalImport, {"id": tally.import_id}, **tally.values)
    imported = NationalFileImported(
        None,
        import_=tally.import_id,
        file=file.value,
        name=name,
        sha256=sha256,
        **tally.values,
    )
    append(acting.session, acting.now, acting.officer.email, imported)
