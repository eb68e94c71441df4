"""Errors cross between processes, can be copied, and are equal when they say the same."""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import huepress
from huepress import errors
from huepress.errors import HuepressError, memory_guard

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def all_of(kind):
    return [kind, *(each for child in kind.__subclasses__() for each in all_of(child))]


# One of each class, with values of every sort that options have seen.
EXAMPLES = [
    HuepressError("words"),
    errors.InputError("a.png", "is odd", "an even one"),
    errors.DecodeError("b\udcff.png", "is cut short", "a whole file"),
    errors.FramesError("f.gif", 7, "frames"),
    errors.LimitError("c.png", "pixels", 2**31, 64.5, "--max-pixels"),
    errors.LimitError("c.png", "pixels", 2**32, 2**31 - 1, ""),
    errors.OutOfMemoryError("d.png"),
    errors.OptionError("colors", 0, "1 to 256"),
    errors.OptionError("tol", float("nan"), "a number"),
    errors.OptionError("weights", np.arange(3), "one per pixel"),
    errors.OptionError("on_point", lambda: 1, "a function"),  # which cannot be pickled
    errors.OutputError("e.png", "is there", "--force"),
    errors.QualityError("f.png", "90", "80 can", "lower it"),
    errors.EncodeError("png", "gave up"),
    errors.MissingExtraError("plots", "matplotlib", "plots"),
    errors.WrongPackageError("oxipng", "pyoxipng", "there is no RawImage"),
]


def test_every_class_has_an_example():
    """A class that comes new must cross, too."""
    assert {type(error) for error in EXAMPLES} >= set(all_of(HuepressError))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "carry",
    [
        copy.copy,
        copy.deepcopy,
        *(lambda error, p=p: pickle.loads(pickle.dumps(error, p)) for p in PROTOCOLS),
    ],
)
def test_errors_stay_what_they_are(error, carry):
    error.add_note("seen in a test")
    there = carry(error)
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert there.args == error.args
    assert (there.code, there.exit_code) == (error.code, error.exit_code)
    assert vars(there).keys() == vars(error).keys()
    assert there.__notes__ == error.__notes__
    again = carry(there)
    assert again == there
    assert hash(again) == hash(there) == hash(error)
    if "lambda" not in str(error):
        assert there == error
    del error.__notes__


def test_errors_that_say_something_else_differ():
    one = errors.OptionError("colors", 0, "1 to 256")
    assert one == errors.OptionError("colors", 0, "1 to 256")
    assert one != errors.OptionError("colors", -1, "1 to 256")
    assert one != errors.OptionError("colors", "0", "1 to 256")
    assert one != ValueError(*one.args)
    assert errors.InputError("a", "b", "c") != errors.DecodeError("a", "b", "c")
    assert len({one, errors.OptionError("colors", 0, "1 to 256")}) == 1


@pytest.mark.parametrize("method", sorted({*multiprocessing.get_all_start_methods()} - {"fork"}))
def test_one_bad_picture_does_not_break_a_pool(method):
    context = multiprocessing.get_context(method)
    pictures = [b"no picture", np.zeros((4, 5, 3), np.uint8), b"", np.ones((6, 7), np.uint8)]
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        jobs = [pool.submit(huepress.compress, picture) for picture in pictures]
        for job in jobs[::2]:
            with pytest.raises(huepress.DecodeError, match="bytes"):
                job.result(timeout=60)
        assert [len(job.result(timeout=60).data) > 60 for job in jobs[1::2]] == [True, True]


@pytest.mark.parametrize(
    "short",
    [
        MemoryError("std::bad_alloc"),
        np.exceptions.__dict__.get("_ArrayMemoryError", MemoryError)("Unable to allocate 9 GiB"),
        RuntimeError("can't start new thread"),
    ],
)
def test_a_lack_of_memory_is_one_of_ours(short):
    with (
        pytest.raises(huepress.OutOfMemoryError, match=r"^x\.png: takes more memory") as caught,
        memory_guard("x.png"),
    ):
        raise short
    assert isinstance(caught.value, MemoryError)
    assert caught.value.exit_code == 1


def test_other_errors_pass_the_guard():
    with pytest.raises(RuntimeError, match="else"), memory_guard("x.png"):
        raise RuntimeError("something else")
