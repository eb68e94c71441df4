"""The walls: imports point inward along the road, and edges are imported by nobody."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "huepress"

# Each room may import those of lower rank.
GROUND = [
    {"errors", "_core", "_forks", "_version"},
    {"limits", "types", "_native", "_threads", "workers"},
    {"formats"},
    {"color", "options"},
]
ROAD = [
    {"decode", "metrics"},
    {"palette"},
    {"encode", "remap", "result"},
    {"search"},
    {"animation"},
    {"_animate", "_compress", "_quantize"},
]
# Edges may import the road and the edges listed.
EDGES = {
    "cli": set(),
    "batch": set(),
    "estimator": set(),
    "ocrmypdf": {"pngquant"},
    "pillow": set(),
    "pngquant": set(),
    "skimage": set(),
    "study": set(),
    "integrations": {"batch"},
    "web": {"batch", "study"},
}


def rank(room):
    for i, rooms in enumerate(GROUND + ROAD):
        if room in rooms:
            return i
    return None


def rooms():
    """(room, file) for every module of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        yield parts[0].removesuffix(".py"), path


def imports(path):
    """Rooms of huepress that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "huepress":
                names = [f"huepress.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("huepress.")}
    return found


@pytest.mark.parametrize(
    ("room", "path"),
    list(rooms()),
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_imports_point_inward(room, path):
    if room in ("__init__", "__main__", "cli"):
        return  # the public face and the command line may know every room
    allowed_edges = EDGES.get(room, set()) | {room}
    for other in imports(path) - {room, "__version__"}:
        if room in EDGES:
            assert rank(other) is not None or other in allowed_edges, f"{room} imports {other}"
        else:
            assert rank(room) is not None, f"{room} has no place on the road: give it one here"
            assert rank(other) is not None, f"{room} imports the edge {other}"
            assert rank(other) < rank(room), f"{room} imports {other}, which comes later"


def test_one_room_alone_knows_oxipng():
    """In the caller's process its pool of threads hangs after a fork and ignores a bound."""
    knows = {
        path
        for _, path in rooms()
        if re.search(r"^\s*(import|from) oxipng\b", path.read_text(), re.M)
    }
    assert {path.relative_to(PACKAGE).as_posix() for path in knows} == {
        "cli/doctor.py",  # prints which package it is
        "encode/oxipng_process.py",
        "encode/oxipng_worker.py",
    }


def modules():
    """Every module by its dotted name below the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def arrows(path, known):
    """Modules that a file imports, wherever in the file, for types too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("huepress"):
            below = node.module.removeprefix("huepress").removeprefix(".")
            for alias in node.names:
                inner = f"{below}.{alias.name}".removeprefix(".")
                found |= {inner if inner in known else below} & known.keys()
        elif isinstance(node, ast.Import):
            names = (alias.name.removeprefix("huepress.") for alias in node.names)
            found |= known.keys() & set(names)
    return found


def test_no_module_comes_back_to_itself():
    known = modules()
    left = {name: arrows(path, known) - {name} for name, path in known.items()}
    while free := {name for name, wanted in left.items() if not wanted & left.keys()}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    assert not left, f"in or above a circle: {sorted(left)}"


def test_nothing_below_the_public_face_imports_it():
    for room, path in rooms():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert "huepress" not in {alias.name for alias in node.names}, (room, path)


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted({{n.split('.')[0] for n in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


OPTIONAL = {"sklearn", "matplotlib", "starlette", "uvicorn", "dask", "distributed", "fsspec"}


def test_the_road_loads_no_optional_package():
    loaded = loaded_by("import huepress; huepress.compress; huepress.quantize; huepress.metrics")
    assert not loaded & (OPTIONAL | {"click", "rich", "scipy"})


@pytest.mark.parametrize(
    "arguments",
    ["--help", "--version", "compress --help", "demo --help", "serve --help", "pngquant --help"],
)
def test_help_is_light(arguments):
    statement = (
        f"from huepress.cli import cli\n"
        f"try: cli({arguments.split()!r})\n"
        f"except SystemExit as end: assert not end.code"
    )
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not loaded & ({"numpy", "PIL", "rich", "oxipng"} | OPTIONAL)


def test_every_command_is_light():
    """The man page is made from all of them where nothing but click is there."""
    statement = (
        "from huepress.cli import cli\n"
        "from huepress.cli.manual import to_roff\n"
        "assert len(to_roff(cli)) > 1000"
    )
    loaded = loaded_by(statement.replace("\n", "; "))
    assert not loaded & ({"numpy", "PIL", "rich", "oxipng"} | OPTIONAL)
