"""What users write, as type checkers see it: `test_typing` has this file checked; nothing here runs."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type

from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    Envelope,
    FileTokenStore,
    IncompleteList,
    InvalidRequest,
    ListCapped,
    MemoryTokenStore,
    OutcomeUnknown,
    Page,
    Pages,
    PointsExhausted,
    PointsInfo,
    Pool,
    PriceRange,
    QuotaExhausted,
    RateLimited,
    Token,
    TokenStore,
    TransportError,
    WeightRange,
    decode,
    models,
)
from cj_async.models.product import (
    CategoryFirst,
    GlobalWarehouse,
    MyProduct,
    Product,
    ProductListItem,
    ProductSearchItem,
    Review,
    Sourcing,
    SourcingCreated,
    StockBySku,
    Variant,
    WarehouseStock,
)
from cj_async.models.setting import Settings
from cj_async.models.storage import Storage
from cj_async.simulator import Simulator


class RedisStore:
    """A store of somebody's own: having the three methods is enough."""

    async def load(self, account: str) -> Token | None:
        """The token."""

    async def save(self, account: str, token: Token) -> None:
        """Keeps it."""

    def lock(self, account: str) -> AbstractAsyncContextManager[None]:
        """Held while a new one is fetched."""
        return turn(account)


@asynccontextmanager
async def turn(account: str) -> AsyncGenerator[None]:
    """Nobody else."""
    assert account
    yield


async def clients() -> None:
    """Every setting."""
    stores: list[TokenStore] = [MemoryTokenStore(), FileTokenStore("tokens.json"), RedisStore()]
    async with Pool(limit=50, per_ip=None, max_accounts=2) as pool:
        assert_type(pool, Pool)
        async with CJClient(
            api_key="CJ1@api@0",
            access_token=None,
            token_store=stores[0],
            tier="plus",
            pool=pool,
            base_url="https://example.com",
            timeout=10,
            retries=0,
            max_wait=math.inf,
            sandbox=True,
            strict=True,
        ) as cj:
            assert_type(cj, CJClient)
            assert_type(cj.points, PointsInfo | None)
            assert_type(cj.open_id, str | None)
            assert_type(cj.drift, Mapping[str, int])
            patient = cj.with_options(timeout=60, retries=5, priority="background")
            assert_type(patient, CJClient)
            await patient.aclose()
    CJClient("CJ1@api@0", tier=2.5)
    CJClient()


async def lists(cj: CJClient) -> None:
    """Awaited, iterated, page by page."""
    search = cj.products.search(
        key_word="lamp",
        size=100,
        order_by=2,
        sort="asc",
        features=["enable_category", "enable_video"],
        start_sell_price=Decimal("1.50"),
        end_sell_price=20,
        time_start=datetime(2026, 1, 1, tzinfo=UTC),
        lv3category_list=("a", "b"),
    )
    assert_type(search, Pages[ProductSearchItem])
    page = await search
    assert_type(page, Page[ProductSearchItem])
    assert_type(page.items, list[ProductSearchItem])
    assert_type(page.total, int | None)
    assert_type((page.number, page.size, page.has_next), tuple[int, int, bool])
    async for item in search:
        assert_type(item, ProductSearchItem)
        assert_type(item.id, str)
        assert_type(item.name_en, str | None)
        assert_type(item.sell_price, PriceRange | None)
        assert_type(item.create_at, datetime | None)
        if item.sell_price is not None:
            assert_type(item.sell_price.low, Decimal)
            assert_type(item.sell_price.is_single, bool)
    async for each in search.pages():
        assert_type(each, Page[ProductSearchItem])
    assert_type([row.pid async for row in cj.products.list(order_by="createAt")], list[str])
    assert_type(await anext(aiter(cj.products.list())), ProductListItem)
    assert_type(await anext(aiter(cj.products.my_products(is_listed=1))), MyProduct)
    assert_type(await anext(aiter(cj.reviews.list(pid="1", score=5))), Review)


async def operations(cj: CJClient) -> None:
    """One of every kind."""
    detail = await cj.products.get(pid="1", features=["enable_inventory"])
    assert_type(detail, Product)
    assert_type(detail.product_weight, WeightRange | None)
    assert_type(detail.product_name, list[str] | None)
    for variant in detail.variants or ():
        assert_type(variant, Variant)
        assert_type(variant.vid, str)
        assert_type(variant.variant_sell_price, Decimal | None)
    assert_type(await cj.products.categories(), list[CategoryFirst])
    assert_type(await cj.products.add_to_my_products(product_id="1"), bool)
    assert_type(await cj.variants.list(pid="1"), list[Variant])
    assert_type(await cj.variants.get(vid="1"), Variant)
    assert_type(await cj.inventory.by_variant(vid="1"), list[WarehouseStock])
    assert_type(await cj.inventory.by_sku(sku="1"), list[StockBySku])
    assert_type(await cj.warehouses.list(), list[GlobalWarehouse])
    assert_type(await cj.warehouses.get(id="1"), Storage)
    assert_type(await cj.settings.get(), Settings)
    assert_type(
        await cj.sourcing.create(product_image="https://example.com/1.jpg", product_name="Lamp"),
        SourcingCreated,
    )
    assert_type(await cj.sourcing.query(source_ids=["1"]), list[Sourcing])
    answer = await cj.request(
        "GET", "/shop/getShops", query={"a": [1, 2]}, body=None, effect="read"
    )
    assert_type(answer, Envelope[Any])
    assert_type(answer.request_id, str | None)


async def refusals(cj: CJClient) -> None:
    """What CJ's own errors tell, after asking which it is."""
    try:
        await cj.settings.get()
    except RateLimited as error:
        assert_type(error.retry_after, float)
    except (QuotaExhausted, PointsExhausted) as error:
        assert_type(error.retry_at, datetime)
    except AuthenticationFailed as error:
        assert_type(error.operation, str)
    except APIError as error:
        assert_type(error.message, str)
        assert_type(error.request_id, str | None)
        assert_type(error.raw, bytes)


async def other_errors(cj: CJClient) -> None:
    """What the client's errors tell."""
    try:
        await cj.settings.get()
    except OutcomeUnknown as error:
        assert_type(error.how_to_find_out, str)
    except InvalidRequest as error:
        assert_type(error.rule, str)
    except (ListCapped, IncompleteList) as error:
        assert_type(error.operation, str)
    except BadResponse as error:
        assert_type(error.head, bytes)
    except TransportError as error:
        assert_type(error.reason, str)
    except CJError as error:
        assert_type(str(error), str)


async def locally() -> None:
    """Against a local CJ; and models by hand."""
    async with Simulator(products=10, seed=2, tier="advanced") as local:
        CJClient(local.api_key, base_url=local.base_url)
    made = models.product.Product(pid="1", product_name_en="Lamp")
    assert_type(made.sell_price, PriceRange | None)
    assert_type(decode(Product, b"{}"), Product)
    assert_type(PriceRange(low=Decimal(1), high=Decimal(2)).low, Decimal)
