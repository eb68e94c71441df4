"""Run for real what the tests of docs/pipelines.md leave out: installing huepress from its sources.

Three times, as pre-commit, the Action and the Dockerfile do it; each compiles the core, which takes
minutes. Called by ``scripts/recipes``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import yaml  # noqa: E402

from actions import run_job  # noqa: E402
from dockerfile import stages, words_of  # noqa: E402
from images import as_file, scene  # noqa: E402
from sites import animation  # noqa: E402


def main() -> int:
    """Run all three, or those that are named."""
    recipes = {"image": image, "pre-commit": pre_commit, "action": action}
    for name in sys.argv[1:] or recipes:
        with tempfile.TemporaryDirectory(prefix="huepress-recipe-") as place:
            print(f"{name} ...", flush=True)
            recipes[name](Path(place))
            print(f"{name}: works", flush=True)
    return 0


def assets(place: Path) -> Path:
    """Make a folder with a picture, a photo and an animation."""
    work = place / "work"
    (work / "assets").mkdir(parents=True)
    (work / "assets/a.png").write_bytes(as_file(scene()))
    (work / "assets/b.jpg").write_bytes(as_file(scene(), "jpeg"))
    (work / "assets/c.gif").write_bytes(animation("GIF"))
    return work


def run(*words: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Run a command that has to end with a code."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=os.environ | variables, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != code:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}")
    return done.stdout


def image(place: Path) -> None:
    """Do what the Dockerfile copies and runs, in a plain environment; then without a compiler."""
    build, final = stages((ROOT / "Dockerfile").read_text())
    source, opt = place / "source", place / "opt"
    source.mkdir()
    for copied in words_of(build, "COPY"):
        for name in copied[:-1]:
            tree = (ROOT / name).is_dir()
            (shutil.copytree if tree else shutil.copy)(ROOT / name, source / name)
    for words in words_of(build, "RUN"):
        if "apt-get" not in words:
            run("sh", "-e", "-c", " ".join(words).replace("/opt", str(opt)), cwd=source)
    work = assets(place)
    here = {"PATH": str(opt / "huepress/bin"), "XDG_STATE_HOME": str(place / "state")}
    (entry,) = words_of(final, "ENTRYPOINT")
    command = yaml.safe_load(" ".join(entry))
    run(opt / "huepress/bin" / command[0], "compress", "assets", "-r", "--out-dir", "dist",
        cwd=work, **here)  # fmt: skip
    assert (work / "dist/a.png").stat().st_size < (work / "assets/a.png").stat().st_size


def pre_commit(place: Path) -> None:
    """Run ``pre-commit try-repo`` with this repository as it is committed."""
    work = assets(place)
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    run("git", "init", "-q", ".", cwd=work)
    run("git", "add", "-A", cwd=work)
    run("git", *who, "commit", "-q", "-m", "m", cwd=work)
    more = {"PRE_COMMIT_HOME": str(place / "home")}
    words = ("pre-commit", "try-repo", ROOT)
    said = run(*words, "huepress-check", "--all-files", cwd=work, code=1, **more)
    assert "could be smaller" in said, said
    run(*words, "huepress", "--all-files", cwd=work, code=1, **more)
    run(*words, "huepress-check", "--all-files", cwd=work, **more)


def action(place: Path) -> None:
    """Run the steps of the Action, the first of which installs it."""
    work, temp = assets(place), place / "temp"
    temp.mkdir()
    step = {"uses": "OWNER/huepress@v0", "id": "huepress", "with": {"paths": "assets"}}
    done = run_job({"steps": [step]}, {"OWNER/huepress": ROOT}, cwd=work, temp=temp)
    assert done.codes == [0, 0], done.words
    assert done.outputs["huepress"]["changed"] != "0", done.summary


if __name__ == "__main__":
    sys.exit(main())
