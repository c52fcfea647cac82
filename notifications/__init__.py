"""How it leaves the building: letters as documents, the outbox, and the channels of Apprise."""
