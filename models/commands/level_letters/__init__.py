"""Letters about risk levels as a batch: drafted, looked at, approved or withdrawn, issued.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: a letter to the leaders
and the chair of governors of every school early each September, and after every change.
"""

from models.commands.level_letters.already_left import Left, approved_so_far, left_before
from models.commands.level_letters.approving import (
    approve,
    go_on,
    is_unseen,
    look_at,
    own_batch,
    prepare_again,
    unseen,
    withdraw,
)
from models.commands.level_letters.batches import find_batch, job_of
from models.commands.level_letters.deliveries import UNSETTLED, find_delivery, settle, tell_approver
from models.commands.level_letters.drafting import (
    ROLES,
    concerns,
    draft_chunk,
    draw,
    finish_drafting,
)
from models.commands.level_letters.issuing import Frozen, finish_issuing, freeze
from models.commands.level_letters.opening import (
    annual_waiting,
    changes_waiting,
    open_batch,
    open_changes,
    open_due_batches,
)

__all__ = [
    "ROLES",
    "UNSETTLED",
    "Frozen",
    "Left",
    "annual_waiting",
    "approve",
    "approved_so_far",
    "changes_waiting",
    "concerns",
    "draft_chunk",
    "draw",
    "find_batch",
    "find_delivery",
    "finish_drafting",
    "finish_issuing",
    "freeze",
    "go_on",
    "is_unseen",
    "job_of",
    "left_before",
    "look_at",
    "open_batch",
    "open_changes",
    "open_due_batches",
    "own_batch",
    "prepare_again",
    "settle",
    "tell_approver",
    "unseen",
    "withdraw",
]
