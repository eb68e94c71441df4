"""ignoring: patterns of .gitignore mean what they mean to git, which is asked."""

import os
import re
import shutil
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huepress.batch.ignoring import Rule

FILES = (
    "a.png", "b.log", "build/a.png", "build/keep.png", "build/sub/b.png", "deep/build/c.png",
    "docs/drafts/d.png", "docs/e.png", "docs/img/f.PNG", "foo/bar/baz/g.png", "foo/h.png",
    "has space/i.png", "größe/j.png", "tmp/k.png", "x/tmp/l.png", "x[1].png", "#m.png", "!n.png",
)  # fmt: skip
PATTERNS = (
    "build/**\n!build/keep.png", "build/\n!build/keep.png", "build/*\n!build/sub/", "/build/**  ",
    "**/build/**", "build/**/\n", "foo/**/g.png", "*.png\n!docs/**", "*.png\n!docs/**/*.png",
    "*\n!*/\n!a.png", "/tmp\n", "tmp/", "*.PNG", "docs/drafts", "has\\ space/", "has space/**",
    "größe", "\\#m.png\n\\!n.png", "#m.png", "x[[]1].png", "[a-b].*", "**", "*.lo?\n\n# a comment",
)  # fmt: skip


def ours(root):
    rule = Rule(str(root))

    def below(folder):
        for entry in sorted(os.scandir(root / folder), key=lambda entry: entry.name):
            name = f"{folder}/{entry.name}".lstrip("/")
            if rule.why(name, is_directory=entry.is_dir()) is not None:
                continue
            yield from below(name) if entry.is_dir() else [name]

    return set(below("")) - {".gitignore"}


PIECES = st.sampled_from(
    ["a", "b", ".png", "/", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[^b.]", "[]a]",
     "[a-z]", "[z-a]", "[[:alpha:]]", "[a\\]", "[", "]", "!", "#", "\\", "\\*", " ", "-", "x[1]"]
)  # fmt: skip
# Beside other characters two stars are one, says gitignore(5); git 2.39 sometimes has it otherwise.
ODD = re.compile(r"(?<![/!])(?<!^)\*\*|\*\*(?!/|$)|\*{3}")
LINES = st.lists(
    st.lists(PIECES, min_size=1, max_size=6).map("".join).filter(lambda line: not ODD.search(line)),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    if shutil.which("git") is None:
        pytest.skip("no git on this machine")
    root = tmp_path_factory.mktemp("ignoring")
    folders = ("", "a/", "b/", "a/a/", "a/b/", "b/a.png/", "a/b/a/")
    names = ("a", "b", "ab", "a.png", "b.png", "[", "!", "#", "\\", "x1", "x[1]", "-", "a ")
    some = [folder + name for folder in folders for name in names]
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in [*FILES, *some]:
        path = root / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    subprocess.run(["git", "-C", str(root), "init", "-q"], check=True)
    return root


def theirs(root):
    git = ["git", "-C", str(root), "-c", "core.excludesFile=", "ls-files", "-z", "--others"]
    done = subprocess.run([*git, "--exclude-standard"], capture_output=True, check=True)
    return set(os.fsdecode(done.stdout).split("\0")) - {"", ".gitignore"}


@pytest.mark.parametrize("patterns", PATTERNS)
def test_patterns_mean_what_they_mean_to_git(tree, patterns):
    (tree / ".gitignore").write_text(patterns)
    assert ours(tree) == theirs(tree)


@given(LINES)
@example(["a\\ ", "b "])
@example(["*", "!*/", "!**/a.png"])
def test_any_patterns_mean_what_they_mean_to_git(tree, lines):
    (tree / ".gitignore").write_text("\n".join(lines))
    assert ours(tree) == theirs(tree)
