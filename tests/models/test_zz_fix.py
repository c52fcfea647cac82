from tests.council import NOW
from models.database import read
from models.events import verify
import pytest
@pytest.mark.parametrize("n", range(6))
def test_a(engine, council, policy, n):
    assert council.hos.id == 1 and council.maintained.kind == "maintained"
    with read(engine) as s:
        assert verify(s) is None
