"""The house keeps its order: who may import whom, and the linters' rules."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.support import rooms

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent
CHECKS = {
    "imports": ["lint-imports", "--no-cache"],
    "ruff": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--no-cache", "--check", "."],
    "types": ["mypy"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_it_is_in_order(name: str) -> None:
    program, *arguments = CHECKS[name]
    found = shutil.which(program, path=str(SCRIPTS))
    assert found, f"{program} is not installed beside {sys.executable}"
    done = subprocess.run(
        [found, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# What goes past `models.rows`: a session read by hand keeps what it once saw, and a statement that
# writes by hand is not noted for the record.
PAST_ROWS = re.compile(
    r"session\.(?:exec|execute|scalars?|get|get_one|add|add_all|delete|merge|refresh)\("
    r"|\bbindparam\(|\.__table__\b|^from sqlalchemy import .*\bselect\b"
    r"|\.connection\(\)\.execute\(",
    re.MULTILINE,
)


def test_rows_are_read_and_written_by_their_own_module_alone() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("models", "web", "flows", "notifications", "cli")
        for path in (ROOT / folder).rglob("*.py")
        if path != ROOT / "models" / "rows.py" and "migrations" not in path.parts
        for match in PAST_ROWS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_test_files_have_names_of_their_own() -> None:
    """Without packages below tests/, pytest tells modules apart by their names alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


def test_the_drawing_of_the_rooms_is_what_they_import() -> None:
    text = rooms.PAGE.read_text(encoding="utf-8")
    assert text == rooms.page(text), "stale: write it anew with `make docs`"


def test_what_all_may_read_stands_on_nothing_that_makes_it_happen() -> None:
    """Events, proposals and messages know tables, the ground, people, policy and law alone."""
    ground = {f"models.{name}" for name in rooms.layers()[-1]}
    below = {*ground, "models.people", "models.policy", "models.law"}
    graph = grimp.build_graph("models", cache_dir=None)
    read = [
        name for name in graph.modules if re.fullmatch(r"models\.\w+\.(events|proposed|told)", name)
    ]
    assert read
    for module in read:
        for imported in graph.find_modules_directly_imported_by(module):
            known = imported.endswith(".tables") or ".".join(imported.split(".")[:2]) in below
            assert known, f"{module} imports {imported}"


def test_a_room_of_pages_api_templates_and_tests_is_a_room_of_models() -> None:
    known = {room for layer in rooms.layers() for room in layer}
    for place in ("web/pages", "web/api", "templates/pages", "tests/models", "tests/web"):
        folders = {path.name for path in (ROOT / place).iterdir() if path.is_dir()}
        assert folders - {"__pycache__", "components"} <= known, place


IMPORTED = re.compile(r"{%-?\s*from\s+\S+\s+import\s+(.*?)(?:\s+with context)?\s*-?%}", re.DOTALL)
EXTENDS = re.compile(r'{%-?\s*extends\s+"(.*?)"')


def test_a_template_uses_what_it_imports() -> None:
    """Or those that extend it do: they see what it imports."""
    pages = ROOT / "templates" / "pages"
    texts = {
        str(path.relative_to(pages)): path.read_text(encoding="utf-8")
        for path in pages.rglob("*.html")
    }
    for name, text in sorted(texts.items()):
        heirs = [each for each in texts.values() if name in EXTENDS.findall(each)]
        used = "".join(IMPORTED.sub("", each) for each in (text, *heirs))
        for imported in ",".join(IMPORTED.findall(text)).split(","):
            word = imported.split(" as ")[-1].strip()
            assert re.search(rf"\b{word}\b", used), f"{name} imports {word} for nothing"
