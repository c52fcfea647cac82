"""The drawing of the rooms in docs/architecture.md, made from what the modules import.

`python -m tests.support.rooms` writes it between its two marks; a test says when it is stale.
"""

import ast
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: written by `make docs` -->\n", "<!-- end of rooms -->\n"
CONTRACT = (
    "Inside models: a room stands on those below it; "
    "its tables, its events, what it proposes and what it tells may be read by all"
)


def layers() -> list[list[str]]:
    """The rooms of `models` as the contract piles them up, the highest first; the ground last."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        each for each in project["tool"]["importlinter"]["contracts"] if each["name"] == CONTRACT
    ]
    return [layer.replace("|", ":").split(" : ") for layer in contract["layers"]]


def drawing() -> str:
    """The table of the rooms: what each is about, and whose commands and rules it calls."""
    *rooms, ground = layers()
    order = [room for layer in rooms for room in layer]
    graph = grimp.build_graph("models", cache_dir=None)
    lines = ["| room | what it is about | calls |", "|---|---|---|"]
    for room in order:
        called = sorted(_called(graph, room) - {room, *ground}, key=order.index)
        lines.append(f"| `{room}` | {_about(room)} | {', '.join(called) or '–'} |")
    lines.append(f"| *the ground* | {', '.join(f'`{name}`' for name in sorted(ground))} | |")
    return "\n".join(lines) + "\n"


def _called(graph: grimp.ImportGraph, room: str) -> set[str]:
    package = f"models.{room}"
    mine = {package, *graph.find_descendants(package)}
    imported = {name for each in mine for name in graph.find_modules_directly_imported_by(each)}
    read = (".tables", ".events", ".proposed", ".told")
    return {name.split(".")[1] for name in imported if not name.endswith(read) and "." in name}


def _about(room: str) -> str:
    source = (ROOT / "models" / room / "__init__.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(source)) or ""
    return said.partition("\n\n")[0].replace("\n", " ")


def page(text: str) -> str:
    """The page with today's drawing between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{drawing()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
