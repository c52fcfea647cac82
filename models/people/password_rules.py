"""Passwords: which may be chosen, and what is kept of one.

A password is judged by what guessers try first (lists, names, patterns), and by nothing else: no
rule asks for digits or signs (NCSC, "Password policy: updating your approach").
"""

import base64
import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import BoundedSemaphore, get_native_id

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch
from zxcvbn.scoring import most_guessable_match_sequence
from zxcvbn.time_estimates import guesses_to_score

from models.refusals import InvalidInput, TooManyTries

AT_ONCE = 3  # each takes 64 MiB and a good part of a second, and anybody may ask for one
BUSY = "Many people are signing in at this moment. Wait a few seconds, then try again"
BUSY_FOR = timedelta(seconds=3)
GIVES_WAY = 10  # of 19: how much hashing stands back behind pages when both want the processor
SHORTEST = 12
LONGEST = 128
_JUDGED = 72  # characters; of longer ones zxcvbn takes too long, and these are hard to guess anyway
_GOOD_SCORE = 3  # of 4: safely unguessable by somebody who has the hash of a slow function
_SHORTEST_WORD = 4  # of a name that must not occur; shorter ones occur by chance
_TAIL = re.compile(r"[\W\d_]+$")
_WORDS = re.compile(r"[^\W\d_]+")


class Hashing:
    """argon2id with its costs (RFC 9106, section 4, the second choice, unless given)."""

    def __init__(self, time_cost: int = 3, memory_cost: int = 65536, parallelism: int = 4) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost, memory_cost, parallelism),))
        self._places = BoundedSemaphore(AT_ONCE)
        self._threads = ThreadPoolExecutor(AT_ONCE, "hashing", initializer=_give_way)
        costs = f"m={memory_cost},t={time_cost},p={parallelism}"
        self._nobodys = f"$argon2id$v=19${costs}${_random(16)}${_random(32)}"

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of the few places for hashing in this process; every command hashes within one.

        Raises TooManyTries when none is free: whoever waited here would keep a thread from those
        who only want a page.
        """
        if not self._places.acquire(blocking=False):
            raise TooManyTries(BUSY, BUSY_FOR)
        try:
            yield
        finally:
            self._places.release()

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._threads.submit(self._hasher.hash, _bytes(password)).result()

    def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether this is the password; and what to keep instead, if that was made with less cost.

        Of nobody's password it is the same work, so that the time does not tell who is known.
        """
        verify = self._hasher.verify_and_update
        right, newer = self._threads.submit(
            verify, _bytes(password), kept or self._nobodys
        ).result()
        return right and kept is not None, newer


def _give_way() -> None:
    """Lower the priority of this thread, and so of those that argon2 starts for its lanes.

    Linux has one for each thread; where there is only one for all, it stays as it is.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), GIVES_WAY)


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def _bytes(password: str) -> bytes:
    """The same for the same password, however a keyboard composes its letters."""
    # One that is too long to be anybody's is cut, and is still nobody's.
    return _normal(password[: 8 * LONGEST])[: LONGEST + 1].encode("utf-8", "surrogatepass")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


hashing = Hashing()


def check_password(field: str, password: str, about: tuple[str, ...]) -> str:
    """A password that may be chosen; `about` are the names that a guesser would try first.

    Raises InvalidInput.
    """
    length = len(_normal(password[: 8 * LONGEST]))
    if length < SHORTEST:
        raise InvalidInput(field, f"Password must be {SHORTEST} characters or more")
    if length > LONGEST:
        raise InvalidInput(field, f"Password must be {LONGEST} characters or fewer")
    folded = _normal(password).casefold()
    words = _words(about)
    for word in words:
        if word in folded:
            raise InvalidInput(field, f"Choose a password without “{word}”: it is easy to guess")
    common = RANKED_DICTIONARIES["passwords"]
    if folded in common or _TAIL.sub("", folded) in common:
        raise InvalidInput(field, f"This is one of the most common passwords. {_ADVICE}")
    if _score(folded[:_JUDGED], words) < _GOOD_SCORE:
        raise InvalidInput(field, f"This password is too easy to guess. {_ADVICE}")
    return password


_ADVICE = "Put three random words together, like a small picture that only you see"


def _words(about: tuple[str, ...]) -> list[str]:
    found = (word.casefold() for text in about for word in _WORDS.findall(_normal(text)))
    return sorted({word for word in found if len(word) >= _SHORTEST_WORD})


def _score(password: str, words: list[str]) -> int:
    """From 0 to 4, as zxcvbn judges; its own function keeps the words of one call for the next."""
    known = {**RANKED_DICTIONARIES, "user_inputs": build_ranked_dict(words)}
    found = most_guessable_match_sequence(password, omnimatch(password, known))
    score: int = guesses_to_score(found["guesses"])
    return score
