"""pngquant's command line, answered by huepress: for build tools that call a program of that name.

``huepress-pngquant`` and ``huepress pngquant`` take the options, give the exit codes and the names
of files that pngquant 2.17 gives; ``--link DIR`` puts a program named ``pngquant`` into a
directory. The words: `arguments`; what they ask of huepress: `aims`; one picture: `work`; the run
over the files: `program`.
"""

from huepress.pngquant.program import run

__all__ = ["run"]
