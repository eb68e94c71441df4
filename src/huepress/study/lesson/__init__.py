"""Watch k-means on one picture: the cloud of its colors, every step, and the resulting file.

A picture goes in; events come out, each a dictionary that fits a line of JSON, as soon as it is
known. The page of ``huepress serve`` draws them as they arrive; ``export`` puts them into one file.
"""

from __future__ import annotations

from huepress.study.lesson.cloud import Cloud, cloud_of
from huepress.study.lesson.export import export
from huepress.study.lesson.parts import PARTS, Tell, settings_of
from huepress.study.lesson.run import Settings

__all__ = ["PARTS", "Cloud", "Settings", "Tell", "cloud_of", "export", "settings_of"]
