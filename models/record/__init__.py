"""What the record says of rows and files, and whether they still are as it says.

`covered` names the tables and columns; `noting` keeps what a transaction writes until an event
says it; `verifying` compares what the events say with what stands.
"""
