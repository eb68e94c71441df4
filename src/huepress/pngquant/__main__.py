"""``python -m huepress.pngquant``."""

from huepress.pngquant.program import main

if __name__ == "__main__":
    main()
