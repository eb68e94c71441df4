"""pngquant's command line, answered by huepress: for build tools that call a program of that name.

``huepress-pngquant`` and ``huepress pngquant`` have the options, exit codes and output names of
pngquant 2.17; ``--link DIR`` puts a program named ``pngquant`` into a directory. `arguments` parses
the command line, `quality` translates its numbers, `work` does one picture, `program` all files.
"""

from huepress.pngquant.program import run

__all__ = ["run"]
