"""A MkDocs plugin: the pictures of a site are compressed when it is built.

``plugins: [huepress]`` in ``mkdocs.yml``; options below it, such as ``options: {quality: 85}``.
"""

from __future__ import annotations

import logging
from typing import Any

from mkdocs.config import config_options
from mkdocs.plugins import BasePlugin

from huepress.integrations.pictures import compress_folder, in_words

_log = logging.getLogger("mkdocs.plugins.huepress")


class HuepressPlugin(BasePlugin):
    """Compress the pictures of the built site."""

    config_scheme = (
        ("enabled", config_options.Type(bool, default=True)),
        ("options", config_options.Type(dict, default={})),
    )

    def on_post_build(self, *, config: Any) -> None:
        """Run after the site is written."""
        if not self.config["enabled"]:
            return
        rows = compress_folder(config["site_dir"], self.config["options"])
        for row in rows:
            if row.failure is not None:
                _log.warning("%s", row.failure)
        _log.info(in_words(rows))
