"""Gain maps are lost with a note, and never announced by what remains."""

import io

import pytest
from PIL import Image as PillowImage

from huepress import compress
from huepress.formats.gainmap import without_gain_map
from images import scene

ELEMENTS = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Container="http://ns.google.com/photos/1.0/container/"
 xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
 xmlns:{p}="http://ns.adobe.com/hdr-gain-map/1.0/"
 {p}:Version="1.0" dc:format="image/jpeg">
 <dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>
 <{p}:GainMapMax><rdf:Seq><rdf:li>2.5</rdf:li></rdf:Seq></{p}:GainMapMax>
 <Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item
 Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li><rdf:li rdf:parseType="Resource">
 <Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="900"/></rdf:li>
 </rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"""


def ultra_hdr(prefix="hdrgm"):
    """A JPEG with the XMP of Ultra HDR and a second picture behind its end."""
    first, second = io.BytesIO(), io.BytesIO()
    xmp = ELEMENTS.replace("{p}", prefix).encode()
    PillowImage.fromarray(scene()).save(first, "jpeg", xmp=xmp)
    PillowImage.fromarray(scene()[::4, ::4, 0].copy()).save(second, "jpeg")
    return first.getvalue() + second.getvalue()


@pytest.mark.parametrize("prefix", ["hdrgm", "GM-1"])
@pytest.mark.parametrize("strip", ["none", "safe", "all"])
@pytest.mark.parametrize("format", ["png", "webp"])
def test_a_note_and_no_announcement(prefix, strip, format):
    result = compress(ultra_hdr(prefix), colors=8, strip=strip, format=format)
    assert any("gain map" in note for note in result.notes)
    assert b"hdr-gain-map" not in result.data
    assert b"GainMap" not in result.data
    assert (b"<rdf:li>Ada</rdf:li>" in result.data) == (strip == "none")


def test_other_xmp_stays_as_it_is():
    xmp = b'<x xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"/>'
    assert without_gain_map(xmp) == xmp


def test_what_remains_is_xml():
    from xml.etree import ElementTree

    ElementTree.fromstring(without_gain_map(ELEMENTS.replace("{p}", "hdrgm").encode()))


def test_unknown_announcements_take_the_packet_with_them():
    assert without_gain_map(b"<a><b>GainMap</b></a>") is None


def test_a_picture_without_one_has_no_note():
    out = io.BytesIO()
    PillowImage.fromarray(scene()).save(out, "jpeg")
    assert not compress(out.getvalue(), colors=4).notes
