"""calls: one request, one answer; limits before work; nothing kept."""

import base64
import io
import json
import struct
import zlib

import pytest
from PIL import Image

from huepress import compress
from huepress.web import form, openapi
from web_pictures import png

PICTURE = png()


def left(client):
    """Files in the server's folder beside its lock."""
    return [p.name for p in client.app.state.server.holdings.folder.iterdir() if p.name != "lock"]


def test_a_picture_in_a_small_file_out(client):
    answer = client.post("/api/v1/compress?colors=8&name=a/b/photo.png", content=PICTURE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert 'filename="photo-hp.png"' in answer.headers["content-disposition"]
    report = json.loads(answer.headers["huepress-report"])
    assert report["bytes_out"] == len(answer.content)
    assert report["bytes_in"] == len(PICTURE)
    assert report["score"] is not None
    assert Image.open(io.BytesIO(answer.content)).size == (64, 48)
    assert answer.content == compress(PICTURE, colors=8).data
    assert left(client) == []


def test_forms_work_as_curl_sends_them(client):
    answer = client.post(
        "/api/v1/compress",
        files={"file": ("photo.png", PICTURE)},
        data={"colors": "8", "score": "false"},
    )
    assert answer.status_code == 200
    assert answer.content == compress(PICTURE, colors=8).data
    assert json.loads(answer.headers["huepress-report"])["score"] is None


def test_json_when_asked_for(client):
    headers = {"Accept": "application/json"}
    answer = client.post("/api/v1/compress?colors=8", content=PICTURE, headers=headers).json()
    assert base64.b64decode(answer["data"]) == compress(PICTURE, colors=8).data
    assert answer["name"] == "picture-hp.png"
    assert len(answer["report"]["palette"]) == 8
    assert sum(one["share"] for one in answer["report"]["palette"]) == pytest.approx(1, abs=1e-4)


def test_a_sweep(client):
    answer = client.post("/api/v1/sweep?colors=4,16&effort=fast", content=PICTURE).json()
    assert [point["k"] for point in answer["points"]] == [4, 16]
    nearest = compress(PICTURE, colors=4, effort="fast", rate_weight=0, dither=0, small_colors=0)
    assert answer["points"][0]["psnr"] == pytest.approx(nearest.psnr, abs=1e-3)
    assert answer["suggested"]["k"] in (4, 16)


def test_a_palette(client):
    answer = client.post("/api/v1/palette?colors=4", content=PICTURE).json()
    assert len(answer["palette"]) == 4
    assert all(len(one["hex"]) == 7 for one in answer["palette"])


def test_colors_that_are_given(client):
    """The options of the table reach the picture; a palette is colors here, never a file."""
    for options, changes in [
        ("palette=ff8800,000000,ffffff", {"palette": "#ff8800,#000000,#ffffff"}),
        ("colors=8&keep_color=ff8800,123456", {"keep_color": ("#ff8800", "#123456"), "colors": 8}),
        ("colors=8&small_colors=0", {"small_colors": 0, "colors": 8}),
    ]:
        answer = client.post(f"/api/v1/compress?effort=fast&{options}", content=PICTURE)
        assert answer.status_code == 200, answer.text
        assert answer.content == compress(PICTURE, effort="fast", **changes).data
    for options in ("palette=/etc/passwd", "palette=a.gpl", "keep_color=pink", "timeout=1"):
        assert client.post(f"/api/v1/compress?{options}", content=PICTURE).status_code == 400


def test_the_table_and_the_description(client):
    rows = client.get("/api/v1/options").json()["options"]
    assert [row["name"] for row in rows] == list(form.rows())
    described = client.get("/api/v1/openapi.json").json()
    assert described == openapi.description()
    assert described["openapi"].startswith("3.")


def test_the_description_has_every_route(client):
    routes = {
        (route.path, method.lower())
        for route in client.app.routes
        if route.path.startswith("/api/")
        for method in route.methods - {"HEAD"}
    }
    paths = openapi.description()["paths"]
    assert routes == {(path, method) for path, methods in paths.items() for method in methods}


def test_the_description_leads_from_what_is_made_to_what_is_done_with_it():
    paths = openapi.description()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    known = [operation["operationId"] for operation in operations]
    assert len(set(known)) == len(known)
    reached = {
        name
        for operation in operations
        for answer in operation["responses"].values()
        for name in answer.get("links", {})
    }
    assert reached == {
        o["operationId"]
        for o in operations
        if any(parameter["in"] == "path" for parameter in o.get("parameters", []))
    }


def bomb():
    """A PNG of 50 000 x 50 000 pixels in a few bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ("", b"", 400, "request"),
        ("", b"no picture at all", 415, "decode"),
        ("", PICTURE[:200], 415, "decode"),
        ("", PICTURE[:-40], 415, "decode"),
        ("", bomb(), 413, "limit"),
        ("", bytes(2_000_001), 413, "limit"),
        ("?colors=0", PICTURE, 400, "option"),
        ("?colors=x", PICTURE, 400, "option"),
        ("?threads=4", PICTURE, 400, "option"),
        ("?nothing=4", PICTURE, 400, "option"),
        ("?score=maybe", PICTURE, 400, "option"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_refusals(client, query, content, status, code):
    answer = client.post("/api/v1/compress" + query, content=content)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert "/" not in error["message"].replace("PGM/PBM/PFM", "").replace("PPM/", "")
    assert "Traceback" not in error["message"]
    assert left(client) == []


def test_the_name_of_the_picture_is_in_the_refusal(client):
    answer = client.post("/api/v1/compress?name=holiday.png", content=b"no picture")
    assert answer.json()["error"]["message"].startswith("holiday.png: ")


@pytest.mark.parametrize("colors", ["", "0", "4,", "a", "300", ",".join(["4"] * 33)])
def test_sweeps_that_are_refused(client, colors):
    answer = client.post("/api/v1/sweep", params={"colors": colors}, content=PICTURE)
    assert answer.status_code == 400


def test_broken_forms(client):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/api/v1/compress", content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code == 400
    answer = client.post("/api/v1/compress", files={"other": ("a.png", PICTURE)})
    assert answer.status_code == 400
    big = client.post("/api/v1/compress", files={"file": ("a.png", bytes(3_000_000))})
    assert (big.status_code, big.json()["error"]["code"]) == (413, "limit")
    assert left(client) == []


def test_too_many_calls_are_told_to_come_back(client):
    server = client.app.state.server
    server.n_waiting += server.options.max_waiting
    try:
        answer = client.post("/api/v1/compress", content=PICTURE)
    finally:
        server.n_waiting -= server.options.max_waiting
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert int(answer.headers["retry-after"]) > 0


def test_a_full_store_is_told(client):
    holdings = client.app.state.server.holdings
    holdings._n_bytes += holdings._options.store_bytes
    try:
        answer = client.post("/api/v1/compress", content=PICTURE)
    finally:
        holdings._n_bytes -= holdings._options.store_bytes
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert holdings.n_bytes == 0
