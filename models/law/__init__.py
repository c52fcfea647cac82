"""Part 4 of the Education and Inspections Act 2006, schools causing concern in England, as code.

What a local authority may do about a maintained school, and when: the warning notice
(`notices`, section 60), the powers that may follow (`powers`, sections 63 to 66), and where a
school stands between the two (`standing`: eligible for intervention, and whatever stands in the
way). The Act was read as amended in November 2026; each rule names its section.

Nothing here can be set: no policy lifts or bends these rules. What the Act leaves to the local
authority, such as the length of a compliance period, is decided elsewhere and given as a date.
Pure: no database, no clock; whoever asks says which day it is.
"""
