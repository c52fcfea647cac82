"""What the letters say: every template of both ladders, drafted by the commands themselves."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta, nodes

from models.clocks import add_working_days, long_date
from models.database import connect
from models.letters import writing
from models.letters.in_words import InWords
from models.policy import Policy
from notifications.letters import parse
from notifications.letters.document import ListBlock, Paragraph, plain
from tests.support.council import found_council
from tests.support.databases import sqlite_url
from tests.support.letter_walks import (
    AMERICAN,
    FOLDER,
    FORBIDDEN,
    HOSTILE,
    IN_BULK,
    LITERAL,
    NAMES,
    OF_LADDER,
    ONLY_MAINTAINED,
    PLAIN,
    WALKS,
    Correspondence,
    Walk,
    tree,
)


@pytest.fixture(scope="module")
def written(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, policy: Policy
) -> Correspondence:
    found = Correspondence()
    draft = writing.draft

    def watched(template: str, *facts: InWords) -> str:
        named = {name: said for part in facts for name, said in part.named().items()}
        found.contexts.setdefault(template, []).append(named)
        return draft(template, *facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "draft", watched)
        for into, values in ((found.letters, PLAIN), (found.hostile, HOSTILE)):
            for name, go in WALKS.items():
                file = tmp_path_factory.mktemp("walk") / "scc.db"
                file.write_bytes(sqlite_template.read_bytes())
                engine = connect(sqlite_url(file))
                walk = Walk(engine, policy, found_council(engine), values)
                go(walk)
                into[name] = walk.letters()
                engine.dispose()
    return found


@pytest.mark.parametrize("walk", WALKS)
def test_a_ladder_writes_its_letters_and_issues_them(written: Correspondence, walk: str) -> None:
    letters = [*written.letters[walk], *written.hostile[walk]]
    assert {one.letter.template for one in letters} == OF_LADDER[walk]
    assert {one.letter.state.value for one in letters} == {"issued"}


def test_every_template_is_written_by_a_ladder() -> None:
    assert set(NAMES) == set.union(*OF_LADDER.values())


def test_a_letter_has_a_subject_a_salutation_and_no_closing_of_its_own(
    written: Correspondence,
) -> None:
    for one in written.all():
        subject, (salutation, *_) = parse(one.body)
        assert one.body.startswith("# ")
        assert PLAIN["school"] in subject or one.letter.template == "acknowledgement_of_response"
        assert isinstance(salutation, Paragraph)
        assert re.fullmatch(r"Dear .+,", plain(salutation.runs))
        assert "sincerely" not in one.text


@pytest.mark.parametrize("walk", WALKS)
def test_values_stand_between_the_marks_and_change_nothing_else(
    written: Correspondence, walk: str
) -> None:
    pairs = list(zip(written.letters[walk], written.hostile[walk], strict=True))
    assert pairs
    for usual, hostile in pairs:
        assert hostile.skeleton == usual.skeleton
        literals = LITERAL.findall(hostile.body)
        assert HOSTILE["school"] in literals
        for value, instead in zip(HOSTILE.values(), PLAIN.values(), strict=True):
            assert literals.count(value) == LITERAL.findall(usual.body).count(instead)
            assert instead not in hostile.body


def test_no_letter_has_a_gap_where_a_value_should_stand(written: Correspondence) -> None:
    for one in written.all():
        assert "" not in LITERAL.findall(one.body), one.letter.template


def test_no_letter_prints_a_reason_that_officers_record_for_each_other(
    written: Correspondence,
) -> None:
    """Every reason on these walks is the same one; what the school is told is other words."""
    for values, walks in ((PLAIN, written.letters), (HOSTILE, written.hostile)):
        for letters in walks.values():
            for one in letters:
                assert values["reason"] not in one.body, one.letter.template
                assert "Between officers" not in one.text, one.letter.template


# The templates themselves


def keys(value: Any) -> set[str]:
    """Every key at any depth."""
    if isinstance(value, Mapping):
        return set(value) | {key for part in value.values() for key in keys(part)}
    if isinstance(value, list):
        return {key for part in value for key in keys(part)}
    return set()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_names_only_what_it_is_given(written: Correspondence, name: str) -> None:
    given = written.contexts[name]
    for context in given:
        assert meta.find_undeclared_variables(tree(name)) <= set(context)
    known = set.union(*(keys(context) for context in given)) | {"first"}
    assert {part.attr for part in tree(name).find_all(nodes.Getattr)} <= known


def test_nothing_is_given_that_no_letter_says(written: Correspondence) -> None:
    named = {part.name for name in NAMES for part in tree(name).find_all(nodes.Name)}
    named |= {part.attr for name in NAMES for part in tree(name).find_all(nodes.Getattr)}
    given = {key for contexts in written.contexts.values() for one in contexts for key in keys(one)}
    assert given <= named


@pytest.mark.parametrize("name", [*NAMES, *IN_BULK])
def test_templates_have_loops_and_conditions_alone(name: str) -> None:
    allowed = (
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.Getattr,
        nodes.For,
        nodes.If,
        nodes.Compare,
        nodes.Operand,
        nodes.Const,
    )
    used = {type(node) for node in tree(name).find_all(nodes.Node)}
    assert used <= set(allowed)


# The words


def test_the_word_lists_find_what_they_are_for() -> None:
    for word in ("organized", "behavior", "analyze", "program", "fulfill", "judgment"):
        assert AMERICAN.search(word), word
    for word in ("organised", "programme", "behaviour", "size of the class", "fulfil"):
        found = AMERICAN.search(word)
        assert found is None or found[0] == "size", word
    assert FORBIDDEN.search("the Ticket")
    assert ONLY_MAINTAINED.search("sections 63 to 66")


@pytest.mark.parametrize("name", NAMES)
def test_the_words_are_british_plain_and_our_own(written: Correspondence, name: str) -> None:
    letters = [one for one in written.all() if one.letter.template == name]
    assert letters
    source = (FOLDER / f"{name}.md.j2").read_text(encoding="utf-8")
    for text in (source, *(one.text for one in letters)):
        assert AMERICAN.findall(text) == []
        assert FORBIDDEN.findall(text) == []


def test_only_a_letter_on_that_road_speaks_of_special_measures(written: Correspondence) -> None:
    speak = {
        walk for walk, every in written.letters.items() for one in every if "special" in one.text
    }
    assert speak == {"in a category"}


def test_templates_have_typographic_quotes_and_no_double_spaces(written: Correspondence) -> None:
    for one in written.all():
        assert "'" not in one.skeleton
        assert '"' not in one.skeleton
        assert re.search(r"\S  +\S|\n\n\n| [,.;:]|⟦⟧⟦⟧", one.skeleton) is None, one.skeleton


@pytest.mark.parametrize("walk", ["academy", "not engaging"])
def test_no_letter_to_an_academy_speaks_of_the_powers_over_maintained_schools(
    written: Correspondence, walk: str
) -> None:
    for one in written.letters[walk]:
        assert ONLY_MAINTAINED.findall(one.text) == []


# What each must say


# What a letter of a school’s own record asks, and whose opinion it tells, its officer writes.
ASKS = set(NAMES) - {
    "acknowledgement_of_response",
    "school_letter",
    "shared_letter",
    "final_report",
}


def test_every_letter_says_why_it_is_written_and_what_it_asks(written: Correspondence) -> None:
    for one in written.all():
        assert "I am writing" in one.text
        asks = [heading for heading in one.headings() if heading.startswith("What we ask")]
        if one.letter.template == "warning_notice":
            asks = ["The action required"]
        assert len(asks) == (one.letter.template in ASKS), one.headings()


def test_a_letter_says_by_when_as_it_is_printed(written: Correspondence) -> None:
    by_head = by_date = 0
    for one in written.all():
        at_the_head = "at the head of this letter" in one.text
        if one.letter.respond_by is None:
            assert not at_the_head
        elif at_the_head:
            by_head += 1
        else:
            assert f"by {long_date(one.letter.respond_by)}" in one.text
            by_date += 1
    assert (by_head, by_date) == (11, 6)


@pytest.mark.parametrize(("walk", "key"), [("maintained", "maintained"), ("academy", "academy")])
def test_the_letter_to_the_governing_body_lists_exactly_the_steps_that_follow(
    written: Correspondence, policy: Policy, walk: str, key: str
) -> None:
    [one] = written.of(walk, "formal_governing_body")
    lists = [block for block in parse(one.body)[1] if isinstance(block, ListBlock)]
    steps = [
        plain(item[0].runs)
        for block in lists
        for item in block.items
        if isinstance(item[0], Paragraph) and item[0].runs[0].bold
    ]
    following = policy.ladder(key).following("formal_governing_body")
    assert len(steps) == len(following) >= 2
    for said, rule in zip(steps, following, strict=True):
        assert said.startswith(f"Step {rule.number}: {rule.title}")
        condition = ", if the headteacher’s performance is in question."
        assert (condition in said) == (rule.only_if == "head_performance_in_question")
        assert re.search(r"\. (The|A|One|We) .{40,}\.$", said), "says what the step is"


def test_the_warning_notice_has_the_four_parts_and_names_the_act(written: Correspondence) -> None:
    [one] = written.of("maintained", "warning_notice")
    wanted = [
        "The matters on which this notice is based",
        "The action required",
        "The compliance period",
        "The action the authority is minded to take",
    ]
    assert [heading for heading in one.headings() if heading in wanted] == wanted
    assert "section 60 of the Education and Inspections Act 2006" in one.text
    assert "Copies are sent at the same time" in one.text


UNDER = {
    "proposed_powers": ["section 60(1)(d)"],
    "consultation": ["section 63(2)", "section 65(2)"],
    "notification_to_secretary_of_state": ["section 70A(1)"],
    "request_for_consent": ["section 65(1)"],
    "notice_of_arrangements": ["section 63(1)"],
    "appointment_of_governors": ["section 64(1)"],
    "notice_of_board": ["section 65(1)"],
    "suspension_of_budget": ["section 66(1)"],
    "budget_review_decision": ["section 66(1)"],
    "end_of_board": ["paragraph 17(1) of Schedule 6"],
}


@pytest.mark.parametrize("template", UNDER)
def test_a_statutory_letter_names_the_act_and_its_section(
    written: Correspondence, template: str
) -> None:
    letters = written.of("maintained", template)
    for one in letters:
        assert "Education and Inspections Act 2006" in one.text
    for section in UNDER[template]:
        assert any(section in one.text for one in letters), section


def test_the_consulted_are_asked_by_a_day_and_everybody_who_must_be(
    written: Correspondence, policy: Policy
) -> None:
    letters = written.of("maintained", "consultation")
    asked = [
        (one.letter.to_role, re.findall(r"section (6\d)\(2\)", one.text)[0]) for one in letters
    ]
    consulted = ("chair_of_governors", "diocese")
    assert asked == [(role, section) for section in ("63", "65") for role in consulted]
    for one in letters:
        days = policy.statutory.consultation_working_days
        assert one.letter.dated is not None
        by = long_date(add_working_days(one.letter.dated, days))
        assert f"Please write to us by {by}, and tell us" in one.text


def test_a_notice_of_use_says_who_was_consulted_and_when_the_secretary_of_state_was_told(
    written: Correspondence,
) -> None:
    for template in ("notice_of_arrangements", "notice_of_board"):
        [one] = written.of("maintained", template)
        assert one.text.count("Consulted on ") == 2
        assert "the governing body" in one.text
        assert "the diocesan authority" in one.text
    for template in ("notice_of_arrangements", "appointment_of_governors", "suspension_of_budget"):
        [one] = written.of("maintained", template)
        assert re.search(r"notified the Secretary of State .* on \d+ \w+ 2027", one.text)
        assert "two months following the end of the compliance period" in one.text
    [board] = written.of("maintained", "notice_of_board")
    assert "consent of the Secretary of State, which it received on" in board.text
    assert "two months" not in board.text


def test_a_review_that_ends_a_suspension_says_so_and_one_that_does_not_names_the_next(
    written: Correspondence,
) -> None:
    going_on, ended = written.of("maintained", "budget_review_decision")
    assert "The suspension stays in force." in going_on.text
    assert re.search(r"The next review is due by 31 March 20\d\d", going_on.text)
    assert "It is revoked with effect from the date of this letter." in ended.text
    assert "next review" not in ended.text
    for one in (going_on, ended):
        assert "the headteacher" in one.text
        assert PLAIN["prose"] in one.text


def test_a_letter_tells_what_happened_with_days_and_outcomes(written: Correspondence) -> None:
    [one] = written.of("maintained", "warning_notice")
    told = [
        plain(item[0].runs)
        for item in next(
            block for block in parse(one.body)[1] if isinstance(block, ListBlock)
        ).items
        if isinstance(item[0], Paragraph)
    ]
    unsettled = "We judged that the response did not settle the concern."
    silent = "We received no response by the date that we had given."
    assert told == [
        f"Informal discussion with the headteacher, 23 November 2026. {unsettled}",
        f"Informal discussion with the governing body, 26 November 2026. {unsettled}",
        f"Formal letter to the headteacher, 29 November 2026. {silent}",
        f"Formal letter to the governing body, 24 January 2027. {unsettled}",
        "Meetings with the chair and the headteacher, 27 January 2027 and 28 January 2027. "
        + unsettled,
    ]
    [closing] = written.of("academy", "resolution")
    assert closing.text.count(silent) == 5
    [first] = written.of("not engaging", "formal_headteacher")
    assert "No such discussion has been held." in first.text


def test_facts_and_opinions_are_kept_apart(written: Correspondence) -> None:
    for one in written.all():
        if one.letter.template in (
            "acknowledgement_of_response",
            "record_of_meetings",
            "school_letter",
            "shared_letter",
        ):
            continue
        assert re.search(r"our assessment|the assessment of|our note", one.text, re.IGNORECASE)
