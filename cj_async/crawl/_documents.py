"""Which calls fetch the documents of a product, and is a product that lists miss really gone?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cj_async import CJClient
from cj_async.crawl._lists import ProductList
from cj_async.crawl._projection import Model
from cj_async.crawl._sink import Kind
from cj_async.models.product import Product


class Document(NamedTuple):
    """A document that was fetched.

    Attributes:
        kind: Number of its kind.
        hash: Of its content.
        body: JSON object, with the product's id as ``pid``.
    """

    kind: int
    hash: int
    body: bytes


class Answer(NamedTuple):
    """What a task came to: documents, or that the product is gone."""

    documents: tuple[Document, ...]
    is_gone: bool
    calls: int
    points: int


def tasks_of(enrich: Sequence[str]) -> tuple[str, ...]:
    """The tasks for each product; one ``product/query`` where that brings several documents."""
    return tuple(enrich)


def points_of_task(task: str) -> int:
    """Points that a task costs at most."""
    return 10


def models_of(rows: ProductList) -> Mapping[Kind, Model]:
    """What the lines of each kind look like."""
    return {"products": Model(rows.model, rows.key), "details": Model(Product, "pid")}


async def fetch(cj: CJClient, pid: str, task: str) -> Answer:
    """Carries out a task."""
    raise NotImplementedError
