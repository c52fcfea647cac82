"""Letters about risk levels as a batch: drafted, looked at, approved or withdrawn, issued.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: a letter to the leaders
and the chair of governors of every school early each September, and after every change.
"""
