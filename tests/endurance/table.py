"""The table that the endurance test prints, and whether what was promised was kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.endurance.found import Letters, Mails, Races, Waits
from tests.endurance.ledger import Compared
from tests.endurance.service import Used

SHOWN = 5  # of those that are wrong, by name


@dataclass(frozen=True)
class Result:
    """All that was found."""

    minutes: float
    clients: int
    seed: int
    blows: Mapping[str, int]
    back: list[float]
    not_replaced: int
    compared: Compared
    repeated: int
    trouble: Mapping[str, int]
    forms_taken: int
    forms_decided: int
    letters: Letters
    mails: Mails
    waits_after_a_minute: Waits
    waits: Waits
    races: Races
    intact: bool
    ready: str
    rest: float  # seconds that it took to come to rest
    before: Mapping[str, Used]
    after: Mapping[str, Used]
    logs: int  # bytes
    locked: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost and nothing done or sent twice."""
        wrong = (
            self.mails.twice,
            self.mails.never_got,
            self.letters.not_one,
            self.letters.sent_twice,
            self.races.wrong,
            self.waits.two,
        )
        return self.compared.holds and self.intact and not any(wrong)

    @property
    def comes_to_rest(self) -> bool:
        """Whether nothing is stuck."""
        return not (self.letters.not_issued or self.mails.under_way or self.waits.missing)


def lines(result: Result) -> list[str]:
    """The table as Markdown."""
    compared, letters, mails, races = (
        result.compared,
        result.letters,
        result.mails,
        result.races,
    )
    rows = [
        ("run", f"{result.minutes:g} minutes, {result.clients} clients, seed {result.seed}"),
        ("blows", _counted(result.blows)),
        ("acknowledged actions", f"{compared.acknowledged:,}"),
        ("lost", _named(compared.lost)),
        ("twice", _named(compared.twice)),
        (
            "refused",
            f"{compared.refused:,}; done all the same: {_named(compared.refused_and_done)}",
        ),
        (
            "answers in Prefect's forms",
            f"{result.forms_taken} taken, {result.forms_decided} decided (the others came too "
            "late, or went with Prefect's database)",
        ),
        (
            "unknown to the client",
            f"{result.repeated} answered when asked again with their key; of the others "
            f"{compared.unknown_done} done, {compared.unknown_not} not",
        ),
        ("answers from 500 up, and none", _counted(result.trouble)),
        (
            "formal steps without exactly one letter",
            f"{_named(letters.not_one)} of {letters.steps}",
        ),
        ("letters queued twice to one address", _named(letters.sent_twice)),
        ("letters approved and not issued", _named(letters.not_issued)),
        ("messages", _counted(mails.states)),
        ("mails that the server got", f"{mails.got:,}; twice: {_named(mails.twice)}"),
        ("sent, and never got", _named(mails.never_got)),
        (
            "unknown to the service",
            f"{mails.states.get('unknown', 0)}, {mails.unknown_got} arrived",
        ),
        (
            "races of 20",
            f"{races.run}, {races.won_once} with one effect; wrong: {_named(races.wrong)}",
        ),
        ("waits missing a minute after the last blow", _waits(result.waits_after_a_minute)),
        ("waits missing at the end", _waits(result.waits)),
        ("at rest after", f"{result.rest:.0f} s"),
        ("`scc verify`", "intact" if result.intact else "**broken**"),
        ("`/health/ready` at the end", result.ready),
        ("pages back after the supervisor was killed", _seconds(result.back)),
        ("hung for 75 s and not replaced", str(result.not_replaced)),
        *((f"{name}: memory, open files", _used(result, name)) for name in result.after),
        ("logs", f"{result.logs / 1e6:.1f} MB"),
        ("“database is locked” in logs", f"{result.locked:,}"),
    ]
    return ["| what | found |", "|---|---|", *(f"| {what} | {found} |" for what, found in rows)]


def _named(wrong: list[int] | list[str]) -> str:
    if not wrong:
        return "0"
    return f"**{len(wrong)}** ({', '.join(map(str, wrong[:SHOWN]))})"


def _counted(counts: Mapping[str, int]) -> str:
    found = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count:,} {name}" for name, count in found) or "none"


def _waits(waits: Waits) -> str:
    return f"{_named(waits.missing)} of {waits.proposals}; with two: {_named(waits.two)}"


def _seconds(all_of_them: list[float]) -> str:
    return ", ".join(f"{each:.0f} s" for each in all_of_them) or "not killed"


def _used(result: Result, name: str) -> str:
    at_first, now = result.before.get(name), result.after[name]
    begin = f"{at_first.megabytes:.0f} MB, {at_first.files}" if at_first else "not up"
    return f"{begin} → {now.megabytes:.0f} MB, {now.files}"
