"""Mutants of a source file: one small change each, as a span of text and what stands there then."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

REPLACED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}

TWINS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes
    ----------
    file : str
        Below src/huepress.
    function : str
        ``file:name`` of the function it lies in, or ``file:<module>``.
    line : int
        From 1.
    start, end : int
        The span in the file's UTF-8 bytes.
    old, new : str
        What stands there, and what the mutant has.
    """

    file: str
    function: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def key(self) -> str:
        """One line that names it, also when lines above it move."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.function}: {old} -> {new or '(nothing)'}"

    def to_json(self) -> str:
        """Return what the import of its module wants to know."""
        module = "huepress." + self.file.removesuffix(".py").replace("/", ".")
        module = module.removesuffix(".__init__")
        return json.dumps([module, self.start, self.end, self.new])


def mutants_of(path: Path, name: str) -> list[Mutant]:
    """List the mutants of a file that a compiler accepts."""
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
    found, seen = [], set()
    for function, node, new in _changes(ast.parse(data), "<module>"):
        start = starts[node.lineno - 1] + node.col_offset
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        end = starts[node.end_lineno - 1] + node.end_col_offset
        old = data[start:end].decode()
        mutant = Mutant(name, f"{name}:{function}", node.lineno, start, end, old, new)
        if mutant.key not in seen and _compiles(data[:start] + new.encode() + data[end:]):
            seen.add(mutant.key)
            found.append(mutant)
    return found


def _compiles(data: bytes) -> bool:
    try:
        ast.parse(data)
    except SyntaxError:
        return False
    return True


def _changes(
    node: ast.AST, function: str
) -> Iterator[tuple[str, ast.expr | ast.stmt | ast.keyword, str]]:
    """Give function, node and new text of every change below a node."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = node.name if function == "<module>" else f"{function}.{node.name}"
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_of_no_use(node, field, child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                for new in _instead(child):
                    yield function, child, new
            elif isinstance(child, ast.keyword) and _is_told_apart(node, child):
                yield function, child, "**{}"
            yield from _changes(child, function)


def _is_told_apart(call: ast.AST, keyword: ast.keyword) -> bool:
    """Whether an argument is handed on by name, and may be forgotten."""
    handed_on = isinstance(keyword.value, ast.Name | ast.Attribute)
    return isinstance(call, ast.Call) and keyword.arg is not None and handed_on


def _is_of_no_use(parent: ast.AST, field: str, child: ast.AST) -> bool:
    """Whether a part tells only people, types or checkers something."""
    if field in ("annotation", "returns", "decorator_list", "bases", "type_comment"):
        return True
    if isinstance(child, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    return (
        isinstance(parent, ast.If) and field == "body" and "TYPE_CHECKING" in ast.dump(parent.test)
    )


def _instead(node: ast.expr | ast.stmt) -> Iterator[str]:
    """Give texts that may stand in place of an expression or a statement."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for op in COMPARED.get(type(node.ops[0]), ()):
            yield _text(ast.Compare(node.left, [op()], node.comparators))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _text(ast.BoolOp(other, node.values))
    elif isinstance(node, ast.BinOp) and type(node.op) in REPLACED:
        yield _text(ast.BinOp(node.left, REPLACED[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _text(node.operand)
    elif isinstance(node, ast.Constant):
        yield from _values(node.value)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.IfExp):
        yield _text(ast.IfExp(node.test, node.orelse, node.body))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "pass"
    elif isinstance(node, ast.Continue | ast.Break):
        yield "break" if isinstance(node, ast.Continue) else "continue"
    elif isinstance(node, ast.AugAssign):
        yield "pass"


def _values(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(value + 1)
    elif isinstance(value, float):
        yield repr(value * 1.5 + 0.1 * (value == 0))


def _calls(node: ast.Call) -> Iterator[str]:
    if isinstance(node.func, ast.Name) and node.func.id in TWINS:
        yield _text(ast.Call(ast.Name(TWINS[node.func.id]), node.args, node.keywords))


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if isinstance(node, ast.Call) else f"({text})"
