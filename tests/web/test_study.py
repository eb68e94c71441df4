"""The study: its API streams the lesson, its page draws it, its export opens without a server."""

import io
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from huepress.cli import cli
from huepress.study.validation import entropy, purity
from web_browser import CHROMIUM, FLAGS
from web_pictures import png

PICTURE = png(60, 80)
GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_steps_come_as_lines_of_json(client):
    answer = client.post("/api/v1/study?colors=4&init=random&color_space=srgb", content=PICTURE)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    events = lines(answer)
    assert [e["event"] for e in events[:4]] == ["running", "points", "places", "picture"]
    assert events[-2]["event"] == "stopped"
    assert events[-1]["event"] == "done"
    left = [p.name for p in client.app.state.server.holdings.folder.iterdir() if p.name != "lock"]
    assert left == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("part=nothing", "part"),
        ("centers=red", "centers"),
        ("colors=0", "colors"),
        ("lossless=maybe", "lossless"),
    ],
)
def test_what_is_not_allowed_is_refused(client, query, words):
    answer = client.post(f"/api/v1/study?{query}", content=PICTURE)
    assert answer.status_code in (400, 422)
    assert words in answer.json()["error"]["message"]


def test_what_is_no_picture_ends_in_an_error_event(client):
    events = lines(client.post("/api/v1/study", content=b"not a picture"))
    assert events[-1]["event"] == "error"


def test_the_study_opens_with_the_picture_drawn(client):
    answer = client.get("/api/v1/study/picture")
    assert json.loads(answer.headers["huepress-name"]) == "demo.png"
    assert Image.open(io.BytesIO(answer.content)).size == (768, 512)
    assert client.get("/study").status_code == 200


@pytest.fixture(scope="module")
def gl_browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as tools:
        flags = [flag for flag in FLAGS if flag != "--disable-gpu"] + GL
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(gl_browser):
    page = gl_browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(60_000)
    complaints = []
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def until_run(page):
    page.wait_for_selector("body[data-state=done]")


def choose(page, data, name="mine.png"):
    file = {"name": name, "mimeType": "image/png", "buffer": data}
    # A run may begin and end between two looks: so what it was before is taken away first.
    page.evaluate("delete document.body.dataset.state")
    page.set_input_files("#study-file", [file])
    page.get_by_text(name, exact=True).first.wait_for()
    until_run(page)


@pytest.mark.web
def test_a_run_is_walked_step_by_step(page, server):
    page.goto(server.url + "study")
    until_run(page)
    choose(page, PICTURE)
    assert page.inner_text("#fact-step").startswith("0 of ")
    page.click("#last")
    last = int(page.input_value("#step"))
    assert last > 1
    assert page.inner_text("#fact-why") != ""
    page.click("#back")
    assert page.inner_text("#fact-step") == f"{last - 1} of {last}"
    page.locator("body").press("Home")
    assert page.input_value("#step") == "0"
    page.fill("#k-number", "3")
    page.press("#k-number", "Enter")
    page.wait_for_function("() => document.querySelectorAll('.center-chip').length === 3")
    until_run(page)
    page.click("#last")
    shown = page.evaluate(
        "() => { const c = document.querySelector('#rebuilt');"
        " return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data] }"
    )
    colors = np.array(shown, np.uint8).reshape(-1, 4)
    assert len(np.unique(colors, axis=0)) == 3


@pytest.mark.web
def test_the_cloud_is_drawn_and_a_center_can_be_dragged(page, server):
    page.goto(server.url + "study")
    until_run(page)
    canvas = page.locator("#cloud")
    picture = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB"))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 8
    box = canvas.bounding_box()
    spot = None
    for x in range(40, int(box["width"]) - 40, 6):
        for y in range(40, int(box["height"]) - 40, 6):
            page.mouse.move(box["x"] + x, box["y"] + y)
            if page.evaluate("document.querySelector('#cloud').classList.contains('over-center')"):
                spot = (x, y)
                break
        if spot:
            break
    assert spot, "no center under the mouse anywhere"
    page.mouse.down()
    page.mouse.move(box["x"] + spot[0] + 40, box["y"] + spot[1] + 30, steps=4)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('input[name=init][value=own]').checked")
    until_run(page)
    assert page.locator(".center-chip").count() == 8


