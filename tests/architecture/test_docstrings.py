"""What a reader of the library finds at every public function on arrays: parameters, shapes, errors, and a source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOLIDAGO = Path(__file__).resolve().parents[2] / "solidago"
MODULES = {
    path.relative_to(SOLIDAGO).with_suffix("").as_posix(): path
    for path in sorted(SOLIDAGO.rglob("*.py"))
    # The command line and the experiments take no arrays from anybody; kernels are private, each behind a public twin.
    if path.relative_to(SOLIDAGO).parts[0] not in {"cli", "experiments", "kernels"}
}
ARRAYS = re.compile(r"\b(Floats|Indices|Flags|ArrayLike|NDArray|Triples|Integers)\b")
MATHEMATICS = (
    "active/belief", "active/information", "aggregation/quantile", "aggregation/uncertainty", "influence",
    "licchavi_run",
    "monotonicity/audit", "monotonicity/losses", "monotonicity/quadratic", "monotonicity/run_audit", "preference/gbt",
    "preference/embeddings", "preference/licchavi", "preference/linear_gbt", "preference/skewness",
    "preference/generalise", "primitives", "scaling/mehestan", "standing", "trust", "voting_rights",
)  # fmt: skip
A_SOURCE = re.compile(r"[A-Z][\w-]+.{1,250}?, .{0,25}?\b(?:19|20)\d\d\b|docs/decisions, number \d")
"""Somebody's paper of a year, or a page of our own that says why."""


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Those of a module; methods are documented with their class."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    rest = [extra for extra in (given.vararg, given.kwarg) if extra]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def section(doc: str, name: str) -> str:
    found = re.search(rf"^{name}\n-+\n(.*?)(?=\n\n[A-Z]\w+\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def on_arrays(function: ast.FunctionDef) -> bool:
    texts = [ast.unparse(each.annotation) for each in parameters(function) if each.annotation]
    return bool(ARRAYS.search(" ".join([*texts, ast.unparse(function.returns) if function.returns else ""])))


def gaps(function: ast.FunctionDef) -> list[str]:
    """What the docstring does not say."""
    doc, names = ast.get_docstring(function) or "", [each.arg for each in parameters(function)]
    told, missing = section(doc, "Parameters"), []
    if len(names) > 1:
        missing += [f"the parameter {name}" for name in names if not re.search(rf"\b{name}\b", told)]
    if function.returns and ast.unparse(function.returns) != "None" and not section(doc, "Returns"):
        missing.append("what it returns")
    raised = {
        node.exc.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
    }
    return missing + [f"the error {name}" for name in sorted(raised) if name not in section(doc, "Raises")]


def test_the_checks_see_what_is_missing() -> None:
    source = '''
def half(values: Floats, by: float) -> Floats:
    """Return halves.

    Parameters
    ----------
    values : (N,) float64

    Raises
    ------
    InvalidInput
    """
    raise NotConverged("never")
'''
    [function] = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert on_arrays(function)
    assert gaps(function) == ["the parameter by", "what it returns", "the error NotConverged"]


def test_there_are_many_functions_to_check() -> None:
    assert sum(on_arrays(function) for path in MODULES.values() for function in public_functions(path)) > 60


@pytest.mark.parametrize("name", MODULES)
def test_functions_on_arrays_say_what_they_take_return_and_raise(name: str) -> None:
    found = {each.name: gaps(each) for each in public_functions(MODULES[name]) if on_arrays(each)}
    assert {function: missing for function, missing in found.items() if missing} == {}


@pytest.mark.parametrize("name", MODULES)
def test_every_public_class_and_function_has_a_docstring(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text())
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("name", MATHEMATICS)
def test_a_module_of_mathematics_names_its_source(name: str) -> None:
    docs = " ".join(
        " ".join((ast.get_docstring(node) or "").split())
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    )
    assert A_SOURCE.search(docs), f"{name} says nowhere from which paper or decision its formulas come"


def array_fields(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Class, field, and whether the docstring of the class names it."""
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        told = ast.get_docstring(node) or ""
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and ARRAYS.search(ast.unparse(part.annotation)):
                name = ast.unparse(part.target)
                yield node.name, name, bool(re.search(rf"\b{name}\b", told))


@pytest.mark.parametrize("name", MODULES)
def test_public_classes_describe_the_arrays_that_they_hold(name: str) -> None:
    assert [f"{owner}.{field}" for owner, field, told in array_fields(MODULES[name]) if not told] == []
