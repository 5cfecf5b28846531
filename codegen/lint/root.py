"""Rules for openapi.yaml: it names every path of the chapters, no more, and every namespace."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.bundle import example
from codegen.load import Json, Spec, SpecError
from codegen.operations import raw_operations


def root_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the root document and with the examples."""
    wanted = {
        path: f"{chapter}.yaml#/paths/{path.replace('~', '~0').replace('/', '~1')}"
        for chapter, document in spec.chapters.items()
        for path in document.get("paths") or {}
    }
    named = {path: item.get("$ref") for path, item in (spec.root.get("paths") or {}).items()}
    for path in sorted(wanted.keys() | named.keys()):
        if wanted.get(path) != named.get(path):
            yield f"openapi.yaml: {path}: $ref is {named.get(path)!r}, due is {wanted.get(path)!r}"
    tags = {tag["name"] for tag in spec.root.get("tags", [])}
    used = {op.get("operationId", "").partition(".")[0] for _, _, _, op in raw_operations(spec)}
    for name in sorted(used ^ tags):
        yield f"openapi.yaml: tags and the namespaces of the chapters differ in {name!r}"
    for chapter, document in spec.chapters.items():
        yield from _examples(spec, document, f"{chapter}.yaml")


def _examples(spec: Spec, value: Json, where: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _examples(spec, item, where)
    elif isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith("examples/"):
            try:
                example(spec, target)
            except SpecError as error:
                yield f"{where}: {error}"
        for item in value.values():
            yield from _examples(spec, item, where)
