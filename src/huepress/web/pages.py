"""The pages, as HTML: the one that compresses and the study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from huepress import __version__
from huepress.web import form
from huepress.web.settings import ServeOptions

_HERE: Final = Path(__file__).parent


def _for_script(value: object) -> str:
    """Return JSON that cannot end the element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def study_page() -> str:
    """Return the page of the study."""
    return _environment().get_template("study.html").render(version=__version__)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def first_page(options: ServeOptions) -> str:
    """Return the page that compresses."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            sections=form.sections(),
            aims=form.AIMS,
            version=__version__,
            opens_addresses=options.is_loopback,
            presets=form.presets(),
            table_json=_for_script(
                {
                    "rows": [row.to_json() for row in form.rows().values()],
                    "formats": form.formats(),
                    "presets": form.presets(),
                }
            ),
        )
    )
