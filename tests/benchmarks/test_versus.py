"""The benchmark on one small picture, and the table that is made from its CSV."""

import csv
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import huepress
from images import ramp

ROOT = Path(__file__).parents[2]


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    Image.fromarray(ramp(24, 32)).save(folder / "ramp.png")
    command = [sys.executable, ROOT / "benchmarks" / "versus" / "run.py", folder / "ramp.png"]
    more = ["--colors", "32", "--only", "balanced", "octree", "--out", folder / "r.csv"]
    subprocess.run([*command, *more], check=True, capture_output=True)
    with (folder / "r.csv").open(newline="") as lines:
        return folder, list(csv.DictReader(lines))


def test_figures_are_those_of_the_files(results):
    _, rows = results
    ours = next(r for r in rows if r["tool"] == "huepress balanced" and r["by"] == "k")
    alone = huepress.compress(ramp(24, 32), colors=32)
    assert int(ours["bytes"]) == alone.bytes_out
    assert float(ours["score"]) == pytest.approx(alone.score, abs=1e-3)
    assert float(ours["seconds"]) > 0
    assert float(ours["peak_mb"]) > 10
    assert ours["machine"]
    assert ours["version"] == huepress.__version__


def test_what_oxipng_takes_is_counted(tmp_path, monkeypatch, capsys):
    """It works in a process of its own, whose seconds are told only once it has ended."""
    from huepress.encode import oxipng_process

    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "versus")
    measure = module(ROOT / "benchmarks" / "versus" / "measure.py")
    ended = []
    monkeypatch.setattr(
        measure, "processor_seconds", lambda: ended.append(not oxipng_process._all) or 1.0
    )
    Image.fromarray(ramp(24, 32)).save(tmp_path / "ramp.png")
    huepress.compress(ramp(24, 32), colors=32)
    measure.main("Pillow octree", "k=32", str(tmp_path / "ramp.png"), str(tmp_path / "out.png"))
    assert ended == [False, True]
    assert '"cpu_seconds": 0.0' in capsys.readouterr().out


def test_equal_score_is_reached_by_all(results):
    _, rows = results
    equal = [row for row in rows if row["by"] == "score"]
    assert {row["tool"] for row in equal} == {"huepress balanced", "Pillow octree"}
    assert len({row["target"] for row in equal}) == 1
    assert all(float(row["score"]) >= float(row["target"]) - 1e-3 for row in equal)


def test_the_table_has_the_ratios(results):
    folder, rows = results
    table = (folder / "r.md").read_text()
    by = {row["tool"]: row for row in rows if row["by"] == "score"}
    ratio = int(by["Pillow octree"]["bytes"]) / int(by["huepress balanced"]["bytes"])
    line = next(line for line in table.splitlines() if "octree" in line)
    assert float(line.split("|")[2]) == pytest.approx(ratio, abs=0.0051)


def test_the_table_stands_between_the_markers():
    tool = module(ROOT / "tools" / "make_benchmark_table.py")
    text = f"a\n{tool.START}\nold\n{tool.END}\nb\n"
    once = tool.with_table(text, "| new |\n")
    assert once == f"a\n{tool.START}\n\n| new |\n\n{tool.END}\nb\n"
    assert tool.with_table(once, "| new |\n") == once
    with pytest.raises(SystemExit):
        tool.with_table("no markers", "| new |")


@pytest.mark.skipif(
    not (ROOT / "benchmarks" / "results.csv").exists(), reason="scripts/bench has not been run"
)
def test_the_readme_has_the_table_of_the_results():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_benchmark_table.py", "--check"], check=False
    )
    assert done.returncode == 0


def test_the_demo_set_is_drawn_the_same_every_time(tmp_path):
    pictures = module(ROOT / "benchmarks" / "versus" / "pictures.py")
    first, again = pictures.draw(tmp_path / "a"), pictures.draw(tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert len(first) == 4
