"""table and the files for pipelines: Markdown from JSON lines, hooks, action, image."""

import json
import os
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


def test_the_action_compresses_and_tells(yaml, tmp_path):
    """Its shell step, with the environment that GitHub gives."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = {step.get("id"): step for step in action["runs"]["steps"]}
    assert action["runs"]["using"] == "composite"
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.png").write_bytes(as_file(scene()))
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    defaults = {name: str(rule.get("default", "")) for name, rule in action["inputs"].items()}
    inputs = defaults | {"paths": "assets"}
    variables = {
        name: inputs[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in steps["compress"]["env"].items()
    }
    environment = os.environ | variables | {
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "RUNNER_TEMP": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    script = steps["compress"]["run"]
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| assets/a.png |" in (tmp_path / "summary").read_text()
    outputs = (tmp_path / "output").read_text()
    assert "changed=1" in outputs
    assert "**1 of 1 files smaller**" in outputs
    assert (tmp_path / "assets" / "a.png").stat().st_size < len(as_file(scene()))
    again = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tmp_path, env=environment | {"MODE": "check"}, capture_output=True, text=True,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "huepress.jsonl").read_text())["status"] == "skipped"


def test_the_image_is_slim_and_no_root():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert len(stages) == 2
    assert all("-slim" in stage for stage in stages)
    assert next(line for line in lines if line.startswith("USER ")) != "USER root"
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line
              for word in line.split()[1:-1]]  # fmt: skip
    assert copied
    assert all((ROOT / word).exists() for word in copied)
