"""Mutants of a module of rules: each condition negated, and each part of it dropped."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from policies.catalogue import rules_of
from policies.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A changed module."""

    title: str
    tree: ast.Module
    name: str
    function: str
    """The function that was changed."""

    def rules(self) -> dict[str, Rule]:
        """Its rules by id."""
        module = ModuleType(self.name)
        exec(compile(ast.fix_missing_locations(self.tree), self.title, "exec"), vars(module))  # noqa: S102
        return {rule.id: rule for rule in rules_of(module)}


def mutants(source: str, name: str) -> Iterator[Mutant]:
    """Every mutant of the module, with the line and what was changed in its title."""
    tree = ast.parse(source)
    sites = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    seen: set[int] = set()
    for function in sites:
        for node in ast.walk(function):
            if id(node) in seen or node in ast.walk(function.args):
                continue
            seen.add(id(node))
            for change, replacement in _changes(node):
                yield Mutant(
                    title=f"{name}:{getattr(node, 'lineno', 0)}: {change}",
                    tree=_replaced(tree, node, replacement),
                    name=name,
                    function=function.name,
                )


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.BoolOp):
        for index, dropped in enumerate(node.values):
            rest = [value for position, value in enumerate(node.values) if position != index]
            kept = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield f"`{ast.unparse(dropped)}` dropped", kept
    for test in _tests(node):
        yield f"`{ast.unparse(test)}` negated", _Negated(test)


def _tests(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return list(node.ifs)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        generators = [a for a in node.args if isinstance(a, ast.GeneratorExp)]
        return [g.elt for g in generators] if node.func.id in {"any", "all"} else []
    return []


class _Negated(ast.expr):
    """Marks that a test is to be negated where it stands, whatever holds it."""

    def __init__(self, test: ast.expr) -> None:
        super().__init__()
        self.test = test


def _replaced(tree: ast.Module, node: ast.AST, replacement: ast.expr) -> ast.Module:
    target: Any = replacement.test if isinstance(replacement, _Negated) else node
    new: Any = (
        ast.UnaryOp(ast.Not(), copy.deepcopy(target))
        if isinstance(replacement, _Negated)
        else copy.deepcopy(replacement)
    )
    place = _path(tree, target)
    fresh = copy.deepcopy(tree)
    holder: Any = fresh
    for name, index in place[:-1]:
        holder = getattr(holder, name)
        holder = holder if index is None else holder[index]
    name, index = place[-1]
    if index is None:
        setattr(holder, name, new)
    else:
        getattr(holder, name)[index] = new
    return fresh


def _path(root: ast.AST, target: ast.AST) -> list[tuple[str, int | None]]:
    def search(node: ast.AST) -> list[tuple[str, int | None]] | None:
        for name, value in ast.iter_fields(node):
            items: list[tuple[int | None, Any]] = (
                list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            )
            for index, item in items:
                if item is target:
                    return [(name, index)]
                if isinstance(item, ast.AST) and (rest := search(item)) is not None:
                    return [(name, index), *rest]
        return None

    found = search(root)
    assert found is not None
    return found
