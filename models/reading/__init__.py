"""What doors show: plain dictionaries with the names of the public interface, and some more.

Nothing here changes anything. Days are `date`, moments aware `datetime` in UTC, fixed words plain
text; officers are named by e-mail address, with the name beside it. A list is a `Page`, in an
order that holds from page to page, and costs the same few queries however long it is.
"""

from models.reading.calendar import calendar
from models.reading.dashboard import LEVELS, Dashboard, dashboard, last_term_ended
from models.reading.deadlines import deadlines, deadlines_of
from models.reading.escalations import AGES, ORDERS, escalation, escalations
from models.reading.evidence import evidence_file, evidence_of
from models.reading.held_contacts import held_contact, held_contacts
from models.reading.letters import issued_file, letter, letters_of, message, messages_of
from models.reading.level_changes import level_changes
from models.reading.officers import delegation, delegations, named_on, officers_in
from models.reading.paging import MOST_PER_PAGE, Found, Page
from models.reading.proposals import (
    decidable,
    proposal,
    proposals,
    proposals_of,
    waiting_count,
)
from models.reading.record import (
    discussion,
    discussions_of,
    events_of,
    response,
    responses_of,
    timeline,
)
from models.reading.schools import NOT_ASSESSED, WATCHED, phases, school, schools, suggested
from models.reading.sentences import SENTENCES, Names, sentence
from models.reading.statutory import (
    eligibility,
    power,
    powers_of,
    secretary_of_state_notice,
    secretary_of_state_notices_of,
    service,
    services_of,
    support_of,
    warning_notice,
    warning_notices_of,
)

__all__ = [
    "AGES",
    "LEVELS",
    "MOST_PER_PAGE",
    "NOT_ASSESSED",
    "ORDERS",
    "SENTENCES",
    "WATCHED",
    "Dashboard",
    "Found",
    "Names",
    "Page",
    "calendar",
    "dashboard",
    "deadlines",
    "deadlines_of",
    "decidable",
    "delegation",
    "delegations",
    "discussion",
    "discussions_of",
    "eligibility",
    "escalation",
    "escalations",
    "events_of",
    "evidence_file",
    "evidence_of",
    "held_contact",
    "held_contacts",
    "issued_file",
    "last_term_ended",
    "letter",
    "letters_of",
    "level_changes",
    "message",
    "messages_of",
    "named_on",
    "officers_in",
    "phases",
    "power",
    "powers_of",
    "proposal",
    "proposals",
    "proposals_of",
    "response",
    "responses_of",
    "school",
    "schools",
    "secretary_of_state_notice",
    "secretary_of_state_notices_of",
    "sentence",
    "service",
    "services_of",
    "suggested",
    "support_of",
    "timeline",
    "waiting_count",
    "warning_notice",
    "warning_notices_of",
]
