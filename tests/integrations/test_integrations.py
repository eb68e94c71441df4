"""huepress inside Sphinx, MkDocs, Django and Vite: the examples are built, offline."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from huepress.batch.marks import is_marked
from images import as_file, decoded, scene

EXAMPLES = Path(__file__).parents[2] / "examples"
HERE = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{HERE}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def example(request, tmp_path):
    """A copy of an example, with a picture where it wants one."""
    root = tmp_path / request.param
    shutil.copytree(EXAMPLES / request.param, root)
    return root


def run(*words, cwd, **more):
    return subprocess.run(
        list(map(str, words)), cwd=cwd, env=ENVIRONMENT | more, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip


def draw(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_file(scene()))
    return len(as_file(scene()))


@pytest.mark.parametrize("example", ["sphinx"], indirect=True)
def test_sphinx(example):
    pytest.importorskip("sphinx")
    before = draw(example / "scene.png")
    for _ in range(2):
        done = run(sys.executable, "-m", "sphinx", "-b", "html", ".", "_build", cwd=example)
        assert done.returncode == 0, done.stderr
        made = (example / "_build/_images/scene.png").read_bytes()
        assert len(made) < before
        assert is_marked(made)
    assert "huepress: 0 pictures smaller" in done.stdout
    assert (example / "scene.png").stat().st_size == before
    assert '<img alt="a scene"' in (example / "_build/index.html").read_text()


@pytest.mark.parametrize("example", ["mkdocs"], indirect=True)
def test_mkdocs(example):
    pytest.importorskip("mkdocs")
    before = draw(example / "docs/img/scene.png")
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=example)
    assert done.returncode == 0, done.stderr
    made = (example / "site/img/scene.png").read_bytes()
    assert len(made) < before
    assert "pictures smaller" in done.stderr
    assert (example / "docs/img/scene.png").stat().st_size == before


@pytest.mark.parametrize("example", ["django"], indirect=True)
def test_django(example):
    pytest.importorskip("django")
    before = draw(example / "shop/static/shop/scene.png")
    for _ in range(2):
        done = run(sys.executable, "manage.py", "collectstatic", "--noinput", cwd=example)
        assert done.returncode == 0, done.stderr
    made = list((example / "public/static/shop").glob("scene.*.png"))
    assert len(made) == 1
    assert made[0].stat().st_size < before
    manifest = json.loads((example / "public/static/staticfiles.json").read_text())
    assert manifest["paths"]["shop/scene.png"] == f"shop/{made[0].name}"
    upload = (
        "import io; from django.core.files.base import ContentFile;"
        " from django.core.files.storage import default_storage as s;"
        " data = open('shop/static/shop/scene.png', 'rb').read();"
        " print(s.save('a.png', ContentFile(data)), s.save('b.txt', ContentFile(b'words')),"
        " s.save('c.png', ContentFile(data[:300])))"
    )
    done = run(sys.executable, "manage.py", "shell", "-c", upload, cwd=example)
    assert done.returncode == 0, done.stderr
    media = example / "public/media"
    assert (media / "a.png").stat().st_size < before
    assert decoded((media / "a.png").read_bytes()).shape == (96, 128, 3)
    assert (media / "b.txt").read_bytes() == b"words"
    assert (media / "c.png").stat().st_size == 300
    (media / "c.png").write_bytes(as_file(scene(seed=9)))
    done = run(sys.executable, "manage.py", "huepress", cwd=example)
    assert done.returncode == 0, done.stderr
    assert "pictures smaller" in done.stdout
    assert is_marked((media / "c.png").read_bytes())
    assert run(sys.executable, "manage.py", "huepress", "none", cwd=example).returncode == 1


@pytest.mark.parametrize("example", ["vite"], indirect=True)
def test_vite(example):
    """The plugin in Node, as Vite calls it; a real build where Vite is installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    before = draw(example / "public/scene.png")
    plugin = Path(__file__).parents[2] / "src/huepress/integrations/vite.mjs"
    shutil.copy(plugin, example / "huepress.mjs")
    if (EXAMPLES / "vite/node_modules/vite").is_dir():
        done = run(node, "node_modules/vite/bin/vite.js", "build", cwd=example)
    else:
        shutil.copytree(example / "public", example / "dist")
        script = (
            "import config from './vite.config.mjs';"
            "const [plugin] = config.plugins;"
            "if (plugin.apply !== 'build') throw new Error(plugin.apply);"
            "plugin.configResolved({root: process.cwd(), build: {outDir: 'dist'},"
            " logger: {info: console.log}});"
            "await plugin.closeBundle();"
        )
        done = run(node, "--input-type=module", "-e", script, cwd=example)
    assert done.returncode == 0, done.stderr
    assert "compressed" in done.stdout
    assert (example / "dist/scene.png").stat().st_size < before
    assert (example / "public/scene.png").stat().st_size == before
    missing = (
        "import h from './huepress.mjs'; const p = h({command: 'no-such-command'});"
        "p.configResolved({root: '.', build: {outDir: 'dist'}}); await p.closeBundle();"
    )
    done = run(node, "--input-type=module", "-e", missing, cwd=example)
    assert done.returncode != 0
    assert "pip install huepress" in done.stderr
