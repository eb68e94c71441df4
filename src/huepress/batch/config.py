"""Options of a project: ``huepress.toml``, or ``[tool.huepress]`` in pyproject.toml.

The nearest file above a picture counts. Its top-level keys apply to all pictures below it, its
tables to those that match the glob; later tables win over earlier ones, the command line over all::

    [tool.huepress]
    quality = 85
    exclude = ["fixtures"]
    "icons/**" = { quality = 95 }
    "hero/*.png" = { leave = true }
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from huepress.batch.globs import Chooser
from huepress.batch.store import STDIO, is_remote
from huepress.errors import InputError, OptionError
from huepress.options import BatchOptions, CompressOptions, spec_of

LEAVE: Final = "leave"
"""The one key that is not an option: leave these pictures as they are."""

OF_TREES: Final = ("include", "exclude", "no_ignore", "copy_rest")
"""Options of trees that a file may set for everything below it."""

OF_PICTURES: Final = {
    **{row.name: spec_of(row) for row in fields(CompressOptions)},
    **{row.name: spec_of(row) for row in fields(BatchOptions) if row.name == "min_savings"},
}
"""Options that a file may set for all pictures, or for those that match a glob."""

EXCLUSIVE: Final = (
    frozenset({"quality", "max_size", "rate_weight", "lossless"}),
    frozenset({"lossless", "palette", "keep_color"}),
)
"""Options that exclude each other: setting one clears the others."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One option as a file has it.

    Attributes
    ----------
    value : object
        Checked against the table of options.
    origin : str
        The file, and the glob if it came from a table.
    """

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Config:
    """A file of options.

    Attributes
    ----------
    path : Path
        Where the file is; globs match paths relative to its directory.
    trees : mapping
        Options of `OF_TREES`.
    tables : tuple of (str, mapping)
        Globs (``**`` first, for the top-level keys) and their options.
    """

    path: Path
    trees: Mapping[str, Any]
    tables: tuple[tuple[str, Mapping[str, Any]], ...]

    def of(self, path: str) -> dict[str, Setting]:
        """Return the settings for a picture, by option name."""
        relative = os.path.relpath(path, self.path.parent).replace(os.sep, "/")
        found: dict[str, Setting] = {}
        for glob, values in self.tables:
            if not Chooser(include=(glob,)).wants_file(relative):
                continue
            where = str(self.path) if glob == _ALL else f'{self.path}, "{glob}"'
            for name in values:
                for group in EXCLUSIVE:
                    for other in group - {name} if name in group else ():
                        if other not in values:
                            found.pop(other, None)
            found |= {name: Setting(value, where) for name, value in values.items()}
        return found

    def excludes(self, path: str) -> bool:
        """Whether a picture, or a directory above it, is excluded."""
        relative = os.path.relpath(path, self.path.parent).replace(os.sep, "/")
        parts = relative.split("/")
        chooser = Chooser(exclude=self.trees.get("exclude", ()))
        above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        return not all(chooser.wants_directory(name) for name in above)


_ALL: Final = "**"


@dataclass(slots=True)
class Configs:
    """The option files of a run, each read once.

    Attributes
    ----------
    given : collection of str
        Options from the command line, which no file overrides.
    enabled : bool
        False: no file is read.
    """

    given: Collection[str] = ()
    enabled: bool = True
    _near: dict[str, Config | None] = field(default_factory=dict)

    def of(self, source: str) -> tuple[tuple[str, Any], ...]:
        """Return the options that files set for a picture, by name."""
        config = None if source == STDIO or is_remote(source) else self.near(source)
        if config is None:
            return ()
        found = config.of(source)
        taken = set(self.given)
        for group in EXCLUSIVE:
            taken |= group if group & taken else set()
        return tuple(sorted((n, s.value) for n, s in found.items() if n not in taken))

    def batch(self, root: str, batch: BatchOptions) -> BatchOptions:
        """Return the options of a tree; lists from the command line and from a file add up."""
        config = None if is_remote(root) else self.near(str(Path(root, "x")))
        if config is None:
            return batch
        changes = {}
        for name, value in config.trees.items():
            if isinstance(value, tuple):
                changes[name] = (*getattr(batch, name), *value)
            elif name not in self.given:
                changes[name] = value
        return batch.changed(**changes)

    def excludes(self, source: str) -> bool:
        """Whether an option file excludes a picture."""
        config = None if source == STDIO or is_remote(source) else self.near(source)
        return config is not None and config.excludes(source)

    def near(self, path: str) -> Config | None:
        """Return the nearest file above a path; None when there is none."""
        if not self.enabled:
            return None
        directory = os.path.realpath(os.path.dirname(path) or ".")  # noqa: PTH120
        passed = []
        found = None
        while directory not in self._near:
            passed.append(directory)
            found = _in(directory)
            above = os.path.dirname(directory)  # noqa: PTH120
            if found is not None or above == directory:
                break
            directory = above
        else:
            found = self._near[directory]
        self._near |= dict.fromkeys(passed, found)
        return found


def _in(directory: str) -> Config | None:
    for name, table in (("huepress.toml", ()), ("pyproject.toml", ("tool", "huepress"))):
        path = Path(directory, name)
        if not path.is_file():
            continue
        try:
            values: Any = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            if table:
                continue  # another tool's file: let that tool report the error
            raise InputError(
                str(path), f"not TOML ({error})", "correct it, or --no-config"
            ) from error
        except OSError:
            continue
        for key in table:
            values = values.get(key) if isinstance(values, dict) else None
        if isinstance(values, dict):
            return _read(path, values)
    return None


def _read(path: Path, values: Mapping[str, Any]) -> Config:
    """Check every value against the table of options (raises OptionError)."""
    trees: dict[str, Any] = {}
    everywhere: dict[str, Any] = {}
    tables: list[tuple[str, Mapping[str, Any]]] = [(_ALL, everywhere)]
    of_trees = {row.name: spec_of(row) for row in fields(BatchOptions) if row.name in OF_TREES}
    for key, value in values.items():
        name = key.replace("-", "_")
        if isinstance(value, dict):
            checked = {k.replace("-", "_"): v for k, v in value.items()}
            tables.append((key, {k: _checked(path, k, v, key) for k, v in checked.items()}))
        elif name in of_trees:
            trees[name] = of_trees[name].check(f"{path}: {key}", value)
        else:
            everywhere[name] = _checked(path, name, value)
    return Config(path, trees, tuple(tables))


def _checked(path: Path, name: str, value: Any, glob: str = "") -> Any:
    where = f"{path}: {glob and glob + ': '}{name}"
    if name == LEAVE and isinstance(value, bool):
        return value
    if name not in OF_PICTURES:
        known = ", ".join((LEAVE, *OF_PICTURES)) if glob else ", ".join((*OF_TREES, *OF_PICTURES))
        raise OptionError(where, value, f"one of these options: {known}")
    return OF_PICTURES[name].check(where, value)
