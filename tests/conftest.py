"""Shared settings: hypothesis profiles, thread counts, where the real pictures lie."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fast", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

# What runs remember lies here, not in the home of whoever runs the tests.
_STATE = tempfile.TemporaryDirectory(prefix="huepress-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

REAL = Path(__file__).parents[2] / "shared" / "images"


@pytest.fixture(params=[1, 2, 7])
def n_threads(request):
    return request.param


@pytest.fixture(scope="session")
def real_images():
    """The folder of real pictures beside the repository, or a skip that says so."""
    if not REAL.is_dir():
        pytest.skip(f"no real pictures at {REAL}")
    return REAL
