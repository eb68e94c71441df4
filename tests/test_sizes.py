"""A file tells one story of at most 400 lines, and a function fits a screen."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES, MOST_OF_A_FUNCTION = 400, 60
WHOLE = {"tests/twins/rate.py", "src/huepress/web/static/study/main.js"}
"""Longer, for the reason that their first lines give."""


def files(*suffixes):
    for folder in ("src", "core", "bindings", "tests", "tools", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            parts = set(path.relative_to(ROOT).parts)
            if path.suffix in suffixes and not parts & {"node_modules", "vendor", "__pycache__"}:
                yield path


def lines_of(node):
    """Lines of a function without its docstring."""
    documented = ast.get_docstring(node, clean=False)
    told = documented.count("\n") + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - told


def long_functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if is_function and lines_of(node) > MOST_OF_A_FUNCTION:
            yield node.name


@pytest.mark.parametrize("suffixes", [(".py",), (".cpp", ".hpp"), (".js", ".css")])
def test_no_file_is_longer(suffixes):
    found = list(files(*suffixes))
    assert len(found) > 10
    long = {
        path.relative_to(ROOT).as_posix()
        for path in found
        if len(path.read_text().splitlines()) > MOST_LINES
    }
    assert long <= WHOLE


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_longer_one_says_why(name):
    text = (ROOT / name).read_text()
    assert len(text.splitlines()) > MOST_LINES, "no longer: take it off the list"
    head = " ".join(text.splitlines()[:12])
    assert "One file" in head or "longer than a file should be" in head


def test_no_function_is_longer():
    long = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files(".py")
        if path.relative_to(ROOT).as_posix() not in WHOLE
        for name in long_functions(path)
    }
    assert not long
