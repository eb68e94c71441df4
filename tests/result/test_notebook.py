"""Results show themselves in notebooks, and the tutorial runs from its first cell to its last."""

import base64
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import huepress
from images import ramp, soft_disc

TUTORIAL = Path(__file__).parents[2] / "examples" / "tutorial.ipynb"


def picture_in(html):
    found = re.search(r'src="data:image/(\w+);base64,([^"]+)"', html)
    with Image.open(io.BytesIO(base64.b64decode(found[2]))) as shown:
        assert shown.format.lower() == found[1]
        return np.asarray(shown.convert("RGBA"))


@pytest.mark.parametrize("format", ["png", "webp", "gif"])
def test_a_result_shows_its_own_file(format):
    result = huepress.compress(ramp(), colors=5, format=format)
    expected = np.asarray(Image.fromarray(result.pixels).convert("RGBA"))
    html = result._repr_html_()
    np.testing.assert_array_equal(picture_in(html), expected)
    assert "5 colors" in html
    assert html.count("<span") == 5
    with Image.open(io.BytesIO(result._repr_png_())) as shown:
        np.testing.assert_array_equal(np.asarray(shown.convert("RGBA")), expected)


def test_quantized_shows_itself_with_alpha():
    found = huepress.quantize(soft_disc(), 6)
    shown = picture_in(found._repr_html_())
    np.testing.assert_array_equal(shown, found.palette[found.indices])
    assert found._repr_html_().count("<span") == len(found.palette)


def test_words_are_escaped():
    from huepress.result.notebook import picture_html

    assert "<b>" not in picture_html(b"", "png", "<b>bold</b>")


def test_the_tutorial_runs(tmp_path, monkeypatch):
    import asyncio
    import warnings

    import nbformat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook machinery, on its import
        from nbclient import NotebookClient

    notebook = nbformat.read(TUTORIAL, as_version=4)
    assert all(cell.get("outputs", []) == [] for cell in notebook.cells), "keep it without outputs"
    kernel = tmp_path / "kernels" / "huepress-test"
    kernel.mkdir(parents=True)
    # The kernel is this very Python, whatever kernels the machine has.
    command = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (kernel / "kernel.json").write_text(
        f'{{"argv": {command}, "display_name": "test", "language": "python"}}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    client = NotebookClient(notebook, timeout=120, kernel_name="huepress-test")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(client.async_execute())
    shown = [
        out
        for cell in notebook.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        if out.output_type in ("display_data", "execute_result")
    ]
    assert sum("image/png" in out.data for out in shown) >= 7
    assert sum("text/html" in out.data for out in shown) >= 2
