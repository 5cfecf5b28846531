"""Which calls fetch the documents of a product, and is a product that lists miss really gone?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from cj_async import CJClient, NotFound
from cj_async.crawl import _stock
from cj_async.crawl._errors import CrawlError
from cj_async.crawl._lists import ProductList, points_of
from cj_async.crawl._projection import Model
from cj_async.crawl._rows import hash_of
from cj_async.crawl._sink import Kind
from cj_async.crawl._state._schema import KINDS
from cj_async.models.product import Product, ProductStock, Review, Variant, VariantStock

T = TypeVar("T")
Feature = Literal["enable_combine", "enable_inventory", "enable_video"]

_ENCODE = msgspec.json.Encoder().encode
_FEATURES: Mapping[str, tuple[Feature, ...]] = {
    "details": ("enable_combine", "enable_video"),
    "stock": ("enable_inventory",),
}
_TOGETHER = ("details", "variants", "stock")
"""What one product/query brings, in the order in which a task names them."""

_ALONE: Mapping[str, str] = {
    "variants": "variants.list",
    "stock": "inventory.by_product",
    "reviews": "reviews.list",
}
"""What brings a document where it is the only one that is asked for."""

_GONE_CODES = frozenset({1602001, 1602002})
_SUCCESS, _SUCCESS_CODES = 200, (None, 0, 200)

_PAGE = 20  # reviews of a page: as many as CJ gives by itself


class _Document(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Base of the documents that CJ has no object of its own for."""

    pid: str


class ProductVariants(_Document, kw_only=True, omit_defaults=True, gc=False):
    """The variants of a product; without stock and combinations, which only details have."""

    variants: list[Variant] | None = None


class ProductStocks(_Document, kw_only=True, omit_defaults=True, gc=False):
    """The stock of a product and of each of its variants; what is absent is unknown, not zero.

    Attributes:
        inventories: Of the product: one entry for each warehouse where stock was asked for by itself,
            else one for each country.
        variant_inventories: Of the variants, by country.
    """

    inventories: list[ProductStock] | None = None
    variant_inventories: list[VariantStock] | None = msgspec.field(
        name="variantInventories", default=None
    )


class ProductReviews(_Document, kw_only=True, omit_defaults=True, gc=False):
    """All reviews of a product."""

    reviews: list[Review] | None = None


class Document(NamedTuple):
    """A document that was fetched.

    Attributes:
        kind: Number of its kind.
        hash: Of what counts as a change of its content.
        body: JSON object, with the product's id as ``pid``.
    """

    kind: int
    hash: int
    body: bytes


class Answer(NamedTuple):
    """What a task came to: documents, or that CJ says twice that there is no such product.

    Attributes:
        documents: What was fetched.
        missing: How CJ said so the second time.
    """

    documents: tuple[Document, ...] = ()
    missing: NotFound | None = None


class CutShort(CrawlError):
    """CJ shows fewer rows than it counts itself.

    Attributes:
        raw: What it answered last.
    """

    def __init__(self, operation: str, shown: int, told: int, raw: bytes) -> None:
        self.raw = raw
        super().__init__(f"{operation}: CJ counts {told} rows and shows only {shown} of them")


class Ask(Protocol):
    """Makes a call within the budget, and with patience."""

    async def __call__(self, call: Callable[[], Awaitable[T]], cost: int, /) -> T:
        """Makes a call that costs so many points."""
        ...


def tasks_of(enrich: Sequence[str]) -> tuple[str, ...]:
    """The tasks for each product, the most urgent first.

    One ``product/query`` where that brings several documents: its task names all of them, in an order
    of its own, so that the same documents always make the same task.
    """
    together = "+".join(kind for kind in _TOGETHER if kind in enrich)
    tasks = (together if kind in _TOGETHER else kind for kind in enrich)
    return tuple(dict.fromkeys(tasks))


def operation_of(task: str) -> str:
    """The method that a task asks first; all but these ask for the product."""
    return _ALONE.get(task, "products.get")


def kinds_of(task: str) -> tuple[str, ...]:
    """The kinds of documents that a task brings; none for one that only asks for the product."""
    return tuple(kind for kind in task.split("+") if kind in KINDS)


def models_of(rows: ProductList) -> Mapping[Kind, Model]:
    """What the lines of each kind look like."""
    return {
        "products": Model(rows.model, rows.key),
        "details": Model(Product, "pid"),
        "variants": Model(ProductVariants, "pid"),
        "stock": Model(ProductStocks, "pid"),
        "reviews": Model(ProductReviews, "pid"),
    }


async def fetch(cj: CJClient, pid: str, task: str, ask: Ask) -> Answer:
    """Carries out a task.

    A product that is not found is asked for once more, with product/query: only two such answers in a
    row are told as its being missing.

    Args:
        cj: A client.
        pid: The product.
        task: As `tasks_of` says; any other only asks whether the product is there.
        ask: Makes each of the calls.

    Raises:
        CutShort: the answers are not all that CJ counts.
        CJError: as ``ask`` does.
    """
    missing: NotFound | None = None
    try:
        documents = await _CALLS.get(task, partial(_from_product, task))(cj, pid, ask)
        if documents is not None:
            return Answer(documents)
    except NotFound as error:
        if not is_missing(error):
            raise
        missing = error
    return await _asked_again(cj, pid, task, ask, missing)


