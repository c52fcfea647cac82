"""What people and the clock do: each command is a part of one short write transaction.

A door opens the transaction (`models.database.write`), calls one command and shows its answer
or its refusal. Every rule is asked here, so it holds at every door.
"""
