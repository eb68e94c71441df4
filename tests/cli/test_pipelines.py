"""The recipes of docs/pipelines.md, run as they are printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from images import as_file, scene
from sites import animation
from trees import contents

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "pipelines.md").read_text()


def recipe(heading, place=0):
    """A block of code below a heading."""
    section = re.split(r"^## ", TEXT, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(heading + "\n")]
    return re.findall(r"```[a-z]*\n(.*?)```", found, flags=re.DOTALL)[place]


def run(*words, cwd, **more):
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} on this machine")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": str(cwd / "none"), "GIT_CONFIG_NOSYSTEM": "1",
        "npm_config_update_notifier": "false",
    }  # fmt: skip
    done = subprocess.run(list(words), cwd=cwd, env=environment, capture_output=True, text=True,
                          timeout=120, **more)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def assets(tmp_path):
    """Pictures of three kinds: to be compressed, a photo, an animation."""
    for folder in ("assets", "src/img"):
        (tmp_path / folder / "icons").mkdir(parents=True)
        (tmp_path / folder / "icons/a.png").write_bytes(as_file(scene()))
        (tmp_path / folder / "photo.jpg").write_bytes(as_file(scene(), "jpeg"))
        (tmp_path / folder / "cat.gif").write_bytes(animation("GIF"))
    return tmp_path


def test_make(assets):
    (assets / "Makefile").write_text(recipe("make"))
    run("make", "dist/icons/a.png", cwd=assets)
    before = (assets / "assets/icons/a.png").stat().st_size
    assert (assets / "dist/icons/a.png").stat().st_size < before
    shutil.rmtree(assets / "dist")
    run("make", "pictures", cwd=assets)
    assert set(contents(assets / "dist")) == {"icons/a.png", "photo.jpg", "cat.gif"}
    assert "3 unchanged" in run("make", "pictures", cwd=assets)


def test_npm(assets):
    package = json.loads(recipe("npm"))
    (assets / "package.json").write_text(json.dumps({"name": "a-site", **package}))
    run("npm", "run", "prebuild", cwd=assets)
    assert set(contents(assets / "public/img")) == {"icons/a.png", "photo.jpg", "cat.gif"}
    run("npm", "run", "test:pictures", cwd=assets)


def test_git(assets):
    run("git", "init", "-q", ".", cwd=assets)
    run("sh", "-e", "-c", recipe("Git attributes"), cwd=assets)
    run("git", "add", "assets", cwd=assets)
    file = assets / "assets/icons/a.png"
    stored = int(run("git", "cat-file", "-s", ":assets/icons/a.png", cwd=assets))
    assert stored < file.stat().st_size == len(as_file(scene()))
    assert run("git", "status", "--porcelain", "assets", cwd=assets).count("A ") == 3
    assert "M" not in run("git", "status", "--porcelain", "assets", cwd=assets)


def test_the_table_of_savings(assets):
    words = recipe("GitHub", 1)
    shown = run("bash", "-c", words, cwd=assets)
    assert "| assets/icons/a.png |" in shown
    assert "failed" not in shown
