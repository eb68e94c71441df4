"""The OpenAPI description of the API, made from the table of options."""

from __future__ import annotations

from typing import Any, Final

from huepress import __version__
from huepress.options import FORMATS
from huepress.study.lesson import PARTS
from huepress.web import form
from huepress.web.answers import STATUSES

_TYPES: Final = {"integer": "integer", "number": "number", "switch": "boolean", "list": "array"}
_ERROR: Final = {"$ref": "#/components/schemas/Error"}
_IDENTIFIER: Final = {"type": "string", "minLength": 1}

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


def schema_of(row: form.Row) -> dict[str, Any]:
    """Return the JSON schema of an option."""
    spec = row.spec
    schema: dict[str, Any] = {"type": _TYPES.get(spec.kind, "string"), "description": spec.help}
    if spec.kind == "size":
        schema["pattern"] = "^[1-9][0-9]{0,8}([kK]B|KiB|MB|MiB)?$|^[1-9][0-9]?%$"
    if row.pattern is not None:
        schema["pattern"] = f"^({row.pattern})$"
    if spec.kind == "list":
        schema["items"] = {"type": "string"}
    if spec.choices:
        schema["enum"] = list(spec.choices)
    ends = row.to_json()
    for name in ("minimum", "maximum"):
        if ends[name] is not None:
            schema[name] = ends[name]
    if row.default is not None:
        schema["default"] = ends["default"]
    return schema


# Operations whose answer names what other operations have in their path.
_MAKERS: Final = {
    "open_tab": ("201", "tab"),
    "add_picture": ("201", "picture"),
    "start_job": ("202", "job"),
}


