"""Steps, roles and letters in words."""

from models.policy import Procedure, StepRule


def find_rule(procedure: Procedure, ladder: str, key: str) -> StepRule:
    """The step with this key: on the ladder of the case, else on the other, where it came from.

    Raises KeyError where neither has it.
    """
    on = procedure.ladder(ladder)
    if key in on:
        return on.step(key)
    other = next((each for each in procedure.ladders.values() if key in each), on)
    return other.step(key)


def step_words(rule: StepRule) -> str:
    """A step as people name it: "step iii (formal letter to the headteacher)"."""
    return f"step {rule.number} ({inside(rule.title)})"


def inside(title: str) -> str:
    """A title as it stands inside a sentence."""
    return title[:1].lower() + title[1:]


def role_words(role: str) -> str:
    """A role at the school or a national body in words: "chair of governors"."""
    if role in NATIONAL_WORDS:
        return NATIONAL_WORDS[role]
    return role.replace("_", " ")


def the_role(role: str) -> str:
    """The same inside a sentence: "the chair of governors", "Ofsted"."""
    words = role_words(role)
    return words if role == "ofsted" else f"the {words}"


NATIONAL_WORDS = {"secretary_of_state": "Secretary of State", "ofsted": "Ofsted"}
