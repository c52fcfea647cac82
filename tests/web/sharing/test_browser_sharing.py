"""In a real browser: six questions, whoever authorises, the letter that leaves, withdrawal."""

from datetime import date

from sqlmodel import col, select

from models.database import read
from models.outbox import Message, MessageKind
from tests.support.cases import Case
from tests.support.walk import Served, Walk, pictured

DAY = date(2026, 11, 23)


def test_a_letter_leaves_on_a_decision_and_none_after_its_withdrawal(
    served: Served, walk: Walk
) -> None:
    case = Case(served.engine, served.policy, served.council).started()
    here = f"/escalations/{case.reference}/sharing"
    walk.sign_in("seo")
    walk.go(here)
    walk.follow("Decide whether to share")
    walk.press("Save the answers")
    walk.sees("Choose what is shared", "Enter the date of the review")
    pictured(walk, "sharing-form-wrong")
    answer_all(walk)
    pictured(walk, "sharing-form")
    walk.press("Save the answers")
    walk.sees("Your answers have been recorded", "Waits for authorisation")
    pictured(walk, "sharing-proposed")
    walk.follow("Write a letter")
    walk.type("Subject", "The playground")
    walk.type("What the letter says", "This is what we know.")
    walk.type("Why are you sending it?", "The police asked.")
    pictured(walk, "sharing-letter")
    walk.press("Draft the letter")
    walk.sees("nothing lets it go there")
    pictured(walk, "sharing-letter-proposal")
    letter = walk.page.url.removeprefix(served.address)
    walk.sign_in("hos")
    approve(walk, letter)
    walk.sees("Nothing lets this go to Fernshire Police")
    walk.go(here)
    walk.follow("Fernshire Police")
    walk.follow("The proposal to authorise it")
    walk.sees("A parent told us in confidence.")
    pictured(walk, "sharing-authorise")
    approve(walk, walk.page.url.removeprefix(served.address))
    walk.sees("The proposal has been approved")
    approve(walk, letter)
    walk.sees("The proposal has been approved")
    served.issue()
    assert sent_to(served, "desk@police.example") == ["sent"]
    walk.go(here)
    pictured(walk, "sharing-list")
    walk.follow("Fernshire Police")
    walk.sees("Letter that shares information", "to the police: Sent")
    pictured(walk, "sharing-decision")
    walk.follow("Withdraw it")
    walk.sees("cannot be called back")
    walk.type("Why does it hold no more?", "It was a mistake.")
    pictured(walk, "sharing-withdraw")
    walk.press("Withdraw the decision")
    walk.sees("Nothing leaves on this decision any more", "cannot be called back")
    pictured(walk, "sharing-withdrawn")
    walk.go("/standing-decisions")
    pictured(walk, "sharing-standing")


def answer_all(walk: Walk) -> None:
    """Every answer, from what is shared to the day of the review."""
    walk.choose("Letters")
    walk.type("Which information?", "What we were told about the playground.")
    first = walk.page.get_by_role("group", name="Recipient 1", exact=True)
    first.get_by_label("Who is it?").select_option(label="The police")
    first.get_by_label("Name").fill("Fernshire Police")
    first.get_by_label("E-mail address").fill("desk@police.example")
    walk.type("What is it for?", "The police look into what happened.")
    walk.type("How did you weigh", "The children are safer if the police know.")
    walk.choose("Yes")
    walk.type("If it is, why?", "A parent told us in confidence.")
    walk.choose("Consent was given")
    walk.type("Whose consent", "The parent agreed on the telephone.")
    walk.type("Why only that", "Nothing of other families is in it.")
    walk.type("How and when is it shared", "Today, by e-mail to the desk.")
    walk.type_day("As of which day", DAY)
    walk.type("Who was told from the outset", "The parent and the headteacher.")
    walk.type_day("When were they told?", DAY)
    walk.type_day("When is this decision looked at again?", date(2027, 1, 22))


def approve(walk: Walk, proposal: str) -> None:
    """Approve what a proposal asks for."""
    walk.go(proposal)
    walk.choose("Approve")
    walk.press("Confirm the decision")


def sent_to(served: Served, email: str) -> list[str]:
    """What became of the letters to this address."""
    with read(served.engine) as session:
        letters = select(Message).where(Message.kind == MessageKind.LETTER)
        every = session.exec(letters.order_by(col(Message.id))).all()
        return [each.state.value for each in every if each.to_email == email]
