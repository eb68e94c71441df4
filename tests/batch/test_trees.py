"""Trees through the command line: mirrored, chosen, resumed, in place, checked."""

import json
import os
from pathlib import Path

import pytest

from huepress.batch.marks import is_marked
from images import as_file, decoded, scene, soft_disc
from trees import compress, contents, made_of, make_tree


def rows_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "src"
    make_tree(root)
    return root


def test_a_tree_is_mirrored_and_a_bad_file_is_a_row(tree, tmp_path):
    out = tmp_path / "out"
    done = compress(tree, "-r", "--out-dir", out, "-k", 16)
    assert done.exit_code == 1
    made, given = contents(out), contents(tree)
    assert set(made) == set(given)
    for name, data in made.items():
        along = name in ("photo.jpg", "broken.png", "notes.txt", "empty.png")
        assert data == (given[name] if along else made_of(tree / name, colors=16))
    (error,) = done.stderr.splitlines()
    assert "broken.png" in error
    assert "12 compressed, 1 left (1 a photo format), 2 copied, 1 failed" in done.stdout


def test_rows_come_in_the_order_of_names_whatever_works(tree, tmp_path):
    one = rows_of(compress(tree, "-r", "--out-dir", tmp_path / "1", "--json", "--threads", 1))
    two = rows_of(compress(tree, "-r", "--out-dir", tmp_path / "2", "--json", "--threads", 2))
    names = [row["input"] for row in one]
    assert names == [row["input"] for row in two]
    files = [name for name in names if "/icons/" not in name]
    assert names == files + sorted(set(names) - set(files), key=lambda n: (n.count("/"), n))
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert all(row["score"] is not None for row in one if row["status"] == "compressed")


