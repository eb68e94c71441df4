"""One run in a process of its own, so that its peak memory is its own: measure.py NAME AIM IN OUT.

AIM is ``k=64`` or ``score=71.5``. Prints seconds and CPU seconds (of writing the file, without
starting Python) and the peak memory in MB of this process or of the largest program that it ran.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter

from peers import peers

import huepress


def main(name: str, aim: str, source: str, out: str) -> None:
    """Write one file and print what it took."""
    peer = next(peer for peer in peers() if peer.name == name)
    pixels = huepress.load(source).pixels
    kind, _, value = aim.partition("=")
    started, used = perf_counter(), processor_seconds()
    if kind == "k":
        data = peer.write(pixels, int(value))
    else:
        assert peer.aim is not None
        data = peer.aim(pixels, float(value))
    seconds, used = perf_counter() - started, processor_seconds() - used
    Path(out).write_bytes(data)
    kilobytes = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told = {"seconds": seconds, "cpu_seconds": used, "peak_mb": kilobytes / 1024}
    print(json.dumps(told))


def processor_seconds() -> float:
    """Return what this process and the programs that it ran took of the processors."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(*sys.argv[1:])
