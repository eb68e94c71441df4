"""The rate-aware mapping in plain NumPy: small, slow, and the same indices as the core's.

One row is a shortest path. To a pixel lead: a literal; a run of the label before it; copies from
fixed offsets in the rows above; copies from places that had the same three nearest colors. Every
state carries its price relative to the best path so far, its error, and its length. Used by tests
on tiny pictures; for what it computes see `remap.rate` and core/src/rate/rate.hpp. Its one class is
longer than a file should be: as the core's, in one piece, it is easier to compare.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.types import Indices, Points
from twins.rate_model import MODELS
from twins.rate_states import (
    LAST_PRICED,
    NEVER,
    F,
    Row,
    States,
    felt_of,
    log2_exact,
    sum_of,
)

LANES: Final = 16
FOUND: Final = 8
SEPARATOR: Final = 256
NOWHERE: Final = F(1e15)
USUAL: Final = 0.3
DECAY: Final = 0.97


class ReferenceMap:
    """See `core::RateMapper`; parameters as in `_core.map_rate`."""

    def __init__(
        self,
        width: int,
        palette: Points,
        counts: NDArray[np.float64],
        rate_weight: float,
        outlier: float,
        price_mix: float,
        spread_right: tuple[float, float],
        spread_down: tuple[float, float],
        forget: float,
        chroma_down: float,
        find: bool,
        reach: tuple[int, ...],
        container: str,
    ) -> None:
        self.width, self.dims, self.k = width, palette.shape[1], len(palette)
        self.rate_weight = float(F(rate_weight))
        self.outlier = F(outlier)
        self.spread_right, self.spread_down = spread_right, spread_down
        # Of six coordinates the second half has errors that count and are not passed on.
        n_carried = self.dims // 2 if self.dims > 4 else self.dims
        self.carried = (np.arange(self.dims) < n_carried).astype(F)
        self.forget = np.zeros(self.dims, F)
        self.forget[0] = forget
        self.down_shares = np.ones(self.dims, F)
        self.down_shares[1:3] = chroma_down
        self.down_shares *= self.carried
        self.find = find and width >= 3
        self.model = MODELS[container](width)
        self.entry = np.argsort(palette[:, 0], kind="stable")
        self.place = np.argsort(self.entry, kind="stable")
        self.palette = np.full((SEPARATOR + 1, self.dims), NOWHERE, F)
        self.palette[: self.k] = palette[self.entry]
        shares = [float(counts[j] + 1) for j in range(self.k)]
        total = 0.0
        for share in shares:
            total += share
        bits = [-log2_exact(float(counts[self.entry[j]] + 1) / total) for j in range(self.k)]
        mean = 0.0
        for j in range(self.k):
            mean += float(counts[self.entry[j]] + 1) / total * bits[j]
        mix = float(F(price_mix))
        # The core takes the rest of the mix in float32, as the option is.
        rest = float(F(1) - F(price_mix))
        self.label_bits = [mix * b + rest * mean for b in bits]
        origin = self.palette[0, 0]
        span = self.palette[self.k - 1, 0] - origin
        self.origin, self.scale = origin, F(256) / span if span > 0 else F(0)
        scaled = (self.palette[: self.k, 0] - origin) * self.scale
        self.bucket = [int((scaled < F(b)).sum()) for b in range(257)] + [self.k]
        # sorted, so the count of smaller ones is the first that is not smaller
        self.lanes = [
            (row, (group - n // 2) * LANES - (n % 2) * LANES // 2 + lane)
            for row, n in enumerate(reach)
            for group in range(n)
            for lane in range(LANES)
        ]
        self.stride = width + self.model.separator
        self.offsets = [self.stride * (row + 1) - dx for row, dx in self.lanes]
        seen = width / 4 + 16
        model = self.model
        self.n_literal = 0.5 * seen
        self.n_length = [share * seen for share in model.usual_length()]
        self.n_distance = [share * 0.5 * seen for share in model.usual_distance()]
        self.rows: list[list[int]] = []  # labels
        self.stream: list[int] = []  # labels and separators
        self.table: dict[int, int] = {}
        # What goes on from the last row: lengths by lane, of the run; place and length found.
        self.continues: dict[int, int] = {}
        self.run_continues = 0
        self.found_continues = (0, 0)
        self.unfinished = (0, 0)  # length and distance
        self.blurred = np.zeros((width, self.dims), F)

    def price_symbols(self) -> None:
        """Prices of this row from what the rows before spent."""
        n_length = sum_of(self.n_length)
        n_distance = sum_of(self.n_distance)
        model = self.model
        n = self.n_literal + n_length
        total = log2_exact(n * (1 + USUAL))
        self.literal_bits = total - log2_exact(self.n_literal + USUAL * n * 0.5)
        weight = self.rate_weight
        by_code = [
            total - log2_exact(count + USUAL * n * usual)
            for count, usual in zip(self.n_length, model.usual_length(), strict=True)
        ]
        lengths = [model.length(max(i, model.shortest)) for i in range(model.longest + 1)]
        self.length_bits = [by_code[code] + extra for code, extra in lengths]
        self.distance_bits = [
            log2_exact(n_distance * (1 + USUAL)) - log2_exact(count + USUAL * n_distance * usual)
            for count, usual in zip(self.n_distance, model.usual_distance(), strict=True)
        ]
        price = self.length_bits
        grow = [0.0] * (LAST_PRICED + 1)
        for length in range(model.shortest, LAST_PRICED):
            grow[length] = weight * (price[length + 1] - price[length])
        rest = price[model.longest] - price[LAST_PRICED]
        grow[LAST_PRICED] = weight * rest / (model.longest - LAST_PRICED)
        self.start = np.array([self.start_price(offset) for offset in self.offsets], F)
        grow[0] = float(self.start_price(1))
        self.grow = np.array(grow, F)
        self.literal = np.full(-(-self.k // LANES) * LANES, NEVER, F)
        for j in range(self.k):
            self.literal[j] = F(weight * (self.literal_bits + self.label_bits[j]))

    def start_price(self, distance: int) -> np.float32:
        """Price of the first pixels of a copy, as many as it must have."""
        if not 1 <= distance <= self.model.window:
            return NEVER
        code, extra = self.model.distance(distance)
        bits = self.length_bits[self.model.shortest] + self.distance_bits[code] + extra
        return F(self.rate_weight * bits)

    def label_above(self, row: int, x: int) -> int:
        """Label at x in the row so many above; the separator where there is none."""
        if self.model.separator == 0 and -self.width <= x < 2 * self.width:
            return self._streamed((len(self.rows) - 1 - row) * self.width + x)
        if row >= len(self.rows) or not 0 <= x < self.width:
            return SEPARATOR
        return self.rows[-1 - row][x]

    def map_row(self, points: Points, weights: Row, smoothness: Row, nearest: Indices) -> list[int]:
        """Map the next row; entries of the caller's palette are returned."""
        self.price_symbols()
        guess = [int(self.place[i]) for i in nearest]
        target = points + self.blurred
        right = _share(self.spread_right, smoothness)
        down = _share(self.spread_down, smoothness)
        nodes = self._paths(target, weights, right, guess)
        labels = self._follow_back(nodes)
        last = np.zeros(self.dims, F)
        error = np.zeros((self.width + 4, self.dims), F)
        for x in range(self.width):
            carried = (right[x] * self.carried) * last
            felt = (target[x] + carried) - self.palette[labels[x]]
            last = felt - self.forget * carried
            error[x + 2] = (down[x] * self.down_shares) * (felt - self.forget * self.blurred[x])
        if not self.carried.all():  # nothing leaves the picture at the ends of the row
            error[-3] += (right[-1] * self.carried) * last
            error[1], error[-2] = error[2], error[-3]
        self.blurred = F(0.25) * (error[1:-3] + error[3:-1]) + F(0.5) * error[2:-2]
        self.rows.append(labels)
        return [int(self.entry[label]) for label in labels]

    def _candidates(self, guess: list[int]) -> dict[int, int]:
        if not self.find:
            return {}
        begin = self._begin()
        found = {}
        for x in range(self.width - 2):
            at = self.table.get(_hash(*guess[x : x + 3]))
            if at is not None and begin + x - at <= self.model.window:
                found[x] = at
        return found

    def _paths(
        self, target: Points, weights: Row, right: Row, guess: list[int]
    ) -> list[tuple[str, int, int]]:
        begin = self._begin()
        candidates = self._candidates(guess)
        fixed = States(len(self.lanes), self.dims)
        for lane, length in self.continues.items():
            fixed.cost[lane], fixed.length[lane] = F(0), length
        found = States(FOUND, self.dims)
        found_at = [0] * FOUND
        found_offset = [0] * FOUND
        found_start = np.full(FOUND, NEVER, F)
        runs = States(256, self.dims)
        runs.length[:] = 0
        run_literal = np.zeros(256, np.int64)
        alive = (0, 0)
        nodes: list[tuple[str, int, int]] = []
        best, label, error = F(0), -1, np.zeros(self.dims, F)
        if self.rows and not self.model.separator:
            label = self.rows[-1][-1]
        if self.run_continues:
            runs.cost[label], runs.length[label] = F(0), self.run_continues
            alive = (label // LANES * LANES, label // LANES * LANES + LANES)
        if self.found_continues[1]:
            found.cost[0], found.length[0] = F(0), self.found_continues[1]
            found_at[0] = found_offset[0] = self.found_continues[0]
            found_start[0] = self.start_price(begin - found_at[0])
        least_literal = self.literal[: self.k].min()
        start_run = self.start_price(1)
        for x in range(self.width):
            weight, spread = weights[x], right[x] * self.carried
            source = np.array([self.palette[self.label_above(r, x + dx)] for r, dx in self.lanes])
            ends = fixed.step(
                self.start,
                best,
                self.grow,
                source,
                error,
                target[x],
                weight,
                spread,
                self.outlier,
                self.model.shortest,
                self.forget,
            )
            if x in candidates:
                offset = candidates[x] - x
                worst = int(np.argmax(found.cost))
                known = any(
                    found_start[i] < NEVER and found_offset[i] == offset for i in range(FOUND)
                )
                if not known:
                    found.cost[worst] = NEVER
                    found_offset[worst], found_at[worst] = offset, candidates[x]
                    found_start[worst] = self.start_price(begin + x - candidates[x])
            if self.find:
                source = np.array([self.palette[self._streamed(at)] for at in found_at])
                found_at = [at + 1 for at in found_at]
                more = found.step(
                    found_start,
                    best,
                    self.grow,
                    source,
                    error,
                    target[x],
                    weight,
                    spread,
                    self.outlier,
                    self.model.shortest,
                    self.forget,
                )
                ends = np.concatenate([ends, more])
            if label >= 0:
                price = self.grow[min(int(runs.length[label]), LAST_PRICED)]
                if not alive[0] <= label < alive[1] or start_run < runs.cost[label] - best + price:
                    runs.cost[label], runs.length[label], run_literal[label] = best, 0, 0
                    runs.error[label] = error
            shifted = target[x] + spread * error
            bound = F(0)
            for d in range(self.dims):
                difference = shifted[d] - self.palette[guess[x], d]
                bound = bound + difference * difference
            bound = weight * (bound + self.outlier * (bound * bound)) + self.literal[guess[x]]
            radius = np.sqrt((bound - least_literal) / weight) * F(1.001) + F(0.01)
            first = (shifted[0] - radius - self.origin) * self.scale - F(1)
            last = (shifted[0] + radius - self.origin) * self.scale + F(2)
            low = self.bucket[int(min(max(first, F(0)), F(257)))] // LANES * LANES
            high = -(-self.bucket[int(min(max(last, F(0)), F(257)))] // LANES) * LANES
            for j in range(alive[0], alive[1]):
                if not low <= j < high:
                    runs.cost[j] = NEVER
            alive = (low, high)
            window = slice(low, high)
            entries = self.palette[window]
            literal_error = shifted - entries
            prices = weight * self._felt(literal_error) + self.literal[window]
            on_carried = spread * runs.error[window]
            on_error = (target[x] + on_carried) - entries
            grown = self.grow[np.minimum(runs.length[window], LAST_PRICED)]
            on = (runs.cost[window] - best + grown) + weight * self._felt(on_error)
            runs.length[window] += 1
            run_ends = np.where(runs.length[window] >= self.model.shortest, on, NEVER)
            fresh = prices + start_run < on
            runs.cost[window] = np.where(fresh, prices, on)
            runs.length[window] = np.where(fresh, 0, runs.length[window])
            run_literal[window] = np.where(fresh, 1, run_literal[window])
            literal_error = literal_error - self.forget * (spread * error)
            on_error = on_error - self.forget * on_carried
            runs.error[window] = np.where(fresh[:, None], literal_error, on_error)
            price, literal = bound, guess[x]
            if high > low and prices.min() < price:
                price, literal = prices.min(), low + int(np.argmin(prices))
            lane, run = -1, -1
            if ends.min() < price:
                price, lane = ends.min(), int(np.argmin(ends))
            if high > low and run_ends.min() < price:
                price, run = run_ends.min(), low + int(np.argmin(run_ends))
            if run >= 0:
                kind = "literal run" if run_literal[run] else "run"
                nodes.append((kind, run, int(runs.length[run])))
                label, error = run, runs.error[run].copy()
            elif lane < 0:
                nodes.append(("literal", literal, 1))
                label = literal
                error = (shifted - self.palette[literal]) - self.forget * (spread * error)
            elif lane < len(self.lanes):
                nodes.append(("fixed", lane, int(fixed.length[lane])))
                row, dx = self.lanes[lane]
                label, error = self.label_above(row, x + dx), fixed.error[lane].copy()
            else:
                lane -= len(self.lanes)
                nodes.append(("found", found_at[lane] - 1, int(found.length[lane])))
                label, error = self._streamed(found_at[lane] - 1), found.error[lane].copy()
            best = price
        return nodes

    def _felt(self, error: Points) -> NDArray[np.float32]:
        return felt_of(error, self.outlier)

    def _begin(self) -> int:
        return len(self.rows) * self.stride

    def _streamed(self, at: int) -> int:
        return self.stream[at] if 0 <= at < len(self.stream) else SEPARATOR

    def _follow_back(self, nodes: list[tuple[str, int, int]]) -> list[int]:
        self.n_literal *= DECAY
        self.n_length = [max(n * DECAY, 0.05) for n in self.n_length]
        self.n_distance = [max(n * DECAY, 0.05) for n in self.n_distance]
        begin = self._begin()
        labels = [0] * self.width
        before, self.unfinished = self.unfinished, (0, 0)
        self.continues, self.run_continues, self.found_continues = {}, 0, (0, 0)
        goes_on = False
        end = self.width
        while end > 0:
            kind, source, length = nodes[end - 1]
            n = min(length, end)
            if kind == "literal":
                labels[end - 1] = source
                self.n_literal += 1
                end -= 1
                continue
            distance = 1
            if kind == "fixed":
                distance = self.offsets[source]
                row, dx = self.lanes[source]
                labels[end - n : end] = [self.label_above(row, i + dx) for i in range(end - n, end)]
            elif kind == "found":
                start = source + 1 - n
                distance = begin + end - n - start
                labels[end - n : end] = [self._streamed(start + i) for i in range(n)]
            else:
                labels[end - n : end] = [source] * n
            whole = n
            is_open = end == self.width and self._goes_on(kind, source, length)
            if length > end:
                goes_on = True
                whole += before[0]
            if self.model.separator:  # counted where it began, and not again
                if length <= end:
                    self._count(whole, distance)
            elif is_open:
                self.unfinished = (whole, distance)
            else:
                self._count(whole, distance)
            end -= n
            if kind == "literal run":
                end -= 1
                labels[end] = source
                self.n_literal += 1
        if before[0] and not goes_on:
            self._count(*before)
        self.n_literal = max(self.n_literal, 0.5)
        self.stream += [*labels, *[SEPARATOR] * self.model.separator]
        for x in range(self.width - 2):
            self.table[_hash(*labels[x : x + 3])] = begin + x
        return labels

    def _goes_on(self, kind: str, source: int, length: int) -> bool:
        """Offer the copy at the end of the row to the next one, where it may go on."""
        length = min(length + self.model.separator, self.model.longest)
        if kind == "fixed":
            if self.model.separator and self.lanes[source][1] != 0:
                return False
            self.continues[source] = length
        elif self.model.separator:
            return False
        elif kind == "found":
            self.found_continues = (source + 1, length)
        else:
            self.run_continues = length
        return True

    def _count(self, length: int, distance: int) -> None:
        longest = self.model.longest
        while length > 2 * longest:
            self._count(longest, distance)
            length -= longest
        if length > longest:
            self._count(length // 2, distance)
            length -= length // 2
        self.n_length[self.model.length(length)[0]] += 1
        self.n_distance[self.model.distance(distance)[0]] += 1


def _share(spread: tuple[float, float], smoothness: Row) -> Row:
    low, high = F(spread[0]), F(spread[1])
    return low + smoothness * (high - low)


def _hash(a: int, b: int, c: int) -> int:
    return (((a * 66049 + b * 257 + c) * 2654435761) & 0xFFFFFFFF) >> 17
