"""`huepress demo`: the table, the pictures, the same ones every time."""

from functools import partial

import numpy as np
from click.testing import CliRunner

from huepress.cli import cli
from huepress.study import demo
from images import decoded


def test_the_picture_is_the_same_every_time_and_has_something_of_everything():
    first, second = demo.draw(), demo.draw()
    np.testing.assert_array_equal(first, second)
    assert first.shape == (demo.HEIGHT, demo.WIDTH, 4)
    assert len(np.unique(first.reshape(-1, 4), axis=0)) > 10_000
    assert 0 < (first[..., 3] == 0).mean() < 0.2
    assert ((first[..., 3] > 0) & (first[..., 3] < 255)).any()


def test_the_command_prints_the_table_and_writes_the_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "draw", partial(demo.draw, 96, 144))
    done = CliRunner().invoke(cli, ["demo", "--out-dir", str(tmp_path / "demo")])
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if line[:5].strip().isdigit()]
    assert [int(row[0]) for row in rows] == list(demo.K_SHOWN)
    sizes = [(tmp_path / "demo" / f"k{k:03d}.png").stat().st_size for k in demo.K_SHOWN]
    assert sizes[0] < sizes[-1]
    for k in demo.K_SHOWN:
        shown = decoded((tmp_path / "demo" / f"k{k:03d}.png").read_bytes())
        assert shown.shape[:2] == (96, 144)
        assert len(np.unique(shown.reshape(-1, shown.shape[2]), axis=0)) <= k
    sheet = decoded((tmp_path / "demo" / "side-by-side.png").read_bytes())
    assert sheet.shape[0] > 2 * 96
    assert sheet.shape[1] > 3 * 144
