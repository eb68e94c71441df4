"""Every error huepress raises on purpose, in one tree.

::

    HuepressError
    ├── InputError            the picture: which file, what was found, what was wanted
    │   ├── DecodeError       not a picture, truncated, or of an unsupported kind
    │   │   └── FramesError   several frames or pages where one picture is wanted
    │   ├── LimitError        too many pixels, bytes, frames or seconds
    │   └── OutOfMemoryError  takes more memory than there is (also a MemoryError)
    ├── OptionError           an option out of range or in conflict (also a ValueError)
    ├── OutputError           the result cannot be written where it was asked for
    ├── QualityError          the bound asked for cannot be met
    ├── EncodeError           an encoder failed
    ├── MissingExtraError     an optional package is not installed (also an ImportError)
    └── WrongPackageError     a name imports the wrong package (also an ImportError)

Each class has a stable ``code`` for machines and an ``exit_code`` for the command line; the data
behind a message are attributes. All errors can be pickled and copied, so they can cross from worker
processes, and two that say the same are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar


class HuepressError(Exception):
    """Root of all errors raised on purpose."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Split an error into its class, its message and its attributes."""
        facts = {name: _portable(value) for name, value in vars(self).items()}
        return _put_together, (type(self), self.args, facts)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = vars(self), vars(other)
        return (
            self.args == other.args
            and mine.keys() == theirs.keys()
            and all(_is_same(value, theirs[name]) for name, value in mine.items())
        )

    def __hash__(self) -> int:
        return hash((type(self), self.args))


class _Words(str):
    """Stand-in for a value that cannot be pickled: only its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _portable(value: Any) -> Any:
    """Return a value that can be pickled: itself, or a stand-in with its repr."""
    import pickle

    try:
        pickle.dumps(value)
    except Exception:  # somebody else's class may raise anything
        return _Words(repr(value))
    return value


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same; arrays and NaN define equality differently."""
    return one is other or (type(one) is type(other) and repr(one) == repr(other))


def _put_together(
    kind: type[HuepressError], args: tuple[Any, ...], facts: dict[str, Any]
) -> HuepressError:
    error = kind.__new__(kind)
    super(HuepressError, error).__init__(*args)  # not the class's own, which takes the facts
    error.__dict__.update(facts)
    return error


class InputError(HuepressError):
    """The picture cannot be used.

    Parameters
    ----------
    source : str
        Name of the file, or a word such as ``<bytes>``.
    found : str
        What was found.
    wanted : str
        What is allowed, or what to try.
    """

    code = "input"

    def __init__(self, source: str, found: str, wanted: str) -> None:
        self.source = source
        self.found = found
        self.wanted = wanted
        super().__init__(f"{source}: {found}; {wanted}")


class DecodeError(InputError):
    """Not a picture, truncated, or of an unsupported kind."""

    code = "decode"


class FramesError(DecodeError):
    """Several frames or pages where one picture is wanted.

    Parameters
    ----------
    source : str
        Name of the file.
    n_frames : int
        How many.
    word : str
        ``frames`` or ``pages``.
    """

    def __init__(self, source: str, n_frames: int, word: str) -> None:
        self.n_frames = n_frames
        self.word = word
        what = "pages" if word == "pages" else "an animation"
        super().__init__(
            source,
            f"has {n_frames} {word if n_frames != 1 else word.removesuffix('s')}",
            f"a still picture is needed: --frame N (0 to {n_frames - 1}) takes one of {what}",
        )


class LimitError(InputError):
    """A limit on pixels, bytes, frames or seconds is exceeded.

    Parameters
    ----------
    source : str
        Name of the file.
    what : str
        What is limited, such as ``pixels``.
    value, limit : float
        What was found and what is allowed.
    option : str
        The option that raises the limit; empty when none does.
    """

    code = "limit"

    def __init__(self, source: str, what: str, value: float, limit: float, option: str) -> None:
        self.what = what
        self.value = value
        self.limit = limit
        self.option = option
        more = (
            f"raise it with {option}" if option else "it cannot be raised: make the picture smaller"
        )
        super().__init__(source, f"{value:,.15g} {what}", f"the limit is {limit:,.15g} ({more})")


class OutOfMemoryError(MemoryError, InputError):
    """The picture takes more memory than there is.

    Parameters
    ----------
    source : str
        Name of the file.
    """

    code = "memory"

    def __init__(self, source: str) -> None:
        InputError.__init__(
            self, source, "takes more memory than there is", "a smaller picture, or fewer threads"
        )


@contextmanager
def memory_guard(source: str) -> Iterator[None]:
    """Raise OutOfMemoryError for any error inside the block that means memory is short."""
    try:
        yield
    except HuepressError:
        raise
    except MemoryError:
        raise OutOfMemoryError(source) from None
    except RuntimeError as error:
        if "can't start new thread" not in str(error):  # no memory for its stack
            raise
        raise OutOfMemoryError(source) from None


class OptionError(HuepressError, ValueError):
    """An option is out of range or in conflict with another.

    Parameters
    ----------
    name : str
        The option.
    value : object
        The value given.
    allowed : str
        What is allowed.
    """

    code = "option"
    exit_code = 2

    def __init__(self, name: str, value: Any, allowed: str) -> None:
        self.name = name
        self.value = value
        self.allowed = allowed
        super().__init__(f"{name} is {value!r}; allowed: {allowed}")


class OutputError(HuepressError):
    """The result cannot be written where it was asked for.

    Parameters
    ----------
    target : str
        The file or directory.
    found : str
        What prevents it.
    wanted : str
        What to try.
    """

    code = "output"

    def __init__(self, target: str, found: str, wanted: str) -> None:
        self.target = target
        self.found = found
        self.wanted = wanted
        super().__init__(f"{target}: {found}; {wanted}")


class QualityError(HuepressError):
    """The bound asked for cannot be met.

    Parameters
    ----------
    source : str
        Name of the picture.
    asked, reached : str
        The bound, and the nearest that could be met.
    wanted : str
        What to try.
    """

    code = "bound"
    exit_code = 4

    def __init__(self, source: str, asked: str, reached: str, wanted: str) -> None:
        self.source = source
        self.asked = asked
        self.reached = reached
        self.wanted = wanted
        super().__init__(f"{source}: {asked} cannot be met, {reached}; {wanted}")


class EncodeError(HuepressError):
    """An encoder failed.

    Parameters
    ----------
    format : str
        Such as ``png``.
    found : str
        What the encoder said.
    """

    code = "encode"

    def __init__(self, format: str, found: str) -> None:
        self.format = format
        self.found = found
        super().__init__(f"{format} encoder: {found}")


class MissingExtraError(HuepressError, ImportError):
    """An optional package is not installed.

    Parameters
    ----------
    feature : str
        What needs it.
    package : str
        What is missing.
    extra : str
        The extra of huepress that brings it.
    """

    code = "missing-extra"

    def __init__(self, feature: str, package: str, extra: str) -> None:
        self.feature = feature
        self.package = package
        self.extra = extra
        super().__init__(f"{feature} needs {package}: pip install 'huepress[{extra}]'")


class WrongPackageError(HuepressError, ImportError):
    """A name imports the wrong package.

    Parameters
    ----------
    name : str
        What was imported.
    package : str
        The distribution that is needed.
    found : str
        What is there instead.
    """

    code = "wrong-package"

    def __init__(self, name: str, package: str, found: str) -> None:
        self.module = name
        self.package = package
        self.found = found
        super().__init__(
            f"huepress needs {package}, and `import {name}` finds another package ({found}): "
            f"uninstall that one, then pip install --force-reinstall {package}"
        )
