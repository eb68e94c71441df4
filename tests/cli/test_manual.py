"""The man page, the site's pages, completion and the doctor say what the commands are."""

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata

import pytest
from click.testing import CliRunner

from huepress.cli import cli, doctor
from huepress.cli.manual import commands, rows_of, to_markdown, to_roff


def test_the_man_page_has_every_command_and_flag():
    page = to_roff(cli).replace("\\-", "-")
    for name, command in commands(cli):
        assert f".SH HUEPRESS {name.upper()}" in page
        for rows in rows_of(command).values():
            for flag, _ in rows:
                assert f".B {flag}" in page


@pytest.mark.skipif(shutil.which("man") is None, reason="no man")
def test_man_shows_it_without_a_warning(tmp_path):
    page = tmp_path / "huepress.1"
    page.write_text(to_roff(cli))
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
        capture_output=True,
        text=True,
        env=os.environ | {"MANWIDTH": "80"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_man_page_travels_with_the_package():
    files = metadata.distribution("huepress").files or ()
    (page,) = [file for file in files if str(file).endswith("share/man/man1/huepress.1")]
    assert page.read_text().startswith(".TH HUEPRESS 1")


def test_a_page_of_the_site_has_every_flag():
    for name, command in commands(cli):
        page = to_markdown(name, command)
        assert page.startswith(f"# huepress {name}\n")
        for rows in rows_of(command).values():
            for flag, _ in rows:
                assert "| `{}` |".format(flag.replace("|", "\\|")) in page


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert "_HUEPRESS_COMPLETE" in done.output
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.output, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("huepress com", {"compress", "compare", "completion"}),
        ("huepress compress --eff", {"--effort"}),
        ("huepress compress --effort b", {"balanced", "best"}),
        ("huepress completion f", {"fish"}),
    ],
)
def test_what_a_shell_gets(words, wanted):
    assert {word for _, word in complete(words)} == wanted


@pytest.mark.parametrize(
    ("words", "kind"),
    [("huepress compress pho", "file"), ("huepress compress --out-dir d", "dir"),
     ("huepress palette -o p", "file")],
)  # fmt: skip
def test_names_of_files_are_left_to_the_shell(words, kind):
    assert complete(words) == [(kind, words.split()[-1])]


def complete(words):
    done = subprocess.run(
        [sys.executable, "-m", "huepress"],
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "_HUEPRESS_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
    )
    return [tuple(line.split(",", 1)) for line in done.stdout.splitlines()]


def test_the_doctor_says_what_is_there_and_what_is_not(monkeypatch):
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    found = json.loads(done.output)
    assert done.exit_code == 0
    assert found["version"] == metadata.version("huepress")
    assert found["core"]["instruction_set"] in found["core"]["instruction_sets"]
    assert found["needs"]["numpy"] == metadata.version("numpy")
    assert found["codecs"]["png"]
    assert set(found["extras"]) >= {"web", "plots", "sklearn", "distributed", "jxl"}
    installed = doctor._installed
    monkeypatch.setattr(
        doctor, "_installed", lambda name: None if name == "starlette" else installed(name)
    )
    said = CliRunner().invoke(cli, ["doctor"]).output
    assert "missing  huepress serve, the page and the HTTP API: pip install 'huepress[web]'" in said
    assert "has      plots" in said


def test_the_doctor_sees_another_oxipng(monkeypatch):
    installed = doctor._installed
    monkeypatch.setattr(
        doctor, "_installed", lambda name: "10.2.1" if name == "oxipng-pybind" else installed(name)
    )
    done = CliRunner().invoke(cli, ["doctor"])
    assert done.exit_code == 1
    assert (
        "broken   oxipng-pybind put its oxipng over that of pyoxipng: pip uninstall -y"
        " oxipng-pybind; pip install --force-reinstall pyoxipng" in done.output
    )
