"""Compares the tables of countries and platforms with spec/reference/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from codegen.audit.records import Country, Difference, Document
from codegen.load import Json, read_yaml

COUNTRIES = Path("reference") / "countries.yaml"
PLATFORMS = Path("reference") / "platforms.yaml"


def reference_differences(documents: Iterable[Document], spec_folder: Path) -> Iterator[Difference]:
    """Yields how the documents' tables and the reference data differ."""
    countries = {str(row["alpha2"]): row for row in _rows(spec_folder / COUNTRIES)}
    platforms = {str(row["code"]) for row in _rows(spec_folder / PLATFORMS)}
    seen_countries = set[str]()
    seen_platforms = set[str]()
    for document in documents:
        for country in document.countries:
            seen_countries.add(country.alpha2)
            yield from _country(document, country, countries.get(country.alpha2))
        for line, platform in document.platforms:
            seen_platforms.add(platform)
            if platform not in platforms:
                where = PLATFORMS.as_posix()
                yield Difference("platform-missing", where, platform, document.edition, line)
    if seen_countries:
        yield from _extra("undocumented-country", COUNTRIES, set(countries) - seen_countries)
    if seen_platforms:
        yield from _extra("undocumented-platform", PLATFORMS, platforms - seen_platforms)


def _country(document: Document, country: Country, row: Json) -> Iterator[Difference]:
    where, edition, line = COUNTRIES.as_posix(), document.edition, country.line
    if row is None:
        yield Difference("country-missing", where, country.alpha2, edition, line, country.name)
        return
    said = {
        "alpha3": country.alpha3,
        "numeric": country.numeric,
        "name": country.name,
    }
    for key, documented in said.items():
        specified = {
            str(row.get(key, "")),
            *([str(row["cj-name"])] if key == "name" and "cj-name" in row else []),
        }
        if documented not in specified:
            name = f"{country.alpha2}.{key}"
            shown = " / ".join(sorted(specified))
            yield Difference("country-differs", where, name, edition, line, documented, shown)


def _extra(kind: str, file: Path, names: Iterable[str]) -> Iterator[Difference]:
    for name in sorted(names):
        yield Difference(kind, file.as_posix(), name, "spec", 0)


def _rows(path: Path) -> list[dict[str, Json]]:
    if not path.exists():
        return []
    rows: list[dict[str, Json]] = read_yaml(path).get("rows", [])
    return rows
