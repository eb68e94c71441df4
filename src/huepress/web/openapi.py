"""The OpenAPI description of the API, made from the table of options."""

from __future__ import annotations

from typing import Any, Final

from huepress import __version__
from huepress.web import form, openapi_paths
from huepress.web.answers import STATUSES
from huepress.web.openapi_schemas import IDENTIFIER, as_object, schema_of

_REPORT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["bytes_in", "bytes_out", "format", "status"],
    "properties": {
        "bytes_in": {"type": ["integer", "null"]},
        "bytes_out": {"type": "integer"},
        "format": {"type": "string"},
        "colors": {"type": ["integer", "null"]},
        "score": {
            "type": ["number", "null"],
            "description": "The lower of ssimulacra2 and of jod on its scale; 100 is identical.",
        },
        "look": {"type": ["string", "null"], "description": "What the score means to an eye."},
        "ssimulacra2": {"type": ["number", "null"], "description": "100 is identical."},
        "jod": {"type": ["number", "null"], "description": "ColorVideoVDP; 10 is identical."},
        "psnr": {"type": ["number", "null"], "description": "Decibels; null: nothing was lost."},
        "mse": {"type": "number"},
        "n_iter": {"type": ["integer", "null"]},
        "stop_reason": {"type": ["string", "null"]},
        "seconds": {"type": "number"},
        "status": {"type": "string", "enum": ["compressed", "kept"]},
    },
}


# Operations whose answer names what other operations have in their path.
_MAKERS: Final = {
    "open_tab": ("201", "tab"),
    "add_picture": ("201", "picture"),
    "start_job": ("202", "job"),
}


def description() -> dict[str, Any]:
    """Return the description as JSON has it."""
    paths = openapi_paths.paths()
    _link(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "huepress",
            "version": __version__,
            "description": "Image compression by k-means clustering of colors.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {"/api/v1" + path: methods for path, methods in paths.items()},
        "components": {
            "schemas": {
                "Error": _error_schema(),
                "Report": _REPORT,
                "Options": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {name: schema_of(row) for name, row in form.rows().items()},
                },
                "Job": as_object(id=IDENTIFIER, kind={"type": "string"}, state={"type": "string"}),
                "Picture": as_object(
                    id=IDENTIFIER, name={"type": "string"}, bytes={"type": "integer"}
                ),
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _link(paths: dict[str, Any]) -> None:
    """Tell which operations go on from what another one made."""
    operations = [operation for methods in paths.values() for operation in methods.values()]
    for maker in operations:
        status, name = _MAKERS.get(maker["operationId"], ("", ""))
        if not name:
            continue
        maker["responses"][status]["links"] = {
            operation["operationId"]: {
                "operationId": operation["operationId"],
                "parameters": {name: "$response.body#/id"},
            }
            for operation in operations
            if {"path"} == {p["in"] for p in operation.get("parameters", []) if p["name"] == name}
        }


def _error_schema() -> dict[str, Any]:
    error = as_object(code={"type": "string", "enum": list(STATUSES)}, message={"type": "string"})
    return as_object(error=error)
