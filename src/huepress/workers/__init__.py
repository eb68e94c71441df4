"""Processes that do the work of others, and end with them.

`process` is one such process as its parent sees it, `child` is the same as it sees itself, and
`pool` is a supervised set of them, for files. The page has a pool of its own (web/pool.py), where
jobs take turns and can be cancelled, over the same processes. oxipng's processes do not belong here
(encode/oxipng_process.py): they must start without the rest of huepress.
"""
