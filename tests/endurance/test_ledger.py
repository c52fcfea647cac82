"""That the endurance test can fail: its ledger notices what is lost and what is there twice."""

from tests.endurance.ledger import Ledger, Outcome


def test_it_holds_when_all_is_as_it_was_told() -> None:
    ledger = Ledger()
    ledger.note("a", Outcome.ACKNOWLEDGED)
    ledger.note("b", Outcome.REFUSED)
    compared = ledger.compare({"a": 1, "of somebody else": 5})
    assert compared.holds
    assert (compared.acknowledged, compared.refused) == (1, 1)


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    ledger = Ledger()
    ledger.note("a", Outcome.ACKNOWLEDGED)
    ledger.note("b", Outcome.ACKNOWLEDGED)
    compared = ledger.compare({"a": 1})
    assert compared.lost == ["b"]
    assert not compared.holds


def test_what_is_there_twice_is_noticed_whatever_was_told() -> None:
    ledger = Ledger()
    for mark, outcome in zip("abc", Outcome, strict=True):
        ledger.note(mark, outcome)
    compared = ledger.compare({"a": 2, "b": 2, "c": 3})
    assert compared.twice == ["a", "b", "c"]
    assert not compared.holds


def test_what_was_refused_and_was_done_is_noticed() -> None:
    ledger = Ledger()
    ledger.note("a", Outcome.REFUSED)
    compared = ledger.compare({"a": 1})
    assert compared.refused_and_done == ["a"]
    assert not compared.holds


def test_what_nobody_knew_may_have_been_done_or_not() -> None:
    ledger = Ledger()
    ledger.note("a", Outcome.UNKNOWN)
    ledger.note("b", Outcome.UNKNOWN)
    ledger.note("c", Outcome.UNKNOWN)
    ledger.note("c", Outcome.ACKNOWLEDGED)
    compared = ledger.compare({"a": 1, "c": 1})
    assert compared.holds
    assert (compared.acknowledged, compared.unknown_done, compared.unknown_not) == (1, 1, 1)
