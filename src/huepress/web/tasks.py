"""What a worker does with a picture: compress it, sweep over k, read its palette, show it.

In comes a task, the dictionary that the server sent; out go events, each a dictionary, the last one
``done`` or ``error``. Files are written into the folder the task names.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image as PillowImage

from huepress._compress import compress, require_whole
from huepress.animation import compress_animation, is_animation
from huepress.decode import how_to_load, load_with
from huepress.errors import HuepressError
from huepress.options import CompressOptions
from huepress.result.report import STOP_WORDS, Result
from huepress.study.lesson import PARTS, settings_of
from huepress.study.sweep import Point, sweep
from huepress.types import Image
from huepress.web.cures import told
from huepress.web.draft import draft, figures_of
from huepress.web.form import options_of
from huepress.web.measuring import Row, measure

Task: TypeAlias = Mapping[str, Any]
Emit: TypeAlias = Callable[[dict[str, Any]], None]

# Pixels of pictures kept decoded between tasks, by each worker: a changed slider should not decode
# again. Larger ones are: that takes a tenth of what is then done with them.
_KEPT_PIXELS: Final = 20_000_000

# Pixels that the fast effort is done with before anybody could look at a draft.
_QUICK: Final = 500_000


class Cancelled(Exception):
    """The server wants this task no more."""


class Desk:
    """Carries out tasks one after another and remembers the last pictures.

    Parameters
    ----------
    is_cancelled : callable
        Asked between two steps of a task.
    """

    def __init__(self, is_cancelled: Callable[[str], bool]) -> None:
        self._is_cancelled = is_cancelled
        self._pictures: dict[tuple[Any, ...], Image] = {}

    def warm_up(self) -> None:
        """Do a tiny picture, so that the first one sent does not wait for late imports."""
        tiny = io.BytesIO()
        PillowImage.new("RGB", (8, 8)).save(tiny, "jpeg")
        draft(load_with(tiny.getvalue(), CompressOptions()), CompressOptions())

    def run(self, task: Task, emit: Emit) -> None:
        """Carry out one task; errors of the library become its last event."""
        try:
            emit({"event": "done", **_TASKS[task["kind"]](self, task, emit)})
        except MemoryError:  # ours, too
            self._pictures.clear()
            words = "takes more memory than a worker may use; a smaller picture is needed"
            emit({"event": "error", "code": "limit", "message": f"{task['name']}: {words}"})
        except HuepressError as error:
            emit({"event": "error", **told(error, task.get("options", {}))})
        except Cancelled:
            emit({"event": "error", "code": "cancelled", "message": "cancelled"})

    def _picture(self, task: Task, options: CompressOptions) -> Image:
        shape = options.crop, options.resize
        key = (task["path"], *how_to_load(options).values(), *shape)
        image = self._pictures.pop(key, None)
        if image is None:
            image = load_with(Path(task["path"]).read_bytes(), options, name=task["name"])
        if not task.get("once"):
            self._pictures[key] = image
        while _n_pixels(self._pictures.values()) > _KEPT_PIXELS:
            del self._pictures[next(iter(self._pictures))]
        return image

    def _film(self, task: Task, options: CompressOptions) -> Result | None:
        """Compress an animation; None for a still, or for one frame."""
        if options.frame is not None:
            return None
        data = Path(task["path"]).read_bytes()
        if not is_animation(data):
            return None
        require_whole(options)
        return compress_animation(task["name"], data, options, tell=lambda: self._go_on(task))

    def _go_on(self, task: Task) -> None:
        if self._is_cancelled(task["id"]):
            raise Cancelled

    def _compress(self, task: Task, emit: Emit) -> dict[str, Any]:
        options = options_of(task["options"], task["max_pixels"])
        film = self._film(task, options)
        if film is not None:
            result: Result = film
            return _finished(result, task, "final", result.report(score=task.get("score", True)))
        image = self._picture(task, options)
        self._go_on(task)
        if task.get("draft") and (options.effort != "fast" or _n_pixels([image]) > _QUICK):
            first = draft(image, options)
            emit({"event": "draft", **_finished(first, task, "draft", figures_of(first))})
            self._go_on(task)
        result = compress(image, options)
        self._go_on(task)
        return _finished(result, task, "final", result.report(score=task.get("score", True)))

    def _measure(self, task: Task, emit: Emit) -> dict[str, Any]:
        """Make the files that other settings would give."""
        rows = [Row(**row) for row in task["rows"]]
        stages = iter(range(len(rows)))

        def make(values: dict[str, Any]) -> dict[str, Any]:
            self._go_on(task)
            options = options_of(values, task["max_pixels"])
            result = self._film(task, options)
            result = result or compress(self._picture(task, options), options)
            self._go_on(task)
            return _finished(result, task, f"measured{next(stages)}", result.report())

        return measure(rows, task["known"], make, emit)

    def _sweep(self, task: Task, emit: Emit) -> dict[str, Any]:
        options = options_of(task["options"], task["max_pixels"])
        image = self._picture(task, options)

        def on_point(point: Point) -> None:
            emit({"event": "point", "point": point.to_json()})
            self._go_on(task)

        swept = sweep(image, task["colors"], options, on_point=on_point)
        suggestion = {"k": swept.suggestion.k, "reason": swept.suggestion.reason}
        points = [point.to_json() for point in swept.points]
        return {"curve": "fast", "points": points, "suggested": suggestion}

    def _palette(self, task: Task, _: Emit) -> dict[str, Any]:
        options = options_of(task["options"], task["max_pixels"])
        result = compress(self._picture(task, options), options)
        return {"palette": palette_of(result)}

    def _study(self, task: Task, emit: Emit) -> dict[str, Any]:
        """Tell one part of the lesson."""
        options = options_of(task["options"], task["max_pixels"])
        image = self._picture(task, options)

        def tell(event: dict[str, Any]) -> None:
            emit(event)
            self._go_on(task)

        PARTS[task["part"]](image, options, settings_of(options, task["centers"]), tell)
        return {"part": task["part"]}

    def _show(self, task: Task, _: Emit) -> dict[str, Any]:
        """Write the picture as a PNG, for browsers that cannot read its format."""
        options = options_of({"frame": 0}, task["max_pixels"])
        if "shown" in task:
            image = load_with(Path(task["shown"]).read_bytes(), options, name=task["name"])
        else:
            image = self._picture(task, options)
        out = io.BytesIO()
        PillowImage.fromarray(image.pixels).save(
            out, "png", compress_level=1, icc_profile=image.source.icc_profile
        )
        return {"file": _write(task, "show", "png", out.getvalue())}


_TASKS: Final[Mapping[str, Callable[[Desk, Task, Emit], dict[str, Any]]]] = {
    "compress": Desk._compress,
    "measure": Desk._measure,
    "sweep": Desk._sweep,
    "palette": Desk._palette,
    "show": Desk._show,
    "study": Desk._study,
}


def _n_pixels(pictures: Iterable[Image]) -> int:
    return sum(image.width * image.height for image in pictures)


def _finished(result: Result, task: Task, stage: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Write the file of a result and return what the page tells of it."""
    figures |= {
        "width": result.image.width,
        "height": result.image.height,
        "stopped": None if result.fit is None else STOP_WORDS[result.fit.stop_reason],
        "palette": palette_of(result),
    }
    return {"file": _write(task, stage, result.format, result.data), "report": figures}


def _write(task: Task, stage: str, suffix: str, data: bytes) -> str:
    path = Path(task["folder"]) / f"{task['id']}-{stage}.{suffix}"
    path.write_bytes(data)
    return path.name


def palette_of(result: Result) -> list[dict[str, Any]]:
    """Return the colors of the file as hex and share of the pixels, most frequent first."""
    indexed = result.indexed
    if indexed is None:
        return []
    colors = indexed.palette.colors
    shares = np.bincount(indexed.indices.ravel(), minlength=len(colors)) / indexed.indices.size
    rows = [
        {"hex": "#" + bytes(color).hex(), "share": round(float(share), 6)}
        for color, share in zip(colors, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: -row["share"])
