"""Policies of a council's own, and how one is made out of that which comes with the product."""

import shutil
from pathlib import Path

from models.policy import Policy, load_policy
from models.settings import DEFAULT_POLICY

POLICY = load_policy(DEFAULT_POLICY)
ADDED = """\
[[steps]]
key = "action_plan"
number = "iva"
title = "Formal request for an action plan"
kind = "letter"
to = "chair_of_governors"
copies = ["headteacher"]
letter = "formal_governing_body"
approvers = ["assistant_director"]
response_working_days = 7

"""
_BEFORE = '[[steps]]\nkey = "performance_meetings"'
# A later policy: one step more, other timings, another approver, another name.
LONGER = (
    ("maintained.toml", _BEFORE, ADDED + _BEFORE),
    ("maintained.toml", "response_working_days = 15", "response_working_days = 4"),
    ("maintained.toml", "Formal letter to the governing body", "Letter to all governors"),
    ("policy.toml", 'edition = "2026"', 'edition = "2027"'),
    ("policy.toml", 'pause = ["head_of_service"]', 'pause = ["director"]'),
    ("policy.toml", "every_working_days_after = 5", "every_working_days_after = 2"),
    ("policy.toml", 'overdue_also_to = ["head_of_service"]', 'overdue_also_to = ["director"]'),
    ("policy.toml", 'telephone = "01632 960 001"', 'telephone = "01632 960 999"'),
    ("policy.toml", 'email = "concerns@ofsted.example"', 'email = "new@ofsted.example"'),
)


def council_policy(folder: Path, *changes: tuple[str, str, str]) -> Policy:
    """The policy that comes with the product, with texts of its files replaced, in a new folder."""
    shutil.copytree(DEFAULT_POLICY, folder)
    for file, before, after in changes:
        path = folder / file
        content = path.read_text("utf-8")
        assert before in content
        path.write_text(content.replace(before, after), "utf-8")
    return load_policy(folder)
