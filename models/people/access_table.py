"""Who may do what on which case, as a page.

`python -m models.people.access_table` writes it to docs/roles.md; the tests compare
the two and ask every address of the service for every role.
"""

from pathlib import Path

from models.people.access import NOT_THEIRS, RULES, Act, Sight
from models.people.tables import Role

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
SHORT = {
    Role.OFFICER: "Officer",
    Role.SERVICE_MANAGER: "Service Manager",
    Role.HEAD_OF_SERVICE: "Head of Service",
    Role.ASSISTANT_DIRECTOR: "Assistant Director",
    Role.DIRECTOR: "Director",
    Role.LEGAL: "Legal",
    Role.VIEWER: "Viewer",
    Role.ADMINISTRATOR: "Administrator",
    Role.CONSULTANT: "Consultant",
}
_INTRODUCTION = """\
# Who may do what on which case

Written by `python -m models.people.access_table` from the one table in `models/people/access.py`,
which every command asks; so pages, the JSON API, Prefect’s forms and the command line give the same
answer. Every address of pages and API names its line here (`web/rules.py`), and with one that does
not the application does not start.

What a role may not do is refused (403) before anything is looked up. A case that somebody may not
see is answered as if it were not there (404), in the same words.

## What each role may do
"""
_CASES = """
## Which cases each role sees

- **Officer, Head of Service, Assistant Director, Legal**: every case that is not restricted, whole.
- **Service Manager**: the same, of the schools of their phase; without a phase, of every school.
- **Director**: every case, restricted or not. The Director answers for all of them (Children Act
  2004, section 18), so that no case is ever without anybody.
- **Viewer, Administrator**: the outline of every case that is not restricted: school, ladder,
  steps, dates and case officer; no triggers, summary, letters, discussions, evidence or record.

- **Consultant**: no case at all, and nothing of one. They see the schools to which they are
  assigned by name today: their pages, support programme and visits, and record visits there in
  their own name. Any other school is answered as if it were not there, in every list, search,
  count, file and call (`models/schools/sight.py`); after their last day at a school it is so too.

**Evaluations that were presented** (each month to senior members of the service and the lead
elected member, each term to the Challenge Board) are what viewers read of the support programme.
Left out for them, by the function that reads and not by the page: drafts; notes, what a school says
and who wrote it; and every school about which anything is restricted.

A **restricted** case is seen by its case officer, by the officers named on it (whoever restricted
it is one of them) and by the Director. To everybody else it is in no list, search, count, feed,
e-mail or error, and Prefect shows nothing of it: its proposals are decided on our own pages.
Whoever opens it is on record. Who does not see a case can change its school’s contacts like any
school’s: the case’s letters go on to the contact before until somebody who works on the case
confirms the new one ([letters](letters.md)). A case is not restricted, and nothing is proposed on a
restricted one, so that nobody named could decide what waits.

The case officer of a case sees it whatever its phase.

So it is with a school’s own record, where letters, deadlines and files stand that belong to no
escalation: whoever looks after it is to it what the case officer is to a case. Viewers and
administrators do not see it. A restricted one is answered to everybody else as if the school had
none yet; whoever then adds to it is told to ask the Director.

{phases}

## Who decides a proposal

The policy says which role decides each step ([the ladders](ladders.md)). Any officer in the role
can, so a case is not stranded when one of them leaves; the state of the system on the
administrator’s page names a role in which nobody is left.

**Two people means two.** Nobody decides what they proposed, nor two stages of one proposal. Nobody
approves a letter whose current version they wrote, nor one that goes to an address which they
changed after it was proposed; they may return it. Nobody approves a batch of letters about levels
that they began, unless the policy says that one officer is enough. What stays with one person: a
Head of Service who starts an escalation thereby approves its first step, and may be its case
officer, for the policy makes the Head of Service the one who starts.

**What is approved is what was seen.** An approval carries the mark (`seen`) of what its approver
was shown: the proposal, its letters’ versions, the addresses to which they would go, and what lets
them go there. Is any of them another by then, the approval is refused and the approver reads again,
at the pages, the API and Prefect’s form alike.

**Sharing information.** What goes to somebody whom neither the law nor a standing decision of the
policy names needs a [sharing decision](sharing.md), which a designated officer authorises who did
not ask for it.

**Cover for absence.** An approver can let a colleague decide for them between two days, at most
six months. The decision is on record in both names, and letters are signed “for” the absent
approver. Cover does not reach what the absent colleague proposed or decided themselves, gives no
sight of restricted cases, cannot be passed on, and ends when the absent colleague leaves.
"""


def page() -> str:
    """The whole page, in Markdown."""
    head = "| | " + " | ".join(SHORT.values()) + " |"
    rule = "|---|" + ":-:|" * len(SHORT)
    lines = [head, rule, *(_line(act) for act in Act)]
    return _INTRODUCTION + "\n" + "\n".join(lines) + "\n" + _CASES.format(phases=_phases())


def _line(act: Act) -> str:
    marks = ("yes" if role in RULES[act] else "" for role in SHORT)
    words = act.value[:1].upper() + act.value[1:]
    return f"| {words} | " + " | ".join(marks) + " |"


def _phases() -> str:
    """Which phases are not a Service Manager's."""
    others = {Sight.PRIMARY: "primary", Sight.SECONDARY: "secondary"}
    lines = [
        f"A Service Manager for {name} schools does not see those of the phases "
        f"{', '.join(NOT_THEIRS[sight])}."
        for sight, name in others.items()
    ]
    return (
        " ".join(lines)
        + " Schools of all ages, special schools and pupil referral units "
        + ("belong to both.")
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
