"""The schemas of which the description of the API is made."""

from __future__ import annotations

from typing import Any, Final

from huepress.web import form

_TYPES: Final = {"integer": "integer", "number": "number", "switch": "boolean", "list": "array"}
ERROR: Final = {"$ref": "#/components/schemas/Error"}
IDENTIFIER: Final = {"type": "string", "minLength": 1}


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


def as_object(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has all these properties."""
    return {"type": "object", "required": list(properties), "properties": properties}


def ref(name: str) -> dict[str, Any]:
    """Point to a schema of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


def as_list(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list of these."""
    return {"type": "array", "items": schema}
