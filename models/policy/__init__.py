"""A council's policy as data: its ladders, approvers, timings and letters."""

from models.policy.council import Body
from models.policy.files import PolicyError
from models.policy.loader import load_policy
from models.policy.whole import Approvable, Ladder, Policy, Procedure, StepRule

__all__ = [
    "Approvable",
    "Body",
    "Ladder",
    "Policy",
    "PolicyError",
    "Procedure",
    "StepRule",
    "load_policy",
]
