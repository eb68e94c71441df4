"""Storages that compress pictures: uploads as they are saved, static files as they are collected.

Options go into ``HUEPRESS_OPTIONS`` in the settings, by the names of `huepress.compress`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from huepress._compress import compress
from huepress.batch.kinds import HEAD_BYTES, kind_of, left_code
from huepress.errors import HuepressError
from huepress.integrations.pictures import compress_folder, in_words

_log = logging.getLogger(__name__)
_STILL_FORMATS = ("png", "gif", "webp", "bmp", "tiff")


class CompressingMixin:
    """Compress pictures before a storage saves them, each in its own format.

    Photo formats, and files that cannot be read, are saved unchanged.
    """

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, _smaller(name, content))  # type: ignore[misc]
        return saved


class HuepressStorage(CompressingMixin, FileSystemStorage):
    """Uploads on the local disk."""


class HuepressManifestStaticFilesStorage(ManifestStaticFilesStorage):
    """Static files with hashes in their names, compressed before they are hashed."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """Compress what was collected, then go on as the storage does."""
        if not dry_run:
            _log.info(in_words(compress_folder(self.location, _options())))
        yield from super().post_process(paths, dry_run=dry_run, **options)


def _options() -> dict[str, Any]:
    return dict(getattr(settings, "HUEPRESS_OPTIONS", {}))


def _smaller(name: str, content: Any) -> Any:
    data = content.read()
    content.seek(0)
    kind = kind_of(data[:HEAD_BYTES])
    if kind not in _STILL_FORMATS or left_code(kind, data):
        return content
    try:
        result = compress(data, **_options() | {"format": kind})
    except HuepressError as error:
        _log.warning("%s: saved as it came: %s", name, error)
        return content
    return ContentFile(result.data, name=name) if len(result.data) < len(data) else content
