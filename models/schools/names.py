"""Names of people at schools: whether two of them are one person's."""

import unicodedata

_TITLES = frozenset(
    {"br", "brother", "canon", "dame", "dr", "doctor", "father", "fr", "lady", "lord", "madam"}
    | {"miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "revd", "reverend", "sir"}
    | {"sister", "sr"}
)


def same_head(one: str, other: str) -> bool:
    """Whether two names are one person's.

    Titles, capitals, accents, spaces and punctuation do not count, and an initial stands for any
    first name that begins with it.
    """
    mine, theirs = words_of(one), words_of(other)
    if "".join(mine) == "".join(theirs):
        return True
    if not mine or not theirs or mine[-1] != theirs[-1]:
        return False
    return _abbreviates(mine[0], theirs[0]) or _abbreviates(theirs[0], mine[0])


def _abbreviates(initial: str, name: str) -> bool:
    return len(initial) == 1 and name.startswith(initial)


def words_of(name: str) -> list[str]:
    """The words of a name, without accents and whatever stands before the first name."""
    plain_name = "".join(
        char
        for char in unicodedata.normalize("NFKD", name).casefold()
        if not unicodedata.combining(char)
    )
    words = ["".join(filter(str.isalnum, word)) for word in plain_name.split()]
    words = [word for word in words if word]
    while words and words[0] in _TITLES:
        words.pop(0)
    return words
