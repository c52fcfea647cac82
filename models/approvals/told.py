"""What messages tell of proposals."""

from typing import Literal

from models.told import Told


class ProposalWaits(Told):
    """A proposal waits for a decision, at this stage."""

    what: Literal["proposal_waits"] = "proposal_waits"
    proposal: int
    stage: int


class OwnProposalApproved(Told):
    """A proposal was approved: its proposer hears."""

    what: Literal["proposal_approved"] = "proposal_approved"
    proposal: int


class OwnProposalReturned(Told):
    """A proposal was returned: its proposer hears."""

    what: Literal["proposal_returned"] = "proposal_returned"
    proposal: int