@pytest.mark.web
def test_a_cloud_of_many_points_is_drawn_in_part_while_it_turns(page, server):
    page.goto(server.url + "study")
    until_run(page)
    drawn = page.evaluate(
        """async () => {
            const { CloudView } = await import("/static/study/cloud.js");
            const view = new CloudView(document.body.appendChild(document.createElement("canvas")));
            const count = 100_000;
            const values = new Float32Array(3 * count).map((_, i) => (i * 37) % 256);
            view.setPoints(values, new Float32Array(count).fill(2), "srgb");
            view.setColors(values.map((v) => v / 255));
            const frame = () => new Promise(requestAnimationFrame);
            view.turnBy(0.1, 0);
            for (let i = 0; i < 3; i++) await frame();
            const turning = view.shown;
            while (view.resting) await frame();
            for (let i = 0; i < 3; i++) await frame();
            return [turning, view.shown];
        }"""
    )
    assert 4_000 <= drawn[0] <= 20_000
    assert drawn[1] == 100_000


@pytest.mark.web
def test_classes_painted_are_judged_as_the_library_does(page, server):
    page.goto(server.url + "study")
    until_run(page)
    choose(page, PICTURE)
    page.click("#last")
    found = page.evaluate(
        """async () => {
            const { judge } = await import("/static/study/classes.js");
            const marks = Uint8Array.from({ length: 400 }, (_, i) => (i * 7) % 4);
            const picture = Uint32Array.from({ length: 400 }, (_, i) => (i * 13) % 50);
            const labels = Uint8Array.from({ length: 50 }, (_, i) => (i * i) % 6);
            return judge(marks, picture, labels, 6);
        }"""
    )
    i = np.arange(400)
    marks = (i * 7) % 4
    clusters = ((np.arange(50) ** 2) % 6)[(i * 13) % 50]
    kept = marks > 0
    assert found["entropy"] == pytest.approx(entropy(marks[kept], clusters[kept]))
    assert found["purity"] == pytest.approx(purity(marks[kept], clusters[kept]))
    page.click("[data-class='0']")
    page.locator("#rebuilt").click(position={"x": 60, "y": 60})
    assert "pixels" in page.inner_text("#painted")


@pytest.mark.web
def test_code_and_notebook_run_the_same(page, server, tmp_path):
    page.goto(server.url + "study")
    until_run(page)
    choose(page, PICTURE)
    page.check("input[name=library][value=huepress]")
    code = page.inner_text("#code")
    (tmp_path / "mine.png").write_bytes(PICTURE)
    shown = []
    local = {"print": lambda *words: shown.append(words)}
    code = code.replace('"mine.png"', repr(str(tmp_path / "mine.png")))
    code = code.replace('"small.png"', repr(str(tmp_path / "small.png")))
    exec(code, local)
    page.click("#last")
    n_iter = page.inner_text("#fact-step").split()[-1]
    assert str(local["found"].n_iter) == n_iter
    assert (tmp_path / "small.png").stat().st_size > 0
    with page.expect_download() as caught:
        page.click("#notebook")
    notebook = json.loads(caught.value.path().read_text())
    assert notebook["nbformat"] == 4
    assert any("KMeans" in "".join(cell["source"]) for cell in notebook["cells"])


@pytest.mark.web
def test_an_exported_lesson_asks_nobody(page, tmp_path):
    source, out = tmp_path / "mine.png", tmp_path / "lesson.html"
    source.write_bytes(PICTURE)
    done = CliRunner().invoke(cli, ["study", str(source), "-k", "6", "--export", str(out)])
    assert done.exit_code == 0, done.output
    again = CliRunner().invoke(cli, ["study", str(source), "--export", str(out)])
    assert again.exit_code != 0  # never overwritten without --force
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(out.as_uri())
    until_run(page)
    page.click("#last")
    assert re.fullmatch(r"(\d+) of \1", page.inner_text("#fact-step"))
    assert page.inner_text("#picture-name") == "mine.png"
    page.fill("#k-number", "16")
    page.press("#k-number", "Enter")
    page.wait_for_function("() => document.querySelectorAll('.center-chip').length === 16")
    assert asked == [out.as_uri()]
