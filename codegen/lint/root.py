"""Rules for openapi.yaml: it names every path of the chapters, no more, and every namespace."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.load import ROOT, Json, Spec
from codegen.operations import raw_operations


def root_findings(spec: Spec) -> Iterator[str]:
    """Yields where the root document and the chapters differ."""
    yield from _paths(spec)
    tags: dict[str, str] = {
        tag["name"]: tag.get("description", "") for tag in spec.root.get("tags", [])
    }
    used = {op["operationId"].partition(".")[0] for _, _, _, op in raw_operations(spec)}
    for name in sorted(used ^ set(tags)):
        yield f"{ROOT}: tags and the namespaces of the chapters differ in {name!r}"
    for name in sorted(name for name, description in tags.items() if not description):
        yield f"{ROOT}: tag {name}: description missing"


def _paths(spec: Spec) -> Iterator[str]:
    wanted: dict[str, str] = {}
    for file, document in spec.documents.items():
        for path in document["paths"]:
            if path in wanted:
                yield f"{file}: {path}: stands in {wanted[path].partition('#')[0]} too"
            wanted[path] = f"{file}#/paths/{path.replace('~', '~0').replace('/', '~1')}"
    items: dict[str, dict[str, Json]] = spec.root["paths"]
    named: dict[str, str | None] = {path: item.get("$ref") for path, item in items.items()}
    for path in sorted(wanted.keys() | named.keys()):
        if wanted.get(path) != named.get(path):
            yield f"{ROOT}: {path}: $ref is {named.get(path)!r}, due is {wanted.get(path)!r}"
