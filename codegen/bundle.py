"""Joins root, chapters, shared parts and examples into one document without outside references."""

from __future__ import annotations

from codegen.load import Json, Spec, SpecError, is_list, is_mapping, ordered


def bundle(spec: Spec) -> dict[str, Json]:
    """Returns the whole API as one document: each ``$ref`` points inside, examples stand in place.

    Raises :class:`SpecError` when two files define the same path or component.
    """
    paths: dict[str, Json] = {}
    components: dict[str, dict[str, Json]] = {}
    for document in spec.documents.values():
        _merge(paths, document.get("paths") or {}, "path")
        for section, parts in document.get("components", {}).items():
            _merge(components.setdefault(section, {}), parts, section)
    whole = {**spec.root, "paths": paths, "components": components}
    result: dict[str, Json] = ordered(_local(whole, spec))
    return result


def _merge(into: dict[str, Json], more: dict[str, Json], kind: str) -> None:
    for name, value in more.items():
        if name in into:
            raise SpecError(f"{kind} {name!r} is defined in two files")
        into[name] = value


def _local(value: Json, spec: Spec) -> Json:
    if is_list(value):
        return [_local(item, spec) for item in value]
    if not is_mapping(value):
        return value
    target = value.get("$ref")
    if isinstance(target, str):
        return _local_reference(target, spec)
    return {key: _local(item, spec) for key, item in value.items()}


def _local_reference(target: str, spec: Spec) -> Json:
    file, _, pointer = target.partition("#")
    if file.startswith("examples/"):
        return example(spec, target)
    return {"$ref": f"#{pointer}"}


def example(spec: Spec, target: str) -> dict[str, Json]:
    """Returns the example that ``examples/<file>.yaml#/<key>`` names."""
    file, _, pointer = target.partition("#/")
    name = file.removeprefix("examples/")
    try:
        found: dict[str, Json] = spec.examples[name][pointer]
    except KeyError as error:
        raise SpecError(f"{target}: there is no such example") from error
    return found
