"""Pictures of palettes, clusters, errors and curves, as Matplotlib figures.

Results go in, a ``matplotlib.figure.Figure`` comes out: show it in a notebook, or `save` it. No
global state of Matplotlib is touched. Needs ``huepress[plots]``.
"""

from __future__ import annotations

from huepress.errors import MissingExtraError

try:
    import matplotlib as _matplotlib  # noqa: F401
except ImportError as error:  # pragma: no cover - tested in a process without Matplotlib
    raise MissingExtraError("huepress.plots", "matplotlib", "plots") from error

from huepress.plots.clusters import clusters_figure
from huepress.plots.curves import inertia_figure, rate_distortion_figure, scaling_figure
from huepress.plots.errormap import error_figure
from huepress.plots.files import check_target, save
from huepress.plots.swatches import palette_figure
from huepress.plots.sweep import sweep_figure

__all__ = [
    "check_target",
    "clusters_figure",
    "error_figure",
    "inertia_figure",
    "palette_figure",
    "rate_distortion_figure",
    "save",
    "scaling_figure",
    "sweep_figure",
]
