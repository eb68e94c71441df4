"""Names that clients give: any bytes, and still a ZIP that opens."""

import io
import os
import zipfile

import pytest

pytest.importorskip("starlette")

from huepress.web.archive import stream_zip
from huepress.web.names import disposition, distinct, output_name, tidy

NAMES = [os.fsdecode(name) for name in (b"caf\xe9.png", b"\xff\xfe.png", b"a\nb.png", b"../x.png")]


def test_a_zip_takes_any_name(tmp_path):
    (tmp_path / "data").write_bytes(b"picture")
    names = distinct(output_name(tidy(name), "png") for name in [*NAMES, *NAMES])
    whole = b"".join(stream_zip([(name, tmp_path / "data") for name in names]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.namelist() == names
        assert archive.testzip() is None
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_header_takes_any_name(name):
    disposition(output_name(tidy(name), "png")).encode("ascii")
