"""Files as the national register gives them, about fictional schools (URN 900001 and up)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# The columns of `edubasealldata` in their order, and what newer exports have besides.
COLUMNS = """
URN|LA (code)|LA (name)|EstablishmentNumber|EstablishmentName|TypeOfEstablishment (code)|
TypeOfEstablishment (name)|EstablishmentTypeGroup (code)|EstablishmentTypeGroup (name)|
EstablishmentStatus (code)|EstablishmentStatus (name)|ReasonEstablishmentOpened (code)|
ReasonEstablishmentOpened (name)|OpenDate|ReasonEstablishmentClosed (code)|
ReasonEstablishmentClosed (name)|CloseDate|PhaseOfEducation (code)|PhaseOfEducation (name)|
StatutoryLowAge|StatutoryHighAge|Boarders (code)|Boarders (name)|NurseryProvision (name)|
OfficialSixthForm (code)|OfficialSixthForm (name)|Gender (code)|Gender (name)|
ReligiousCharacter (code)|ReligiousCharacter (name)|ReligiousEthos (name)|Diocese (code)|
Diocese (name)|AdmissionsPolicy (code)|AdmissionsPolicy (name)|SchoolCapacity|
SpecialClasses (code)|SpecialClasses (name)|CensusDate|NumberOfPupils|NumberOfBoys|NumberOfGirls|
PercentageFSM|TrustSchoolFlag (code)|TrustSchoolFlag (name)|Trusts (code)|Trusts (name)|
SchoolSponsorFlag (name)|SchoolSponsors (name)|FederationFlag (name)|Federations (code)|
Federations (name)|UKPRN|FEHEIdentifier|FurtherEducationType (name)|OfstedLastInsp|
OfstedSpecialMeasures (code)|OfstedSpecialMeasures (name)|LastChangedDate|Street|Locality|
Address3|Town|County (name)|Postcode|SchoolWebsite|TelephoneNum|HeadTitle (name)|HeadFirstName|
HeadLastName|HeadHonours|HeadPreferredJobTitle|InspectorateName (name)|InspectorateReport|
DateOfLastInspectionVisit|NextInspectionVisit|TeenMoth (name)|TeenMothPlaces|CCF (name)|
SENPRU (name)|EBD (name)|PlacesPRU|FTProv (name)|EdByOther (name)|Section41Approved (name)|
SEN1 (name)|TypeOfResourcedProvision (name)|ResourcedProvisionOnRoll|ResourcedProvisionCapacity|
SenUnitOnRoll|SenUnitCapacity|GOR (code)|GOR (name)|DistrictAdministrative (code)|
DistrictAdministrative (name)|AdministrativeWard (code)|AdministrativeWard (name)|
ParliamentaryConstituency (code)|ParliamentaryConstituency (name)|UrbanRural (code)|
UrbanRural (name)|GSSLACode (name)|Easting|Northing|CensusAreaStatisticWard (name)|MSOA (name)|
LSOA (name)|Inspectorate (name)|SENStat|SENNoStat|BoardingEstablishment (name)|PropsName|
PreviousLA (code)|PreviousLA (name)|PreviousEstablishmentNumber|OfstedRating (name)|
RSCRegion (name)|Country (name)|UPRN|SiteName
""".replace("\n", "").split("|")
NEWER = """
QABName (code)|QABName (name)|EstablishmentAccredited (code)|EstablishmentAccredited (name)|
QABReport|CHNumber|MSOA (code)|LSOA (code)|FSM|AccreditationExpiryDate|SEN2 (name)|SEN3 (name)|
SEN4 (name)|SEN5 (name)|SEN6 (name)
""".replace("\n", "").split("|")
LINKS = """
URN|Group UID|Group ID|Group Name|Companies House Number|Group Type (code)|Group Type|Closed Date|
Open date|Incorporated on (open date)|Group Status (code)|Group Status|Joined date|
EstablishmentName|TypeOfEstablishment (code)|TypeOfEstablishment (name)|PhaseOfEducation (code)|
PhaseOfEducation (name)|LA (code)|LA (name)
""".replace("\n", "").split("|")
GROUPS = """
Group UID|Group ID|Group Name|Companies House Number|Group Type (code)|Group Type|Closed Date|
Open date|Incorporated on (open date)|Group Status (code)|Group Status|Group Street|
Group Locality|Group Address 3|Group Town|Group County|Group Postcode|Head of Group Title|
Head of Group First Name|Head of Group Last Name|UKPRN
""".replace("\n", "").split("|")

OPEN = {"EstablishmentStatus (code)": "1", "EstablishmentStatus (name)": "Open"}
COMMUNITY = {
    "TypeOfEstablishment (code)": "01",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentTypeGroup (code)": "4",
    "EstablishmentTypeGroup (name)": "Local authority maintained schools",
}
CONVERTER = {
    "TypeOfEstablishment (code)": "34",
    "TypeOfEstablishment (name)": "Academy converter",
    "EstablishmentTypeGroup (code)": "10",
    "EstablishmentTypeGroup (name)": "Academies",
}
INDEPENDENT = {
    "TypeOfEstablishment (code)": "11",
    "TypeOfEstablishment (name)": "Other independent school",
    "EstablishmentTypeGroup (code)": "3",
    "EstablishmentTypeGroup (name)": "Independent schools",
}
CHURCH = {
    "TypeOfEstablishment (code)": "02",
    "TypeOfEstablishment (name)": "Voluntary aided school",
    "ReligiousCharacter (name)": "Roman Catholic",
    "Diocese (name)": "Diocese of Fernminster",
}


def closed(on: str = "31-08-2026", reason: str = "Closure") -> dict[str, str]:
    """What the register says of an establishment that closed."""
    return {
        "EstablishmentStatus (code)": "2",
        "EstablishmentStatus (name)": "Closed",
        "ReasonEstablishmentClosed (name)": reason,
        "CloseDate": on,
    }


def head(name: str, title: str = "Ms") -> dict[str, str]:
    """A headteacher by first and last name."""
    first, _, last = name.partition(" ")
    return {"HeadTitle (name)": title, "HeadFirstName": first, "HeadLastName": last}


def school(urn: int | str, name: str, *said: Mapping[str, str], **more: str) -> dict[str, str]:
    """One row: an open community primary school in Fernshire, but for what is said."""
    row = {
        "URN": str(urn),
        "LA (code)": "999",
        "LA (name)": "Fernshire",
        "EstablishmentNumber": str(urn)[-4:],
        "EstablishmentName": name,
        **COMMUNITY,
        **OPEN,
        "ReasonEstablishmentClosed (name)": "Not applicable",
        "OpenDate": "01-09-1968",
        "PhaseOfEducation (code)": "2",
        "PhaseOfEducation (name)": "Primary",
        "ReligiousCharacter (name)": "Does not apply",
        "Diocese (name)": "Not applicable",
        "Street": "1 School Lane",
        "Locality": "",
        "Town": "Fernminster",
        "County (name)": "Fernshire",
        "Postcode": "FM1 1AA",
        **head("Asha Archer"),
        "LastChangedDate": "01-11-2026",
    }
    for each in said:
        row |= each
    return row | more


def trust(name: str) -> dict[str, str]:
    """An academy converter in this trust."""
    return {**CONVERTER, "Trusts (code)": "90001", "Trusts (name)": name}


def link(urn: int | str, name: str, kind: str = "Multi-academy trust", **more: str) -> Any:
    """One row of the file of group links."""
    return {
        "URN": str(urn),
        "Group UID": name.encode().hex()[:8],
        "Group Name": name,
        "Group Type": kind,
        "Group Status (code)": "OPEN",
        "Group Status": "Open",
        "Joined date": "01/09/2024",
        "LA (code)": "999",
        **more,
    }


def group(name: str, kind: str = "Multi-academy trust", **more: str) -> dict[str, str]:
    """One row of the file of groups."""
    return {
        "Group UID": name.encode().hex()[:8],
        "Group Name": name,
        "Group Type": kind,
        "Group Status": "Open",
        "Group Street": "2 Trust Road",
        "Group Locality": "",
        "Group Town": "Fernminster",
        "Group County": "Not recorded",
        "Group Postcode": "FM2 2BB",
        **more,
    }


def content(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str] = COLUMNS,
    *,
    encoding: str = "cp1252",
) -> bytes:
    """The bytes of a file with these rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode(encoding)


def written(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str] = COLUMNS,
    *,
    encoding: str = "cp1252",
) -> Path:
    """A file with these rows."""
    path.write_bytes(content(rows, columns, encoding=encoding))
    return path
