"""The instructions of a Dockerfile."""

import re


def stages(text):
    """Cut it into stages: a list of (instruction, words) each."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = []
    for line in filter(None, joined.splitlines()):
        name, *words = line.split()
        assert name in KNOWN, line
        if name == "FROM":
            found.append([])
        found[-1].append((name, words))
    return found


def words_of(stage, name):
    """The words behind each instruction of a name; copies from other stages are not counted."""
    return [words for known, words in stage
            if known == name and not words[0].startswith("--from=")]  # fmt: skip


KNOWN = {"FROM", "RUN", "COPY", "ADD", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
