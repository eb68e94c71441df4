"""Files of options: huepress.toml and [tool.huepress], by globs, below the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import huepress
from huepress.batch.config import Configs
from huepress.cli import cli
from huepress.errors import InputError, OptionError
from images import as_file, scene, soft_disc
from trees import compress, contents

CONFIG = """
quality = 60
min-savings = "1%"
exclude = ["fixtures"]
"icons/**" = { colors = 4, lossless = false, max-size = "60%" }
"icons/big/*.png" = { quality = 70.5, colors = 200 }
"hero.png" = { leave = true }
"web/*" = { format = "webp" }
"""


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    for name in ("a.png", "icons/b.png", "icons/big/c.png", "hero.png", "web/d.png",
                 "fixtures/e.png"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(as_file(scene(60, 80)))
    (root / "huepress.toml").write_text(CONFIG)
    return root


def rows_of(done):
    return {Path(row["input"]).name: row for row in map(json.loads, done.stdout.splitlines())}


def values(configs, path):
    return dict(configs.of(str(path)))


def test_globs_replace_what_holds_for_all(project):
    configs = Configs()
    assert values(configs, project / "a.png") == {"quality": 60.0, "min_savings": "1%"}
    b = values(configs, project / "icons/b.png")
    assert b == {"colors": 4, "lossless": False, "max_size": "60%", "min_savings": "1%"}
    c = values(configs, project / "icons/big/c.png")
    assert (c["quality"], c["colors"], "max_size" in c) == (70.5, 200, False)
    assert values(configs, project.parent / "outside.png") == {}
    assert values(Configs(enabled=False), project / "a.png") == {}


def test_the_command_line_has_the_last_word(project):
    configs = Configs({"colors", "max_size"})
    assert values(configs, project / "a.png") == {"min_savings": "1%"}  # one aim, the given one
    assert "colors" not in values(configs, project / "icons/big/c.png")


def test_a_tree_is_done_as_its_file_says(project, tmp_path):
    done = compress(project, "-r", "--out-dir", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.stderr
    rows = rows_of(done)
    assert rows["b.png"]["colors"] <= 4
    assert rows["hero.png"]["code"] == "told"
    assert rows["hero.png"]["status"] == "left"
    assert contents(tmp_path / "out")["hero.png"] == (project / "hero.png").read_bytes()
    assert rows["a.png"]["score"] >= 60
    assert rows["c.png"]["score"] >= 70
    assert set(contents(tmp_path / "out")) == {
        "a.png", "hero.png", "huepress.toml", "icons/b.png", "icons/big/c.png", "web/d.webp",
    }  # fmt: skip
    again = compress(project, "-r", "--out-dir", tmp_path / "out")
    assert "compressed" not in again.stdout
    (project / "huepress.toml").write_text(CONFIG.replace("colors = 4", "colors = 3"))
    rows = rows_of(compress(project, "-r", "--out-dir", tmp_path / "out", "--json"))
    assert {n for n, row in rows.items() if row["status"] == "compressed"} == {"b.png"}


def test_hooks_name_files_and_find_it_too(project):
    names = [project / name for name in ("a.png", "hero.png", "web/d.png", "fixtures/e.png")]
    before = {path: path.read_bytes() for path in names}
    done = compress(*names, "--in-place", "--json")
    assert done.exit_code == 0, done.stderr
    codes = {name: row["code"] for name, row in rows_of(done).items()}
    assert codes == {"a.png": "smaller", "hero.png": "told", "d.png": "smaller",
                     "e.png": "ignored"}  # fmt: skip
    assert names[3].read_bytes() == before[names[3]]
    assert names[2].read_bytes().startswith(b"\x89PNG")


def test_no_config_reads_none(project, tmp_path):
    done = compress(project / "icons/b.png", "-o", tmp_path / "x.png", "--json", "--no-config")
    assert json.loads(done.stdout)["colors"] > 4
    compress(project / "icons/b.png", "-o", tmp_path / "y.png")
    plain = huepress.compress(project / "icons/b.png", colors=4, max_size="60%", effort="fast")
    assert (tmp_path / "y.png").read_bytes() == plain.data


def test_pyproject_and_the_nearest_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.huepress]\ncolors = 8\n[tool.other]\nx = 1\n")
    (tmp_path / "sub").mkdir()
    assert values(Configs(), tmp_path / "sub" / "a.png") == {"colors": 8}
    (tmp_path / "sub" / "pyproject.toml").write_text("[tool.other]\n")
    assert values(Configs(), tmp_path / "sub" / "a.png") == {"colors": 8}
    (tmp_path / "sub" / "huepress.toml").write_text("effort = 'fast'\n")
    assert values(Configs(), tmp_path / "sub" / "a.png") == {"effort": "fast"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qualty = 3", "huepress.toml: qualty"),
        ("quality = 300", "a number from 1 to 100"),
        ("colors = '9'", "a whole number from 1 to 256"),
        ("'*.png' = { exclude = ['a'] }", "*.png: exclude"),
        ("'*.png' = { colors = 0 }", "*.png: colors"),
        ("exclude = 'a'", "a list of texts"),
        ("a = [", "not TOML"),
    ],
)
def test_faults_are_told_in_one_line(tmp_path, text, words):
    (tmp_path / "huepress.toml").write_text(text)
    (tmp_path / "a.png").write_bytes(as_file(soft_disc()))
    with pytest.raises((OptionError, InputError)) as caught:
        Configs().near(str(tmp_path / "a.png"))
    assert words in str(caught.value)
    done = CliRunner().invoke(cli, ["compress", str(tmp_path / "a.png")])
    assert done.exit_code in (1, 2)
    assert not (tmp_path / "a-hp.png").exists()


def test_show_tells_what_applies_and_why(project):
    def show(path):
        done = CliRunner().invoke(cli, ["config", "--show", str(path)])
        assert done.exit_code == 0, done.output
        return done.output

    told = show(project / "icons/big/c.png")
    file = project / "huepress.toml"
    assert f'quality = 70.5  # {file}, "icons/big/*.png"' in told
    assert f'colors = 200  # {file}, "icons/big/*.png"' in told
    assert f'min_savings = "1%"  # {file}\n' in told
    assert "max_size" not in told
    assert 'exclude = ["fixtures"]' in show(project)
    assert "the defaults apply" in show(project.parent / "x.png")
