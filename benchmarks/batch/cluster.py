"""A tree on a Dask LocalCluster of two worker processes, one of them killed in mid-run.

python benchmarks/batch/cluster.py [--files 300] [--work /tmp/huepress-cluster]
"""

import argparse
import os
import shutil
import threading
import time
from pathlib import Path

from common import digests, make_tree, start
from distributed import Client, LocalCluster

from huepress import batch
from huepress.options import BatchOptions, CompressOptions, WriteOptions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--largest", type=int, default=200_000)
    parser.add_argument("--work", type=Path, default=Path("/tmp/huepress-cluster"))
    arguments = parser.parse_args()
    tree, local, out = (arguments.work / name for name in ("src", "local", "out"))
    make_tree(tree, arguments.files, arguments.largest)
    for folder in (local, out):
        shutil.rmtree(folder, ignore_errors=True)
    start(tree, local, 1).wait()
    options, recursive = CompressOptions(effort="fast"), BatchOptions(recursive=True)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        victim = min(client.scheduler_info()["workers"])
        killer = threading.Thread(target=kill, args=(client, victim, out, arguments.files // 3))
        killer.start()
        targets = batch.plan((str(tree),), WriteOptions(out_dir=str(out)), "auto", recursive)
        with batch.Manifest(arguments.work / "manifest.sqlite") as manifest:
            rows = list(batch.run(targets, options, recursive, client=client, manifest=manifest))
        killer.join()
    lost = sum(row.failure is not None and row.failure.code == "worker" for row in rows)
    same = digests(local) == digests(out)
    print(f"{len(rows)} rows, {lost} lost with their worker, same tree as local: {same}")


def kill(client, victim, out, n_files):
    """Kill a worker once so many files are there."""
    while len(list(out.rglob("*.png"))) < n_files:
        time.sleep(0.05)
    client.run(lambda: os._exit(9), workers=[victim], on_error="ignore")
    print(f"killed {victim}")


if __name__ == "__main__":
    main()
