"""The paths of the API, as OpenAPI describes them."""

from __future__ import annotations

from typing import Any, Final

from huepress.options import FORMATS
from huepress.study.lesson import PARTS
from huepress.web import form
from huepress.web.answers import STATUSES
from huepress.web.openapi_schemas import ERROR, IDENTIFIER, as_list, as_object, ref, schema_of


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(status: int, words: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    good: dict[str, Any] = {"description": words}
    if content:
        good["content"] = content
    refused = {"description": "Refused; the code says why.", "content": _json(ERROR)}
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
    return {"name": name, "in": "path", "required": True, "schema": IDENTIFIER}


def _in_query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _binary(media: str) -> dict[str, Any]:
    return {media: {"schema": {"type": "string", "format": "binary"}}}


_NAME: Final = _in_query("name", {"type": "string", "description": "The picture's file name."})
_NEARBY: Final = {"type": "string", "pattern": "^http://localhost:[1-9][0-9]{0,3}/[a-z]{0,20}$"}
_ANY: Final = "application/octet-stream"
_SWEPT: Final = {
    "type": "string",
    "pattern": "^([1-9]|[1-9][0-9]|1[0-9]{2})(,([1-9]|[1-9][0-9]|1[0-9]{2})){0,7}$",
    "description": "Numbers of colors, with commas between: 4,16,64.",
}
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


def paths() -> dict[str, Any]:
    """Return every path with its operations."""
    return {**_pictures(), **_study(), **_server(), **_tabs(), **_tab_pictures(), **_jobs()}


def _pictures() -> dict[str, Any]:
    """Return what one request does with a picture."""
    point = as_object(k={"type": "integer"}, bytes={"type": "integer"}, score={"type": "number"})
    curve = {"type": "string", "enum": ["fast"]}
    suggested = as_object(k={"type": "integer"}, reason={"type": "string"})
    swatch = as_object(hex={"type": "string"}, share={"type": "number"})
    whole = {"name": {"type": "string"}, "report": ref("Report"), "data": {"type": "string"}}
    return {
        "/compress": {
            "post": _operation(
                "compress",
                "Compress a picture; its figures are in the header Huepress-Report.",
                _answers(200, "The file.", _binary("image/*") | _json(as_object(**whole))),
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
                    _json(as_object(curve=curve, points=as_list(point), suggested=suggested)),
                ),
                [_NAME, _in_query("colors", _SWEPT), *_option_parameters("colors")],
                _picture_body(),
            )
        },
        "/palette": {
            "post": _operation(
                "palette",
                "The colors and their shares of the pixels.",
                _answers(200, "The palette.", _json(as_object(palette=as_list(swatch)))),
                [_NAME, *_option_parameters()],
                _picture_body(),
            )
        },
    }


def _study() -> dict[str, Any]:
    """Return what the study asks for."""
    return {
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
    }


def _server() -> dict[str, Any]:
    """Return what the server says of itself."""
    return {
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
    }


def _tabs() -> dict[str, Any]:
    """Return what is done with tabs of the page."""
    tab = _in_path("tab")
    picture_list = as_list(ref("Picture"))
    event = as_object(data={"type": "string", "description": "JSON: the tab at first, then jobs."})
    return {
        "/tabs": {
            "post": _operation(
                "open_tab",
                "Open a tab: pictures and jobs live in one, and go when nobody listens to it.",
                _answers(201, "The tab.", _json(as_object(id=IDENTIFIER)))
                | {"200": {"description": "The tab asked for, still open."}},
            )
        },
        "/tabs/{tab}": {
            "get": _operation(
                "show_tab",
                "The pictures of a tab.",
                _answers(200, "The tab.", _json(as_object(id=IDENTIFIER, pictures=picture_list))),
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
                _answers(201, "The picture.", _json(ref("Picture"))),
                [tab, _NAME],
                {**_binary(_ANY), **_json(as_object(url=_NEARBY))},
            )
        },
    }


def _new_job() -> dict[str, Any]:
    """Return the schema of a job to be started."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": ["compress", "measure"]},
            "options": ref("Options"),
            "formats": as_list({"type": "string", "enum": list(FORMATS)}),
            "colors": {
                **as_list({"type": "integer", "minimum": 1, "maximum": 256}),
                "maxItems": 32,
            },
        },
    }


def _tab_pictures() -> dict[str, Any]:
    """Return what is done with pictures of a tab."""
    picture = _in_path("picture")
    return {
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
                _answers(202, "The job.", _json(ref("Job"))),
                [picture],
                _json(_new_job()),
            )
        },
    }


def _jobs() -> dict[str, Any]:
    """Return what is done with a job on a picture."""
    job = _in_path("job")
    return {
        "/jobs/{job}": {
            "get": _operation(
                "show_job", "A job.", _answers(200, "The job.", _json(ref("Job"))), [job]
            ),
            "delete": _operation(
                "cancel_job", "Cancel a job.", _answers(202, "The job.", _json(ref("Job"))), [job]
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
