"""The recipes of docs/pipelines.md, run as they are printed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dockerfile import stages, words_of
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


def run(*words, cwd, code=0, **more):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if shutil.which(words[0], path=path) is None:
        pytest.skip(f"no {words[0]} on this machine")
    environment = os.environ | {
        "PATH": path,
        "GIT_CONFIG_GLOBAL": str(cwd / "none"), "GIT_CONFIG_NOSYSTEM": "1",
        "npm_config_update_notifier": "false",
    }  # fmt: skip
    done = subprocess.run(list(words), cwd=cwd, env=environment, capture_output=True, text=True,
                          timeout=120, **more)  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
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


@pytest.fixture
def repository(tmp_path_factory):
    """A repository with the hooks of this one, which run the huepress that is installed here.

    pre-commit would build it first, for two minutes: `scripts/recipes` lets it.
    """
    root = tmp_path_factory.mktemp("hooks")
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert hooks.count("language: python") == 2
    text = hooks.replace("language: python", "language: system")
    (root / ".pre-commit-hooks.yaml").write_text(text)
    commit(root)
    run("git", "tag", "v0.1.0", cwd=root)
    return root


def commit(root):
    if not (root / ".git").exists():
        run("git", "init", "-q", ".", cwd=root)
    run("git", "add", "-A", cwd=root)
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    run("git", *who, "commit", "-q", "--no-verify", "-m", "m", cwd=root)


def test_pre_commit(assets, repository, monkeypatch, tmp_path_factory):
    """The hook changes a picture once, and is green with photos and animations there."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    shutil.rmtree(assets / "src")
    address = "https://github.com/OWNER/huepress"
    printed = recipe("pre-commit")
    assert address in printed
    (assets / ".pre-commit-config.yaml").write_text(printed.replace(address, str(repository)))
    commit(assets)
    files = {name: len(data) for name, data in contents(assets).items() if name[0] != "."}
    check = ("pre-commit", "try-repo", str(repository), "huepress-check", "--all-files")
    assert "could be smaller" in run(*check, cwd=assets, code=1)
    assert "files were modified" in run("pre-commit", "run", "--all-files", cwd=assets, code=1)
    after = {name: len(data) for name, data in contents(assets).items() if name[0] != "."}
    assert {name for name in files if after[name] < files[name]} >= {"assets/icons/a.png"}
    assert {name for name in files if after[name] == files[name]} >= {"assets/photo.jpg"}
    commit(assets)
    assert "Passed" in run(*check, cwd=assets)


def test_the_action(assets):
    """The workflow as printed, step by step; `scripts/recipes` lets it install huepress, too."""
    yaml = pytest.importorskip("yaml")
    from actions import run_job

    job = yaml.safe_load(recipe("GitHub"))["jobs"]["pictures"]
    actions = {"actions/checkout": None, "OWNER/huepress": ROOT}
    temp = assets / "temp"
    temp.mkdir()
    (assets / "docs").mkdir()
    (assets / "assets/icons").rename(assets / "docs/img")
    more = {"cwd": assets, "temp": temp, "instead": {"Install huepress": "true"}}
    found = run_job(job, actions, **more)
    assert found.codes == [0, 1], found.words
    assert "| docs/img/a.png |" in found.summary
    job["steps"][1]["with"]["mode"] = "compress"
    done = run_job(job, actions, **more)
    assert done.codes == [0, 0], done.words
    assert int(done.outputs["huepress"]["changed"]) >= 1
    assert "docs/img/a.png" in done.outputs["huepress"]["markdown"]
    job["steps"][1]["with"]["mode"] = "check"
    assert run_job(job, actions, **more).codes == [0, 0]
    job["steps"][1]["with"]["mode"] = "crush"
    assert "allowed: compress, check" in run_job(job, actions, **more).words


def test_the_image_has_what_it_builds_from(tmp_path):
    """Of a folder with nothing but what is copied, all that the build asks for is there."""
    build, _ = stages((ROOT / "Dockerfile").read_text())
    for copied in words_of(build, "COPY"):
        for name in copied[:-1]:
            there = tmp_path / name
            tree = (ROOT / name).is_dir()
            shutil.copytree(ROOT / name, there) if tree else shutil.copy(ROOT / name, there)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    wanted = [*project["project"]["license-files"], project["project"]["readme"]]
    wanted += project["tool"]["scikit-build"]["wheel"]["packages"]
    cmake = (tmp_path / "CMakeLists.txt").read_text()
    wanted += re.findall(r"add_subdirectory\((\S+)\)", cmake)
    wanted += re.findall(r"\S+\.cpp", cmake)
    missing = [name for name in wanted if not (tmp_path / name).exists()]
    assert not missing
    assert len(wanted) >= 6


def test_the_image_is_as_linters_want_it():
    """What hadolint says of a Dockerfile, but for pinned versions of Debian's packages."""
    build, final = stages((ROOT / "Dockerfile").read_text())
    for stage in (build, final):
        ((base, *_),) = words_of(stage, "FROM")
        assert base.endswith("-slim")
        assert not base.endswith("latest")
        assert not words_of(stage, "ADD")
        assert all(Path(place).is_absolute() for (place,) in words_of(stage, "WORKDIR"))
    (install,) = [" ".join(words) for words in words_of(build, "RUN") if "apt-get" in words]
    assert "--yes" in install
    assert "--no-install-recommends" in install
    assert "rm -rf /var/lib/apt/lists/*" in install
    assert all("--no-cache-dir" in words for words in words_of(build, "RUN") if "install" in words
               and "apt-get" not in words)  # fmt: skip
    ((user,),) = words_of(final, "USER")
    assert user.isdigit()
    assert int(user) > 0
    assert not words_of(final, "RUN")[0][0].startswith("apt")
    assert json.loads(" ".join(words_of(final, "ENTRYPOINT")[0])) == ["huepress"]


def test_docker(assets):
    """What the container is asked to do, with its environment, below its working directory."""
    (line,) = [line for line in recipe("Docker").splitlines() if line.startswith("docker run")]
    _, _, command = line.partition(" huepress ")
    _, final = stages((ROOT / "Dockerfile").read_text())
    state = dict(pair.split("=", 1) for (pair,) in words_of(final, "ENV"))["XDG_STATE_HOME"]
    assert f"huepress-state:{state} " in line
    assert '"$PWD:' + words_of(final, "WORKDIR")[0][0] + '"' in line
    entry = json.loads(" ".join(words_of(final, "ENTRYPOINT")[0]))
    run(*entry, *command.split(), cwd=assets)
    assert set(contents(assets / "dist")) == {"icons/a.png", "photo.jpg", "cat.gif"}
    assert "3 unchanged" in run(*entry, *command.split(), cwd=assets)
