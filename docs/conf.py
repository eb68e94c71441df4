"""The site: Sphinx with MyST and furo; ``scripts/docs`` builds it with warnings as errors."""

import sys
from pathlib import Path

import huepress
from huepress.cli import cli
from huepress.cli.manual import commands, to_markdown

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

project = "huepress"
author = copyright = "The huepress developers"
release = version = huepress.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"huepress {release}"
html_favicon = "../src/huepress/web/static/icon.svg"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}

myst_heading_anchors = 3
# Links into the repository (sources, README) are made links to files there by `to_repository`.
exclude_patterns = ["_build", "README.md"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_numpy_docstring = True
napoleon_use_rtype = False
napoleon_use_ivar = True
default_role = "code"
nitpicky = False


def write_commands() -> None:
    """Write a page a command from the table of options; nothing is kept that could drift."""
    place = HERE / "reference" / "cli"
    place.mkdir(exist_ok=True)
    names = []
    for name, command in commands(cli):
        names.append(name)
        page = place / f"{name}.md"
        text = to_markdown(name, command)
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
    index = "# Command line\n\n```{toctree}\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```\n"
    (place / "index.md").write_text(index)


write_commands()
