"""Write man/huepress.1 from the table of options: ``.venv/bin/python tools/make_man.py``."""

from pathlib import Path

from huepress.cli import cli
from huepress.cli.manual import to_roff

Path(__file__).parents[1].joinpath("man/huepress.1").write_text(to_roff(cli))
