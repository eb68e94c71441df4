"""The site: the commands and programs of its pages run, and its links are followed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from images import as_file, scene, soft_disc
from maps import make_mbtiles, make_pmtiles

DOCS = Path(__file__).parents[2] / "docs"
MADE = DOCS / "reference" / "cli"  # by scripts/docs, from the table of options
PAGES = [DOCS / f"{name}.md" for name in ("start", "maps", "colors", "config")]
PAGES += sorted((DOCS / "howto").glob("*.md"))


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def pictures(tmp_path):
    """The pictures that the pages speak of, drawn small."""
    (tmp_path / "photo.png").write_bytes(as_file(scene(72, 96)))
    (tmp_path / "photo.jpg").write_bytes(as_file(scene(72, 96), "jpeg"))
    (tmp_path / "screen.png").write_bytes(as_file(scene(72, 96) // 48 * 48))
    for name in ("icon", "sprite"):
        (tmp_path / f"{name}.png").write_bytes(as_file(soft_disc()))
    (tmp_path / "logo.png").write_bytes(as_file(soft_disc()))
    (tmp_path / "banner.png").write_bytes(as_file(scene(48, 96)))
    (tmp_path / "nes.gpl").write_text("GIMP Palette\nName: nes\n#\n0 0 0 black\n252 152 56\n")
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons/logo.png").write_bytes(as_file(soft_disc()))
    for folder in ("assets", "tiles", "frames"):
        (tmp_path / folder).mkdir()
        for i in range(2):
            (tmp_path / folder / f"{i}.png").write_bytes(as_file(scene(40, 48, seed=i)))
    frames = [Image.fromarray(scene(40, 48, seed=i)) for i in range(3)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=80)
    tiles = {(1, c, r): as_file(scene(64, 64, seed=c + 2 * r)) for c in (0, 1) for r in (0, 1)}
    make_mbtiles(tmp_path / "world.mbtiles", tiles)
    make_pmtiles(tmp_path / "world.pmtiles", tiles)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_runs(page, pictures):
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "HOME": str(pictures)}
    for options in blocks(page, "toml"):
        (pictures / "huepress.toml").write_text(options.replace("[tool.huepress]", ""))
    if "pmtiles" in page.read_text():
        pytest.importorskip("pmtiles")
    commands = blocks(page, "sh")
    done = subprocess.run(
        ["sh", "-e", "-c", "".join(commands)],
        cwd=pictures, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for name in re.findall(r"-o ([\w./]+)|--out-dir ([\w.]+)", "".join(commands)):
        made = next(part for part in name if part)
        assert list(pictures.glob(f"{made}*")), f"{made} was not made"
    for program in blocks(page, "python"):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program],
            cwd=pictures, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}\n{done.stderr}"


def test_pages_have_commands_to_run():
    assert sum(len(blocks(page, "sh")) for page in PAGES) >= 20
    assert sum(len(blocks(page, "python")) for page in PAGES) >= 6


def check(site):
    script = DOCS.parent / "tools" / "check_links.py"
    return subprocess.run([sys.executable, script, site], capture_output=True, text=True)


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "index.html").write_text(
        "<a href='other.html#here'>a</a><a href='#top'>b</a><p id='top'>"
        "<a href='https://example.org/x'>asked of nobody</a>"
    )
    (tmp_path / "other.html").write_text("<p id='here'>")
    assert check(tmp_path).returncode == 0
    (tmp_path / "other.html").write_text(
        "<a href='gone.html'>a</a><script src='https://cdn.example.org/x.js'></script>"
    )
    done = check(tmp_path)
    assert done.returncode == 1
    assert "index.html: other.html#here has no such place" in done.stdout
    assert "other.html: gone.html is not there" in done.stdout
    assert "other.html: needs https://cdn.example.org/x.js" in done.stdout


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    for name in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(name, reason="scripts/docs installs what builds the site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", DOCS, tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    done = check(tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "searchindex.js").exists()
    for page in ("start", "howto/photos", "reference/cli/compress", "lab-book/index"):
        assert (tmp_path / f"{page}.html").exists()


def toctree(page):
    """Names of the pages that a page has in its tables of contents, as paths."""
    found = set()
    for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), re.DOTALL):
        names = [line for line in block.splitlines() if line and not line.startswith(":")]
        found |= {(page.parent / f"{name}.md").resolve() for name in names}
    return found


def test_every_page_is_in_the_site_and_its_links_lead_somewhere():
    """What Sphinx would warn of; it is not built where Sphinx's theme is not installed."""
    written = {path.resolve() for path in DOCS.rglob("*.md")}
    listed = set().union(*map(toctree, written)) | {(DOCS / "index.md").resolve()}
    assert not written - listed, "in no toctree"
    missing = [
        f"{path.name}: {target}"
        for path in written
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w.-]+)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
        and not (path.parent / target).resolve().is_relative_to(MADE)
    ]  # fmt: skip
    assert not missing
