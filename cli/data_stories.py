"""The demonstration's stories of data: the two national files, and results entered by hand."""

import csv
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from cli.fictional_council import SCHOOLS
from cli.stage import Stage
from cli.stories import Moments
from models.clocks import london_date
from models.national_files.importing import import_file
from models.policy.programme import school_year_of
from models.results.recording import ResultEntered, record_result
from models.schools.grades import FIRST_REPORT_CARDS

RIVERSIDE = 900010
GRADES = ("Strong standard", "Expected standard", "Needs attention", "Expected standard")
AREAS = (
    "Inclusion",
    "Curriculum and teaching",
    "Achievement",
    "Attendance and behaviour",
    "Personal development and wellbeing",
    "Leadership and governance",
)
NOT_HERE = {
    "Early years (where applicable)": "Not applicable",
    "Post-16 provision (where applicable)": "Not applicable",
}
OLDER = ("Latest OEIF overall effectiveness", "Latest OEIF quality of education")
Line = Mapping[str, object]


def _national_files(stage: Stage) -> Moments:
    """The administrator gives both files; they know most of the council's schools."""
    yield stage.at(40, 9)
    today = london_date(stage.now)
    files = (("ks2.csv", "utf-8", _results(today)), ("mi.csv", "cp1252", _inspections(today)))
    with tempfile.TemporaryDirectory() as folder:
        for name, encoding, lines in files:
            file = Path(folder, name)
            _write(file, encoding, lines)
            with stage.acting("Karl") as acting:
                import_file(acting, file, name)


def _inspections(today: date) -> list[Line]:
    """Report cards of some schools, older grades of the others."""
    lines: list[Line] = []
    for place, school in enumerate(SCHOOLS):
        published = today - timedelta(days=20 + 11 * place)
        inspected = published - timedelta(days=34)
        by_card = place % 2 == 0 and inspected >= FIRST_REPORT_CARDS
        older = f"{date(2022, 1 + place % 12, 10):%d/%m/%Y}"
        lines.append(
            {
                "URN": school.urn,
                "Inspection start date": f"{inspected:%d/%m/%Y}" if by_card else "NULL",
                "Publication date": f"{published:%d/%m/%Y}" if by_card else "NULL",
                "Most recent category of concern": "NULL",
                "Safeguarding standards": "Met" if by_card else "NULL",
                **{
                    area: GRADES[(place + number) % 4] if by_card else "NULL"
                    for number, area in enumerate(AREAS)
                },
                **NOT_HERE,
                "Publication date of latest OEIF graded inspection": older,
                **dict.fromkeys(OLDER, 2 + place % 2),
            }
        )
    return lines


def _results(today: date) -> list[Line]:
    """Two years of one measure, with the figures of England."""
    begun = school_year_of(today) - 1
    lines: list[Line] = []
    for year, national in ((begun - 1, 61), (begun, 62)):
        same = {
            "time_period": f"{year}{(year + 1) % 100:02}",
            "subject": "Reading, writing and maths",
            "breakdown": "Total",
        }
        figures: list[tuple[str, object, int]] = [("National", "", national)]
        for place, school in enumerate(SCHOOLS):
            if school.phase == "Primary":
                figures.append(("School", school.urn, 44 + (7 * place + 3 * year) % 34))
        lines += [
            {
                **same,
                "geographic_level": level,
                "school_urn": urn,
                "expected_standard_pupil_percent": figure,
            }
            for level, urn, figure in figures
        ]
    return lines


def _write(file: Path, encoding: str, lines: list[Line]) -> None:
    with file.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def _riverside_is_corrected(stage: Stage) -> Moments:
    """The officer enters what the school found to be wrong with the published figure."""
    yield stage.at(14, 11)
    with stage.acting("Tom") as acting:
        entered = ResultEntered(
            school_year=school_year_of(acting.today) - 1,
            measure="ks2_expected",
            value=47.0,
            source="The school’s own figures, checked on the visit",
            reason="Two pupils who had arrived in June were counted.",
        )
        record_result(acting, RIVERSIDE, entered)


DATA_STORIES = (_national_files, _riverside_is_corrected)
