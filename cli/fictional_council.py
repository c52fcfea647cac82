"""Fernshire: a council, its schools and its people, none of which exists.

URNs from 900001 on are not given to real schools, and `.example` is nobody's domain (RFC 2606).
"""

from dataclasses import dataclass, field

from models.people.tables import Phase, Role
from models.schools.tables import ContactRole, RiskLevel


@dataclass(frozen=True)
class Person:
    """An officer of the council; the code is for Prefect's forms."""

    name: str
    role: Role
    phase: Phase | None = None

    @property
    def email(self) -> str:
        """`margaret.hollis@fernshire.example`."""
        return f"{self.name.lower().replace(' ', '.')}@fernshire.example"

    @property
    def code(self) -> str:
        """The same on every machine and so no secret: for demonstration officers alone."""
        return f"DEMO-{self.name.split()[0].upper()}"


OFFICERS = (
    Person("Margaret Hollis", Role.HEAD_OF_SERVICE),
    Person("Daniel Achebe", Role.HEAD_OF_SERVICE),
    Person("Priya Raman", Role.OFFICER),
    Person("Tom Kestrel", Role.OFFICER),
    Person("Ruth Calloway", Role.SERVICE_MANAGER, Phase.PRIMARY),
    Person("Geoffrey Lund", Role.ASSISTANT_DIRECTOR),
    Person("Anita Sorrell", Role.DIRECTOR),
    Person("Owen Pryce", Role.LEGAL),
    Person("Joan Whitby", Role.VIEWER),
    Person("Karl Fenwick", Role.ADMINISTRATOR),
    Person("Marcus Hale", Role.CONSULTANT),
)


@dataclass(frozen=True)
class Place:
    """A school; the code of its type decides its ladder (models.schools.tables)."""

    urn: int
    name: str
    type_code: int
    type_name: str
    phase: str
    head: str
    chair: str
    town: str
    postcode: str
    risk_level: RiskLevel
    trust: str | None = None
    religious_character: str | None = None
    diocese: str | None = None
    others: dict[ContactRole, str] = field(default_factory=dict)

    @property
    def contacts(self) -> dict[ContactRole, str]:
        """Whom the council writes to, by role."""
        known = {
            ContactRole.HEADTEACHER: self.head,
            ContactRole.CHAIR_OF_GOVERNORS: self.chair,
            ContactRole.TRUST: self.trust,
            ContactRole.DIOCESE: self.diocese,
        }
        return {role: name for role, name in known.items() if name} | self.others


FERNSHIRE_LEARNING = "Fernshire Learning Trust"
DIOCESE = "Diocese of Fernminster"
CHURCH = "Church of England"
HIGH, MEDIUM, LOW, NONE = RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW, RiskLevel.NONE

SCHOOLS = (
    Place(
        900001,
        "Ashfield Primary School",
        1,
        "Community school",
        "Primary",
        "Joanne Tallis",
        "Peter Wren",
        "Fernminster",
        "FM1 2AB",
        MEDIUM,
        others={ContactRole.SCHOOL_IMPROVEMENT_PARTNER: "Celia Hartnoll"},
    ),
    Place(
        900002,
        "St Brannoc's Church of England Primary School",
        2,
        "Voluntary aided school",
        "Primary",
        "Michael Garside",
        "Helen Prowse",
        "Brannock",
        "FM4 1QT",
        MEDIUM,
        religious_character=CHURCH,
        diocese=DIOCESE,
        others={ContactRole.FOUNDATION_APPOINTER: "St Brannoc's Parochial Church Council"},
    ),
    Place(
        900003,
        "Holy Well Church of England Infant School",
        3,
        "Voluntary controlled school",
        "Primary",
        "Susan Amery",
        "Colin Dacre",
        "Holywell",
        "FM5 3JN",
        HIGH,
        religious_character=CHURCH,
        diocese=DIOCESE,
        others={
            ContactRole.CLERK: "Bridget Oxley",
            ContactRole.FOUNDATION_APPOINTER: "Holy Well Parochial Church Council",
        },
    ),
    Place(
        900004,
        "Larkrise School",
        5,
        "Foundation school",
        "Secondary",
        "David Penhale",
        "Maureen Stott",
        "Larkrise",
        "FM7 9DE",
        HIGH,
        others={ContactRole.FOUNDATION_APPOINTER: "The Larkrise Foundation"},
    ),
    Place(
        900005,
        "Meadowbank School",
        7,
        "Community special school",
        "Not applicable",
        "Angela Frith",
        "Robert Quayle",
        "Fernminster",
        "FM2 6HG",
        MEDIUM,
    ),
    Place(
        900006,
        "Little Acorns Nursery School",
        15,
        "Local authority nursery school",
        "Nursery",
        "Katherine Bell",
        "Simon Thackray",
        "Oakham Vale",
        "FM3 4LP",
        LOW,
    ),
    Place(
        900007,
        "The Bridge Centre",
        14,
        "Pupil referral unit",
        "Not applicable",
        "Yusuf Karim",
        "Dorothy Lisle",
        "Fernminster",
        "FM1 8RR",
        LOW,
    ),
    Place(
        900008,
        "Brookside Academy",
        34,
        "Academy converter",
        "Secondary",
        "Laura Finch",
        "Anthony Vale",
        "Brookside",
        "FM6 2TS",
        NONE,
        trust=FERNSHIRE_LEARNING,
    ),
    Place(
        900009,
        "Northgate Academy",
        28,
        "Academy sponsor led",
        "Secondary",
        "Stephen Rudd",
        "Valerie Combe",
        "Northgate",
        "FM8 5WX",
        HIGH,
        trust="Northgate Education Trust",
        others={ContactRole.SPONSOR: "Beacon Schools Partnership"},
    ),
    Place(
        900010,
        "Riverside Free School",
        35,
        "Free schools",
        "Primary",
        "Emma Lockhart",
        "Graham Sykes",
        "Riverside",
        "FM2 1ZZ",
        LOW,
        trust="Riverside Community Trust",
    ),
    Place(
        900011,
        "Oak Lodge Academy",
        44,
        "Academy special converter",
        "Not applicable",
        "Marcus Hale",
        "Irene Dalby",
        "Oakham Vale",
        "FM3 7BC",
        NONE,
        trust=FERNSHIRE_LEARNING,
    ),
    Place(
        900012,
        "Castle Hill School",
        11,
        "Other independent school",
        "Not applicable",
        "Philippa Strand",
        "Edmund Carew",
        "Fernminster",
        "FM1 5CH",
        NONE,
    ),
    Place(
        900013,
        "Westmoor High School",
        1,
        "Community school",
        "Secondary",
        "Andrew Sefton",
        "Lesley Marchbank",
        "Westmoor",
        "FM9 3EF",
        HIGH,
        others={ContactRole.CLERK: "Norman Eyre"},
    ),
    Place(
        900014,
        "Stonegate Junior School",
        1,
        "Community school",
        "Primary",
        "Ian Lowther",
        "Judith Pell",
        "Stonegate",
        "FM9 7LT",
        HIGH,
        others={ContactRole.CLERK: "Frances Orme"},
    ),
    Place(
        900015,
        "Saltmarsh Primary School",
        1,
        "Community school",
        "Primary",
        "Nadia Ivory",
        "Gordon Pike",
        "Saltmarsh",
        "FM9 8SM",
        HIGH,
    ),
)
