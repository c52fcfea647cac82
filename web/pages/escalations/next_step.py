"""What is to be done next on an escalation: the first thing that its page says.

It follows from the rules (`models.policy.ladder`) and from what waits; it offers only what would
not be refused to this officer.
"""

from models.escalations.tables import Action, Status, StepState
from models.policy.wording import role_words
from web.pages.escalations.situation import NextStep, Situation
from web.pages.statutory.next_in_law import next_in_law
from web.pages.wording import lower_first
from web.rendering import date_long

CLOSED = (Status.RESOLVED, Status.WITHDRAWN, Status.ENDED)
UNSETTLED = ("failed", "unknown")


def what_next(now: Situation) -> NextStep:
    """The first of these that applies: a delivery, a decision, the step in hand."""
    escalation = now.case.escalation
    if escalation.status in CLOSED:
        closed = f" on {date_long(escalation.closed_on)}" if escalation.closed_on else ""
        return NextStep(
            "Nothing more to do", f"The escalation was {escalation.status.value}{closed}."
        )
    step = _delivery(now) or _decision(now)
    if step is None:
        paused = escalation.status is Status.PAUSED
        step = _paused(now) if paused else next_in_law(now) or _at_step(now)
    if not now.caseworker and not (step.href or "").startswith("/proposals/"):
        return NextStep(step.title, step.why)
    return step


def _delivery(now: Situation) -> NextStep | None:
    for letter in now.letters:
        for delivery in letter.deliveries:
            if delivery.state in UNSETTLED:
                return NextStep(
                    f"Decide what became of the letter to {delivery.to_name}",
                    "The mail server refused it."
                    if delivery.state == "failed"
                    else "It is not known whether it arrived. It is not sent again by itself.",
                    f"/messages/{delivery.id}",
                    "Look at the delivery",
                )
    return None


def _decision(now: Situation) -> NextStep | None:
    for each in now.awaiting:
        found = each.shown
        if found.id in now.mine:
            return NextStep(
                f"Decide whether to {lower_first(each.title)}",
                f"{found.proposed_by_name} proposed it on {date_long(found.proposed_at)}.",
                f"/proposals/{found.id}",
                "Read and decide",
            )
    for each in now.awaiting:
        found = each.shown
        if found.action is not Action.LETTER and found.waits_for is not None:
            return NextStep(
                f"Wait for the decision whether to {lower_first(each.title)}",
                f"It waits for: {found.waits_for.label}.",
                f"/proposals/{found.id}",
                "Read the proposal",
            )
    return None


def _paused(now: Situation) -> NextStep:
    return NextStep(
        "Resume the escalation when the reason for the pause has gone",
        "Deadlines and reminders stand still until then.",
        f"{now.address}/propose/resume",
        "Propose to resume",
        now.other_changes,
    )


def _at_step(now: Situation) -> NextStep:
    state = now.case.step.state
    if state is StepState.APPROVED:
        return _carry_out(now)
    if state is StepState.AWAITING_RESPONSE:
        return _await_response(now)
    if state is StepState.SATISFACTORY:
        return NextStep(
            "Propose to resolve the concern",
            f"The response at step {now.case.rule.number} was judged satisfactory.",
            f"{now.address}/propose/resolve",
            "Propose to resolve",
            now.other_changes,
        )
    return _go_on(now)


def _carry_out(now: Situation) -> NextStep:
    rule = now.case.rule
    if rule.formal:
        return NextStep(
            "Nothing for now: the letter is on its way",
            f"Step {rule.number} is approved. Its letter is issued within a minute or two, and "
            "its deadline runs from its date.",
        )
    met = {name for held in now.discussions if held.step == rule.key for name in held.with_whom}
    people = [name for name in rule.with_ if name not in met] or list(rule.with_)
    what = "meeting" if rule.kind == "meetings" else "discussion"
    return NextStep(
        f"Hold the {what} with the {role_words(people[0])}, then record it",
        f"Step {rule.number} is approved. Once it is carried out, the school has "
        f"{rule.response_working_days} working days to respond.",
        f"{now.address}/discussions/new",
        f"Record the {what}",
        now.other_changes,
    )


def _await_response(now: Situation) -> NextStep:
    due = now.case.deadline
    by = f" by {date_long(due.due_on)}" if due else ""
    for given in now.responses:
        if given.judgement is None and given.step == now.case.rule.key:
            return NextStep(
                "Judge the response",
                f"A response was received on {date_long(given.received_on)}.",
                f"/responses/{given.id}/judgement",
                "Judge the response",
            )
    record = {"text": "Record a response", "href": f"{now.address}/responses/new"}
    if now.at.overdue:
        return NextStep(
            "Decide how to go on: no response has come",
            f"It was due{by}. Record it if it came, propose the next step, or propose a later "
            "date.",
            f"{now.address}/propose",
            "Propose a change",
            [record],
        )
    return NextStep(
        "Record the response when it comes",
        f"The school is to respond{by}. You are reminded before that.",
        record["href"],
        record["text"],
        now.other_changes,
    )


def _go_on(now: Situation) -> NextStep:
    rule, onward = now.case.rule, (Action.ADVANCE, Action.PASS_OVER)
    options = [offer for offer in now.offers if offer.action in onward]
    why = f"Step {rule.number} has run its course: {_outcome(now.case.step.state)}."
    if len(options) == 1:
        [offer] = options
        notice = offer.gives_notice
        return NextStep(
            "Give a warning notice" if notice else f"Propose to {lower_first(offer.title)}",
            why,
            offer.address(now.address),
            "Give a warning notice" if notice else "Propose it",
            now.other_changes,
        )
    if options:
        title = f"Decide whether step {options[0].rule.number} is needed"
    else:
        title = "Decide how the escalation is to end"
        why += " It is the last step of this ladder."
    return NextStep(title, why, f"{now.address}/propose", "Propose a change")


def _outcome(state: StepState) -> str:
    return {
        StepState.UNSATISFACTORY: "the response was judged unsatisfactory",
        StepState.NO_RESPONSE: "no response came",
        StepState.PASSED_OVER: "it was passed over",
    }.get(state, state.value.replace("_", " "))
