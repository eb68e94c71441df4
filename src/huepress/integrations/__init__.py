"""huepress inside other programs: Sphinx, MkDocs, Django, Vite.

Each compresses what the program has built, in place and in its own formats; `pictures_in` is what
they share. Nothing here is imported by the rest of huepress.
"""
