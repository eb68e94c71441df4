"""A Django app: a storage that compresses what is saved, and ``manage.py huepress``."""
