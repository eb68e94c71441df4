"""The plain twin of core/src/lzw.cpp: the same choices, one float at a time."""

import numpy as np

F = np.float32
IMPOSSIBLE = F(1e30)
FREE, FREE_OR_KEPT, KEPT, OR_KEPT = -1, -2, -3, 256
TAPS = [F(0.1), F(0.2), F(0.4), F(0.2), F(0.1)]
LATE = F(3072)


class Trie:
    def __init__(self, n_symbols):
        self.n_symbols = n_symbols
        self.code_size = max(2, (n_symbols - 1).bit_length())
        self.reset()

    def reset(self):
        self.children = {s: [] for s in range(self.n_symbols)}
        self.string = {s: (s,) for s in range(self.n_symbols)}
        self.next = (1 << self.code_size) + 2
        self.width = self.code_size + 1

    def learn(self, before, symbol):
        if self.next == 4096:
            return
        self.string[self.next] = (*self.string[before], symbol)
        self.children[self.next] = []
        if all(self.string[child][-1] != symbol for child in self.children[before]):
            self.children[before].insert(0, self.next)
        self.next += 1
        if self.next == 1 << self.width and self.width < 12:
            self.width += 1


class Twin:
    def __init__(self, wanted, palette, indices, options, mean_cost):
        self.points, self.shown, self.weights, self.smoothness, self.rules = wanted
        self.height, self.w = self.rules.shape
        self.flat = self.rules.reshape(-1).tolist()
        self.palette, self.out, self.o = palette, indices.reshape(-1), options
        self.k = len(palette)
        self.keeps = any(r in (FREE_OR_KEPT, KEPT) or r >= OR_KEPT for r in self.flat)
        self.trie = Trie(self.k + self.keeps)
        self.mean = F(mean_cost)
        self.seen = F(options["memory"] if mean_cost > 0 else 0)
        self.down = np.zeros((self.height + 3, self.w, 3), F)
        self.at, self.error, self.before, self.bits = 0, np.zeros(3, F), None, []
        self.total = 0.0
        self.tally = [F(0)] * 4

    def put(self, code, width):
        self.bits += [code >> i & 1 for i in range(width)]

    def target(self, pixel, error):
        y, x = divmod(pixel, self.w)
        t = self.points[pixel].copy()
        if y <= self.at // self.w + 1:
            t += self.down[y, x]
        if x > 0:
            t += self.share("spread_right", pixel) * error
        return t

    def share(self, name, pixel):
        low, high = map(F, self.o[name])
        return F(low + F(F(high - low) * self.smoothness.reshape(-1)[pixel]))

    def distortion(self, pixel, symbol, want):
        rule = self.flat[pixel]
        if rule >= 0 or rule == KEPT:
            keeps = symbol == self.k and (rule == KEPT or rule >= OR_KEPT)
            good = keeps or (rule >= 0 and symbol == rule % OR_KEPT)
            return (F(0) if good else IMPOSSIBLE), np.zeros(3, F)
        if symbol == self.k and rule != FREE_OR_KEPT:
            return IMPOSSIBLE, np.zeros(3, F)
        e = want - (self.shown[pixel] if symbol == self.k else self.palette[symbol])
        square = F(F(e[0] * e[0] + e[1] * e[1]) + e[2] * e[2])
        weight = self.weights.reshape(-1)[pixel]
        return F(weight * F(square * F(F(1) + F(self.o["outlier"]) * square))), e

    def firsts(self, start):
        rule = self.flat[start]
        if rule >= OR_KEPT:
            return [rule % OR_KEPT, self.k]
        if rule >= 0:
            return [rule]
        return [self.k] * (rule in (FREE_OR_KEPT, KEPT)) + list(range(self.k)) * (rule != KEPT)

    def best(self, start, error, before, rivals=None):
        o, trie = self.o, self.trie
        rate = F(F(o["rate_weight"]) * F(trie.width))
        found = None

        def take(code, length, spent, last):
            nonlocal found
            value = F(F(spent + rate) - F(self.mean * F(length)))
            if found is None or value < found[2]:
                found = (code, length, value, spent, last)
            if rivals is not None:
                rivals.append((code, length, value, spent, last))

        want = self.target(start, error)
        begun = [(s, 1, *self.distortion(start, s, want)) for s in map(int, self.firsts(start))]
        slack = F(F(o["rate_weight"]) * F(o["slack"]))
        bound = F(min(path[2] for path in begun) + F(slack - self.mean))
        stack = [path for path in begun if F(path[2] - self.mean) <= bound]
        visits = 0
        while stack:
            node, length, spent, last = stack.pop()
            take(node, length, spent, last)
            visits += 1
            pixel = start + length
            if visits >= o["most_visits"] or pixel >= len(self.flat):
                continue
            want = self.target(pixel, last)
            paid = F(self.mean * F(length + 1))
            for child in trie.children[node]:
                more, e = self.distortion(pixel, trie.string[child][-1], want)
                if F(F(spent + more) - paid) <= bound:
                    stack.append((child, length + 1, F(spent + more), e))
            if node == before and trie.next < 4096:
                more, e = self.distortion(pixel, trie.string[before][0], want)
                if F(F(spent + more) - paid) <= bound:
                    take(trie.next, length + 1, F(spent + more), e)
        return found

    def ahead(self):
        rivals = []
        self.best(self.at, self.error, self.before, rivals)
        rivals.sort(key=lambda r: (r[2], -r[1], r[0]))
        best, best_value, seen = None, IMPOSSIBLE, set()
        for rival in rivals:
            if rival[1] in seen or len(seen) == self.o["rivals"]:
                continue
            seen.add(rival[1])
            value, end = rival[2], self.at + rival[1]
            if end < len(self.flat):
                value = F(value + self.best(end, rival[4], None)[2])
            if value < best_value:
                best, best_value = rival, value
        return best

    def emit(self, choice):
        code, length, _, spent, _ = choice
        trie, width = self.trie, self.trie.width
        first = trie.string[self.before if code == trie.next else code][0]
        self.put(code, width)
        if self.before is not None:
            trie.learn(self.before, first)
        for symbol in trie.string[code]:
            self.commit(symbol)
        self.before = code
        cost = F(spent + F(F(self.o["rate_weight"]) * F(width)))
        self.seen = F(self.seen + F(length))
        share = min(F(1), F(F(length) / min(F(self.o["memory"]), self.seen)))
        self.mean = F(self.mean + F(F(F(cost / F(length)) - self.mean) * share))
        self.note(F(width), F(length))

    def commit(self, symbol):
        y, x = divmod(self.at, self.w)
        want = self.target(self.at, self.error)
        spent, error = self.distortion(self.at, symbol, want)
        self.total += float(spent)
        self.out[self.at] = symbol
        share = self.share("spread_down", self.at)
        for by in range(-2, 3):
            if 0 <= x + by < self.w and share > 0:
                self.down[y + 1, x + by] += F(share * TAPS[by + 2]) * error
        self.error = error
        self.at += 1

    def note(self, bits, pixels):
        tally, patience = self.tally, F(self.o["patience"])
        if self.trie.next < 4096:
            tally[0], tally[1] = F(tally[0] + bits), F(tally[1] + pixels)
            return
        if patience > 0:
            tally[2], tally[3] = F(tally[2] + bits), F(tally[3] + pixels)
            if tally[2] < LATE:
                return
            pays = F(tally[2] * tally[1]) <= F(F(patience * tally[0]) * tally[3])
            tally[2], tally[3] = F(tally[2] * F(0.5)), F(tally[3] * F(0.5))
            if pays:
                return
        if self.at == len(self.flat):
            return
        self.put(1 << self.trie.code_size, self.trie.width)
        self.trie.reset()
        self.before = None
        self.tally = [F(0)] * 4

    def run(self):
        self.put(1 << self.trie.code_size, self.trie.width)
        ahead = False
        while self.at < len(self.flat):
            ahead = self.o["rivals"] > 1 and not ahead
            self.emit(self.ahead() if ahead else self.best(self.at, self.error, self.before))
        self.put((1 << self.trie.code_size) + 1, self.trie.width)
        bits = np.array(self.bits + [0] * (-len(self.bits) % 8), np.uint8)
        codes = np.packbits(bits, bitorder="little").tobytes()
        return codes, self.trie.code_size, self.total, float(self.mean)
