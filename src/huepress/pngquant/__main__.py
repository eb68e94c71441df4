"""``python -m huepress.pngquant``."""

import sys

from huepress.pngquant import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
