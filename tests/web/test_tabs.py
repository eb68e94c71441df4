"""tabs: what the page asks of the server, over a tab's whole life."""

import asyncio
import io
import time
import zipfile

import pytest
from PIL import Image

from huepress import compress
from huepress.web.answers import Refusal
from huepress.web.archive import stream_zip
from huepress.web.sending import FileAnswer
from web_pictures import ENDLESS, png, wait_until

PICTURE = png()


@pytest.fixture
def tab(client):
    identifier = client.post("/api/v1/tabs").json()["id"]
    yield f"/api/v1/tabs/{identifier}"
    client.delete(f"/api/v1/tabs/{identifier}")


def add(client, tab, content=PICTURE, name="photo.png"):
    answer = client.post(f"{tab}/pictures", params={"name": name}, content=content)
    assert answer.status_code == 201
    return f"/api/v1/pictures/{answer.json()['id']}"


def start(client, picture, options=None, **more):
    answer = client.post(f"{picture}/jobs", json={"options": options or {}, **more})
    assert answer.status_code == 202
    return f"/api/v1/jobs/{answer.json()['id']}"


def finished(client, job):
    def over():
        told = client.get(job).json()
        return told if told["state"] in ("done", "failed", "cancelled") else None

    return wait_until(over)


def files(client):
    return {p for p in client.app.state.server.holdings.folder.iterdir() if p.name != "lock"}


def test_a_picture_from_upload_to_download(client, tab):
    picture = add(client, tab, name="../über photo.png")
    job = start(client, picture, {"colors": 8})
    told = finished(client, job)
    assert told["state"] == "done"
    assert told["report"]["colors"] == 8
    answer = client.get(f"{job}/file")
    assert answer.content == compress(PICTURE, colors=8).data
    assert "%C3%BCber%20photo-hp.png" in answer.headers["content-disposition"]
    first = Image.open(io.BytesIO(client.get(f"{job}/draft").content)).convert("RGB")
    assert first.size == Image.open(io.BytesIO(PICTURE)).size
    assert len(first.getcolors()) == 8
    assert client.get(f"{picture}/file").content == PICTURE
    assert client.get(f"{picture}/file").headers["content-type"] == "application/octet-stream"
    assert client.get(f"{picture}/shown.png").headers["content-type"] == "image/png"
    shown = client.get(tab).json()["pictures"][0]
    assert shown["name"] == "über photo.png"
    assert shown["job"]["state"] == "done"


def test_everything_is_gone_with_the_tab(client, tab):
    picture = add(client, tab)
    job = start(client, picture)
    finished(client, job)
    assert files(client)
    assert client.delete(tab).status_code == 204
    assert files(client) == set()
    assert client.app.state.server.holdings.n_bytes == 0
    for path in (tab, picture + "/file", job):
        assert client.get(path).status_code == 404


def test_a_tab_that_nobody_listens_to_is_dropped(client, tab, monkeypatch):
    add(client, tab)
    holdings = client.app.state.server.holdings
    client.call(holdings.close_idle)
    assert client.get(tab).status_code == 200
    real = time.monotonic
    monkeypatch.setattr("huepress.web.holdings.time.monotonic", lambda: real() + 60)
    client.call(holdings.close_idle)
    assert client.get(tab).status_code == 404
    assert files(client) == set()


def test_a_reload_finds_its_tab(client, tab):
    identifier = tab.rsplit("/", 1)[-1]
    assert client.post("/api/v1/tabs", json={"tab": identifier}).json()["id"] == identifier
    other = client.post("/api/v1/tabs", json={"tab": "nobody's"}).json()["id"]
    assert other != identifier
    client.delete(f"/api/v1/tabs/{other}")


def test_the_same_settings_are_not_worked_on_again(client, tab):
    picture = add(client, tab)
    first = start(client, picture, {"colors": 8})
    finished(client, first)
    other = start(client, picture, {"colors": 4})
    finished(client, other)
    assert start(client, picture, {"colors": 8}) == first
    assert client.get(tab).json()["pictures"][0]["job"]["options"] == {"colors": 8}


