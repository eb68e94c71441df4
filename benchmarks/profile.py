"""Where the time and the memory of one picture go, room by room.

    python benchmarks/profile.py PICTURE [--effort fast] [--lossless] [--interval 5]

Every few milliseconds all threads are asked in which room of huepress they are (the innermost frame
of the package), and the system how much this process and oxipng's hold. A room's seconds are those
in which a thread was in it, divided among rooms that were busy side by side; its memory is the peak
while it was busy, and by how much the held memory grew in it. Imports are in the first line.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from memory import family, held

STARTED = time.perf_counter()


@dataclass
class Room:
    seconds: float = 0.0
    peak: int = 0
    grown: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture")
    parser.add_argument("--effort", default="balanced")
    parser.add_argument("--quality", type=float)
    parser.add_argument("--lossless", action="store_true")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--interval", type=float, default=5.0, help="milliseconds")
    options = parser.parse_args()
    import huepress

    imported = time.perf_counter()
    package = str(Path(huepress.__file__).parent) + os.sep
    rooms: dict[str, Room] = defaultdict(Room)
    stop = threading.Event()
    watch = threading.Thread(target=watched, args=(rooms, package, options.interval / 1e3, stop))
    watch.start()
    try:
        result = huepress.compress(
            options.picture,
            effort=options.effort,
            lossless=options.lossless,
            quality=options.quality,
            threads=options.threads,
        )
    finally:
        took = time.perf_counter() - imported
        stop.set()
        watch.join()
    print(f"imports {imported - STARTED:.2f} s; {result.summary()}")
    print(f"{'room':32} {'s':>7} {'share':>6} {'peak MB':>8} {'grown MB':>8}")
    for name, room in sorted(rooms.items(), key=lambda item: -item[1].seconds):
        print(
            f"{name:32} {room.seconds:7.2f} {room.seconds / took:6.1%}"
            f" {room.peak / 1e6:8.0f} {room.grown / 1e6:8.0f}"
        )


def watched(rooms: dict[str, Room], package: str, interval: float, stop: threading.Event) -> None:
    """Look at all threads but this one until the end."""
    before, last = time.perf_counter(), 0
    while not stop.wait(interval):
        now = time.perf_counter()
        own = threading.get_ident()
        found = {
            name
            for ident, frame in sys._current_frames().items()
            if ident != own and (name := room_of(frame, package))
        }
        total = sum(held(pid) for pid in family(os.getpid()))
        for name in found:
            room = rooms[name]
            room.seconds += (now - before) / len(found)
            room.peak = max(room.peak, total)
            room.grown += (total - last) // len(found) if last else 0
        before, last = now, total


def room_of(frame: object, package: str) -> str | None:
    """Name the file and the function of the innermost frame that is the package's."""
    while frame is not None:
        code = frame.f_code  # type: ignore[attr-defined]
        if code.co_filename.startswith(package):
            inside = code.co_filename.removeprefix(package).removesuffix(".py")
            if not inside.startswith(("_forks", "search/bench")) or "submit" in code.co_name:
                return f"{inside}.{code.co_name}"
        frame = frame.f_back  # type: ignore[attr-defined]
    return None


if __name__ == "__main__":
    main()
