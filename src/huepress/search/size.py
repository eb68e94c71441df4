"""Find the best-looking file within a size limit, in any format.

Trials are ranked by estimated bytes: a mapping's rough bytes, times the ratio of real to rough
bytes of the last file with its setting. A file that is returned was written and measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import log2
from typing import Final

from huepress.search.bench import Bench
from huepress.search.fill import FULL, fill
from huepress.search.parts import parts_of_given
from huepress.search.rate_curve import HIGHEST, LOWEST
from huepress.search.score import puts_lightness_first, reach_score
from huepress.search.trial import Setting, Trial
from huepress.types import Encoded

Write = Callable[[Trial, bool], Encoded]
"""Writes the file of a trial: as it will be, or in a hurry if that is enough."""

SMALL: Final = 1 << 14
"""Up to this many pixels, every number of colors and many levels of dither are tried, and every
file is written: it takes milliseconds, and estimates would be off by a third."""

TRIES: Final = {"fast": 4, "balanced": 6, "best": 9}
"""Most mappings to find the lowest rate weight that fits, by effort."""

ROUNDS: Final = 4
"""How often the winner's estimate is corrected by the file it made."""

ABOVE: Final = 0.4
"""Points above the best so far that a search by score tries to fit."""

FAR: Final = 0.5
"""A mapping this many points below the best so far needs no exact size."""

HURRIED: Final = 0.1
"""Rate weight at which a small picture is also mapped once in a hurry."""

FILLED: Final = 0.97
"""Share of the bound from which on the file of such a mapping has no room to become the best. A
small one may gain 15 points over the last tenth (tests/images.py, scene, 6 colors, 364 bytes)."""

TINY: Final = 2048
"""Up to this many bytes, files of large pictures near the bound are written in earnest, too: on a
chart of 0.3 megapixels, a bound of 1168 bytes gains 4 points (docs/lab-book/search.md)."""

HOPELESS: Final = 8.0
"""Fewer colors are not tried once they are this many points below the best so far."""

# The following only steer where the next trial is made. Half and twice of each: under "constants of
# the search" in docs/lab-book/search.md.

QUICK: Final = 1.1
"""Times the limit up to which a hurried file may still fit once it is written in earnest: it was at
most 1.048 times as large of 150 index maps, 1.052 of 66 exact pictures."""

STEADY: Final = 0.005
"""Relative change of the ratio of real to rough bytes that is not worth another round, and by which
the next estimate is lowered when a file was too large."""

SPARE: Final = 0.002
"""Share of the limit that is kept free when the writer's savings are spent."""

SAMPLES: Final = (0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35)
"""Octaves below the best rate weight at which a small picture is mapped once more."""

NEIGHBORS: Final = {True: (0.84, 1.19), False: (0.75, 1.33)}
"""Other numbers of colors to try, as multiples, by whether the picture is small."""

LEVELS: Final = {True: (0.0, 0.3, 0.6, 0.8, 1.0), False: (0.6,)}
"""Other levels of dither to try, by whether the picture is small."""


@dataclass(frozen=True)
class Found:
    """A trial and the file it makes."""

    trial: Trial
    encoded: Encoded

    @property
    def n_bytes(self) -> int:
        """Size of the file."""
        return len(self.encoded.data)


