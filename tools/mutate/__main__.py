"""Change the code in many small ways, one at a time, and see whether the tests notice.

    scripts/mutate learn              # which tests run which functions: once
    scripts/mutate learn tests/search # the same of some tests, after new ones
    scripts/mutate list               # all mutants, one a line
    scripts/mutate run -n 120 --seed 1
    scripts/mutate run --only search/size.py

No file is changed: a mutant is made when its module is imported, in child processes, too. Each
mutant runs only tests that come into its function, the quick ones first, until one fails.
Mutants that change nothing a user gets stand in `equal.txt` with the reason, and are not drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import click  # noqa: F401
import numpy as np  # noqa: F401
import PIL.Image  # noqa: F401
import pytest
from mutants import Mutant, mutants_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEARNED = ROOT / "build" / "mutate.json"
EQUAL = HERE / "equal.txt"

ROOMS = {
    "_compress.py": ("tests/test_compress.py",),
    "search": ("tests/search",),
    "palette": ("tests/palette", "tests/test_quantize.py"),
    "remap": ("tests/remap",),
    "encode": ("tests/encode",),
    "decode": ("tests/decode", "tests/test_color_managed.py"),
    "batch": (
        *("tests/batch/test_json.py", "tests/batch/test_manifest.py", "tests/batch/test_table.py"),
        *("tests/batch/test_targets.py", "tests/batch/test_globs.py", "tests/batch/test_trees.py"),
        *("tests/batch/test_config.py", "tests/batch/test_shared.py", "tests/batch/test_marks.py"),
    ),
    "web": ("tests/web/test_guard.py", "tests/web/test_calls.py", "tests/web/test_form.py"),
}
"""What is mutated below src/huepress, and the tests of that room."""

EVERYWHERE = ("tests/golden",)
"""Tests that look at the results of all rooms."""

FACES = {"web": ("guard.py", "bodies.py", "store.py", "pool.py", "form.py")}
"""Of a room only these files."""

LEFT_OUT = ("encode/oxipng_worker.py", "encode/oxipng_process.py")
"""They run in another process, where no test is seen to come by."""

PATIENCE = 60.0
"""Seconds of tests that a mutant gets at most, as they took unchanged."""


def every_mutant() -> list[Mutant]:
    """List the mutants of all rooms, in the order of files and lines."""
    source = ROOT / "src" / "huepress"
    found = []
    for room in ROOMS:
        files = [source / room] if room.endswith(".py") else sorted((source / room).rglob("*.py"))
        for file in files:
            name = file.relative_to(source).as_posix()
            if name not in LEFT_OUT and (room not in FACES or file.name in FACES[room]):
                found += mutants_of(file, name)
    return found


def learn(arguments: argparse.Namespace) -> None:
    """Run the tests of all rooms once and write down which functions each of them runs."""
    LEARNED.parent.mkdir(exist_ok=True)
    tests = arguments.tests
    if not tests:
        LEARNED.unlink(missing_ok=True)
        tests = [test for group in (*ROOMS.values(), EVERYWHERE) for test in group]
    environment = {**os.environ, "PYTHONPATH": str(HERE), "MUTATE_LEARN": str(LEARNED)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "learning"]
    subprocess.run([*command, *tests], cwd=ROOT, env=environment, check=False)


def tests_for(mutant: Mutant, learned: dict[str, dict[str, float]], patience: float) -> list[str]:
    """Name the tests that run a function, the quick ones first, as far as patience goes."""
    times = learned.get(mutant.function) or learned.get(f"{mutant.file}:<module>") or {}
    room = ROOMS[mutant.file.split("/")[0]]
    near = {test: t for test, t in times.items() if test.startswith((*room, *EVERYWHERE))}
    chosen, spent = [], 0.0
    for test, seconds in sorted((near or times).items(), key=lambda item: item[1]):
        spent += seconds + 0.01
        if chosen and spent > patience:
            break
        chosen.append(test)
    return chosen


def outcome(mutant: Mutant, tests: list[str]) -> str:
    """Run the tests under one mutant: killed, survived, or slow (which is noticed, too)."""
    if not tests:
        return "survived"
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "tests"
        names.write_text("\n".join(tests))
        child = os.fork()  # what is not under test is imported once
        if child == 0:
            _be_mutant(mutant, names)
        limit = time.monotonic() + 60 + 3 * PATIENCE
        while time.monotonic() < limit:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return "survived" if status == 0 else "killed"
            time.sleep(0.05)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return "slow"


def _be_mutant(mutant: Mutant, names: Path) -> None:
    """Run the tests in this process, and end it."""
    code = 1
    try:
        os.setpgid(0, 0)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        os.chdir(ROOT)
        os.environ["PYTHONPATH"] = str(HERE / "importing")
        os.environ["HUEPRESS_MUTANT"] = mutant.to_json()
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(names.parent)
        runpy.run_path(str(HERE / "importing" / "sitecustomize.py"))
        code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", f"@{names}"]))
    finally:
        os._exit(code)


def run(arguments: argparse.Namespace) -> int:
    """Try a sample; return 1 where more than a tenth survive."""
    learned = json.loads(LEARNED.read_text())
    equal = {line.split("  #")[0].strip() for line in EQUAL.read_text().splitlines()}
    drawn = [m for m in every_mutant() if _is_asked_for(m, arguments.only)]
    drawn = [m for m in drawn if m.key not in equal]
    random.Random(arguments.seed).shuffle(drawn)
    drawn = drawn[: arguments.number]
    nothing = Mutant("limits.py", "limits.py:<module>", 1, 0, 0, "", "")
    quick = {tests[0] for m in drawn if (tests := tests_for(m, learned, arguments.patience))}
    if outcome(nothing, sorted(quick)) != "survived":
        print("tests fail without any mutant: mend them, or learn anew", file=sys.stderr)
        return 2
    survivors = []
    for number, mutant in enumerate(drawn, 1):
        started = time.perf_counter()
        tests = tests_for(mutant, learned, arguments.patience)
        how = outcome(mutant, tests)
        survivors += [mutant] if how == "survived" else []
        seconds = time.perf_counter() - started
        print(
            f"{number}/{len(drawn)} {how} {seconds:.0f}s ({len(tests)})  {mutant.key}", flush=True
        )
    print(f"\n{len(survivors)} of {len(drawn)} survived ({len(survivors) / len(drawn):.0%})")
    for mutant in survivors:
        print(f"  {mutant.key}")
    return int(len(survivors) > 0.1 * len(drawn))


def show(arguments: argparse.Namespace) -> None:
    """Print the mutants."""
    for mutant in every_mutant():
        if _is_asked_for(mutant, arguments.only):
            print(mutant.key)


def _is_asked_for(mutant: Mutant, only: Iterable[str]) -> bool:
    return not only or any(part in mutant.key for part in only)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("learn")
    command.set_defaults(work=learn)
    command.add_argument("tests", nargs="*", help="only these, beside what is known")
    for name, work in (("list", show), ("run", run)):
        command = commands.add_parser(name)
        command.set_defaults(work=work)
        command.add_argument("--only", action="append", default=[], help="part of a mutant's line")
        if name == "run":
            command.add_argument("-n", "--number", type=int, default=120)
            command.add_argument("--seed", type=int, default=0)
            command.add_argument("--patience", type=float, default=PATIENCE)
    arguments = parser.parse_args()
    return arguments.work(arguments) or 0


if __name__ == "__main__":
    sys.exit(main())
