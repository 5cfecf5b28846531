"""Does an address have limits of its own, when that is asked for?"""

from __future__ import annotations

import pytest

from cj_async import CJClient, Pool, QuotaExhausted
from cj_async.simulator import Simulator


@pytest.mark.parametrize("limited", [True, False])
async def test_three_accounts_share_an_address_and_a_fourth_may_not(limited: bool) -> None:
    async with (
        Simulator(0, tier=1000, per_ip=None, ip_limits=limited) as simulator,
        Pool(per_ip=None, max_accounts=4) as pool,
    ):
        keys = [
            simulator.api_key,
            *(simulator.add_account(tier=1000).api_key for _ in range(3)),
        ]
        clients = [CJClient(key, base_url=simulator.base_url, tier=1000, pool=pool) for key in keys]
        for client in clients[:3]:
            await client.settings.get()
        if limited:
            with pytest.raises(QuotaExhausted):
                await clients[3].settings.get()
        else:
            await clients[3].settings.get()
        for client in clients:
            await client.aclose()
