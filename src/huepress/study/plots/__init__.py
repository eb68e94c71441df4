"""Pictures of palettes, clusters, errors and curves, as Matplotlib figures.

Results go in, a ``matplotlib.figure.Figure`` comes out: show it in a notebook, or `save` it. No
global state of Matplotlib is touched. Needs ``huepress[plots]``.
"""

from __future__ import annotations

from huepress.errors import MissingExtraError

try:
    import matplotlib as _matplotlib  # noqa: F401
except ImportError as error:  # pragma: no cover - tested in a process without Matplotlib
    raise MissingExtraError("huepress.study.plots", "matplotlib", "plots") from error

from huepress.study.plots.clusters import clusters_figure
from huepress.study.plots.curves import inertia_figure, rate_distortion_figure, scaling_figure
from huepress.study.plots.errormap import error_figure
from huepress.study.plots.files import check_target, save
from huepress.study.plots.swatches import palette_figure
from huepress.study.plots.sweep import sweep_figure

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
