"""Part 4 of the Education and Inspections Act 2006, schools causing concern in England, as code.

What a local authority may do about a maintained school, and when: the warning notice (`notices`,
section 60), where a school stands and what came of a notice (`standing`), by which roads it is
eligible for intervention (`roads`, sections 59 to 62), the powers that may follow (`powers`,
sections 63 to 66), and whatever stands in the way of one (`blocks`). The Act was read as amended
in November 2026; each rule names its section.

Nothing here can be set: no policy lifts or bends these rules. What the Act leaves to the local
authority, such as the length of a compliance period, is decided elsewhere and given as a date.
Pure: no database, no clock; whoever asks says which day it is.
"""
