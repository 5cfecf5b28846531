"""Reads the spec folder: YAML without surprises, in an order that does not depend on the files'."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as Loader
else:  # libyaml reads several times as fast, where PyYAML was built with it
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Json = Any
"""A value of a YAML or JSON document."""

ROOT = "openapi.yaml"
SHARED = "common.yaml"
ERRORS = "errors.yaml"

UNORDERED = frozenset({"enum", "parameters", "required", "tags", "x-cj-docs"})
"""Lists whose order means nothing."""
VERBATIM = frozenset({"default", "example", "examples"})
"""Values of the API: the order of their lists is part of them."""


class SpecError(Exception):
    """The spec cannot be read; says where and why."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The spec in memory: the root, the shared parts, the chapters by name, errors, examples."""

    folder: Path
    root: dict[str, Json]
    shared: dict[str, Json]
    chapters: dict[str, dict[str, Json]]
    errors: dict[str, Json]
    examples: dict[str, dict[str, Json]]

    @property
    def documents(self) -> dict[str, dict[str, Json]]:
        """The shared parts and every chapter, by file name."""
        return {SHARED: self.shared, **{f"{name}.yaml": doc for name, doc in self.chapters.items()}}


def is_mapping(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a value is a mapping."""
    return isinstance(value, dict)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def read_spec(folder: Path) -> Spec:
    """Reads every file of the spec folder; raises :class:`SpecError` for one that is not YAML."""
    chapters = {
        path.stem: ordered(read_yaml(path))
        for path in sorted(folder.glob("*.yaml"))
        if path.name not in {ROOT, SHARED, ERRORS}
    }
    return Spec(
        folder=folder,
        root=ordered(read_yaml(folder / ROOT)),
        shared=ordered(read_yaml(folder / SHARED)),
        chapters=chapters,
        errors=read_yaml(folder / ERRORS),
        examples={p.name: read_yaml(p) for p in sorted((folder / "examples").glob("*.yaml"))},
    )


def read_yaml(path: Path) -> dict[str, Json]:
    """Reads one mapping; a key written twice is an error, ``no`` and dates stay text."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise SpecError(f"{path.name}: {error}") from error
    if not is_mapping(value):
        raise SpecError(f"{path.name}: a mapping is due at the top")
    return value


def ordered(value: Json, *, sort_lists: bool = True) -> Json:
    """Returns the value in the one order that all spellings of it share.

    Mappings are sorted by key, and so are the lists whose order means nothing: what is generated
    depends on what the YAML says, never on where it says it.
    """
    if is_list(value):
        return [ordered(item, sort_lists=sort_lists) for item in value]
    if not is_mapping(value):
        return value
    inner = {
        key: ordered(value[key], sort_lists=sort_lists and key not in VERBATIM)
        for key in sorted(value, key=str)
    }
    return {
        key: _sorted(item) if sort_lists and key in UNORDERED else item
        for key, item in inner.items()
    }


def _sorted(value: Json) -> Json:
    if not is_list(value):
        return value
    return sorted((_sorted(item) for item in value), key=_rank)


def _rank(item: Json) -> tuple[int, float, str]:
    """Numbers by size, then texts and mappings: those that have a name by it."""
    if isinstance(item, int | float):
        return 0, item, ""
    name = str(item.get("name", "")) if is_mapping(item) else ""
    return 1, 0, name + json.dumps(item, sort_keys=True)


class _PlainLoader(Loader):
    """YAML 1.2's idea of scalars (``no`` is text), and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuses a key that is written twice, where YAML itself would keep the last one."""
        seen: set[str] = set()
        for key, _ in node.value:
            text = str(key.value)
            if text in seen:
                problem = f"{text!r} is here twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(text)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp"
        and not (tag == "tag:yaml.org,2002:bool" and first in "yYnNoO")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
