"""Steps of the search within a bound, on made-up trials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from huepress.search import size
from huepress.search.size import FULL, Found, SizeSearch
from huepress.search.trial import Setting
from huepress.types import Encoded


@dataclass(frozen=True)
class MadeUp:
    """A trial, as far as these steps look at it."""

    setting: Setting
    score: float = 70.0
    rate_weight: float = 4.0
    n_bytes: int = 900


def search(n_bytes: int = 1000, **more: Any) -> SizeSearch:
    image = SimpleNamespace(width=400, height=300)
    counted = SimpleNamespace(n_colors=5000)
    picture = SimpleNamespace(image=image, counted=counted, is_drawn=False)
    bench = SimpleNamespace(colors=200, picture=picture, rivals=SimpleNamespace(n_fixed=0))
    written = Encoded(b"x" * 900, "png")
    return SizeSearch(bench, n_bytes, lambda *_: written, "balanced", **more)  # type: ignore[arg-type]


def test_other_numbers_of_colors_and_levels_are_beside_a_setting():
    found = list(search(dither=None)._beside(Setting(100, 1.0)))
    assert [(each.colors, each.dither) for each in found] == [(75, 1.0), (133, 1.0), (100, 0.6)]
    assert [each.colors for each in search(dither=1.0)._beside(Setting(180, 1.0))] == [135]


@pytest.mark.parametrize("share", [FULL - 0.01, FULL])
def test_room_is_spent_below_the_share_that_is_full_and_not_from_there_on(monkeypatch, share):
    asked = []
    monkeypatch.setattr(size, "fill", lambda *args: asked.append(args))
    wanted = search(dither=1.0)
    trial = MadeUp(Setting(100, 1.0))
    wanted.best = Found(trial, Encoded(b"x" * round(1000 * share), "png"))  # type: ignore[arg-type]
    wanted._fit_exactly()
    assert len(asked) == (share < FULL)


def test_a_mapping_at_the_same_rate_weight_is_no_step_forward(monkeypatch):
    trial = MadeUp(Setting(100, 1.0))
    monkeypatch.setattr(size, "fill", lambda *_: replace(trial, score=99.0))
    wanted = search(dither=1.0)
    wanted.best = Found(trial, Encoded(b"x" * 500, "png"))  # type: ignore[arg-type]
    wanted._fit_exactly()
    assert wanted.best.trial is trial
