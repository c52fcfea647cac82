"""One Microsoft for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.microsoft import Microsoft, trusted


@pytest.fixture(scope="module")
def _one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsoft]:
    with Microsoft(tmp_path_factory.mktemp("microsoft")) as microsoft:
        yield microsoft


@pytest.fixture
def microsoft(_one: Microsoft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Microsoft:
    """Entra and Graph, well at first; this process trusts them."""
    trusted(tmp_path, monkeypatch)
    _one.begin()
    return _one
