"""Run a batch: from targets to one Row each, in their order, wherever the work is done.

Files that an earlier run finished are reported from the manifest; the rest go through an executor.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from huepress._version import __version__
from huepress.batch.config import EXCLUSIVE
from huepress.batch.doing import run_job
from huepress.batch.job import Job, recipe_of
from huepress.batch.memory import Memory, unchanged, unchanged_by_stamp
from huepress.batch.names import OWN
from huepress.batch.rows import Failure, Record, Row
from huepress.batch.store import STDIO, is_remote, store_of
from huepress.batch.targets import Target
from huepress.errors import InputError, LimitError, OutputError
from huepress.options import BatchOptions, CompressOptions
from huepress.types import PaletteFit
from huepress.workers.executor import Executor, Inline, in_order

if TYPE_CHECKING:
    from distributed import Client

    from huepress.batch.manifest import Manifest

SMALL: Final = 4 << 20
"""Files of up to this many bytes are hashed in this process (about 5 ms), not in a worker."""

FEW: Final = 8
"""Up to this many files are done in this process, one after the other, each with all threads:
starting a worker takes as long as compressing a small picture."""


def run(
    targets: Sequence[Target | Row],
    options: CompressOptions,
    batch: BatchOptions | None = None,
    *,
    manifest: Manifest | None = None,
    client: Client | None = None,
    fit: PaletteFit | None = None,
    score: bool = False,
) -> Generator[Row, None, None]:
    """Compress every target.

    Parameters
    ----------
    targets : sequence of Target or Row
        What to read and where to write (`plan`); rows are passed through.
    options : CompressOptions
        For all of them; the format is the target's. ``threads`` is the number of files worked on
        at once when there are more than a few, else the number of threads for each.
    batch : BatchOptions or None
        Whether to write, the least savings, and whether to stop at a failure.
    manifest : Manifest or None
        What earlier runs did; this run is recorded there, too.
    client : distributed.Client or None
        Work on its Dask cluster, whose workers must have access to all sources and outputs.
    fit : PaletteFit or None
        The palette for all of them (`shared.fit_palette`); None: each learns its own.
    score : bool
        Also compute the score of every file.

    Yields
    ------
    Row
        One per target, in their order. A failed file is a row, not an exception. Outputs are the
        same bytes wherever they are made.

    Raises
    ------
    OutputError
        The manifest cannot be written.
    MissingExtraError
        A client, and Dask is not installed.
    """
    batch = batch or BatchOptions()
    prepare = _Preparation(options, batch, manifest, fit, score)
    executor = _executor(targets, options, client)
    ready: dict[int, Row] = {}

    def jobs() -> Iterator[Job | None]:
        for place, target in enumerate(targets):
            found = target if isinstance(target, Row) else prepare(target)
            if isinstance(found, Row):
                keep(target, found)
                ready[place] = found
                yield None
            else:
                yield found

    def keep(target: Target | Row, row: Row) -> None:
        if manifest is not None and row.record is not None and isinstance(target, Target):
            manifest.record(target, row.record)

    def done(place: int, row: Row) -> Row:
        target = targets[place]
        keep(target, row)
        return row

    try:
        for row in in_order(executor, jobs(), done, ready.pop):
            yield row
            if batch.fail_fast and row.status == "failed":
                return
    finally:
        executor.close()


PATIENCE: Final = 600.0
"""With a time limit of at least this many seconds, a few files are done in this process and the
limit is checked between steps; below it, in a worker that can be killed (0.3 s to start)."""

GRACE: Final = 1.0
"""Seconds that a worker has beyond the limit, to start and to report itself what took too long."""


_NO_AIM: Final = {
    **dict.fromkeys(EXCLUSIVE[0] - {"lossless"}),
    "lossless": False,
}


class _Preparation:
    """Return the job of a target, or its row if an earlier run finished it."""

    def __init__(
        self,
        options: CompressOptions,
        batch: BatchOptions,
        manifest: Manifest | None,
        fit: PaletteFit | None,
        score: bool,
    ) -> None:
        self._options = options
        self._batch = batch
        self._manifest = manifest
        self._fit = fit
        self._score = score
        self._recipes: dict[tuple[Any, ...], tuple[CompressOptions, bytes]] = {}

    def __call__(self, target: Target) -> Job | Row:
        options, recipe = self._recipe(target)
        min_savings = dict(target.changes).get("min_savings", self._batch.min_savings)
        known = None if self._manifest is None else self._manifest.find(target)
        if known is not None:
            if other := _other_owner(target, known):
                found = f"was made from {other}"
                return Row.failed(
                    target.source, OutputError(target.output, found, "use --force to overwrite it")
                )
            if not target.again:
                memory = Memory(target, recipe, known)
                done = unchanged_by_stamp(memory) or self._unchanged_by_content(memory)
                if done is not None:
                    return done
        return Job(
            target,
            options,
            recipe,
            __version__,
            known=known,
            adopt=self._manifest is not None or self._batch.recursive,
            write=not (self._batch.dry_run or self._batch.check),
            again=target.again,
            score=self._score,
            min_savings=min_savings,
            optimize_jpeg=self._batch.optimize_jpeg,
            fit=self._fit,
        )

    def _unchanged_by_content(self, memory: Memory) -> Row | None:
        """Check the content of small local files here: faster than starting a worker for it."""
        target, known = memory.target, memory.known
        if known is None or not memory.is_recipe(known) or is_remote(target.source):
            return None
        try:
            if Path(target.source).stat().st_size > SMALL:
                return None
            digest = memory.digest_of_source(self._options)
        except (OSError, InputError):
            return None  # whoever does the job reports it
        return unchanged(memory, digest, store_of(target.source).stamp(target.source))

    def _recipe(self, target: Target) -> tuple[CompressOptions, bytes]:
        key = (target.format, target.in_place, target.leave, target.changes)
        if key not in self._recipes:
            own = target.format == OWN
            changes = {n: value for n, value in target.changes if n != "min_savings"}
            changes["format"] = "auto" if own else target.format
            if EXCLUSIVE[0] & changes.keys():
                changes = _NO_AIM | changes
            options = self._options.changed(**changes)
            place = "in place" if target.in_place else "apart"
            palette = None if self._fit is None else self._fit.palette.colors.tobytes().hex()
            savings = dict(target.changes).get("min_savings", self._batch.min_savings)
            leave = "leave" if target.leave else None
            jpeg = "jpeg" if own and self._batch.optimize_jpeg else None
            more = (place, savings, palette, OWN if own else None, leave, jpeg)
            self._recipes[key] = (options, recipe_of(options, *more))
        return self._recipes[key]


def _other_owner(target: Target, known: Record) -> str | None:
    """Return the other input that an output belongs to, if that input still exists."""
    owner = known.source
    if owner is None or target.overwrite or owner == target.source:
        return None
    if not is_remote(owner) and os.path.abspath(owner) == os.path.abspath(target.source):  # noqa: PTH100
        return None
    return owner if store_of(owner).exists(owner) else None


def _executor(
    targets: Sequence[Target | Row], options: CompressOptions, client: Client | None
) -> Executor[Job, Row]:
    if client is not None:
        from huepress.batch.dask import Cluster

        return Cluster(client, _run_alone, _lost)
    n_workers = options.threads or os.cpu_count() or 1
    through_pipes = any(isinstance(t, Target) and STDIO in (t.source, t.output) for t in targets)
    few = len(targets) <= FEW
    if through_pipes or (few and options.timeout >= PATIENCE):
        return Inline(run_job)
    from huepress.workers.pool import Workers

    function, n_workers = (run_job, 1) if few else (_run_alone, n_workers)
    return Workers(function, _lost, n_workers, seconds=options.timeout + GRACE, late=_late)


def _run_alone(job: Job) -> Row:
    """Run a job on one thread: other jobs run beside it."""
    return run_job(replace(job, options=job.options.changed(threads=1)))


def _lost(job: Job, words: str) -> Row:
    source = job.target.source
    message = f"{source}: its worker was lost, twice ({words}); the file may need too much memory"
    return Row(source, "failed", "worker", failure=Failure("worker", message))


def _late(job: Job) -> Row:
    seconds = job.options.timeout
    return Row.failed(
        job.target.source,
        LimitError(job.target.source, "or more seconds", seconds, seconds, "--timeout"),
    )
