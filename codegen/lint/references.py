"""Rules for references: each one leads somewhere inside the spec folder."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.lint.walk import nodes
from codegen.load import ROOT, Json, Spec, is_mapping


def reference_findings(spec: Spec) -> Iterator[str]:
    """Yields every ``$ref`` that points nowhere."""
    documents = {ROOT: spec.root, **spec.documents}
    files = {**documents, **{f"examples/{name}": found for name, found in spec.examples.items()}}
    for file, document in documents.items():
        for node in nodes(document, file):
            target = node.value.get("$ref")
            if isinstance(target, str) and not _leads_somewhere(target, file, files):
                yield f"{node.where}: $ref {target} points nowhere"


def _leads_somewhere(target: str, file: str, files: dict[str, dict[str, Json]]) -> bool:
    name, _, pointer = target.partition("#/")
    value: Json = files.get(name or file)
    for step in pointer.split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if not is_mapping(value) or key not in value:
            return False
        value = value[key]
    return True
