"""What users write, as type checkers see it: `test_typing` has this file checked; nothing here runs."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
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
    params,
    webhooks,
)
from cj_async.models.address import Address
from cj_async.models.authentication import TokenPair
from cj_async.models.cogs import CogsDetails
from cj_async.models.dispute import (
    Dispute,
    DisputeConfirmInfo,
    DisputeOrder,
    DisputeProduct,
)
from cj_async.models.logistics import Freight, Tracking
from cj_async.models.makeup import MakeupOrder, MakeupPayment
from cj_async.models.merge_order import MergeOutcome, MergeProgress
from cj_async.models.order import CreatedOrder, Order, OrderListItem
from cj_async.models.outbound import OutboundCreated, OutboundOrder
from cj_async.models.payment import Balance
from cj_async.models.pod import PodPictureEdits
from cj_async.models.private_inventory import (
    PrivateCartProduct,
    PrivateOrder,
    PrivateOrderCreated,
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


async def orders(cj: CJClient) -> None:
    """From an order to its parcel; lines as plain and as typed dictionaries."""
    line: params.order.OrderProductInput = {"vid": "1", "quantity": 2, "unit_price": Decimal("1.5")}
    created = await cj.orders.create_v2(
        from_country_code="CN",
        logistic_name="Sample Express",
        order_number="1001",
        products=[line, {"sku": "CJ1", "quantity": 1, "unit_price": 2.5}],
        shipping_address="1 Sample Street",
        shipping_city="Sampleton",
        shipping_country="United States",
        shipping_country_code="US",
        shipping_customer_name="Sample",
        shipping_province="OH",
        pay_type=3,
        platform_token="token",
        store_order_time=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert_type(created, CreatedOrder)
    assert_type(created.order_id, str | None)
    assert_type(await cj.orders.get(order_id="1", features=["LOGISTICS_TIMELINESS"]), Order)
    assert_type(await cj.orders.confirm(order_id="1"), str | None)
    assert_type(await anext(aiter(cj.orders.list(status="UNPAID"))), OrderListItem)
    [costs] = await cj.orders.cogs(order_codes_list=["1"])
    assert_type(costs.cogs_basic_data_order_info_json, CogsDetails | None)
    for file in (Path("label.pdf"), "label.pdf", b"%PDF", BytesIO(b"%PDF"), ("label.pdf", b"%PDF")):
        sent = cj.orders.upload_waybill(
            cj_order_id="1",
            cj_shipping_company_name="USPS",
            order_id="1",
            track_number="1",
            waybill_file=file,
        )
        assert_type(await sent, bool)
    picture: params.pod.PodPicturesInput = {
        "order_code": "1",
        "line_item_id": "1",
        "effect_img_list": ["https://example.com/1.png"],
        "production_img_list": ["https://example.com/2.png"],
    }
    edits = await cj.orders.edit_pod_pictures(pod_pictures_edit_params=[picture])
    assert_type(edits, PodPictureEdits)
    group: params.merge_order.MergeGroupInput = {
        "logistic_name": "Sample Express",
        "order_code_list": ["1", "2"],
        "order_number": "1001",
        "order_status": 100,
        "pack_type": 0,
    }
    assert_type(await cj.merge_orders.submit(groups=[group]), MergeOutcome)
    assert_type(await cj.merge_orders.auto_match_progress(), MergeProgress)
    assert_type(await cj.sandbox.update_status(order_id="1", target_status=400), bool)


async def money_and_parcels(cj: CJClient) -> None:
    """Payments, freight, tracking, disputes."""
    assert_type(await cj.payments.balance(), Balance)
    assert_type(await cj.payments.pay_v2(shipment_order_id="1", amount=2.5), str | None)
    assert_type(await anext(aiter(cj.makeup.list(type=1))), MakeupOrder)
    assert_type(await cj.makeup.create_pay_order(order_codes=["1"]), MakeupPayment)
    freight = cj.logistics.freight(
        start_country_code="CN", end_country_code="US", products=[{"vid": "1", "quantity": 1}]
    )
    assert_type(await freight, list[Freight])
    assert_type(await cj.logistics.track(track_number=["1"]), list[Tracking])
    order = await cj.disputes.products(order_id="1")
    assert_type(order, DisputeOrder)
    rows = order.product_info_list or []
    assert_type(rows, list[DisputeProduct])
    info = cj.disputes.confirm_info(order_id="1", product_info_list=rows)
    assert_type(await info, DisputeConfirmInfo)
    own: params.dispute.DisputeProductInput = {"line_item_id": "1", "quantity": 1}
    both = cj.disputes.confirm_info(order_id="1", product_info_list=[own, *rows])
    assert_type(await both, DisputeConfirmInfo)
    assert_type(await anext(aiter(cj.disputes.list())), Dispute)


async def private_stock(cj: CJClient) -> None:
    """Goods bought in advance, the addresses that they go to, and orders out of them."""
    assert_type(await cj.addresses.list(), list[Address])
    assert_type(await anext(aiter(cj.private_inventory.cart(is_all=1))), PrivateCartProduct)
    assert_type(await anext(aiter(cj.private_inventory.orders())), PrivateOrder)
    bought = await cj.private_inventory.create_order(
        logistic_name="Sample Sea Freight",
        product_list=[{"variant_id": "1", "product_id": "1", "sku": "1", "quantity": 100}],
        storage_id="1",
    )
    assert_type(bought, PrivateOrderCreated)
    address: params.outbound.OutboundRecipientInput = {
        "city": "Sampleton",
        "country_code": "US",
        "customer_name": "Sample",
        "shipping_address": "1 Sample Street",
        "zip_code": "10001",
    }
    made = await cj.outbound.create(
        address=address,
        order_number="1001",
        postage_pay_node=4,
        product_list=[{"private_order_id": "1", "quantity": 1, "sku": "1", "stan_product_id": "1"}],
        storage_id="1",
        submit=False,
    )
    assert_type(made, OutboundCreated)
    assert_type(await cj.outbound.cancel(order_id="1"), bool | dict[str, object])
    assert_type(await cj.outbound.get(order_id="1"), OutboundOrder)


async def callbacks(cj: CJClient, body: bytes) -> None:
    """Where messages go, and what they are."""
    topic: params.webhook.WebhookTopicInput = {
        "type": "ENABLE",
        "callback_urls": ["https://example.com/cj"],
    }
    set_up = cj.webhooks.set(logistics=topic, order=topic, product=topic, stock=topic)
    assert_type(await set_up, bool)
    message = webhooks.parse(body)
    assert_type(message, webhooks.AnyMessage)
    match message:
        case models.webhook.OrderMessage(params=order) if order is not None:
            assert_type(order, models.webhook.OrderParams)
        case webhooks.UnknownMessage():
            assert_type(message.type, str)
        case models.webhook.ProductMessage():
            assert_type(webhooks.is_changed(message, "product_name_en"), bool)
        case _:
            assert_type(message.message_id, str | None)
    try:
        webhooks.parse("")
    except webhooks.BadMessage as error:
        assert_type(str(error), str)


async def sessions(cj: CJClient) -> None:
    """What the client does by itself, by hand."""
    assert_type(await cj.auth.get_access_token(api_key="CJ1@api@0"), TokenPair)
    assert_type(await cj.auth.logout(), bool)
    assert_type(await cj.settings.update_account(open_name="Sample"), dict[str, object] | None)


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
