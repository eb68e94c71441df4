"""pngquant's words: every way in which real callers write them."""

import pytest

from huepress.pngquant.arguments import read
from huepress.pngquant.codes import Code, Failure

# name of the caller, its words, what must come of them
CALLERS = [
    ("imagemin", "- --speed 4 --strip --quality 65-80 --floyd=0.5 --posterize 2",
     {"files": ("-",), "speed": 4, "strip": True, "worst": 65, "finest": 80, "dither": 0.5,
      "posterize": 2}),
    ("imagemin without dither", "- --ordered", {"files": ("-",), "dither": 0}),
    ("OCRmyPDF", "--force --skip-if-larger --quality 40-80 -- -",
     {"files": ("-",), "force": True, "only_if_smaller": True, "worst": 40, "finest": 80}),
    ("LiipImagine", "--quality 60-80 --speed 3 --nofs --floyd 0.5 -",
     {"files": ("-",), "dither": 0.5, "speed": 3}),
    ("spatie", "--quality=85 --force x.png --output=x.png",
     {"files": ("x.png",), "worst": 76.5, "finest": 85, "output": "x.png"}),
    ("psliwa", "--force --ext=.png -- x.png", {"files": ("x.png",), "suffix": ".png"}),
    ("psliwa, no extension", "--force --ext= -- x", {"files": ("x",), "suffix": ""}),
    ("image_optim, old", "--speed 3 --force --ext -optimized.png -- src",
     {"files": ("src",), "suffix": "-optimized.png", "speed": 3}),
    ("image_optim, new", "--quality=100-100 --speed=3 --output=dst --force 256 -- src",
     {"files": ("src",), "n_colors": 256, "worst": 100, "output": "dst"}),
    ("ImageOptim-CLI",
     "--ext=.png --force --skip-if-larger --speed=1 --quality=65-80 256 -- a.png b.png",
     {"files": ("a.png", "b.png"), "n_colors": 256, "speed": 1, "suffix": ".png"}),
    ("nanoemoji", "-o out.png in.png", {"files": ("in.png",), "output": "out.png"}),
    ("booster", "--strip --skip-if-larger -f -o out -s 3 -Q 80-100 in",
     {"files": ("in",), "output": "out", "speed": 3, "worst": 80, "finest": 100}),
    ("ITS", "--skip-if-larger --strip --force --output o -s4 -Q65-80 in",
     {"files": ("in",), "output": "o", "speed": 4, "worst": 65, "finest": 80}),
    ("EWWW", "-V", {"shows": "version"}),
    ("iebug", "--iebug 256 x", {"files": ("x",), "n_colors": 256}),
    ("transbug", "--transbug x", {"files": ("x",)}),
    ("one dash", "--speed 1 -strip -f x -o y",
     {"files": ("x",), "strip": True, "speed": 1, "output": "y"}),
    ("one dash, no dither", "-nofs x", {"files": ("x",), "dither": 0, "suffix": "-or8.png"}),
    ("find -exec", "pngquant.png -f --ext .png",
     {"files": ("pngquant.png",), "force": True, "suffix": ".png"}),
    ("several", "a.png b.png", {"files": ("a.png", "b.png"), "suffix": "-fs8.png"}),
    ("colors first", "16 x", {"files": ("x",), "n_colors": 16}),
    ("colors after the stream", "- 16", {"files": ("-",), "n_colors": 16}),
    ("colors alone", "16", {"files": (), "n_colors": 16, "asks_for_colors": True}),
    ("shortened", "--spee=3 --qual 5-6 --verb x", {"speed": 3, "worst": 5, "verbose": True}),
    ("bundled", "-fvs4 x", {"force": True, "verbose": True, "speed": 4}),
    ("after --", "-- -f", {"files": ("-f",), "force": False}),
    ("open below", "-Q -80 x", {"worst": 0, "finest": 80}),
    ("open above", "-Q 65- x", {"worst": 65, "finest": 100}),
    ("the last word holds", "--force --no-force -q -v x", {"force": False, "verbose": True}),
    ("level in full", "--floyd x.png", {"files": ("x.png",), "dither": None}),
    ("no level at all", "--floyd=0 x", {"dither": 0, "suffix": "-or8.png"}),
    ("ours do not make e ambiguous", "--e=.png x", {"suffix": ".png"}),
    ("ours", "--exit-zero x", {"exit_zero": True}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "wanted"), [c[1:] for c in CALLERS], ids=[c[0] for c in CALLERS])
def test_callers_are_understood(words, wanted):
    request = read(words.split())
    assert {name: getattr(request, name) for name in wanted} == wanted


def test_an_empty_extension_apart():
    assert read(["--ext", "", "x"]).suffix == ""


REFUSED = [
    "--o y x", "--bogus x", "-X x", "--nofs=1 x", "--speed", "-s", "--speed 0 x", "--speed 12 x",
    "--speed fast x", "1 x", "257 x", "--posterize 5 x", "--floyd=2 x", "-Q abc x", "-Q 200 x",
    "-Q 90-50 x", "-Q - x", "-o y a b", "-o y --ext .png x", "--colors 16 x", "--ncolors 16 x",
]  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_pngquant_refuses_is_refused(words):
    with pytest.raises(Failure) as caught:
        read(words.split())
    assert caught.value.code == Code.BAD_ARGUMENT


def test_a_file_named_like_a_level_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0.5").write_bytes(b"")
    request = read(["--floyd", "0.5"])
    assert request.files == ("0.5",)
    assert request.dither is None
