"""Run over all files: each has its own outcome, and the last failure sets the exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from huepress import __version__
from huepress.pngquant.arguments import Request, read
from huepress.pngquant.codes import Code, Failure

if TYPE_CHECKING:
    from huepress.pngquant.work import Made

VERSION: Final = f"2.18.0 (huepress {__version__})"
"""Callers read only the number and want 2.0 or more; pngquant never had a release 2.18."""

HELP: Final = f"""\
pngquant's command line, answered by huepress {__version__} (k-means in Oklab, MIT license).

usage:  pngquant [options] [ncolors] -- pngfile [pngfile ...]
        pngquant [options] [ncolors] - >stdout <stdin

options:
  --force           overwrite existing output files (synonym: -f)
  --skip-if-larger  only save files that save at least as many percent as they lose points of score
  --output file     destination file path to use instead of --ext (synonym: -o); - is stdout
  --ext new.png     set custom suffix/extension for output filenames
  --quality min-max don't save below min, aim at max (0-100) (synonym: -Q)
  --speed N         1=slowest and smallest, 4=default, 11 (synonym: -s)
  --nofs            no dithering (synonym: --ordered); --floyd=N for a level from 0 to 1
  --posterize N     colors in coarser steps of 2^N (e.g. 4 for ARGB4444 output)
  --map file.png    take the colors of this picture
  --strip           remove metadata; colors are converted to sRGB
  --verbose         say on standard error what is done (synonym: -v)
  --exit-zero       end with 0 where the original was not to be beaten (98) or a quality not to be
                    reached (99); --output then gets the original
  --link dir        put a program named pngquant that is this one into a directory

The output filename is the same as the input name except that it ends in "-fs8.png", "-or8.png"
(without dithering) or your custom extension. Modes, times and links are kept in place.
exit codes: 0 done, 2 cannot be opened, 4 bad option, 15 exists, 16 cannot be written, 25 no PNG,
98 too little saved, 99 quality not reached; of several files that of the last failure.
"""


def run(words: Sequence[str]) -> int:
    """Do what a command line says; return the exit code."""
    try:
        request = read(words)
        for warning in request.warnings:
            _say(f"  warning: {warning}")
        if request.shows is not None:
            _write_out((VERSION + "\n" if request.shows == "version" else HELP).encode())
            return Code.DONE
        if request.link is not None:
            from huepress.pngquant.linking import link

            _say(f"{link(request.link, force=request.force)} is huepress now")
            return Code.DONE
        return _files(request)
    except Failure as failure:
        _say(f"  error: {failure}")
        return failure.code
    except BrokenPipeError:
        return Code.UNWRITABLE


def _files(request: Request) -> int:
    files = request.files
    if not files:
        if not request.asks_for_colors:
            _say(f"No input files specified.\n{HELP}")
            return Code.NO_FILES
        files = ("-",)
    code = Code.DONE
    for file in files:
        try:
            if file == "-" and len(files) > 1:
                raise Failure(Code.UNREADABLE, "cannot open - for reading among other files")
            _file(file, request)
        except Failure as failure:
            _say(f"  error: {failure}")
            # As pngquant does: not the worst failure, the last one.
            if not (request.exit_zero and failure.code in (Code.NOT_SMALLER, Code.LOW_QUALITY)):
                code = failure.code
    return code


def _file(file: str, request: Request) -> None:
    target = _target(file, request)
    if target != "-" and not request.force and Path(target).exists():
        raise Failure(Code.EXISTS, f"'{target}' exists; not overwriting")
    data = _read(file)
    if request.verbose:
        _say(f"{file}:\n  read {len(data) / 1000:.0f}KB file")
    from huepress.pngquant.work import make

    try:
        made = make(data, file, request)
    except Failure as failure:
        left_as_it_is = failure.code in (Code.NOT_SMALLER, Code.LOW_QUALITY)
        if left_as_it_is and target == "-":
            _write_out(data)
        elif left_as_it_is and request.exit_zero and not _is_same(file, target):
            _write(target, data, file, request)
        raise
    if target == "-":
        _write_out(made.data)
    elif made.data != data or not _is_same(file, target):
        _write(target, made.data, file, request)
    if request.verbose:
        _tell(made, target)


def _target(file: str, request: Request) -> str:
    if request.output is not None:
        return request.output
    if file == "-":
        return "-"
    stem = file[:-4] if file.lower().endswith(".png") else file
    return stem + request.suffix


def _read(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read()
        return Path(file).read_bytes()
    except IsADirectoryError as error:
        raise Failure(Code.NOT_PNG, f"{file} is a directory") from error
    except (OSError, ValueError, AttributeError) as error:  # AttributeError: stdin is closed
        raise Failure(Code.UNREADABLE, f"cannot open {file} for reading") from error


def _write(target: str, data: bytes, source: str, request: Request) -> None:
    from huepress.errors import OutputError
    from huepress.result.write import write_atomic

    same = _is_same(source, target)
    try:
        write_atomic(target, data, force=request.force, keep_from=source if same else None)
    except OutputError as error:
        exists = isinstance(error.__cause__, FileExistsError)
        raise Failure(
            Code.EXISTS if exists else Code.UNWRITABLE,
            f"'{target}' exists; not overwriting" if exists else f"cannot write: {error}",
        ) from error


def _is_same(source: str, target: str) -> bool:
    try:
        return Path(target).samefile(source)
    except (OSError, ValueError):
        return False


def _write_out(data: bytes) -> None:
    """Write to standard output and see that it got there."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError, AttributeError) as error:
        reason = os.strerror(getattr(error, "errno", None) or errno.EBADF)
        raise Failure(Code.UNWRITABLE, f"cannot write to standard output: {reason}") from error


def _tell(made: Made, target: str) -> None:
    colors = "picture" if made.colors is None else f"{made.colors}-color image"
    score = "" if made.score is None else f" of score {made.score:.1f}"
    _say(f"  wrote {colors}{score} as {target}, {len(made.data) / 1000:.0f}KB")


def _say(words: str) -> None:
    if sys.stderr is not None:  # as it is when the file was closed before we began
        sys.stderr.write(words + "\n")
