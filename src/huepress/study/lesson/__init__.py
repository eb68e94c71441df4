"""k-means on one picture, to be watched: the cloud of its colors, every step, and the file beside.

A picture goes in; out go events, dictionaries that fit a line of JSON, as soon as each is known:
the page of ``huepress serve`` draws them as they arrive, and ``export`` puts them into one file.
"""

from __future__ import annotations

from huepress.study.lesson.cloud import Cloud, cloud_of
from huepress.study.lesson.export import export
from huepress.study.lesson.parts import PARTS, Tell, settings_of
from huepress.study.lesson.run import Settings

__all__ = ["PARTS", "Cloud", "Settings", "Tell", "cloud_of", "export", "settings_of"]
