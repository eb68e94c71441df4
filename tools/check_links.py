"""Follow every link between the pages of a site: ``tools/check_links.py build/site``.

Pages, files and places inside pages must be there; other hosts are not asked, and nothing that a
page needs may come from one.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """Links, needed files and anchors of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.needs: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {value for key in ("id", "name") if (value := found.get(key))}
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if tag in ("img", "script") and found.get("src"):
            self.needs.append(str(found["src"]))
        is_used = tag == "link" and found.get("rel") in ("stylesheet", "icon", "search")
        if is_used and found.get("href"):
            self.needs.append(str(found["href"]))


def faults_of(site: Path) -> list[str]:
    """Give a line for every link that leads nowhere, and every file taken from another host."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path.resolve()] = page = _Page()
        page.feed(path.read_text())
    faults = []
    for path, page in pages.items():
        for link in page.links + page.needs:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.needs and parts.scheme != "data":
                    faults.append(f"{path.name}: needs {link}")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                faults.append(f"{path.name}: {link} is not there")
                continue
            anchors = pages[target].anchors if target in pages and link in page.links else None
            if parts.fragment and anchors is not None and unquote(parts.fragment) not in anchors:
                faults.append(f"{path.name}: {link} has no such place")
    return faults


if __name__ == "__main__":
    found = faults_of(Path(sys.argv[1]))
    print("\n".join(found) or "all links lead somewhere")
    sys.exit(bool(found))
