"""The first command to install huepress finds the right one among the wheels of all systems."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE = [
    f"{python}-{system}"
    for python in ("cp311-cp311", "cp312-abi3")
    for system in ("manylinux2014_x86_64", "manylinux2014_aarch64", "musllinux_1_2_x86_64")
]


def write_wheel(dist, tag):
    """An empty wheel of huepress."""
    inside = "huepress-0.1.0.dist-info"
    with zipfile.ZipFile(dist / f"huepress-0.1.0-{tag}.whl", "w") as wheel:
        wheel.writestr(
            f"{inside}/METADATA", "Metadata-Version: 2.1\nName: huepress\nVersion: 0.1.0\n"
        )
        wheel.writestr(f"{inside}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nTag: {tag}\n")
        wheel.writestr(f"{inside}/RECORD", "")


@pytest.mark.parametrize("page", ["README.md", "docs/start.md"])
def test_first_way_to_install_picks_the_wheel_that_fits(page, tmp_path):
    dist = tmp_path / "dist"
    dist.mkdir()
    for tag in ("py3-none-any", *MADE):
        write_wheel(dist, tag)
    text = (ROOT / page).read_text()
    block = text[text.index("## Install") :].split("```")[1]
    lines = block.splitlines()[1:]
    (install,) = [line for line in lines if line.startswith("pip install")]
    exports = [line for line in lines if line.startswith("export ")]
    pip = f'pip() {{ "{sys.executable}" -m pip "$@"; }}'
    script = "\n".join([pip, *exports, install])
    target = tmp_path / "installed"
    settings = {"PIP_NO_INDEX": "1", "PIP_TARGET": str(target), "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=tmp_path,
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in target.iterdir()] == ["huepress-0.1.0.dist-info"]
