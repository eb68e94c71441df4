"""A few sentences of advice, from the figures only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from huepress.study.compare.entry import Entry


WORTH_TELLING: Final = 0.02
"""Below this share of unchanged pixels, a palette keeps nothing worth mentioning."""


def advise(entries: Sequence[Entry], *, same_bytes: bool = False) -> str:
    """Say which file to take, and what it gives up.

    Parameters
    ----------
    entries : sequence of Entry
        At least one.
    same_bytes : bool
        They have the same size and differ in score, not the other way round.

    Returns
    -------
    str
        Names the best file that meets the target, whoever made it, and compares it with huepress's
        best, or, if that is the one, with the best of the others; if none meets it, the nearest.
    """
    met = [entry for entry in entries if entry.reached]
    if not met:
        best = _best(entries, same_bytes=not same_bytes)
        what = f"{best.n_bytes:,} B" if same_bytes else f"a score of {best.score:.1f}"
        return f"None meets the target; {best.name} comes nearest, with {what}."
    best = _best(met, same_bytes=same_bytes)
    words = f"{best.name} has the best score" if same_bytes else f"{best.name} is the smallest"
    rivals = [entry for entry in met if _is_ours(entry) != _is_ours(best)]
    rivals = rivals or [entry for entry in met if entry.kind != best.kind]
    if rivals:
        words += _against(best, _best(rivals, same_bytes=same_bytes), same_bytes)
    return " ".join([words + ".", *_remarks(best, met, same_bytes)])


def _is_ours(entry: Entry) -> bool:
    return entry.name.startswith("huepress")


def _best(entries: Sequence[Entry], *, same_bytes: bool) -> Entry:
    if same_bytes:
        return max(entries, key=lambda entry: (entry.score, -entry.n_bytes))
    return min(entries, key=lambda entry: (entry.n_bytes, -entry.score))


def _against(best: Entry, rival: Entry, same_bytes: bool) -> str:
    if same_bytes:
        return f", {best.score - rival.score:.1f} points above {rival.name}"
    saved = 1 - best.n_bytes / rival.n_bytes
    return f", {100 * saved:.0f} % below {rival.name}"


def _remarks(best: Entry, met: Sequence[Entry], same_bytes: bool) -> list[str]:
    if best.kind == "lossless":
        return ["Nothing need be lost here: use huepress compress --lossless."]
    palettes = [entry for entry in met if _is_ours(entry)]
    if best.kind == "palette" or not palettes:
        return _better_of_ours(best, palettes)
    ours = _best(palettes, same_bytes=same_bytes)
    where = "" if best.name == "JPEG" else f" where everything that shows it reads {best.name}"
    kept = ""
    if ours.exact > max(2 * best.exact, WORTH_TELLING):
        shares = f"{_share(ours.exact)} of the pixels exactly as they were ({best.name}:"
        kept = f" leaves {shares} {_share(best.exact)}) and"
    return [f"Take {best.name}{where}. {ours.name}{kept} can be saved again without losing more."]


def _better_of_ours(best: Entry, palettes: Sequence[Entry]) -> list[str]:
    png = next((entry for entry in palettes if entry.name == "huepress PNG"), None)
    if png is None or png is best or best not in palettes:
        return []
    return [f"As PNG, which everything reads, it takes {png.n_bytes:,} B."]


def _share(value: float) -> str:
    return (
        "none" if value == 0 else f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"
    )
