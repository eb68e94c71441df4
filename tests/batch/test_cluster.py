"""distributed: a Dask cluster makes the same bytes as this process, also when workers die.

The large version of this is benchmarks/batch/cluster.py.
"""

import threading
import time

import numpy as np
import pytest

pytest.importorskip("distributed")

from distributed import Client, LocalCluster

import huepress
from huepress import batch
from huepress.batch.marks import marked
from huepress.errors import OptionError
from huepress.options import BatchOptions, CompressOptions, WriteOptions
from images import as_file, scene, soft_disc
from trees import compress, contents, make_tree

# Dask's own: a worker that is killed leaves sockets behind, which the collector then reports.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

OPTIONS = CompressOptions(colors=16, effort="fast")
TREE = BatchOptions(recursive=True)


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def tree(tmp_path):
    make_tree(tmp_path / "src")
    return tmp_path / "src"


def run(tree, out, client, manifest=None):
    targets = batch.plan((str(tree),), WriteOptions(out_dir=str(out)), "auto", TREE)
    return list(batch.run(targets, OPTIONS, TREE, client=client, manifest=manifest))


def test_a_cluster_makes_the_same_tree_and_rows_in_order(tree, tmp_path, client):
    rows = run(tree, tmp_path / "cluster", client)
    local = run(tree, tmp_path / "local", None)
    assert contents(tmp_path / "cluster") == contents(tmp_path / "local")
    assert [row.source for row in rows] == [row.source for row in local]
    assert [row.status for row in rows] == [row.status for row in local]
    assert {row.failure.code for row in rows if row.failure} == {"damaged"}


def test_the_manifest_remembers_what_the_cluster_did(tree, tmp_path, client):
    out = tmp_path / "out"
    with batch.Manifest(out / "m.sqlite") as manifest:
        run(tree, out, client, manifest)
        rows = run(tree, out, client, manifest)
        assert [row.reason for row in rows if row.status == "skipped"].count("unchanged") == 15
        rows = run(tree, out, None, manifest)
        assert [row.reason for row in rows if row.status == "skipped"].count("unchanged") == 15


def test_a_killed_worker_costs_nothing_but_time(tmp_path, client):
    root = tmp_path / "src"
    root.mkdir()
    for i in range(60):
        (root / f"p{i:02d}.png").write_bytes(as_file(scene(90, 120, seed=i)))
    out = tmp_path / "out"

    def kill():
        while len(list(out.glob("*.png"))) < 5:
            time.sleep(0.005)
        client.run(lambda: __import__("os")._exit(9), workers=[victim], on_error="ignore")

    victim = sorted(client.scheduler_info()["workers"])[0]
    killer = threading.Thread(target=kill)
    killer.start()
    with batch.Manifest(tmp_path / "m.sqlite") as manifest:
        rows = run(root, out, client, manifest)
    killer.join()
    assert [row.status for row in rows] == ["compressed"] * 60
    assert len(contents(out)) == 60
    for i in (0, 31, 59):
        expected = huepress.compress(root / f"p{i:02d}.png", OPTIONS).data
        assert (out / f"p{i:02d}.png").read_bytes() == marked(expected, "png")
    assert not list(out.rglob(".huepress-*.tmp"))


def test_a_shared_palette_is_the_same_over_two_workers(tmp_path, client):
    names = []
    for i in range(50):
        path = tmp_path / f"s{i:02d}.png"
        path.write_bytes(as_file(scene(30, 30, seed=i) if i % 2 else soft_disc(20 + i % 9)))
        names.append(str(path))
    for weighting in ("pixels", "pictures"):
        local = batch.fit_palette(names, OPTIONS, weighting=weighting, threads=1)
        spread = batch.fit_palette(names, OPTIONS, weighting=weighting, client=client)
        assert np.array_equal(local.palette.colors, spread.palette.colors)
        assert local.inertia == spread.inertia


def test_the_command_line_reaches_the_scheduler(tree, tmp_path, client):
    address = client.scheduler.address
    done = compress(
        tree, "-r", "--out-dir", tmp_path / "out", "-k", 16, "--scheduler", address,
        "--exclude", "broken.png", "--shared-palette",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert len(contents(tmp_path / "out")) == 15


def test_an_address_without_scheduler_is_refused(tmp_path, monkeypatch):
    import dask

    from huepress.batch.dask import connect

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "0.3s"}),
        pytest.raises(OptionError, match="running Dask scheduler"),
    ):
        connect("tcp://127.0.0.1:1")


def test_another_version_on_the_workers_is_refused(client, monkeypatch):
    from huepress.batch import dask
    from huepress.batch.dask import require_same_version

    monkeypatch.setattr(dask, "__version__", "99.0")
    with pytest.raises(OptionError, match=r"workers with huepress 99\.0"):
        require_same_version(client)