def description() -> dict[str, Any]:
    """Return the description as JSON has it."""
    paths = _paths()
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
                "Job": _object(id=_IDENTIFIER, kind={"type": "string"}, state={"type": "string"}),
                "Picture": _object(
                    id=_IDENTIFIER, name={"type": "string"}, bytes={"type": "integer"}
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
    error = _object(code={"type": "string", "enum": list(STATUSES)}, message={"type": "string"})
    return _object(error=error)


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(status: int, words: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    good: dict[str, Any] = {"description": words}
    if content:
        good["content"] = content
    refused = {"description": "Refused; the code says why.", "content": _json(_ERROR)}
    statuses = sorted({*STATUSES.values()} - {500})
    return {str(status): good, **{str(code): refused for code in statuses}}


def _operation(
    identifier: str,
    summary: str,
    answers: dict[str, Any],
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": identifier,
        "summary": summary,
        "responses": answers,
    }
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _IDENTIFIER}


def _in_query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _binary(media: str) -> dict[str, Any]:
    return {media: {"schema": {"type": "string", "format": "binary"}}}


_NAME: Final = _in_query("name", {"type": "string", "description": "The picture's file name."})
_NEARBY: Final = {"type": "string", "pattern": "^http://localhost:[1-9][0-9]{0,3}/[a-z]{0,20}$"}
_ANY: Final = "application/octet-stream"
_CENTERS: Final = {
    "type": "string",
    "pattern": "^#?[0-9a-fA-F]{6}(,#?[0-9a-fA-F]{6}){0,63}$",
    "description": "A start of one's own: colors, with commas between.",
}


def _option_parameters(*without: str) -> list[dict[str, Any]]:
    parameters = []
    for name, row in form.rows().items():
        if name in without:
            continue
        schema = schema_of(row)
        if schema["type"] == "array":
            schema = {"type": "string", "description": f"{row.spec.help} With commas between."}
        parameters.append(_in_query(name, schema))
    return parameters


def _picture_body() -> dict[str, Any]:
    parts = {name: schema_of(row) for name, row in form.rows().items()}
    parts = {name: schema for name, schema in parts.items() if schema["type"] != "array"}
    file = {"type": "string", "format": "binary"}
    upload = {"type": "object", "required": ["file"], "properties": {"file": file, **parts}}
    return {**_binary(_ANY), "multipart/form-data": {"schema": upload}}


def _paths() -> dict[str, Any]:
    colors = {
        "type": "string",
        "pattern": "^([1-9]|[1-9][0-9]|1[0-9]{2})(,([1-9]|[1-9][0-9]|1[0-9]{2})){0,7}$",
        "description": "Numbers of colors, with commas between: 4,16,64.",
    }
    point = _object(k={"type": "integer"}, bytes={"type": "integer"}, score={"type": "number"})
    curve = {"type": "string", "enum": ["fast"]}
    suggested = _object(k={"type": "integer"}, reason={"type": "string"})
    swatch = _object(hex={"type": "string"}, share={"type": "number"})
    tab, picture, job = _in_path("tab"), _in_path("picture"), _in_path("job")
    picture_list = _list(_ref("Picture"))
    event = _object(data={"type": "string", "description": "JSON: the tab at first, then jobs."})
    whole = {"name": {"type": "string"}, "report": _ref("Report"), "data": {"type": "string"}}
    new_job = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": ["compress", "measure"]},
            "options": _ref("Options"),
            "formats": _list({"type": "string", "enum": list(FORMATS)}),
            "colors": {
                **_list({"type": "integer", "minimum": 1, "maximum": 256}),
                "maxItems": 32,
            },
        },
    }
    return {
        "/compress": {
            "post": _operation(
                "compress",
                "Compress a picture; its figures are in the header Huepress-Report.",
                _answers(200, "The file.", _binary("image/*") | _json(_object(**whole))),
                [_NAME, _in_query("score", {"type": "boolean"}), *_option_parameters()],
                _picture_body(),
            )
        },
        "/sweep": {
            "post": _operation(
                "sweep",
                "The fast curve of size and score against the number of colors (nearest colors,"
                " light deflate), and the one at its knee.",
                _answers(
                    200,
                    "The curve.",
                    _json(_object(curve=curve, points=_list(point), suggested=suggested)),
                ),
                [_NAME, _in_query("colors", colors), *_option_parameters("colors")],
                _picture_body(),
            )
        },
        "/palette": {
            "post": _operation(
                "palette",
                "The colors and their shares of the pixels.",
                _answers(200, "The palette.", _json(_object(palette=_list(swatch)))),
                [_NAME, *_option_parameters()],
                _picture_body(),
            )
        },
        "/study": {
            "post": _operation(
                "study",
                "k-means on the picture, step by step; the file; sizes, times, starts.",
                _answers(
                    200,
                    "Events, a line of JSON each, the last one done or error.",
                    {"application/x-ndjson": {"schema": {"type": "string"}}},
                ),
                [
                    _NAME,
                    _in_query("part", {"type": "string", "enum": list(PARTS), "default": "steps"}),
                    _in_query("centers", _CENTERS),
                    *_option_parameters(),
                ],
                _picture_body(),
            )
        },
        "/study/picture": {
            "get": _operation(
                "study_picture",
                "The picture that the study opens with; its name is in the header Huepress-Name.",
                _answers(200, "The file.", _binary(_ANY)),
            )
        },
        "/options": {
            "get": _operation("options", "The table of options.", _answers(200, "The table."))
        },
        "/health": {
            "get": _operation("health", "Whether the server lives.", _answers(200, "It does."))
        },
        "/demo.png": {
            "get": _operation(
                "demo",
                "A picture to try things on.",
                _answers(200, "The picture.", _binary("image/png")),
            )
        },
        "/openapi.json": {
            "get": _operation("description", "This description.", _answers(200, "This."))
        },
        "/tabs": {
            "post": _operation(
                "open_tab",
                "Open a tab: pictures and jobs live in one, and go when nobody listens to it.",
                _answers(201, "The tab.", _json(_object(id=_IDENTIFIER)))
                | {"200": {"description": "The tab asked for, still open."}},
            )
        },
        "/tabs/{tab}": {
            "get": _operation(
                "show_tab",
                "The pictures of a tab.",
                _answers(200, "The tab.", _json(_object(id=_IDENTIFIER, pictures=picture_list))),
                [tab],
            ),
            "delete": _operation("close_tab", "Close a tab.", _answers(204, "Closed."), [tab]),
        },
        "/tabs/{tab}/events": {
            "get": _operation(
                "listen",
                "What happens to the jobs of a tab, as server-sent events.",
                _answers(200, "Events, endlessly.", {"text/event-stream": {"schema": event}}),
                [tab],
            )
        },
        "/tabs/{tab}/archive.zip": {
            "get": _operation(
                "archive",
                "Every finished result of a tab; of the originals named the file as it came.",
                _answers(200, "A ZIP.", _binary("application/zip")),
                [tab, _in_query("originals", {"type": "string"})],
            )
        },
        "/tabs/{tab}/pictures": {
            "post": _operation(
                "add_picture",
                "Add a picture: the body, or the url of a server on the same machine.",
                _answers(201, "The picture.", _json(_ref("Picture"))),
                [tab, _NAME],
                {**_binary(_ANY), **_json(_object(url=_NEARBY))},
            )
        },
        "/pictures/{picture}": {
            "delete": _operation(
                "remove_picture", "Remove a picture.", _answers(204, "Removed."), [picture]
            )
        },
        "/pictures/{picture}/file": {
            "get": _operation(
                "picture_file",
                "The file as it came.",
                _answers(200, "The file.", _binary(_ANY)),
                [picture],
            )
        },
        "/pictures/{picture}/shown.png": {
            "get": _operation(
                "picture_shown",
                "The picture as a PNG, for browsers that cannot read its format.",
                _answers(200, "The picture.", _binary("image/png")),
                [picture],
            )
        },
        "/pictures/{picture}/jobs": {
            "post": _operation(
                "start_job",
                "Start a job; the unfinished one of its kind on this picture is cancelled.",
                _answers(202, "The job.", _json(_ref("Job"))),
                [picture],
                _json(new_job),
            )
        },
        "/jobs/{job}": {
            "get": _operation(
                "show_job", "A job.", _answers(200, "The job.", _json(_ref("Job"))), [job]
            ),
            "delete": _operation(
                "cancel_job", "Cancel a job.", _answers(202, "The job.", _json(_ref("Job"))), [job]
            ),
        },
        "/jobs/{job}/shown.png": {
            "get": _operation(
                "job_shown",
                "The finished result as a PNG, for browsers that cannot read its format.",
                _answers(200, "The picture.", _binary("image/png")),
                [job],
            )
        },
        "/jobs/{job}/{stage}": {
            "get": _operation(
                "job_file",
                "The finished file, or the first fast one.",
                _answers(200, "The file.", _binary("image/*")),
                [
                    job,
                    {
                        "name": "stage",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "enum": ["file", "draft"]},
                    },
                ],
            )
        },
    }