def test_only_the_latest_results_are_kept(client, tab):
    picture = add(client, tab)
    jobs = []
    for k in range(2, 29):
        jobs.append(start(client, picture, {"colors": k, "effort": "fast", "max_iter": 1}))
        finished(client, jobs[-1])
    assert client.get(jobs[0]).status_code == 404
    assert client.get(jobs[-1] + "/file").status_code == 200
    assert len(files(client)) <= 1 + 25


def test_a_newer_job_stops_the_running_one(client, tab, endless_png):
    picture = add(client, tab, endless_png)
    endless = start(client, picture, ENDLESS)
    wait_until(lambda: client.get(endless).json()["state"] == "running")
    quick = start(client, picture, {"colors": 2, "effort": "fast"})
    assert finished(client, quick)["state"] == "done"
    assert client.get(endless).status_code == 404
    pool = client.app.state.server.pool
    wait_until(lambda: not pool._running)


def test_a_cancelled_job_says_so_and_leaves_nothing(client, tab, endless_png):
    picture = add(client, tab, endless_png)
    before = files(client)
    job = start(client, picture, ENDLESS)
    wait_until(lambda: client.get(job).json()["state"] == "running")
    assert client.delete(job).status_code == 202
    told = finished(client, job)
    assert told["state"] == "cancelled"
    assert told["error"]["code"] == "cancelled"
    assert files(client) == before
    again = start(client, picture, {"colors": 2, "effort": "fast"})
    assert finished(client, again)["state"] == "done"


def test_a_waiting_job_can_be_cancelled(client, tab, endless_png):
    pictures = [add(client, tab, endless_png) for _ in range(3)]
    jobs = [start(client, picture, ENDLESS) for picture in pictures]
    assert client.get(jobs[2]).json()["state"] == "waiting"
    client.delete(jobs[2])
    assert client.get(jobs[2]).json()["state"] == "cancelled"


def test_what_is_no_picture_fails_in_one_line(client, tab):
    job = start(client, add(client, tab, b"nonsense", "broken.png"))
    told = finished(client, job)
    assert told["state"] == "failed"
    assert told["error"]["code"] == "decode"
    assert told["error"]["message"].startswith("broken.png: ")
    assert "\n" not in told["error"]["message"]
    picture = f"/api/v1/pictures/{told['picture']}"
    assert client.get(f"{picture}/shown.png").status_code == 415


def test_what_other_settings_write_is_measured_and_then_there(client, tab):
    picture = add(client, tab)
    first = start(client, picture, {"effort": "fast", "colors": 16})
    finished(client, first)
    asked = {"formats": ["auto", "webp"], "colors": [64, 16, 8, 4]}
    job = start(client, picture, {"effort": "fast", "colors": 16}, kind="measure", **asked)
    told = finished(client, job)
    assert [row["k"] for row in told["rows"]] == [None, None, 64, 16, 8, 4]
    assert [row["format"] for row in told["rows"][:2]] == ["png", "webp"]
    for row in told["rows"]:
        result = compress(PICTURE, **row["options"])
        assert row["bytes"] == result.bytes_out
        assert row["score"] == pytest.approx(result.score, abs=1e-3)
        # Taken, it is finished at once, and the file is the one that was measured.
        taken = start(client, picture, row["options"])
        assert client.get(taken).json()["state"] == "done"
        assert client.get(f"{taken}/file").content == result.data
    assert told["suggested"]["k"] in (4, 8, 16, 64)
    assert told["suggested"]["reason"]
    assert len(files(client)) == 1 + 5  # the upload; 16 colors were there, and are PNG


def test_a_measurement_goes_on_where_one_setting_fails(client, tab):
    asked = {"formats": ["webp", "gif"], "colors": []}
    told = finished(
        client, start(client, add(client, tab), {"indexed": True}, kind="measure", **asked)
    )
    assert told["state"] == "done"
    assert "palette" in told["rows"][0]["error"]
    assert told["rows"][1]["bytes"] > 0
    assert told["suggested"] is None


