"""What kind of letter it is, in words."""

LETTER_TITLES = {
    "note_of_discussion": "Note of the discussion",
    "formal_headteacher": "Formal letter to the headteacher",
    "formal_governing_body": "Formal letter to the governing body",
    "invitation_to_meetings": "Invitation to the performance meetings",
    "record_of_meetings": "Record of the performance meetings",
    "warning_notice": "Warning notice",
    "proposed_powers": "Notice of proposed powers",
    "consultation": "Consultation about a power",
    "notification_to_secretary_of_state": "Notification to the Secretary of State",
    "request_for_consent": "Request for the Secretary of State’s consent",
    "notice_of_arrangements": "Notice of required arrangements (section 63)",
    "appointment_of_governors": "Appointment of additional governors (section 64)",
    "notice_of_board": "Notice of an Interim Executive Board (section 65)",
    "suspension_of_budget": "Suspension of the delegated budget (section 66)",
    "end_of_board": "Notice of the end of the Interim Executive Board",
    "budget_review_decision": "Decision on the review of the suspended budget",
    "secretary_of_state": "Letter to the Secretary of State",
    "ofsted": "Letter to Ofsted",
    "statement_of_action": "Written statement of action",
    "school_letter": "Letter to the school",
    "shared_letter": "Letter that shares information",
    "written_report": "Written report",
    "final_report": "Final version of a written report",
    "resolution": "Letter of resolution",
    "acknowledgement_of_response": "Acknowledgement of the response",
}


def letter_title(template: str) -> str:
    """What kind of letter it is; a council's own template by the name of its file."""
    named = template.replace("_", " ")
    return LETTER_TITLES.get(template, f"{named[:1].upper()}{named[1:]}")
