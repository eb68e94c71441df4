"""Errors come with the settings that would cure them, and each cure works."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from huepress.errors import HuepressError, OptionError, QualityError
from huepress.web.cures import told
from web_browser import until_done, upload
from web_pictures import png, wait_until

PICTURE = png(60, 80)


def refusal(client, query, data=PICTURE):
    answer = client.post(f"/api/v1/study?part=steps&{query}", content=data)
    return json.loads(answer.text.splitlines()[-1])


def test_a_score_out_of_reach_offers_what_is_in_reach():
    error = QualityError("a.png", "score 99 with 4 colors", "78.8 can", "lower --quality")
    found = told(error, {"quality": 99})
    assert found["code"] == "bound"
    assert [c["changes"] for c in found["cures"]] == [{"quality": 78.7}, {"best_effort": True}]
    assert found["cures"][0]["label"] == "Use 78.7"


def test_a_size_out_of_reach_offers_the_smallest():
    error = QualityError("a.png", "300 bytes", "1,234 can", "raise --max-size")
    assert told(error, {"max_size": "300"})["cures"][0]["changes"] == {"max_size": "1234"}


def test_colors_without_room_offer_more():
    error = OptionError("keep_color", "12 colors", "at most 8 (--colors)")
    assert told(error, {})["cures"] == [{"label": "Raise colors to 12", "changes": {"colors": 12}}]


def test_what_no_setting_cures_has_no_button():
    assert told(HuepressError("broken"), {})["cures"] == []


def test_a_file_cut_short_offers_to_read_what_is_left(client):
    out = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(out, "jpeg")
    cut = out.getvalue()[: len(out.getvalue()) * 3 // 4]
    event = refusal(client, "colors=4", cut)
    assert event["event"] == "error"
    assert event["cures"] == [{"label": "Read what is left", "changes": {"allow_truncated": True}}]
    assert refusal(client, "colors=4&allow_truncated=true", cut)["event"] == "done"


@pytest.mark.web
def test_the_button_cures(open_page):
    page = open_page("?quality=100")
    upload(page, ("photo.png", png(120, 160, noise=90)))
    page.wait_for_selector("#trouble:visible")
    button = page.locator(".cures button").first
    assert button.inner_text().startswith("Use ")
    button.click()
    page.wait_for_selector("#trouble:not(:visible)", state="attached")
    until_done(page)


def photo():
    rng = np.random.default_rng(3)
    base = np.add.outer(np.arange(96), np.arange(128))[..., None] + rng.normal(0, 12, (96, 128, 3))
    out = io.BytesIO()
    Image.fromarray(np.clip(base, 0, 255).astype(np.uint8)).save(out, "jpeg", quality=20)
    return out.getvalue()


@pytest.mark.web
def test_what_grew_is_said_and_the_original_can_be_kept(open_page):
    page = open_page()
    upload(page, ("photo.jpg", photo()))
    until_done(page)
    assert page.locator("#grown").is_visible()
    assert "larger than the original" in page.inner_text("#grown-words")
    page.click("#keep-original")
    with page.expect_download() as caught:
        page.click("#download")
    assert caught.value.path().read_bytes() == photo()
    page.click("#keep-original")
    page.click("#remove")
    assert page.get_by_role("heading", name="Drop a picture").is_visible()


def test_the_zip_has_the_original_of_what_grew(client):
    tab = client.post("/api/v1/tabs", json={}).json()["id"]
    picture = client.post(f"/api/v1/tabs/{tab}/pictures?name=photo.jpg", content=photo()).json()
    job = client.post(f"/api/v1/pictures/{picture['id']}/jobs", json={"kind": "compress"}).json()
    wait_until(lambda: client.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "done")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/api/v1/tabs/{tab}/archive.zip").content))
    assert archive.namelist() == ["photo.jpg"]
    assert archive.read("photo.jpg") == photo()
    client.delete(f"/api/v1/tabs/{tab}")


def test_notes_travel_in_the_report_header(client):
    out = io.BytesIO()
    Image.new("CMYK", (20, 20), (10, 200, 30, 5)).save(out, "jpeg")
    answer = client.post("/api/v1/compress?colors=4", content=out.getvalue())
    assert json.loads(answer.headers["huepress-report"])["notes"]