def test_everything_as_one_zip(client, tab):
    assert client.get(f"{tab}/archive.zip").status_code == 422
    pictures = [add(client, tab, png(seed=i), "same.png") for i in range(3)]
    for picture in pictures:
        finished(client, start(client, picture, {"colors": 4}))
    answer = client.get(f"{tab}/archive.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["same-hp.png", "same-hp-2.png", "same-hp-3.png"]
        assert archive.read("same-hp-2.png") == compress(png(seed=1), colors=4).data


def test_a_zip_keeps_the_folders(client, tab):
    for name in ("trip/day 1/a.png", "trip/day 2/a.png", "trip/day 2/a.png", "../../etc/b.png"):
        finished(client, start(client, add(client, tab, name=name), {"colors": 2}))
    with zipfile.ZipFile(io.BytesIO(client.get(f"{tab}/archive.zip").content)) as archive:
        assert archive.namelist() == [
            "trip/day 1/a-hp.png",
            "trip/day 2/a-hp.png",
            "trip/day 2/a-hp-2.png",
            "etc/b-hp.png",
        ]
    last = client.get(tab).json()["pictures"][-1]["id"]
    answer = client.get(f"{tab}/archive.zip", params={"originals": last})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("etc/b.png") == PICTURE


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "nothing"},
        {"options": []},
        {"options": {"colors": 0}},
        {"options": {"nothing": 1}},
        {"kind": "measure", "colors": "4"},
        {"kind": "measure", "colors": [True]},
        {"kind": "measure", "formats": ["avif"]},
        {"kind": "measure", "formats": "png"},
        {"more": 1},
    ],
)
def test_jobs_that_are_refused(client, tab, body):
    answer = client.post(f"{add(client, tab)}/jobs", json=body)
    assert answer.status_code == 400
    assert client.get(tab).json()["pictures"][0]["job"] is None


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a": NaN}', b"[" * 100_000, b"\xff"])
def test_what_is_not_json_is_refused(client, tab, body):
    assert client.post(f"{add(client, tab)}/jobs", content=body).status_code == 400


def test_too_much_json_is_refused(client, tab):
    body = b'{"options": "' + b"x" * 300_000 + b'"}'
    assert client.post(f"{add(client, tab)}/jobs", content=body).status_code == 413


def test_a_page_holds_only_so_many_pictures(client, tab):
    for _ in range(25):
        add(client, tab)
    answer = client.post(f"{tab}/pictures", content=PICTURE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too-many")


def test_uploads_are_limited(client, tab):
    answer = client.post(f"{tab}/pictures", content=bytes(2_000_001))
    assert answer.status_code == 413
    assert client.post(f"{tab}/pictures", content=b"").status_code == 400
    assert files(client) == set()


def test_a_removed_picture_is_gone(client, tab):
    picture = add(client, tab)
    job = start(client, picture)
    finished(client, job)
    assert client.delete(picture).status_code == 204
    assert client.get(job).status_code == 404
    assert files(client) == set()


def test_what_is_being_sent_is_sent_to_its_end_though_it_is_removed(tmp_path):
    path = tmp_path / "result.png"
    path.write_bytes(bytes(600_000))
    answer = FileAnswer(path, "image/png", {})
    got = []

    async def send(message):
        path.unlink(missing_ok=True)
        got.append(message)

    asyncio.run(answer({"type": "http", "method": "GET"}, None, send))
    headers = dict(got[0]["headers"])
    assert headers[b"content-length"] == b"600000"
    assert headers[b"content-type"] == b"image/png"
    assert b"".join(message["body"] for message in got[1:]) == bytes(600_000)
    with pytest.raises(Refusal, match="gone"):
        FileAnswer(path, "image/png", {})


def test_a_zip_leaves_out_what_was_removed_meanwhile(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_bytes(path.name.encode() * 70_000)
    pieces = stream_zip([(path.name, path) for path in paths])
    first = next(pieces)
    paths[0].unlink()
    paths[1].unlink()
    with zipfile.ZipFile(io.BytesIO(first + b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name)[:1] for name in archive.namelist()} == {
            "a": b"a",
            "c": b"c",
        }
