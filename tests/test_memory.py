"""Memory that is short: a result or an error of ours, and the next picture works."""

import subprocess
import sys
import textwrap

import pytest

import huepress
from huepress.errors import LimitError
from huepress.limits import Limits

CODE = """
import resource, sys
import numpy as np
import huepress
from huepress.encode import oxipng_process

HARD = resource.getrlimit(resource.RLIMIT_AS)[1]

def mapped():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()

def drawn(height, width, channels):
    y, x = np.mgrid[:height, :width]
    planes = [127 + 120 * np.sin(x / (17 + 3 * c) + y / (23 - 2 * c)) for c in range(channels)]
    noise = np.random.default_rng(5).normal(0, 9, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)

changes = eval(sys.argv[1])
large, small = drawn(400, 500, 4), drawn(24, 30, 3)
huepress.compress(drawn(64, 64, 4), **changes)  # late imports
expected = huepress.compress(small, **changes).data
found = set()
for extra in (1, 2, 3, 6, 7, 10, 11, 16, 21, 37, 400):
    if extra % 2:
        oxipng_process.end_all()  # it starts anew, under the limit
    resource.setrlimit(resource.RLIMIT_AS, (mapped() + (extra << 20), HARD))
    try:
        huepress.compress(large, **changes)
        found.add("done")
    except huepress.HuepressError as error:
        assert isinstance(error, MemoryError), error
        found.add(error.code)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (HARD, HARD))
    assert huepress.compress(small, **changes).data == expected, extra
print(*sorted(found))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS and /proc")
@pytest.mark.parametrize(
    "changes",
    [
        "dict(effort='fast', threads=1)",
        "dict(effort='fast', format='webp', threads=2)",
        "dict(effort='fast', lossless=True)",
    ],
)
def test_every_limit_of_memory_ends_in_a_result_or_an_error_of_ours(changes):
    """One bad_alloc broke the engine for the next picture; Rust ends a process without memory."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CODE), changes],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"done", "memory"}
    assert "done" in done.stdout


@pytest.mark.parametrize("side", [46341, 1 << 20, 1 << 31])
def test_pictures_beyond_31_bits_are_refused_whatever_the_limit(side):
    limits = Limits(max_pixels=1 << 62)
    limits.check_size("a.png", 46340, 46340)
    with pytest.raises(LimitError, match=r"2,147,483,647 \(it cannot be raised") as caught:
        limits.check_size("a.png", side, side)
    assert "--max-pixels" not in str(caught.value)


def test_a_header_of_two_thousand_megapixels_is_refused_before_memory_is_taken():
    header = b"P6 65536 65536 255\n"
    with pytest.raises(LimitError, match="4,294,967,296 pixels; the limit is 2,147,483,647"):
        huepress.compress(header + bytes(100), max_pixels=1 << 40)
