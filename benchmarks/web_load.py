"""Load on `huepress serve`: many uploads at once, some corrupt, some clients that hang up.

    python benchmarks/web_load.py [--seconds 60] [--clients 200] [FOLDER]

Starts a server on loopback, keeps `--clients` requests in flight for `--seconds`, checks every
answer (a picture of the right size, or a clear refusal), samples the memory of the server and its
workers, and looks for what is left afterwards. Pictures come from FOLDER, else they are drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

REFUSALS = {408, 413, 415, 422, 429, 503}


def drawn() -> list[bytes]:
    """Pictures of several sizes and kinds."""
    rng = np.random.default_rng(0)
    pictures = []
    for height, width, channels in [(64, 64, 3), (200, 300, 4), (400, 300, 3), (512, 768, 3)]:
        y, x = np.mgrid[0:height, 0:width]
        planes = [x * 255 // width, y * 255 // height, (x + y) % 256, 255 - (x * y) % 200]
        noise = rng.integers(0, 12, (height, width, channels))
        pixels = np.clip(np.dstack(planes[:channels]) + noise, 0, 255).astype(np.uint8)
        for kind in ("png", "webp") if channels == 4 else ("png", "jpeg", "bmp"):
            out = io.BytesIO()
            Image.fromarray(pixels).save(out, kind)
            pictures.append(out.getvalue())
    return pictures


def corrupt(picture: bytes, chance: random.Random) -> bytes:
    """Cut it short, overwrite its middle, or send something else."""
    kind = chance.randrange(3)
    if kind == 0:
        return picture[: max(1, len(picture) // 3)]
    if kind == 1:
        return chance.randbytes(2000)
    middle = len(picture) // 2
    return picture[:middle] + chance.randbytes(len(picture) // 4) + picture[middle:]


def family(pid: int) -> dict[str, str]:
    """What the system tells of a process and its children, by their number."""
    told = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if status.parent.name == str(pid) or f"\nPPid:\t{pid}\n" in text:
            told[status.parent.name] = text
    return told


def resident(pid: int) -> int:
    """Bytes of memory of a process and its children."""
    found = [re.search(r"VmRSS:\s+(\d+) kB", text) for text in family(pid).values()]
    return sum(1024 * int(one[1]) for one in found if one)


async def client(url: str, pictures: list[bytes], end: float, seed: int, seen: Counter) -> None:
    """Send pictures one after another until time is up."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=url, timeout=120) as http:
        while time.monotonic() < end:
            picture = chance.choice(pictures)
            spoilt = chance.random() < 0.1
            content = corrupt(picture, chance) if spoilt else picture
            colors = chance.choice([2, 16, 64, 256])
            hangs_up = chance.random() < 0.02
            try:
                answer = await http.post(
                    "/api/v1/compress",
                    params={"colors": colors, "effort": "fast", "score": "false"},
                    content=content,
                    timeout=0.05 if hangs_up else 120,
                )
            except httpx.TimeoutException:
                seen["hung up" if hangs_up else "WRONG: no answer in time"] += 1
                continue
            except httpx.HTTPError as error:
                seen[f"WRONG: {type(error).__name__}"] += 1
                continue
            seen[verdict(answer, picture, spoilt, colors)] += 1
            if answer.status_code == 503:
                await asyncio.sleep(chance.uniform(0.5, 1.5) * int(answer.headers["retry-after"]))


def verdict(answer: httpx.Response, picture: bytes, spoilt: bool, colors: int) -> str:
    """Say what an answer was, and whether it was right."""
    if answer.status_code == 200:
        out = Image.open(io.BytesIO(answer.content))
        out.load()
        report = json.loads(answer.headers["huepress-report"])
        right = report["bytes_out"] == len(answer.content) and (report["colors"] or 0) <= colors
        if not spoilt:
            right = right and out.size == Image.open(io.BytesIO(picture)).size
        return "200 right" if right else "WRONG: 200"
    if answer.status_code in REFUSALS and answer.json()["error"]["message"]:
        code = answer.json()["error"]["code"]
        expected = spoilt or answer.status_code in (429, 503)
        return f"{answer.status_code} {code}" if expected else f"WRONG: {answer.status_code} {code}"
    return f"WRONG: {answer.status_code}"


async def load(url: str, pid: int, pictures: list[bytes], clients: int, seconds: float) -> bool:
    """Run the clients and print what they saw; say whether all was well."""
    seen: Counter[str] = Counter()
    memory = [resident(pid)]
    end = time.monotonic() + seconds
    tasks = [asyncio.create_task(client(url, pictures, end, i, seen)) for i in range(clients)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(1)
        memory.append(resident(pid))
    await asyncio.gather(*tasks)
    for what, n in seen.most_common():
        print(f"{n:8,}  {what}")
    print(f"memory of server and workers: {memory[0] / 1e6:.0f} MB at the start, ", end="")
    print(f"{max(memory) / 1e6:.0f} MB at most, {memory[-1] / 1e6:.0f} MB at the end")
    return not any(what.startswith("WRONG") for what in seen)


def main() -> None:
    """Start a server, load it, look for what is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="pictures to send")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=200)
    arguments = parser.parse_args()
    pictures = drawn()
    if arguments.folder:
        files = sorted(p for p in Path(arguments.folder).rglob("*") if p.suffix in (".png", ".jpg"))
        pictures += [path.read_bytes() for path in files[:20]]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "huepress", "serve", "--no-browser", "--port", "0"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": folder},
        )
        assert server.stderr is not None
        url = server.stderr.readline().split()[3]
        said: list[str] = []
        # A pipe that nobody reads would fill and stop the server.
        reader = threading.Thread(target=lambda: said.extend(server.stderr))
        reader.start()
        try:
            good = asyncio.run(
                load(url, server.pid, pictures, arguments.clients, arguments.seconds)
            )
            health = httpx.get(f"{url}api/v1/health").json()
            left = sorted(path.name for path in Path(folder).rglob("*") if path.name != "lock")
            print(f"afterwards: {health['waiting']} waiting, files beside the folder: {left[1:]}")
        finally:
            processes = family(server.pid)
            server.terminate()
            server.wait(timeout=30)
            reader.join()
        print(
            "server said:",
            "".join(said).strip() or "nothing",
            "| left:",
            [path.name for path in Path(folder).iterdir()],
            "| of",
            len(processes),
            "processes:",
            [pid for pid in processes if Path("/proc", pid).exists()],
        )
        if not good:
            sys.exit("some answers were wrong")


if __name__ == "__main__":
    main()
