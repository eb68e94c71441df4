"""table and the files for pipelines: Markdown from JSON lines, hooks, action, image."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from huepress.batch.table import markdown
from images import as_file, scene
from trees import compress, contents

ROOT = Path(__file__).parents[2]


def row(name, before, after, status="compressed", error=None):
    figures = {"bytes_in": before, "bytes_out": after, "score": 91.234}
    return {"input": name, "status": status, "error": error, **figures}


def test_the_largest_saving_comes_first_and_names_stay_cells():
    text = markdown(
        [
            row("a.png", 100, 90),
            row("b|c`<x>.png", 1000, 500),
            row("d.png", 10, 10, "kept"),
            row("e.png", None, None, "failed", {"code": "decode", "message": "e.png: *bad*"}),
        ]
    )
    lines = text.splitlines()
    assert lines[0] == "**2 of 4 files smaller**: 1,100 -> 590 B (46.4 %)"
    assert lines[4] == r"| b\|c\`\<x\>.png | 1,000 | 500 | 50.0 % | 91.2 |"
    assert lines[5].startswith("| a.png | 100 | 90 | 10.0 % |")
    assert lines[-1] == r"- e.png: \*bad\*"


def test_nothing_to_save_is_said():
    assert markdown([row("a.png", 10, 10, "kept")]) == "Nothing to save.\n"


def test_long_lists_are_cut():
    text = markdown(row(f"{i}.png", 100, 50) for i in range(250))
    assert "and 150 more" in text
    assert len(text.splitlines()) < 120


def test_it_reads_what_compress_writes(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene()))
    lines = compress(tmp_path, "-r", "--check", "--json").stdout
    done = subprocess.run(
        [sys.executable, "-m", "huepress.batch.table"],
        input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "**1 of 1 files smaller**" in done.stdout


@pytest.fixture
def yaml():
    return pytest.importorskip("yaml")


def test_the_hooks_run(yaml, tmp_path):
    """As pre-commit runs them: the entry and then file names."""
    hooks = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    path = tmp_path / "a.png"
    path.write_bytes(as_file(scene()))

    def run(name):
        words = shlex.split(hooks[name]["entry"])
        assert words[:2] == ["huepress", "compress"]
        return compress(*words[2:], path)

    assert run("huepress-check").exit_code == 1
    before = contents(tmp_path)
    assert run("huepress").exit_code == 0
    after = contents(tmp_path)
    assert len(after["a.png"]) < len(before["a.png"])
    assert run("huepress").exit_code == 0
    assert contents(tmp_path) == after
    assert run("huepress-check").exit_code == 0
