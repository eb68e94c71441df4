"""huepress inside other programs: Sphinx, MkDocs, Django, Vite.

Each compresses what the program has built, in place, keeping formats; they share `pictures_in`.
The rest of huepress imports nothing from here.
"""