def test_a_second_run_does_nothing_and_an_edited_file_is_done_again(tree, tmp_path):
    out = tmp_path / "out"
    arguments = (tree, "-r", "--out-dir", out, "-k", 8, "--exclude", "broken.png")
    assert compress(*arguments).exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    for _ in range(2):  # once by content, once by stamps
        done = compress(*arguments)
        assert done.exit_code == 0
        assert "15 skipped (15 unchanged)" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.png")} == before
    (tree / "icons" / "p001.png").write_bytes(as_file(scene(seed=99)))
    done = compress(*arguments)
    assert done.exit_code == 0
    assert "1 compressed, 14 skipped" in done.stdout
    changed = [path.name for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert changed == ["p001.png"]


def test_other_options_do_it_again_without_force(tree, tmp_path):
    out = tmp_path / "out"
    arguments = (tree, "-r", "--out-dir", out, "--exclude", "broken.png")
    compress(*arguments, "-k", 8)
    done = compress(*arguments, "-k", 4)
    assert done.exit_code == 0
    assert "12 compressed" in done.stdout
    assert contents(out)["p000.png"] == made_of(tree / "p000.png", colors=4)


def test_what_others_wrote_or_changed_is_not_overwritten(tree, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "p000.png").write_bytes(b"precious")
    arguments = (tree, "-r", "--out-dir", out, "--include", "p000.png", "--include", "p003.png")
    done = compress(*arguments)
    assert done.exit_code == 1
    assert "already exists; --force" in done.stderr
    assert (out / "p000.png").read_bytes() == b"precious"
    (out / "p003.png").write_bytes(b"edited by hand")
    done = compress(*arguments)
    assert done.exit_code == 1
    assert (out / "p003.png").read_bytes() == b"edited by hand"
    assert compress(*arguments, "--force").exit_code == 0
    assert (out / "p003.png").read_bytes() == made_of(tree / "p003.png")


def test_a_deleted_output_is_made_again(tree, tmp_path):
    out = tmp_path / "out"
    arguments = (tree, "-r", "--out-dir", out, "--include", "p0*.png")
    compress(*arguments)
    (out / "p000.png").unlink()
    assert "1 compressed, 11 skipped" in compress(*arguments).stdout
    assert (out / "p000.png").exists()


def test_an_output_whose_record_was_lost_is_adopted(tree, tmp_path):
    out = tmp_path / "out"
    arguments = (tree, "-r", "--out-dir", out, "--include", "p0*.png")
    compress(*arguments)
    before = contents(out)
    for path in Path(os.environ["XDG_STATE_HOME"]).rglob("src-*.sqlite"):
        path.unlink()
    done = compress(*arguments)
    assert done.exit_code == 0
    assert contents(out) == before
    assert "12 skipped (12 unchanged)" in compress(*arguments).stdout


def test_names_and_formats_are_the_inputs_own(tmp_path):
    root = tmp_path / "src"
    root.mkdir()
    (root / "a.png").write_bytes(as_file(scene()))
    (root / "a.jpg").write_bytes(as_file(scene(), "jpeg"))
    (root / "B.BMP").write_bytes(as_file(scene(), "bmp"))
    assert compress(root, "-r", "--out-dir", tmp_path / "out").exit_code == 0
    made = contents(tmp_path / "out")
    assert set(made) == {"a.png", "a.jpg", "B.BMP"}
    assert [made[name][:2] for name in sorted(made)] == [b"BM", b"\xff\xd8", b"\x89P"]
    assert compress(root, "-r", "--include", "a.*").exit_code == 0
    assert set(contents(root)) - {"a.png", "a.jpg", "B.BMP"} == {"a-hp.png"}


def test_names_that_would_meet_are_refused_before_anything_is_written(tmp_path):
    root, out = tmp_path / "src", tmp_path / "out"
    root.mkdir()
    (root / "0.png").write_bytes(as_file(scene()))
    (root / "a.png").write_bytes(as_file(scene()))
    (root / "a.jpg").write_bytes(as_file(scene(), "jpeg"))
    for format in ("png", "webp", "smallest"):
        done = compress(root, "-r", "--out-dir", out, "-f", format)
        assert done.exit_code == 2
        assert f"each of {root / 'a.jpg'}, {root / 'a.png'}" in done.stderr
        assert not out.exists()
    done = compress(root, "-r", "--out-dir", out, "-f", "webp", "--exclude", "a.jpg")
    assert done.exit_code == 0
    assert set(contents(out)) == {"0.webp", "a.webp"}


def test_an_output_of_another_input_is_not_overwritten(tmp_path):
    root, out = tmp_path / "src", tmp_path / "out"
    root.mkdir()
    (root / "a.bmp").write_bytes(as_file(scene(), "bmp"))
    arguments = (root, "-r", "--out-dir", out, "-f", "png")
    assert compress(*arguments).exit_code == 0
    before = contents(out)
    (root / "a.png").write_bytes(as_file(scene(seed=5)))
    done = compress(*arguments, "--exclude", "a.bmp")
    assert done.exit_code == 1
    assert f"was made from {root / 'a.bmp'}; use --force" in done.stderr
    assert contents(out) == before
    assert compress(*arguments, "--exclude", "a.bmp", "--force").exit_code == 0
    assert contents(out) != before


def test_prune_removes_what_is_ours_and_unchanged(tmp_path):
    root, out = tmp_path / "src", tmp_path / "out"
    for name in ("a.png", "b/c.png", "b/d.png", "e.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(as_file(scene()))
    (root / "b" / "text.txt").write_text("words")
    arguments = (root, "-r", "--out-dir", out)
    assert compress(*arguments).exit_code == 0
    (out / "b" / "mine.png").write_bytes(b"of somebody else")
    (out / "a.png").write_bytes(b"edited")
    for name in ("a.png", "b/c.png", "b/text.txt", "e.png"):
        (root / name).unlink()
    done = compress(*arguments, "--prune", "--dry-run", "--json")
    told = [row for row in rows_of(done) if row["code"] == "pruned"]
    assert [row["output"] for row in told] == [
        str(out / name) for name in ("b/c.png", "b/text.txt", "e.png")
    ]
    assert len(contents(out)) == 6
    assert compress(*arguments, "--include", "d.png", "--prune").exit_code == 0
    assert set(contents(out)) == {"a.png", "b/d.png", "b/mine.png"}
    assert compress(*arguments, "--include", "nothing", "--prune").exit_code == 0
    assert (out / "b" / "d.png").exists()  # not asked for, but its source is there
    assert compress(*arguments, "-f", "webp", "--prune").exit_code == 0
    assert set(contents(out)) == {"a.png", "b/d.webp", "b/mine.png"}


def test_several_trees_keep_their_names(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(as_file(scene()))
    (tmp_path / "c.png").write_bytes(as_file(soft_disc()))
    out = tmp_path / "out"
    done = compress(tmp_path / "one", tmp_path / "two", tmp_path / "c.png", "-r", "--out-dir", out)
    assert done.exit_code == 0
    assert set(contents(out)) == {"one/a.png", "two/a.png", "c.png"}


def test_outputs_beside_their_inputs_are_not_inputs_the_next_time(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene()))
    compress(tmp_path, "-r")
    compress(tmp_path, "-r")
    assert set(contents(tmp_path)) == {"a.png", "a-hp.png"}


def test_an_output_directory_inside_the_tree_is_not_an_input(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene()))
    for _ in range(2):
        assert compress(tmp_path, "-r", "--out-dir", tmp_path / "dist").exit_code == 0
    assert set(contents(tmp_path)) == {"a.png", "dist/a.png"}


def test_links_do_not_lead_out_of_the_tree(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "src"
    outside.mkdir()
    root.mkdir()
    (outside / "secret.png").write_bytes(as_file(scene()))
    (root / "a.png").write_bytes(as_file(soft_disc()))
    (root / "out-file.png").symlink_to(outside / "secret.png")
    (root / "out-dir").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "inside.png").symlink_to("a.png")
    (root / "nowhere.png").symlink_to("gone.png")
    os.mkfifo(root / "pipe.png")
    done = compress(root, "-r", "--out-dir", tmp_path / "out")
    assert done.exit_code == 0
    assert set(contents(tmp_path / "out")) == {"a.png", "inside.png"}
    done = compress(root, "-r", "--in-place", "-k", 4)
    assert done.exit_code == 0
    assert (root / "inside.png").is_symlink()
    assert (outside / "secret.png").read_bytes() == as_file(scene())


def test_in_place_is_never_done_twice(tmp_path):
    root = tmp_path / "src"
    good = make_tree(root, 3)
    (root / "broken.png").unlink()
    assert compress(root, "-r", "--in-place", "-k", 8).exit_code == 0
    once = contents(root)
    assert all(is_marked(path.read_bytes()) for path in good)
    assert once["photo.jpg"][:2] == b"\xff\xd8"
    for more in ([], ["-k", 4], ["--no-manifest"]):
        assert compress(root, "-r", "--in-place", *more).exit_code == 0
        assert contents(root) == once
    assert compress(good[0], "--in-place", "-k", 2).exit_code == 0
    assert contents(root) == once
    assert compress(good[0], "--in-place", "-k", 2, "--force").exit_code == 0
    assert len(good[0].read_bytes()) < len(once[good[0].name])


def test_check_lists_what_could_be_smaller_and_writes_nothing(tmp_path):
    root = tmp_path / "src"
    make_tree(root, 3)
    (root / "broken.png").unlink()
    before = contents(root)
    done = compress(root, "-r", "--check")
    assert done.exit_code == 1
    listed = [line for line in done.stdout.splitlines() if "could be smaller" in line]
    assert contents(root) == before
    assert not (root / ".huepress.sqlite").exists()
    compress(root, "-r", "--in-place", "--no-manifest")
    after = contents(root)
    smaller = [name for name in before if after[name] != before[name]]
    assert {line.partition(": ")[0] for line in listed} == {str(root / name) for name in smaller}
    assert len(smaller) >= 2
    assert compress(root, "-r", "--check").exit_code == 0
    assert compress(root / "photo.jpg", "--check").exit_code == 0


def test_check_with_a_threshold(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(as_file(scene()))
    assert compress(path, "--check", "--min-savings", "1%").exit_code == 1
    assert compress(path, "--check", "--min-savings", "99%").exit_code == 0


def test_min_savings_keep_the_original_under_its_own_name(tmp_path):
    root, out = tmp_path / "src", tmp_path / "out"
    root.mkdir()
    (root / "a.jpg").write_bytes(as_file(scene(), "jpeg", quality=40))
    (root / "b.png").write_bytes(as_file(scene()))
    arguments = (root, "-r", "--out-dir", out, "--min-savings", "5%", "-f", "png")
    done = compress(*arguments)
    assert done.exit_code == 0
    assert contents(out)["a.jpg"] == contents(root)["a.jpg"]
    assert len(contents(out)["b.png"]) < len(contents(root)["b.png"])
    assert "original kept: nothing smaller was found" in done.stdout
    assert "2 skipped (2 unchanged)" in compress(*arguments).stdout
    (root / "a.jpg").write_bytes(as_file(scene(seed=3), "jpeg", quality=30))
    assert compress(*arguments).exit_code == 0
    assert contents(out)["a.jpg"] == contents(root)["a.jpg"]


def test_dry_run_tells_and_writes_nothing(tree, tmp_path):
    done = compress(tree, "-r", "--out-dir", tmp_path / "out", "--dry-run", "--include", "p00*")
    assert done.exit_code == 0
    assert "nothing was written" in done.stdout
    assert "saved" in done.stdout
    assert not (tmp_path / "out").exists()


def test_fail_fast_stops_at_the_first(tree, tmp_path):
    done = compress(tree, "-r", "--out-dir", tmp_path / "out", "--fail-fast", "--json")
    rows = rows_of(done)
    assert done.exit_code == 1
    assert [row["status"] for row in rows] == ["failed"]


def test_json_has_a_line_a_file_and_the_sum_is_on_stderr(tree, tmp_path):
    done = compress(tree, "-r", "--out-dir", tmp_path / "out", "--json")
    rows = rows_of(done)
    assert len(rows) == sum(1 for path in tree.rglob("*") if path.is_file())
    assert {row["status"] for row in rows} >= {"compressed", "left", "copied", "failed"}
    assert all(row["reason"] for row in rows if row["status"] == "skipped")
    assert " 1 failed" in done.stderr


def test_hidden_and_excluded_files_are_left_out(tmp_path):
    root = tmp_path / "src"
    for name in (".git/a.png", "node_modules/b.png", "c.png", "d.gif"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(as_file(scene(20, 30), name[-3:]))
    compress(root, "-r", "--out-dir", tmp_path / "out", "--exclude", "c.*", "-f", "webp")
    assert set(contents(tmp_path / "out")) == {"d.webp"}


def test_a_directory_that_cannot_be_read_is_a_row(tmp_path, monkeypatch):
    root = tmp_path / "src"
    (root / "closed").mkdir(parents=True)
    (root / "a.png").write_bytes(as_file(scene()))
    real = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = compress(root, "-r", "--out-dir", tmp_path / "out")
    assert done.exit_code == 1
    assert "closed: Permission denied" in done.stderr
    assert set(contents(tmp_path / "out")) == {"a.png"}


def test_an_empty_tree_is_no_failure(tmp_path):
    (tmp_path / "src").mkdir()
    done = compress(tmp_path / "src", "-r", "--out-dir", tmp_path / "out")
    assert done.exit_code == 0
    assert "no files" in done.stdout


def test_names_beyond_ascii(tmp_path):
    root = tmp_path / "bilder ä"
    root.mkdir()
    for name in ("größe 1.png", "日本.png", "a#b?c%20.png"):
        (root / name).write_bytes(as_file(soft_disc()))
    assert compress(root, "-r", "--out-dir", tmp_path / "out").exit_code == 0
    assert set(contents(tmp_path / "out")) == {"größe 1.png", "日本.png", "a#b?c%20.png"}
    assert decoded(contents(tmp_path / "out")["日本.png"]).shape == (49, 49, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--manifest", "m", "--no-manifest"], "only one of"),
        (["--save-palette", "p.gpl"], "only with"),
        (["--min-savings", "lots"], "is not a size"),
        (["-r", "-o", "x.png"], "one input with -o"),
    ],
)
def test_usage(tmp_path, arguments, words):
    done = compress(tmp_path, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
