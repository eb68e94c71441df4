"""Draw the rooms floor by floor, as tests/test_architecture.py has them: docs/house.svg.

python tools/draw_house.py
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path

HERE = Path(__file__).parents[1]
PACKAGE = HERE / "src" / "huepress"
WIDTH, FLOOR, BOX, GAP, LEFT = 920, 46, 30, 10, 150
COLORS = {"edges": "#f6e3c5", "road": "#d5e8d4", "ground": "#dae8fc", "core": "#e6e0f0"}


def floors() -> list[tuple[str, str, list[str]]]:
    """From the top down: kind, caption and rooms of every floor."""
    tree = ast.parse((HERE / "tests" / "test_architecture.py").read_text())
    table = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("GROUND", "ROAD", "EDGES")
    }
    edges = sorted(table["EDGES"], key=lambda room: (room not in ("cli", "web"), room))
    found = [("edges", "edges", edges)]
    found += [("road", "", sorted(rooms)) for rooms in reversed(table["ROAD"])]
    found += [("ground", "", sorted(rooms - {"_core"})) for rooms in reversed(table["GROUND"])]
    core = sorted(path.name for path in (HERE / "core" / "src").iterdir() if path.is_dir())
    found.append(("core", "core/ (C++)", core))
    captions = {"road": "the way of the data", "ground": "the ground"}
    for kind, caption in captions.items():
        first = next(i for i, floor in enumerate(found) if floor[0] == kind)
        found[first] = (kind, caption, found[first][2])
    return found


def lines_of(room: str, kind: str) -> int:
    """Lines of a room's sources."""
    place = HERE / "core" / "src" / room if kind == "core" else PACKAGE / room
    files = [p for p in place.rglob("*") if p.suffix in (".py", ".cpp", ".hpp")]
    files = files or [place.with_suffix(".py")]
    return sum(len(file.read_text().splitlines()) for file in files)


def draw() -> str:
    """Make the SVG."""
    rows = floors()
    height = FLOOR * len(rows) + 2 * GAP
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for i, (kind, caption, rooms) in enumerate(rows):
        top = GAP + i * FLOOR
        out.append(f'<text x="{GAP}" y="{top + 20}" fill="#555">{escape(caption)}</text>')
        wide = (WIDTH - LEFT - GAP * len(rooms)) / len(rooms)
        for j, room in enumerate(rooms):
            left = LEFT + j * (wide + GAP)
            out.append(
                f'<rect x="{left:.0f}" y="{top}" width="{wide:.0f}" height="{BOX}" rx="4"'
                f' fill="{COLORS[kind]}" stroke="#888"/>'
                f'<text x="{left + wide / 2:.0f}" y="{top + 19}" text-anchor="middle">'
                f'{escape(room)} <tspan fill="#777" font-size="9">{lines_of(room, kind)}</tspan>'
                "</text>"
            )
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    (HERE / "docs" / "house.svg").write_text(draw())
