"""The warning notice of section 60: giving it, judging it, proposing powers after it."""

from models.commands.notices.following import cease_notices, judge_compliance, propose_powers
from models.commands.notices.giving import give_approved, give_notice, record_support
from models.commands.notices.one_notice import (
    check_failed,
    check_stands,
    notice_in_words,
    powers_rule,
    set_last_day,
)

__all__ = [
    "cease_notices",
    "check_failed",
    "check_stands",
    "give_approved",
    "give_notice",
    "judge_compliance",
    "notice_in_words",
    "powers_rule",
    "propose_powers",
    "record_support",
    "set_last_day",
]
