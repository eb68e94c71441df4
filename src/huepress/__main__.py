"""``python -m huepress`` and the ``huepress`` command."""

from __future__ import annotations

from huepress.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
