"""Gain maps: a second picture in a file that tells HDR screens how to brighten the first.

No file written here can hold one, so a note says that it is lost, and XMP no longer announces it
(Android, "Ultra HDR Image Format v1.1"; ISO 21496-1).
"""

from __future__ import annotations

import re
from typing import Final

NOTE: Final = "its gain map (Ultra HDR) has no place in the output: shown without HDR"

_SPACES: Final = (
    rb"http://ns\.adobe\.com/hdr-gain-map/1\.0/",
    rb"http://ns\.apple\.com/HDRGainMap/1\.0/",
)
_SIGNS: Final = (
    b"http://ns.adobe.com/hdr-gain-map/1.0/",
    b"urn:iso:std:iso:ts:21496:-1",
    b"HDRGainMap",
    b"hdrgainmap",
)


def has_gain_map(kind: str, data: bytes) -> bool:
    """Whether a file has a gain map beside its picture.

    Parameters
    ----------
    kind : str
        From `signatures.format_of`.
    data : bytes
        The file.
    """
    if kind == "jpeg":
        return any(sign in data for sign in _SIGNS)
    return kind == "avif" and b"tmap" in data[8:64]


def without_gain_map(xmp: bytes) -> bytes | None:
    """Remove the announcement of a gain map from an XMP packet.

    Returns
    -------
    bytes or None
        The same packet if it announces none; None if it does so in an unknown way.
    """
    for space in _SPACES:
        for declared in set(re.findall(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + space, xmp)):
            prefix = re.escape(declared)
            xmp = re.sub(
                rb"<(" + prefix + rb":[\w.-]+)(?:\s[^>]*)?(?<!/)>.*?</\1\s*>", b"", xmp, flags=re.S
            )
            xmp = re.sub(rb"<" + prefix + rb":[\w.-]+(?:\s[^>]*)?/>", b"", xmp)
            xmp = re.sub(rb"\s" + prefix + rb":[\w.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)
            xmp = re.sub(rb"\sxmlns:" + prefix + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)
    for directory in re.findall(rb"<([\w.-]+:Directory)\b", xmp)[:1]:
        found = re.search(rb"<" + directory + rb"\b.*?</" + directory + rb"\s*>", xmp, flags=re.S)
        if found is not None and b"GainMap" in found[0]:
            xmp = xmp.replace(found[0], b"")
    return None if b"GainMap" in xmp or b"hdr-gain-map" in xmp else xmp
