"""``manage.py huepress``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from huepress.errors import OptionError
from huepress.integrations.pictures import compress_folder, in_words


class Command(BaseCommand):
    """Compress the pictures of folders in place; each is done only once."""

    help = "Compress pictures in place: those of MEDIA_ROOT, or of the folders that are named."

    def add_arguments(self, parser: Any) -> None:
        """Declare the folders."""
        parser.add_argument("folders", nargs="*", help="default: MEDIA_ROOT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the folders."""
        del args
        folders = options["folders"] or [settings.MEDIA_ROOT]
        failed = False
        for folder in folders:
            if not Path(folder).is_dir():
                raise CommandError(f"{folder}: no such folder")
            try:
                rows = compress_folder(folder, getattr(settings, "HUEPRESS_OPTIONS", {}))
            except OptionError as error:
                raise CommandError(f"HUEPRESS_OPTIONS: {error}") from error
            for row in rows:
                if row.failure is not None:
                    failed = True
                    self.stderr.write(str(row.failure))
            self.stdout.write(f"{folder}: {in_words(rows)}")
        if failed:
            raise CommandError("some pictures failed")
