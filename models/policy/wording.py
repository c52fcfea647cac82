"""Steps, roles and letters in words."""

from models.policy import Policy, StepRule


def find_rule(policy: Policy, key: str) -> StepRule:
    """The step with this key, on whichever ladder: what both share is called the same on both."""
    ladder = next(ladder for ladder in policy.ladders.values() if key in ladder)
    return ladder.step(key)


def step_words(policy: Policy, key: str) -> str:
    """A step as people name it: "step iii (formal letter to the headteacher)"."""
    rule = find_rule(policy, key)
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