async def _asked_again(
    cj: CJClient, pid: str, task: str, ask: Ask, missing: NotFound | None
) -> Answer:
    try:
        documents = await _from_product(task, cj, pid, ask)
    except NotFound as error:
        if not is_missing(error):
            raise
        return Answer(missing=error)
    if missing is not None and len(documents) < len(kinds_of(task)):
        raise missing
    return Answer(documents)


def is_missing(error: NotFound) -> bool:
    """Whether CJ says that there is no such product (any more), and not, say, no such address."""
    is_without_data = error.status == _SUCCESS and error.code in _SUCCESS_CODES
    return error.code in _GONE_CODES or is_without_data


async def _from_product(task: str, cj: CJClient, pid: str, ask: Ask) -> tuple[Document, ...]:
    kinds = kinds_of(task)
    features: list[Feature] = [each for kind in kinds for each in _FEATURES.get(kind, ())]
    call = partial(cj.products.get, pid=pid, features=features or None)
    product = await ask(call, points_of("products.get"))
    return tuple(_PARTS[kind](product, pid) for kind in kinds if kind in _PARTS)


async def _variants(cj: CJClient, pid: str, ask: Ask) -> tuple[Document, ...] | None:
    """No variants may mean no product: then None."""
    variants = await ask(partial(cj.variants.list, pid=pid), points_of(_ALONE["variants"]))
    return (_variants_document(pid, variants),) if variants else None


async def _stock_by_product(cj: CJClient, pid: str, ask: Ask) -> tuple[Document, ...]:
    call = partial(cj.inventory.by_product, pid=pid)
    told = await ask(call, points_of(_ALONE["stock"]))
    stock = ProductStocks(
        pid=pid, inventories=told.inventories, variant_inventories=told.variant_inventories
    )
    return (_stock_document(stock, _stock.of_warehouses(told.inventories or ())),)


async def _reviews(cj: CJClient, pid: str, ask: Ask) -> tuple[Document, ...]:
    """All reviews; where there are fewer than CJ counts, they are read once more, and then not believed."""
    try:
        return (await _all_reviews(cj, pid, ask),)
    except CutShort:
        return (await _all_reviews(cj, pid, ask),)


async def _all_reviews(cj: CJClient, pid: str, ask: Ask) -> Document:
    """Reads page after page, each of them bringing something new; a total may be missing, or too low."""
    found: dict[str, Review] = {}
    told, number = 0, 0
    while True:
        number, before = number + 1, len(found)
        call = partial(cj.reviews.list, pid=pid, page_num=number, page_size=_PAGE)
        page = await ask(call, points_of(_ALONE["reviews"]))
        found.update((review.comment_id, review) for review in page.items)
        told = max(told, page.total or 0)
        is_full = len(page.items) >= page.size
        is_more = len(found) < told or (is_full and len(found) > told)
        if len(found) == before or not is_more:
            break
    if len(found) < told:
        raise CutShort(_ALONE["reviews"], len(found), told, _ENCODE(page.answer))
    return _document("reviews", ProductReviews(pid=pid, reviews=[*found.values()]))


def _details_part(product: Product, pid: str) -> Document:
    """How often it is listed changes by itself: that alone is no change."""
    variants = product.variants
    if variants is not None:
        variants = [replace(each, inventories=None) for each in variants]
    details = replace(product, pid=pid, variants=variants)
    return _document("details", details, replace(details, listed_num=None))


def _variants_part(product: Product, pid: str) -> Document:
    return _variants_document(pid, product.variants)


def _stock_part(product: Product, pid: str) -> Document:
    variants = [
        VariantStock(vid=each.vid, inventory=each.inventories) for each in product.variants or ()
    ]
    pieces = _stock.of_variants(variants)
    stock = ProductStocks(
        pid=pid, inventories=_stock.by_country(pieces), variant_inventories=variants or None
    )
    return _stock_document(stock, pieces)


def _variants_document(pid: str, variants: Sequence[Variant] | None) -> Document:
    """Just what variants.list tells, whichever call brought them."""
    plain: list[Variant] | None = None
    if variants is not None:
        plain = [
            replace(each, inventories=None, combine_num=None, combine_variants=None)
            for each in variants
        ]
    return _document("variants", ProductVariants(pid=pid, variants=plain))


def _stock_document(stock: ProductStocks, pieces: Sequence[_stock.Pieces]) -> Document:
    """The hash knows countries only: another way to ask for the same stock is no change."""
    return _document("stock", stock, (pieces, stock.variant_inventories))


def _document(kind: Kind, content: msgspec.Struct, watched: object = None) -> Document:
    body = _ENCODE(content)
    return Document(KINDS.index(kind), hash_of(body if watched is None else _ENCODE(watched)), body)


_CALLS: Mapping[str, Callable[[CJClient, str, Ask], Awaitable[tuple[Document, ...] | None]]] = {
    "variants": _variants,
    "stock": _stock_by_product,
    "reviews": _reviews,
}

_PARTS: Mapping[str, Callable[[Product, str], Document]] = {
    "details": _details_part,
    "variants": _variants_part,
    "stock": _stock_part,
}
