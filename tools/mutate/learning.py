"""A plugin of pytest: write down which functions of huepress every test runs, and its seconds."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

ROOT = str(Path(__file__).parents[2] / "src" / "huepress") + os.sep
_learned: dict[str, dict[str, float]] = {}
_codes: dict[CodeType, str | None] = {}
_entered: set[CodeType] = set()


def _watch(frame: FrameType, event: str, _: Any) -> None:
    if event == "call":
        _entered.add(frame.f_code)


def _name(code: CodeType) -> str | None:
    """Return ``file:function``, as mutants have it."""
    if code not in _codes:
        file = code.co_filename
        inside = file.startswith(ROOT)
        name = code.co_qualname.replace(".<locals>", "").split(".<")[0]
        _codes[code] = f"{file[len(ROOT) :]}:{name}" if inside else None
    return _codes[code]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    """Watch one test, its fixtures included."""
    _entered.clear()
    started = time.perf_counter()
    threading.setprofile(_watch)
    sys.setprofile(_watch)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        seconds = time.perf_counter() - started
        entered = _entered.copy()  # threads of this test may still run, and add to it
        names = {name for code in entered if (name := _name(code)) is not None}
        for name in names | {f"{name.split(':')[0]}:<module>" for name in names}:
            _learned.setdefault(name, {})[item.nodeid] = round(seconds, 3)


def pytest_sessionfinish() -> None:
    """Write what was learned, beside what other tests did before."""
    file = Path(os.environ["MUTATE_LEARN"])
    before = json.loads(file.read_text()) if file.exists() else {}
    for name, times in _learned.items():
        before.setdefault(name, {}).update(times)
    file.write_text(json.dumps(before))