@dataclass
class SizeSearch:
    """A search for the best file within a bound.

    Attributes
    ----------
    bench : Bench
        The picture.
    n_bytes : int
        The bound.
    write : callable
        See `Write`.
    effort : {"fast", "balanced", "best"}
        How much is tried.
    dither : float or None
        The one level to use; None tries several.
    """

    bench: Bench
    n_bytes: int
    write: Write
    effort: str
    dither: float | None
    best: Found | None = None
    smallest: Found | None = None
    ratio: float = 1.0
    weight: float = 0.0
    _seen: set[Setting] = field(default_factory=set)
    _benches: dict[int, Bench] = field(default_factory=dict)

    def run(self) -> Found | None:
        """Return the best file that fits; None when none does (`smallest` came nearest)."""
        bench = self.bench
        plain = bench.nearest(bench.colors)
        if bench.picture.is_exact and self._takes_exact(plain):
            return self.best
        if self._is_hopeless():
            self._take_smallest()
            return self.best
        for colors, trial in self._by_colors():
            self._plain(trial)
            if self._is_small:
                self._in_a_hurry(colors)
            if colors == 1:
                continue
            known = self.best.trial.score if self.best else None
            reached = [self._fill(Setting(colors, level)) for level in self._levels(colors)]
            scores = [each.score for each in (*reached, trial) if each is not None]
            if known is not None and (not scores or max(scores) < known - HOPELESS):
                break
        self._refine()
        self._in_earnest()
        self._fit_exactly()
        self._sample_near()
        self._by_score()
        if self.best is None:
            self._take_a_part()
        if self.best is None:
            self._take_smallest()
        return self.best

    def run_for_fixed_size(self) -> Found | None:
        """Do the same for formats whose size ignores the mapping: the largest palette that fits."""
        bench = self.bench
        one, plain = self.write(bench.nearest(1), True), bench.nearest(bench.colors)
        many = self.write(plain, True)
        if len(many.data) > self.n_bytes and len(plain.fit.palette) > 1:
            an_entry = (len(many.data) - len(one.data)) / (len(plain.fit.palette) - 1)
            room = 1 + (self.n_bytes - len(one.data)) / max(an_entry, 1.0)
            plain = bench.nearest(max(1, min(bench.colors, int(room))))
        self._take(plain)
        levels = (1.0, 0.0) if self.dither is None else (self.dither,)
        colors = len(plain.fit.palette)
        if not bench.picture.is_exact and colors > 1:
            for trial in bench.priced_all([(Setting(colors, each), LOWEST) for each in levels]):
                self._take(trial)
        return self.best

    def _takes_exact(self, plain: Trial) -> bool:
        """Take the exact file if it fits; it is written in earnest only where it may."""
        quick = self.write(plain, True)
        return len(quick.data) <= QUICK * self.n_bytes and self._take(plain)

    def _is_hopeless(self) -> bool:
        """Whether even a picture of one color, smaller than any other, is far above the bound."""
        if self.bench.rivals.n_fixed:
            return False
        return len(self.write(self.bench.nearest(1), True).data) > QUICK * self.n_bytes

    @property
    def _is_small(self) -> bool:
        return self.bench.picture.image.width * self.bench.picture.image.height <= SMALL

    @property
    def _is_exacting(self) -> bool:
        return self._is_small or self.n_bytes <= TINY

    def _bench_for(self, colors: int) -> Bench:
        """Return the bench for a number of colors; small pictures choose among rivals anew."""
        if not self._is_small or colors >= self.bench.colors or self.bench.rivals.n_fixed:
            return self.bench
        if colors not in self._benches:
            self._benches[colors] = self.bench.for_colors(colors)
        return self._benches[colors]

    def _by_colors(self) -> Iterator[tuple[int, Trial]]:
        """Yield palettes from the largest down to one color, each once, mapped plainly."""
        most = min(self.bench.colors, self.bench.picture.counted.n_colors)
        known: list[object] = []
        for colors in _ladder(most, every=self._is_small):
            trial = self._bench_for(colors).nearest(colors)
            if all(trial.fit is not fit for fit in known):
                known.append(trial.fit)
                yield colors, trial

    def _levels(self, colors: int) -> tuple[float, ...]:
        if self.dither is not None:
            return (self.dither,)
        if self._is_small:
            return (1.0, 0.0)
        if self.best is None or self.best.trial.setting is None:
            return (1.0, 0.0)
        return (self.best.trial.setting.dither,)

    def _plain(self, trial: Trial) -> None:
        if self.best is None or trial.score > self.best.trial.score:
            quick = Found(trial, self.write(trial, True))
            if not self._keep(quick) and quick.n_bytes <= QUICK * self.n_bytes:
                self._take(trial)

    def _in_a_hurry(self, colors: int) -> None:
        """Try the first palette learned: for icons it is occasionally the better one."""
        bench, picture = self._bench_for(colors), self.bench.picture
        fit = bench.rivals.first(colors)
        if fit is not bench.fit(colors):
            self._plain(picture.trial(picture.nearest(fit), fit, container=bench.container))
        level = 0.0 if self.dither is None else self.dither
        hurried = bench.unscored(Setting(colors, level), HURRIED)
        self._plain(picture.trial(hurried.indexed, hurried.fit, container=bench.container))

    def _may_win(self, trial: Trial) -> bool:
        return self.best is None or trial.score >= self.best.trial.score

    def _take(self, trial: Trial) -> bool:
        """Write a trial in earnest, keep it if it is the best so far, and say whether it fits."""
        return self._keep(Found(trial, self.write(trial, False)))

    def _keep(self, found: Found) -> bool:
        """Keep a file if it is the best so far, and return whether it fits."""
        if self.smallest is None or found.n_bytes < self.smallest.n_bytes:
            self.smallest = found
        if found.n_bytes > self.n_bytes:
            return False
        if self.best is None or (found.trial.score, -found.n_bytes) > (
            self.best.trial.score,
            -self.best.n_bytes,
        ):
            self.best = found
        return True

    def _in_earnest(self) -> None:
        """Write the best file as it will be: until now one written in a hurry was enough."""
        if self.best is not None:
            earnest = self.write(self.best.trial, False)
            self.best = min(
                self.best, Found(self.best.trial, earnest), key=lambda each: each.n_bytes
            )

    def _fill(self, setting: Setting, tries: int | None = None) -> Trial | None:
        """Find the lowest rate weight of a setting whose file fits, and write that file."""
        self._seen.add(setting)
        ratio, fitting = self.ratio, None
        for _ in range(ROUNDS if self._is_small else 2):
            limit = max(1, int(self.n_bytes / ratio))
            bench = self._bench_for(setting.colors)
            trial = fill(bench, setting, limit, tries or TRIES[self.effort], self.weight)
            if trial is None:
                break
            self.weight = log2(trial.rate_weight)
            far = self.best is not None and trial.score < self.best.trial.score - FAR
            if far and not self._is_small:
                return fitting or trial
            found = Found(trial, self.write(trial, True))
            is_near = self.n_bytes < found.n_bytes <= QUICK * self.n_bytes
            if self._is_exacting and is_near and self._may_win(trial):
                found = Found(trial, self.write(trial, False))
            if far and found.n_bytes > FILLED * self.n_bytes:
                return fitting or trial
            now = found.n_bytes / trial.n_bytes
            fits = self._keep(found)
            if fits:
                fitting = trial
            if (fits and found.n_bytes >= FULL * self.n_bytes) or abs(now / ratio - 1) < STEADY:
                break
            # Slightly below what the last file says, because the ratio may change for the next.
            ratio = now * (1.0 if fits else 1 + STEADY)
        self.ratio = ratio
        return fitting

    def _refine(self) -> None:
        """Try the neighbors of the best setting: other numbers of colors, levels, weights."""
        for _ in range(3 if self.effort != "fast" else 1):
            if self.best is None or self.best.trial.setting is None:
                return
            before = self.best
            base = before.trial.setting
            assert base is not None
            for setting in self._beside(base):
                if setting not in self._seen:
                    self._fill(setting, tries=4)
            if self.best is before:
                return

    def _beside(self, base: Setting) -> Iterator[Setting]:
        most = min(self.bench.colors, self.bench.picture.counted.n_colors)
        sizes = {round(base.colors * step) for step in NEIGHBORS[self._is_small]}
        for colors in sorted(sizes):
            if max(2, self.bench.rivals.n_fixed) <= colors <= most:
                yield replace(base, colors=colors)
        if self.dither is None:
            for level in LEVELS[self._is_small]:
                yield replace(base, dither=level)
        if self.bench.picture.is_drawn:
            yield replace(base, masked=not base.masked)
            score = self.best.trial.score if self.best else 0.0
            if base.lightness or puts_lightness_first(self.bench, score):
                yield replace(base, lightness=not base.lightness)

    def _fit_exactly(self) -> None:
        """Spend on the picture the bytes that the last steps of the writer save."""
        for _ in range(ROUNDS):
            best = self.best
            if best is None or best.trial.setting is None or best.n_bytes >= FULL * self.n_bytes:
                return
            bench = self._bench_for(best.trial.setting.colors)
            self.weight = log2(best.trial.rate_weight)
            limit = int(self.n_bytes * best.trial.n_bytes / best.n_bytes * (1 - SPARE))
            trial = fill(bench, best.trial.setting, limit, TRIES[self.effort], self.weight)
            if trial is None or trial.rate_weight >= best.trial.rate_weight:
                return
            if not self._take(trial):
                at = (log2(trial.rate_weight) + self.weight) / 2
                self._take(bench.priced(best.trial.setting, 2.0**at))
                return

    def _sample_near(self) -> None:
        """Try rate weights just below the best of a small picture.

        There a byte is a large share of the limit, and bytes and score are no smooth functions of
        the weight: a file that fits as well may look clearly better.
        """
        best = self.best
        if not self._is_small or best is None or best.trial.setting is None:
            return
        bench = self._bench_for(best.trial.setting.colors)
        weights = [best.trial.rate_weight * 2.0**-step for step in SAMPLES]
        for weight in weights:
            if weight >= LOWEST:
                trial = bench.priced(best.trial.setting, weight)
                if self._may_win(trial):
                    self._take(trial)

    def _by_score(self) -> None:
        """Try whether a search by score finds a better file that fits."""
        for _ in range(4 if self._is_exacting else 1):
            if self.best is None or (self.effort == "fast" and not self._is_small):
                return
            goal = min(self.best.trial.score + ABOVE, 100.0)
            if not 1 <= goal < 100:
                return
            found = reach_score(self.bench, goal, self.effort, self.dither)
            if found is None or not self._take(found):
                return

    def _take_a_part(self) -> None:
        """Use as much of a given palette as fits."""
        for trial in parts_of_given(self.bench):
            if self._take(trial):
                return

    def _take_smallest(self) -> None:
        """Write the smallest possible file: few colors at the highest rate weight."""
        bench = self.bench
        level = 1.0 if self.dither is None else self.dither
        self._take(bench.nearest(1))
        self._take(bench.priced(Setting(min(2, bench.colors), level), HIGHEST))
        if self.smallest is not None:
            self._take(self.smallest.trial)


def _ladder(most: int, *, every: bool) -> list[int]:
    """Return numbers of colors, largest first: halves; or all up to 16, then four per octave."""
    if not every:
        return sorted({max(1, most >> i) for i in range(9)} | {1}, reverse=True)
    steps = {round(2 ** (i / 4)) for i in range(16, 33)} | set(range(1, 17))
    return sorted({most} | {n for n in steps if n < most}, reverse=True)
