"""The law against a table of worked cases that a lawyer can read: cases.toml, beside this file.

Every key of a case is used up; one that nothing reads fails its case, so a slip of the pen in the
table cannot quietly check nothing.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from models.clocks import add_working_days, london_date
from models.law.blocks import blocked_by
from models.law.notices import (
    Comparison,
    Content,
    Ground,
    applies_to,
    copies,
    missing,
    must,
    offered,
)
from models.law.powers import (
    Asked,
    Member,
    Preparation,
    Section,
    consultees,
    last_day,
    may_appoint,
    may_match,
    not_ready,
    notification,
    review_by,
)
from models.law.powers import copies as copies_of_power
from models.law.roads import eligible, last_day_for, roads
from models.law.service import leaves_a_period, serve_by
from models.law.standing import (
    Inspection,
    Notice,
    ProposedPowers,
    Standing,
    facts,
    judgement_refusal,
    notice_refusal,
)
from models.law.statements import applies_to as statement_refusal
from models.law.statements import copies as copies_of_statement
from models.schools.tables import InspectionCategory, School

Case = dict[str, Any]

TABLE: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text(encoding="utf-8")
)
STORY: dict[str, Case] = TABLE.pop("story")
TWO_MONTHS = (Section("63"), Section("64"), Section("66"))
COMPLIED = {"complied": True, "not complied": False, "none": None}

# What a case says is lacking, and the words in which a sentence may say so.
LACKS = {
    "governing body": r"governing body|chair of governors",
    "diocese": r"dioces",
    "foundation appointer": r"appoint",
    "Secretary of State": r"Secretary of State",
    "consent": r"consent",
    "two members": r"two members|at least two",
    "date": r"\bdate\b|start",
    "governor": r"governor",
    "arrangements": r"arrangement",
    "second church": r"second church",
    "its answer": r"governing body was asked to answer by 21 December 2026",
    "answer of the diocese": r"diocesan authority was asked to answer by 21 December 2026",
}


def walk(kind: str) -> pytest.MarkDecorator:
    """One test for each case of this kind, named by what the case shows."""
    return pytest.mark.parametrize(
        "case", [pytest.param(dict(case), id=case["shows"]) for case in TABLE[kind]]
    )


def read(case: Case) -> str:
    """Take out what every case has; the message for an assertion is left."""
    assert case["section"].strip()
    return f"{case.pop('shows')} ({case.pop('section')})"


def used_up(case: Case) -> None:
    assert not case, f"nothing reads these keys of the case: {sorted(case)}"


def changed(story: Case, case: Case) -> Case:
    """The story with what the case changes in it, without what the case leaves out."""
    change = case.pop("change", {})
    left_out = case.pop("without", [])
    assert set(left_out) <= set(story), "the story has no such part to leave out"
    return {name: part for name, part in (story | change).items() if name not in left_out}


def school(type_code: int = 1, religious_character: str = "Does not apply") -> School:
    return School(
        urn=900001,
        name="Alder Grove School",
        type_code=type_code,
        type_name="",
        phase="Primary",
        religious_character=religious_character or None,
    )


def roles(recipients: Iterable[Any]) -> list[str]:
    return sorted(str(recipient.role) for recipient in recipients)


def says(sentence: str | None, words: Iterable[str]) -> bool:
    return sentence is not None and all(word.lower() in sentence.lower() for word in words)


def test_every_case_shows_something_of_its_own() -> None:
    shown = [(kind, case["shows"]) for kind, cases in TABLE.items() for case in cases]
    assert len(shown) == len(set(shown)) >= 400
    assert set(TABLE) == {
        "last_day",
        "power",
        "wording",
        "applies",
        "school",
        "content",
        "standing",
        "judgement",
        "preparation",
        "review",
        "matching",
        "reasonable_notice",
        "moment",
        "statement_due",
        "statement",
        "service",
    }


@walk("last_day")
def test_last_day(case: Case) -> None:
    shows = read(case)
    ends, expected = case.pop("compliance_ends_on"), case.pop("last_day")
    assert f"{expected:%A}" == case.pop("falls_on"), "the table itself is wrong"
    assert {section: last_day(section, ends) for section in TWO_MONTHS} == dict.fromkeys(
        TWO_MONTHS, expected
    ), shows
    assert last_day(Section("65"), ends) is None, shows
    used_up(case)


@walk("power")
def test_power(case: Case) -> None:
    shows = read(case)
    section = Section(case.pop("power"))
    assert section.title == case.pop("title"), shows
    assert notification(section) == case.pop("notification"), shows
    used_up(case)


@walk("wording")
def test_wording(case: Case) -> None:
    shows = read(case)
    assert case.pop("says") in Ground(case.pop("ground")).statute, shows
    used_up(case)


@walk("applies")
def test_applies(case: Case) -> None:
    shows = read(case)
    at = school(case.pop("type_code"))
    at.part_4_note = case.pop("confirmed", None)
    refusal = applies_to(at)
    case.pop("type_name")
    if case.pop("applies"):
        assert refusal is None, shows
    else:
        assert says(refusal, case.pop("names")), f"{shows}: {refusal}"
    used_up(case)


@walk("school")
def test_copies_and_consultees(case: Case) -> None:
    shows = read(case)
    at = school(case.pop("type_code"), case.pop("religious_character"))
    at.no_foundation = case.pop("no_foundation", False)
    of_the_notice = copies(at)
    assert roles(of_the_notice) == sorted(case.pop("notice_copies")), shows
    assert all("60(6" in recipient.reason for recipient in of_the_notice), shows
    assert list(offered(of_the_notice)) == case.pop("offered", []), shows
    assert sorted((*must(of_the_notice), *offered(of_the_notice))) == roles(of_the_notice), shows
    consulted = sorted(case.pop("consultees"))
    for section in (Section("63"), Section("65")):
        assert roles(consultees(section, at)) == consulted, f"{shows}, section {section}"
        assert all(section.value in each.reason for each in consultees(section, at)), shows
    assert not consultees(Section("64"), at), shows
    assert not consultees(Section("66"), at), shows
    assert roles(copies_of_power(Section("65"), at)) == sorted(case.pop("ieb_copies")), shows
    at_once = copies_of_power(Section("66"), at)
    assert roles(at_once) == ["headteacher"], shows
    assert "66" in at_once[0].reason, shows
    used_up(case)


@walk("content")
def test_content(case: Case) -> None:
    shows = read(case)
    parts: Case = {"compliance_ends_on": None} | changed(STORY["content"], case)
    today = parts.pop("today")
    parts["grounds"] = tuple(map(Ground, parts["grounds"]))
    parts["comparisons"] = tuple(map(Comparison, parts["comparisons"]))
    lacking = missing(Content(**parts), today)
    assert sorted(field for field, _ in lacking) == sorted(case.pop("missing")), shows
    assert all(message.strip() for _, message in lacking), shows
    used_up(case)


def proposed(each: Case) -> ProposedPowers:
    runs_until = None if each["runs_until"] == "unproven" else each["runs_until"]
    return ProposedPowers(each["given_on"], runs_until, tuple(map(Section, each["sections"])))


def served(case: Case, given_on: date) -> date | None:
    """The day that counts as service: "unproven", or the day the notice bears unless told."""
    day = case.pop("served_on", given_on)
    return None if day == "unproven" else day


def notice(case: Case) -> Notice:
    take = partial(take_or_story, case)
    complied = COMPLIED[take("judgement")]
    judged_on = take("judged_on")
    ceased_on = case.pop("ceased_on", None)
    given_on = take("given_on")
    return Notice(
        given_on=given_on,
        served_on=served(case, given_on),
        compliance_ends_on=take("compliance_ends_on"),
        complied=complied,
        judged_on=None if complied is None else judged_on,
        ceased_on=ceased_on,
        ceased_because="The Secretary of State gave a warning notice." if ceased_on else "",
        proposed=tuple(map(proposed, take("proposed"))),
    )


def take_or_story(case: Case, name: str) -> Any:
    return case.pop(name, STORY["standing"][name])


def standing(case: Case) -> Standing:
    take = partial(take_or_story, case)
    at = school(take("type_code"), take("religious_character"))
    at.part_4_note = case.pop("confirmed", None)
    return Standing(
        school=at,
        academy_ladder=take("academy_ladder"),
        notice=None if case.pop("notice", "") == "none" else notice(case),
        inspections=tuple(
            Inspection(each["published_on"], InspectionCategory(each["category"]))
            for each in case.pop("inspections", [])
        ),
        secretary_of_state_notice_on=case.pop("secretary_of_state_notice_on", None),
        secretary_of_state_intends_on=case.pop("secretary_of_state_intends_on", None),
        secretary_of_state_governors_on=case.pop("secretary_of_state_governors_on", None),
        board_taken_over_on=case.pop("board_taken_over_on", None),
        ieb_sits=take("ieb_sits"),
    )


@walk("standing")
def test_standing(case: Case) -> None:
    shows = read(case)
    today, stands = case.pop("today"), standing(case)
    assert case, "the case expects nothing"
    expect_facts(case, stands, today, shows)
    expect_roads(case, stands, today, shows)
    expect_blocks(case, stands, today, shows)
    expect_new_notice(case, notice_refusal(stands, today), shows)
    used_up(case)


def expect_facts(case: Case, stands: Standing, today: date, shows: str) -> None:
    holds = {fact.key: fact.holds for fact in facts(stands, today)}
    if "holds" in case:
        assert [key for key, held in holds.items() if held] == case.pop("holds"), shows
    for key in case.pop("fails", []):
        assert not holds[key], shows
    if "eligible" in case:
        assert eligible(stands, today) is case.pop("eligible"), shows


def expect_roads(case: Case, stands: Standing, today: date, shows: str) -> None:
    found = {each.road.value: each for each in roads(stands, today)}
    if "roads" in case:
        assert [road for road, each in found.items() if each.holds] == case.pop("roads"), shows
    for road, since in case.pop("since", {}).items():
        assert max(fact.on or date.min for fact in found[road].facts) == since, shows
    for road, words in case.pop("road_says", {}).items():
        told = " ".join(fact.says for fact in found[road].facts)
        assert says(told, words), f"{shows}: {told}"
    if "last_days" in case:
        last = {each.value: last_day_for(each, stands, today) for each in Section}
        assert {each: day for each, day in last.items() if day} == case.pop("last_days"), shows


def expect_blocks(case: Case, stands: Standing, today: date, shows: str) -> None:
    blocks = blocked_by(stands, today)
    if "blocked" in case:
        assert sorted({block.section.value for block in blocks}) == case.pop("blocked"), shows
    for section, words in case.pop("because", {}).items():
        rules = " ".join(block.rule for block in blocks if block.section.value == section)
        assert says(rules, words), f"{shows}: {rules}"


def expect_new_notice(case: Case, refusal: str | None, shows: str) -> None:
    if "new_notice" in case:
        assert (refusal is not None) is (case.pop("new_notice") == "refused"), f"{shows}: {refusal}"
    if "refusal_names" in case:
        assert says(refusal, case.pop("refusal_names")), f"{shows}: {refusal}"


def test_each_fact_that_fails_alone_is_named_in_its_own_words() -> None:
    alone: list[Case] = [
        {"compliance_ends_on": date(2026, 12, 15), "judged_on": date(2026, 12, 9)},
        {"judgement": "none"},
        {"proposed": []},
    ]
    rules = [
        {block.rule for block in blocked_by(standing(case), date(2026, 12, 9))} for case in alone
    ]
    assert all(rules)
    assert all(one.isdisjoint(other) for one, other in combinations(rules, 2))


@walk("judgement")
def test_judgement(case: Case) -> None:
    shows = read(case)
    today, complied = case.pop("today"), case.pop("complied")
    unjudged = notice({"judgement": "none", "proposed": [], **taken(case, "refused", "names")})
    refusal = judgement_refusal(unjudged, complied, today)
    assert (refusal is not None) is case.pop("refused"), f"{shows}: {refusal}"
    assert not (names := case.pop("names", [])) or says(refusal, names), f"{shows}: {refusal}"
    used_up(case)


def taken(case: Case, *left: str) -> Case:
    """Take everything out of the case except these keys."""
    return {name: case.pop(name) for name in list(case) if name not in left}


@walk("matching")
def test_matching_governors(case: Case) -> None:
    shows = read(case)
    at = school(case.pop("type_code"), case.pop("religious_character"))
    who = may_match(Section(case.pop("power")), at)
    assert (who.role if who else "nobody") == case.pop("who"), shows
    if who:
        assert "64(4)" in who.reason, shows
        assert who.role in roles(copies_of_power(Section("64"), at)), shows
        most = may_appoint(case.pop("appointed"), by_inspection=case.pop("by_inspection"))
        assert ("any" if most is None else most) == case.pop("most"), shows
    used_up(case)


@walk("preparation")
def test_not_ready(case: Case) -> None:
    shows = read(case)
    power = case.pop("power")
    at = school(case.pop("type_code", 1), case.pop("religious_character", "Does not apply"))
    at.no_foundation = case.pop("no_foundation", False)
    parts = changed(STORY["preparation"][power], case)
    sentences = not_ready(preparation(power, parts), at, parts["today"])
    lacks = case.pop("lacks")
    assert len(sentences) == len(lacks), f"{shows}: {sentences}"
    for lack in lacks:
        words = re.compile(LACKS.get(lack, lack), re.IGNORECASE)
        assert any(words.search(sentence) for sentence in sentences), f"{shows}: {sentences}"
    for sentence in sentences:
        assert re.search(r"\b(section|s\.|Schedule|Sch\.)\s*\d", sentence), (
            f"no section: {sentence}"
        )
    used_up(case)


def preparation(power: str, parts: Case) -> Preparation:
    return Preparation(
        section=Section(power),
        consulted={
            role: Asked(
                parts.get("answer_by", parts["today"]), role not in parts.get("no_answer_of", [])
            )
            for role in parts["consulted"]
        },
        secretary_of_state_on=parts.get("secretary_of_state_on"),
        starts_on=parts.get("starts_on"),
        members=tuple(Member(**member) for member in parts.get("members", [])),
        arrangements=parts.get("arrangements", ""),
        governors=tuple(parts.get("governors", [])),
    )


@walk("review")
def test_review_of_a_suspended_budget(case: Case) -> None:
    shows = read(case)
    assert review_by(case.pop("effective_on"), case.pop("today")) == case.pop("review_by"), shows
    used_up(case)


@walk("reasonable_notice")
def test_how_long_notice_of_proposed_powers_runs(case: Case) -> None:
    shows = read(case)
    given_on, first_day = case.pop("given_on"), case.pop("first_day")
    runs_until = add_working_days(given_on, case.pop("working_days"))
    assert runs_until == case.pop("runs_until"), shows
    served = {"given_on": given_on, "runs_until": runs_until, "sections": ["63"]}
    period = {
        "given_on": given_on - timedelta(days=28),
        "compliance_ends_on": given_on - timedelta(days=1),
    }
    stands = standing({**period, "judged_on": given_on, "proposed": [served]})
    assert not eligible(stands, first_day - timedelta(days=1)), shows
    assert eligible(stands, first_day), shows
    used_up(case)


@walk("moment")
def test_what_day_it_is(case: Case) -> None:
    shows = read(case)
    today = london_date(case.pop("at"))
    assert today == case.pop("day"), shows
    stands = standing(case)
    assert case, "the case expects nothing"
    expect_facts(case, stands, today, shows)
    expect_blocks(case, stands, today, shows)
    used_up(case)


@walk("service")
def test_from_when_a_notice_counts_as_served(case: Case) -> None:
    shows = read(case)
    counts_from = add_working_days(case.pop("served_on"), case.pop("working_days"))
    case.pop("method")
    assert counts_from == case.pop("counts_from"), shows
    if "compliance_ends_on" in case:
        ends = case.pop("compliance_ends_on")
        assert serve_by(ends) == case.pop("serve_by"), shows
        assert leaves_a_period(counts_from, ends) is case.pop("leaves_a_period"), shows
    used_up(case)


@walk("statement_due")
def test_when_the_statement_of_action_is_due(case: Case) -> None:
    shows = read(case)
    published_on, working_days = case.pop("published_on"), case.pop("working_days")
    assert add_working_days(published_on, working_days) == case.pop("due_on"), shows
    used_up(case)


@walk("statement")
def test_written_statement_of_action(case: Case) -> None:
    shows = read(case)
    at = school(case.pop("type_code"), case.pop("religious_character"))
    case.pop("type_name")
    refusal = statement_refusal(at)
    if "names" in case:
        assert says(refusal, case.pop("names")), f"{shows}: {refusal}"
    else:
        assert refusal is None, shows
        sent = copies_of_statement(at)
        assert roles(sent) == case.pop("copies"), shows
        assert all("section 15(2)(e)" in each.reason for each in sent), shows
    used_up(case)
