"""The public face: complete, sorted, documented, and not hidden by modules of the same name."""

import inspect
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

import huepress


def test_all_is_sorted_and_unique():
    assert huepress.__all__ == sorted(set(huepress.__all__))


@pytest.mark.parametrize("name", huepress.__all__)
def test_every_name_loads_and_is_documented(name):
    assert inspect.getdoc(getattr(huepress, name))
    assert name in dir(huepress)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'compres'"):
        huepress.compres  # noqa: B018


def test_importing_a_module_does_not_hide_the_function():
    code = (
        "import huepress._compress, huepress._quantize, huepress.decode, huepress.encode\n"
        "from huepress import compress, quantize, load\n"
        "assert callable(huepress.compress) and callable(compress)\n"
        "assert callable(huepress.quantize) and callable(quantize)\n"
        "assert callable(huepress.load) and callable(load)\n"
        "from huepress._compress import compress as again; assert again is compress\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_versions_agree():
    from importlib.metadata import version

    info = huepress.build_info()
    assert info["version"] == huepress.__version__ == version("huepress")
    assert info["instruction_set"] in info["instruction_sets"]
    assert info["instruction_sets"][0] == "baseline"


def test_an_instruction_set_can_be_asked_for_by_the_environment():
    code = "import huepress; print(huepress.build_info()['instruction_set'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"HUEPRESS_ISA": "baseline"},
    )
    assert done.stdout.strip() == "baseline"


def test_licenses_travel_with_the_package():
    from importlib.metadata import distribution

    words = "".join(
        file.read_text() for file in distribution("huepress").files or () if "licenses" in str(file)
    )
    for holder in ("The huepress developers", "Cloudinary", "Wenzel Jakob", "Tessil"):
        assert holder in words


def test_the_instruction_sets_are_those_that_linux_tells_of():
    cpuinfo = Path("/proc/cpuinfo")
    words = cpuinfo.read_text() if cpuinfo.exists() else ""
    found = re.search(r"^flags\s*: (.*)$", words, re.MULTILINE)
    if platform.machine() != "x86_64" or found is None:
        pytest.skip("not Linux on x86-64")
    flags = set(found[1].split())
    wanted = ["baseline"]
    if {"avx2", "bmi1", "bmi2", "popcnt", "abm"} <= flags:
        wanted.append("avx2")
        if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
            wanted.append("avx512")
    assert list(huepress.build_info()["instruction_sets"]) == wanted
