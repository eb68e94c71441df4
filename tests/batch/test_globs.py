"""globs: patterns of names and paths, as shells and .gitignore have them."""

import pytest

from huepress.batch.globs import Chooser


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("*.png", "a.png", True),
        ("*.png", "deep/er/a.png", True),
        ("*.png", "a.png.txt", False),
        ("icons/*.png", "icons/a.png", True),
        ("icons/*.png", "icons/big/a.png", False),
        ("icons/**/*.png", "icons/a.png", True),
        ("icons/**/*.png", "icons/big/x/a.png", True),
        ("icons/**", "icons/big/x/a.png", True),
        ("**/big/*", "icons/big/a.png", True),
        ("./icons/*", "icons/a.png", True),
        ("?.png", "a.png", True),
        ("?.png", "ab.png", False),
        ("[a-c].png", "b.png", True),
        ("[!a-c].png", "b.png", False),
        ("[!a-c].png", "d.png", True),
        ("a+b(1).png", "a+b(1).png", True),
        ("[.png", "[.png", True),
        ("ü*.png", "ünder.png", True),
    ],
)
def test_patterns(pattern, path, wanted):
    assert Chooser(include=(pattern,)).wants_file(path) is wanted
    assert Chooser(exclude=(pattern,)).wants_file(path) is not wanted


def test_without_patterns_everything_is_wanted():
    assert Chooser().wants_file("a/b.png")
    assert not Chooser().names_hidden


def test_a_pattern_with_a_dot_name_names_hidden_files():
    chooser = Chooser(include=(".thumbs/**",))
    assert chooser.names_hidden
    assert chooser.wants_directory(".thumbs")
    assert chooser.wants_file(".thumbs/a.png")
    assert not chooser.wants_file("a.png")


def test_excluded_directories_are_not_entered():
    chooser = Chooser(include=("*.png",), exclude=("node_modules/", "build/out"))
    assert not chooser.wants_directory("node_modules")
    assert not chooser.wants_directory("deep/node_modules")
    assert not chooser.wants_directory("build/out")
    assert chooser.wants_directory("build")
