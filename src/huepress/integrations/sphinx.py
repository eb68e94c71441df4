"""A Sphinx extension: the pictures of a build are compressed when it is done.

``extensions = ["huepress.integrations.sphinx"]`` in ``conf.py``; options in ``huepress_options``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huepress._version import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("huepress_options", {}, "", types=frozenset({dict}))
    app.add_config_value("huepress_enabled", True, "", types=frozenset({bool}))
    app.connect("build-finished", _compress)
    return {
        "version": __version__,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _compress(app: Sphinx, exception: Exception | None) -> None:
    from sphinx.util import logging

    from huepress.integrations.pictures import compress_folder, in_words

    if exception is not None or not app.config.huepress_enabled or app.builder.format != "html":
        return
    log = logging.getLogger(__name__)
    rows = compress_folder(app.outdir, app.config.huepress_options)
    for row in rows:
        if row.failure is not None:
            log.warning("huepress: %s", row.failure)
    log.info(in_words(rows))
