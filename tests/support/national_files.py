"""The national files as they are downloaded, about fictional schools (URN 900001 and up)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

# The columns of Ofsted's management information in their order, as far as they matter here, with
# the spaces and capitals that releases have had, and others in between as they stand there.
OFSTED = """
Web Link (opens in new window)|URN|LAESTAB|School name|Ofsted phase|Type of education|
School open date|Admissions policy|Sixth form|Designated religious character|Religious ethos|
Faith grouping|Ofsted region|Region|Local authority|Parliamentary constituency|Postcode|
Multi-academy trust UID|Multi-academy trust name|Academy sponsor UID|Academy sponsor name|
The income deprivation affecting children index (IDACI) quintile|Total number of pupils|
Statutory lowest age|Statutory highest age|Inspection number of latest full inspection|
Inspection type|Inspection type grouping|Event type grouping|Inspection start date|
Inspection end date|Publication date|
Does the latest full inspection relate to the URN of the current school?|
URN at time of latest full inspection|Category of concern|Safeguarding standards|Inclusion|
Curriculum and teaching|Achievement|Attendance and behaviour|Personal development and wellbeing|
Early years (where applicable)|Post-16 provision (where applicable)|Leadership and governance|
Inspection number of latest OEIF graded inspection|
Inspection type of latest OEIF graded inspection|
Inspection start date of latest OEIF graded inspection|
Inspection end date of latest OEIF graded inspection|
Publication date of latest OEIF graded inspection|
Does the latest OEIF graded inspection relate to the URN of the current school?|
URN at time of latest OEIF graded inspection|Latest OEIF overall effectiveness|
Latest OEIF quality of education|Latest OEIF behaviour and attitudes|
Latest OEIF personal development|Latest OEIF effectiveness of leadership and management|
Latest OEIF  safeguarding is effective?|Latest OEIF early years provision (where applicable)|
Latest OEIF sixth form provision (where applicable)|Latest ungraded inspection number|
Date of latest ungraded inspection|Ungraded inspection publication date|
Does the ungraded inspection relate to the URN of the current school?|
Ungraded inspection overall outcome|Most recent category of concern|Number of monitoring visits
""".replace("\n", "").split("|")
EES = """
time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,
old_la_code,new_la_code,la_name,school_laestab,school_urn,school_name,breakdown_topic,breakdown,
subject,eligible_pupil_count,expected_standard_pupil_percent,higher_standard_pupil_percent,
average_scaled_score
""".replace("\n", "").split(",")
Row = dict[str, str]
ABOVE = ("Management information as at 30 November 2026", "")  # lines above the names

STRONG = {
    "Inclusion": "Strong standard",
    "Curriculum and teaching": "Expected standard",
    "Achievement": "Needs attention",
    "Attendance and behaviour": "Exceptional",
    "Personal development and wellbeing": "Strong standard",
    "Early years (where applicable)": "Not applicable",
    "Post-16 provision (where applicable)": "NULL",
    "Leadership and governance": "Expected standard",
}


def line(urn: int | str, *said: Mapping[str, str], **more: str) -> dict[str, str]:
    """One line of Ofsted's file: of a school that was never inspected, but for what is said."""
    row = dict.fromkeys(OFSTED, "NULL") | {"URN": str(urn), "School name": "A – school"}
    for each in said:
        row |= each
    return row | more


def card(published: str = "16/11/2026", category: str = "NULL", **more: str) -> dict[str, str]:
    """A report card."""
    return {
        "Inspection type": "S5 Inspection",
        "Web Link (opens in new window)": "https://reports.example/900001",
        "Inspection start date": "13/10/2026",
        "Publication date": published,
        "Does the latest full inspection relate to the URN of the current school?": "Yes",
        "Category of concern": category,
        "Most recent category of concern": category,
        "Safeguarding standards": "Met",
        **STRONG,
        **more,
    }


def graded(
    published: str = "14/03/2024", overall: str = "2", category: str = "NULL", **more: str
) -> dict[str, str]:
    """The latest inspection by the older rules."""
    return {
        "Inspection start date of latest OEIF graded inspection": "06/02/2024",
        "Publication date of latest OEIF graded inspection": published,
        "Does the latest OEIF graded inspection relate to the URN of the current school?": "Yes",
        "Latest OEIF overall effectiveness": overall,
        "Latest OEIF quality of education": "2",
        "Latest OEIF behaviour and attitudes": "1",
        "Latest OEIF  safeguarding is effective?": "Yes",
        "Most recent category of concern": category,
        **more,
    }


def ungraded(
    published: str = "20/05/2025", outcome: str = "School remains Good", **more: str
) -> dict[str, str]:
    """An ungraded inspection."""
    return {
        "Date of latest ungraded inspection": "29/04/2025",
        "Ungraded inspection publication date": published,
        "Ungraded inspection overall outcome": outcome,
        **more,
    }


def ofsted(
    lines: Iterable[Mapping[str, str]],
    *,
    columns: Sequence[str] = OFSTED,
    above: Sequence[str] = ABOVE,
    encoding: str = "cp1252",
) -> bytes:
    """Ofsted's file with these lines."""
    return content(lines, columns, above).encode(encoding)


def result(urn: int | str, value: str, *, subject: str = "Reading, writing and maths") -> Row:
    """One line of a data set: of all pupils of a school in the year 2024 to 2025."""
    return {
        "time_period": "202425",
        "time_identifier": "Academic year",
        "geographic_level": "School",
        "school_urn": str(urn),
        "breakdown_topic": "All pupils",
        "breakdown": "Total",
        "subject": subject,
        "expected_standard_pupil_percent": value,
        "higher_standard_pupil_percent": "c",
        "average_scaled_score": "z",
    }


def england(value: str, **more: str) -> Row:
    """The same of England."""
    return result("", value) | {"geographic_level": "National", **more}


def ees(lines: Iterable[Mapping[str, str]], *, columns: Sequence[str] = EES) -> bytes:
    """A data set of Explore Education Statistics with these lines."""
    return b"\xef\xbb\xbf" + content(lines, columns, ()).encode()


def content(
    lines: Iterable[Mapping[str, str]], columns: Sequence[str], above: Sequence[str]
) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for each in above:
        writer.writerow([each])
    writer.writerow(columns)
    writer.writerows([[row.get(name, "") for name in columns] for row in lines])
    return text.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
