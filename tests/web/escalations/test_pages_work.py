"""Working with the pages: starting, recording, proposing, deciding, letters, schools."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import select

from models.approvals.tables import Proposal
from models.database import read
from models.escalations.tables import Discussion, Escalation
from models.letters.tables import LetterVersion
from models.matters.tables import Matter
from models.people import credentials
from models.policy import Policy
from models.schools.tables import Contact
from notifications.issuing import issue_letters
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.visitors import Page, Visitors

TODAY = NOW.date()


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def count(engine: Engine, table: type) -> int:
    """How many rows a table has."""
    with read(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


# Starting ----------------------------------------------------------------------------------


def check_answers(visitors: Visitors, who: str) -> Page:
    """The page before the start of an escalation for Ashfield."""
    found = getattr(visitors, who).get("/escalations/new", query="ashfield")
    form = found.follow("Ashfield Primary School")
    return form.submit(
        triggers=["safety", "finance"],
        summary="First line.\nSecond line.",
        case_officer="seo@fernshire.example",
    )


def test_a_head_of_service_starts_an_escalation(visitors: Visitors) -> None:
    check = check_answers(visitors, "hos")
    assert check.heading == "Check your answers"
    assert "The safety and well-being of pupils" in check.text
    assert count(visitors.engine, Escalation) == 0
    done = check.submit()
    assert done.path == "/escalations/ESC-2026-0001"
    assert "The escalation has started" in done.text
    assert "The escalation has started" not in visitors.hos.get(done.path).text
    with read(visitors.engine) as session:
        started = session.exec(select(Escalation)).one()
        matter = session.exec(select(Matter)).one()
    assert started.summary == "First line.\nSecond line."
    assert started.triggers == ["safety", "finance"]
    assert matter.officer_id == visitors.council.seo.id


def test_sending_it_twice_starts_it_once(visitors: Visitors) -> None:
    check = check_answers(visitors, "hos")
    check.submit()
    again = check.submit(409)
    assert "Ashfield Primary School already has an escalation: ESC-2026-0001" in again.text
    assert again.links["Go to ESC-2026-0001"] == "/escalations/ESC-2026-0001"
    assert count(visitors.engine, Escalation) == 1


def test_anybody_elses_start_waits_for_a_head_of_service(visitors: Visitors) -> None:
    done = check_answers(visitors, "seo").submit()
    assert "waiting for a Head of Service" in done.text
    waiting = visitors.hos.get("/proposals")
    decided = waiting.follow("Start the escalation").submit(decision="approve")
    assert "The proposal has been approved" in decided.text
    assert "Hold the discussion with the headteacher" in visitors.seo.get(done.path).next_step


def test_everything_wrong_with_a_start_is_told_at_once(visitors: Visitors) -> None:
    form = visitors.hos.get("/escalations/new/900001")
    page = form.submit(422, case_officer="", summary="x" * 20_001)
    assert page.title.startswith("Error: What is the concern?")
    assert page.errors == [
        ("Choose at least one trigger.", "#triggers"),
        ("Summary must be 20,000 characters or fewer. This is 20,001.", "#summary"),
        ("No officer who can hold a case has this e-mail address.", "#case_officer"),
    ]
    assert all(page.has(href.removeprefix("#")) for _, href in page.errors if href)
    assert "x" * 20_001 in page.text


def test_answers_can_be_changed_before_the_start(visitors: Visitors) -> None:
    check = check_answers(visitors, "hos")
    form = check.submit(send_to="/escalations/new/900001")
    assert form.heading == "What is the concern?"
    again = form.submit(summary="Other words.")
    assert "Other words." in again.text
    assert "Budget problems" in again.text


def test_a_school_that_cannot_be_escalated(visitors: Visitors) -> None:
    found = visitors.hos.get("/escalations/new", query="castle hill")
    assert "it cannot be escalated here" in found.text
    assert "Castle Hill School" not in found.links
    page = visitors.hos.get("/escalations/new/900004").submit(
        422, triggers="other", summary="x", case_officer="seo@fernshire.example"
    )
    assert "so it cannot be escalated here." in page.errors[0][0]
    assert page.errors[0][1] == "#urn"
    assert page.has("urn")


# Recording ---------------------------------------------------------------------------------


def test_a_discussion_is_recorded(visitors: Visitors, case: Case) -> None:
    case.started()
    form = visitors.seo.get(f"/escalations/{case.reference}/discussions/new")
    done = form.submit(held_on=TODAY, with_=["headteacher"], notes="We met.\nTwice.")
    assert "The discussion has been recorded" in done.text
    [held] = case.all(Discussion)
    assert (held.notes, held.with_whom) == ("We met.\nTwice.", ["headteacher"])
    shown = visitors.legal.get(f"/escalations/{case.reference}/discussions")
    assert "We met. Twice." in shown.text


def test_nothing_typed_is_told_in_full_and_what_was_typed_is_kept(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    form = visitors.seo.get(f"/escalations/{case.reference}/discussions/new")
    empty = form.submit(422)
    assert empty.errors == [
        ("Enter the date on which it was held", "#held_on-day"),
        ("Choose who took part", "#with"),
        ("Enter what was said", "#notes"),
    ]
    assert all(empty.has(href.removeprefix("#")) for _, href in empty.errors if href)
    some = form.submit(422, notes="Kept.", with_=["clerk"])
    assert "Kept." in some.text
    assert some.tree.xpath("//input[@value='clerk']/@checked")


DATES = [
    (("31", "2", "2026"), "The date must be a real date"),
    (("1", "1", "26"), "The date: year must have 4 numbers, like 2026"),
    (("", "11", "2026"), "The date must include a day"),
    (("", "", "2026"), "The date must include a day and a month"),
    (("one", "11", "2026"), "The date must be numbers, like 14 12 2026"),
    (("١", "11", "2026"), "The date must be numbers, like 14 12 2026"),
    (("1" * 5000, "11", "2026"), "The date must be a real date"),
    (("24", "11", "2026"), "The date must be today or in the past."),
    (("1", "1", "0000"), "The date must be a real date"),
    (("1", "1", "1026"), "Enter the year with four digits, such as 2026."),
]


def test_a_date_that_is_none_is_refused_and_shown_again(visitors: Visitors, case: Case) -> None:
    case.started()
    form = visitors.seo.get(f"/escalations/{case.reference}/discussions/new")
    for (day, month, year), message in DATES:
        typed = {"held_on-day": day, "held_on-month": month, "held_on-year": year}
        page = form.submit(422, notes="x", with_="headteacher", **typed)
        assert page.errors == [(message, "#held_on-day")]
        assert page.tree.xpath("//input[@id='held_on-day']/@value") == [day]
    assert case.all(Discussion) == []


def test_a_response_is_recorded_and_judged_later(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    form = visitors.seo.get(f"/escalations/{case.reference}/responses/new")
    assert "A response is due by 7 December 2026" in form.text
    done = form.submit(received_on=TODAY, summary="A plan.", judgement="later")
    assert done.next_step == "Judge the response"
    judge = done.follow("Judge the response")
    assert "A plan." in judge.text
    judged = judge.submit(judgement="satisfactory", reason="It is thorough.")
    assert "Your judgement has been recorded" in judged.text
    assert judged.next_step == "Propose to resolve the concern"
    judge.submit(409, judgement="unsatisfactory")


# Deciding ----------------------------------------------------------------------------------


def test_what_waits_is_counted_and_decided(visitors: Visitors, case: Case) -> None:
    case.started().fail_step()
    case.propose("advance", reason="Not enough.")
    page = visitors.hos.get("/proposals")
    assert page.tree.xpath("//nav//*[@class='scc-count']/text()") == ["3"]
    proposal = page.follow("Move to step ii: Informal discussion with the governing body")
    assert "Not enough." in proposal.text
    unreasoned = proposal.submit(422, decision="return")
    assert unreasoned.errors == [("Enter a reason", "#reason")]
    returned = proposal.submit(decision="return", reason="Say more.")
    assert "The proposal has been returned to its proposer" in returned.text
    late = proposal.submit(409, decision="approve")
    assert late.heading == "Already decided"
    shown = visitors.seo.get(proposal.path)
    assert "Returned Harriet Osborne" in shown.text
    assert "Say more." in shown.text


def test_nobody_decides_their_own_proposal(visitors: Visitors, case: Case) -> None:
    case.started()
    case.propose("pause", by="hos")
    [proposal] = case.awaiting
    page = visitors.hos.get(f"/proposals/{proposal.id}")
    assert "You made this proposal, so somebody else must decide it" in page.text
    assert not [form for form in page.tree.forms if form.xpath("ancestor::main")]
    visitors.hos.post(f"/proposals/{proposal.id}", 403, {"decision": "approve"})
    assert (
        "It is waiting for: Head of Service" in visitors.seo.get(f"/proposals/{proposal.id}").text
    )


def test_a_warning_notice_is_signed_off_and_then_approved(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    case.warn(approved=False)
    [address] = [f"/proposals/{p.id}" for p in case.awaiting if p.action == "advance"]
    assert "It is waiting for: Legal Services" in visitors.dcs.get(address).text
    signed = visitors.legal.get(address).submit(decision="approve")
    assert "You have signed off the proposal" in signed.text
    approved = visitors.dcs.get(address).submit(decision="approve")
    assert "The proposal has been approved" in approved.text


def test_the_letter_is_read_with_the_proposal(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    page = visitors.seo.get(f"/escalations/{case.reference}/propose/advance")
    assert "15 working days" not in page.text
    proposed = page.submit(reason="No plan.", respond_by=TODAY + timedelta(days=30))
    assert "Response asked for by 23 December 2026" in proposed.text
    assert "Formal letter to the headteacher about Ashfield Primary School" in proposed.text
    assert proposed.tree.xpath("//link/@href")[-1] == "/letters/style.css"
    style = visitors.seo.client.get("/letters/style.css")
    assert ".letter" in style.text
    assert style.headers["content-type"].startswith("text/css")


# Letters -----------------------------------------------------------------------------------


def test_a_draft_is_edited_and_every_version_kept(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    page = visitors.seo.get(f"/escalations/{case.reference}/letters")
    letter = page.follow("1. Note of the discussion")
    edit = letter.follow("Edit the draft")
    saved = edit.submit(body="# New subject\n\nDear ⟦Ms **Hart**⟧")
    assert "The new version of the letter has been saved" in saved.text
    assert "New subject" in saved.text
    assert "Ms **Hart**" in saved.text
    versions = case_versions(visitors, saved)
    assert versions[1] == "# New subject\n\nDear ⟦Ms **Hart**⟧"
    first = saved.follow("Version 1")
    assert "Note of our discussion" in first.text
    empty = edit.submit(422, body=" ")
    assert empty.errors == [("Enter the text of the letter", "#body")]
    emoji = edit.submit(422, body="# A 😀")
    assert "cannot be printed in a letter" in emoji.errors[0][0]
    assert "# A 😀" in emoji.text


def case_versions(visitors: Visitors, page: Page) -> list[str]:
    """The texts of the letter on this page."""
    letter = int(page.path.removeprefix("/letters/"))
    with read(visitors.engine) as session:
        kept = select(LetterVersion.body).where(LetterVersion.letter_id == letter)
        return list(session.exec(kept.order_by(LetterVersion.version)))


def test_an_issued_letter_is_the_frozen_file_and_cannot_be_edited(
    visitors: Visitors, case: Case, policy: Policy
) -> None:
    case.started().climb_to("formal_headteacher")
    issue_letters(visitors.engine, policy, visitors.now)
    page = visitors.legal.get(f"/escalations/{case.reference}/letters")
    [letter] = {href for words, href in page.links.items() if "Formal letter" in words}
    shown = visitors.legal.get(letter)
    assert "Issued on 23 November 2026" in shown.text
    assert "Edit the draft" not in shown.links
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!DOCTYPE"), ("txt", b"")):
        response = visitors.legal.client.get(f"{letter}.{kind}")
        assert response.status_code == 200
        assert response.content.startswith(start)
        assert f'.{kind}"' in response.headers["content-disposition"]
    visitors.seo.get(f"{letter}.exe", 404)
    assert "only while it is a draft" in visitors.seo.get(f"{letter}/edit", 409).text
    visitors.seo.post(f"{letter}/edit", 409, {"body": "# x"})


# Schools and accounts ----------------------------------------------------------------------


def test_schools_are_found(visitors: Visitors) -> None:
    page = visitors.viewer.get("/schools", query="fernshire learning")
    assert "Brookside Academy" in page.links
    assert "Ashfield Primary School" not in page.links
    assert "No schools match" in visitors.viewer.get("/schools", query="zzz").text
    assert visitors.viewer.get("/schools", kind="other").links.keys() >= {"Castle Hill School"}


def test_a_contact_is_changed(visitors: Visitors) -> None:
    school = visitors.admin.get("/schools/900001")
    form = school.follow("Change headteacher")
    typed = {"name": "Mrs Iris Hart", "email": "hart@ashfield", "address": "\n".join("abcdefgh")}
    wrong = form.submit(422, **typed)
    assert [href for _, href in wrong.errors] == ["#email"]
    typed["email"] = "hart@ashfield.example"
    long = form.submit(422, **typed)
    assert long.errors == [("An address has at most seven lines.", "#address")]
    done = form.submit(**{**typed, "address": "Ashfield Primary School\n\nFM1 1AA"})
    assert "The contact has been saved" in done.text
    assert "Mrs Iris Hart hart@ashfield.example Ashfield Primary School FM1 1AA" in done.text
    form.submit(422, name="")
    with read(visitors.engine) as session:
        kept = session.exec(select(Contact).where(Contact.name == "Mrs Iris Hart")).one()
    assert kept.address == ["Ashfield Primary School", "FM1 1AA"]
    assert "Change headteacher" not in visitors.viewer.get("/schools/900001").links
    visitors.viewer.get("/schools/900001/contacts/headteacher", 403)
    visitors.viewer.post("/schools/900001/contacts/headteacher", 403, {"name": "x"})
    visitors.seo.get("/schools/900001/contacts/caretaker", 404)


def test_whoever_writes_is_told_that_it_may_be_published(visitors: Visitors, case: Case) -> None:
    case.started()
    told = "may be published under the Freedom of Information Act"
    foot = visitors.seo.get("/dashboard").tree.xpath("string(//footer)")
    assert told in foot
    for address in (
        "/schools/900001/visits/new",
        "/schools/900001/reports/new",
        f"/escalations/{case.reference}/discussions/new",
    ):
        assert told in visitors.seo.get(address).text


def test_a_missing_address_is_named_when_a_letter_needs_it(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    form = visitors.seo.get("/schools/900001/contacts/headteacher")
    form.submit(email="")
    propose = visitors.seo.get(f"/escalations/{case.reference}/propose/advance")
    before = count(visitors.engine, Proposal)
    refused = propose.submit(409, reason="Now.")
    assert "has no e-mail address for its headteacher" in refused.text
    assert count(visitors.engine, Proposal) == before


def test_a_personal_code_is_told_once(visitors: Visitors) -> None:
    page = visitors.hos.get("/account")
    assert "Harriet Osborne" in page.text
    told = page.submit(at="/account/code")
    [code] = told.tree.xpath("//main//strong/text()")
    with read(visitors.engine) as session:
        assert credentials.officer_by_code(session, code).email == "hos@fernshire.example"
    assert code not in visitors.hos.get("/account").response.text
    assert visitors.hos.get("/account/code").path == "/account"


def test_the_accessibility_statement_is_for_everybody(visitors: Visitors) -> None:
    assert "Accessibility statement" in visitors.stranger().get("/accessibility").text
    assert date(2026, 11, 23) == TODAY
