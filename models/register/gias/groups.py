"""The register's files of groups: which school is in which trust, and where trusts are."""

from dataclasses import dataclass
from datetime import date

from models.register.gias.values import RowRejected, address, check_texts, day, known, plain, urn_of

LINK_COLUMNS = (
    "URN",
    "Group UID",
    "Group Name",
    "Group Type",
    "Group Status",
    "Joined date",
)
GROUP_COLUMNS = (
    "Group UID",
    "Group Name",
    "Group Type",
    "Group Status",
    "Group Street",
    "Group Locality",
    "Group Address 3",
    "Group Town",
    "Group Postcode",
)
# By name: the codes of group types are not the same in every edition of the register.
ACADEMY_TRUSTS = frozenset(
    {"multi-academy trust", "single-academy trust", "secure single-academy trust"}
)
TRUSTS = ACADEMY_TRUSTS | {"trust"}  # also the trust of a foundation school
SPONSOR = "school sponsor"
_OPEN = "open"


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A school in a trust or under a sponsor. Of several trusts that `standing` is highest holds:
    an academy trust before others, then the one joined last.
    """

    urn: int
    group: str
    name: str
    sponsor: bool
    standing: tuple[bool, date]

    @classmethod
    def of(cls, values: tuple[str, ...]) -> "GroupLink | None":
        """What the values of `LINK_COLUMNS` say; None for a group that is not ours to know.

        These are children's centres, federations, and whatever has closed. Raises RowRejected.
        """
        urn, group, name, kind, status, joined = map(plain, values)
        kind = kind.casefold()
        if kind not in TRUSTS | {SPONSOR} or status.casefold() != _OPEN:
            return None
        number = urn_of(urn)
        _check_name(name)
        joined_on = day("Joined date", joined) or date.min
        standing = (kind in ACADEMY_TRUSTS, joined_on)
        return cls(number, group, name, kind == SPONSOR, standing)


@dataclass(frozen=True, slots=True)
class Trust:
    """An academy trust with its postal address."""

    name: str
    address: list[str]

    @classmethod
    def of(cls, values: tuple[str, ...]) -> "Trust | None":
        """What the values of `GROUP_COLUMNS` say; None for what is no open academy trust.

        Raises RowRejected.
        """
        group, name, kind, status, *lines = map(plain, values)
        if kind.casefold() not in ACADEMY_TRUSTS or status.casefold() != _OPEN:
            return None
        if not group:
            raise RowRejected("The group has no number.")
        _check_name(name)
        check_texts(dict(zip(GROUP_COLUMNS[4:], lines, strict=True)))
        return cls(name, address(*lines))


def _check_name(name: str) -> None:
    if known(name) is None:
        raise RowRejected("The group has no name.")
    check_texts({"Group Name": name})
