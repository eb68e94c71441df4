"""The rows of --json are what docs/json.md and its schema say."""

import json
import re
from pathlib import Path

import pytest

from huepress.batch.rows import REASONS, STATUSES
from images import as_file, scene
from sites import make_site
from trees import compress

jsonschema = pytest.importorskip("jsonschema")
DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "compress.schema.json").read_text())


def codes():
    """(status, code) of the schema."""
    return {
        (rule["if"]["properties"]["status"]["const"], code)
        for rule in SCHEMA["allOf"]
        for code in rule["then"]["properties"]["code"]["enum"]
    }


def test_real_rows_keep_the_schema(tmp_path):
    site = tmp_path / "site"
    make_site(site)
    (site / ".huepressignore").write_text("icons\nres\nimg/photo.jpg\n")  # seconds
    (site / "broken.png").write_bytes(as_file(scene())[:500])
    (site / "loop").symlink_to("/")
    arguments = (site, "-r", "--out-dir", tmp_path / "dist", "--json")
    runs = [
        compress(*arguments),
        compress(*arguments, "--prune"),
        compress(site, "-r", "--check", "--json", "--min-savings", "90%"),
        compress(site / "img/a.png", "-o", tmp_path / "x.png", "-s", "20", "--json"),
        compress(site / "img/ramp.png", "-o", tmp_path / "x.bmp", "--json"),
    ]
    check = jsonschema.Draft202012Validator(SCHEMA)
    check.check_schema(SCHEMA)
    seen = set()
    for run in runs:
        for line in run.stdout.splitlines():
            row = json.loads(line)
            check.validate(row)
            seen.add((row["status"], row["code"]))
    assert {status for status, _ in seen} == set(STATUSES)
    assert seen >= {
        ("compressed", "smaller"), ("compressed", "converted"), ("kept", "min_savings"),
        ("failed", "damaged"), ("failed", "bound"), ("skipped", "unchanged"), ("skipped", "link"),
    }  # fmt: skip


def test_codes_are_documented_and_no_others_are():
    words = set(re.findall(r"`([a-z_]+)`", (DOCS / "json.md").read_text()))
    documented = {code for _, code in codes()} - {"error"}
    assert documented <= words
    assert {code for status, code in codes() if status != "failed"} == set(REASONS)


@pytest.mark.parametrize(
    "change", [{"status": "done"}, {"code": "whatever"}, {"bytes_in": "3"}, {"error": {}}]
)
def test_the_schema_refuses(change, tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene(30, 30)))
    row = json.loads(compress(tmp_path / "a.png", "--json").stdout)
    check = jsonschema.Draft202012Validator(SCHEMA)
    check.validate(row)
    with pytest.raises(jsonschema.ValidationError):
        check.validate(row | change)
