"""Runs GitHub workflows as far as the recipes need it: shell steps of composite actions."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass
class Run:
    """What came of a job.

    Attributes
    ----------
    codes : list of int
        Exit code of every shell step that ran; the last one is not 0 when the job failed.
    outputs : dict
        Step -> outputs.
    summary : str
        The page of the job.
    words : str
        What the steps said.
    """

    codes: list = field(default_factory=list)
    outputs: dict = field(default_factory=dict)
    summary: str = ""
    words: str = ""


def run_job(job, actions, *, cwd, temp, instead=None):
    """Run the steps of a job.

    Parameters
    ----------
    job : dict
        Of a workflow file.
    actions : dict
        ``uses`` without its version -> folder of the action; None for one that is skipped.
    cwd, temp : Path
        The workspace and the runner's own folder.
    instead : dict or None
        Name of a step -> script that is run instead of its own.
    """
    run = Run()
    path = [str(Path(sys.executable).parent)]
    for step in job["steps"]:
        name, _, _ = step["uses"].partition("@")
        place = actions[name]
        if place is None:
            continue
        action = yaml.safe_load((place / "action.yml").read_text())
        assert action["runs"]["using"] == "composite"
        given = {key: str(value) for key, value in step.get("with", {}).items()}
        assert given.keys() <= action["inputs"].keys()
        inputs = {key: str(rule.get("default", "")) for key, rule in action["inputs"].items()}
        known = {f"inputs.{key}": value for key, value in (inputs | given).items()}
        known["github.action_path"] = str(place)
        for inner in action["runs"]["steps"]:
            script = (instead or {}).get(inner["name"], inner["run"])
            environment = {key: _filled(value, known) for key, value in inner["env"].items()}
            outputs = _shell(script, environment, run, path, cwd, temp)
            known |= {f"steps.{inner.get('id')}.outputs.{k}": v for k, v in outputs.items()}
            if run.codes[-1]:
                break
        found = {key: _filled(rule["value"], known) for key, rule in action["outputs"].items()}
        run.outputs[step.get("id", name)] = found
    run.summary = (temp / "summary").read_text()
    return run


def _shell(script, environment, run, path, cwd, temp):
    """Run a step of a shell, as GitHub does; returns its outputs."""
    files = {name: temp / name.removeprefix("GITHUB_").lower() for name in
             ("GITHUB_OUTPUT", "GITHUB_PATH")}  # fmt: skip
    for file in files.values():
        file.write_text("")
    (temp / "summary").touch()
    variables = os.environ | environment | {name: str(file) for name, file in files.items()}
    variables |= {
        "GITHUB_STEP_SUMMARY": str(temp / "summary"), "RUNNER_TEMP": str(temp),
        "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
    }  # fmt: skip
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(words, cwd=cwd, env=variables, capture_output=True, text=True)
    run.codes.append(done.returncode)
    run.words += done.stdout + done.stderr
    path[:0] = files["GITHUB_PATH"].read_text().split()
    return _outputs(files["GITHUB_OUTPUT"].read_text())


def _outputs(text):
    """Read what a step wrote: ``name=value`` and ``name<<mark`` up to the mark."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, _, mark = line.partition("<<")
        if mark and "=" not in name:
            found[name] = "\n".join(iter(lambda: next(lines), mark))
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found


def _filled(text, known):
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: known.get(match[1], ""), str(text))
