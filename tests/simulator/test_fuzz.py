"""Does the local CJ keep to the spec whatever it is sent? schemathesis makes up the calls, from a fixed seed.

`make fuzz` runs it with many more calls (``FUZZ=200``).
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from typing import Any, Self

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from cj_async.simulator import Simulator
from cj_async.simulator._spec import document

SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
CALLS = int(os.environ.get("FUZZ", "6"))
SEED = 20261121


class Running:
    """A simulator in a thread of its own: schemathesis sends without a loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.simulator = Simulator(products=50, tier=100_000, per_ip=None, points=None)

    def do(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(30)

    def __enter__(self) -> Self:
        self.thread.start()
        self.do(self.simulator.__aenter__())
        pair = self.simulator.account.log_in()
        self.token = pair.access
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self.simulator.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with Running() as found:
        yield found


CONFORMS: Any = getattr(checks, "response_schema_conformance")  # noqa: B009  (its type is half unknown)
SCHEMA: Any = schemathesis.openapi.from_dict(document())
OPERATIONS: dict[str, Any] = {
    each.ok().definition.raw["operationId"]: each.ok() for each in SCHEMA.get_all_operations()
}


class Refusal(msgspec.Struct):
    """What every refusal is, whatever else it holds."""

    code: int
    message: str
    data: Any


def test_all_operations_are_fuzzed() -> None:
    assert len(OPERATIONS) == 81


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_whatever_is_sent_is_answered_within_the_spec(
    running: Running, name: str, mode: GenerationMode
) -> None:
    operation = OPERATIONS[name]

    @seed(SEED)
    @settings(
        max_examples=CALLS,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: Any) -> None:
        headers = {} if name.startswith("auth.") else {"CJ-Access-Token": running.token}
        answer = case.call(base_url=running.simulator.base_url, headers=headers)
        assert answer.status_code == 200, answer.text
        body = msgspec.json.decode(answer.content)
        if body.get("code", 200) not in (0, 200):
            msgspec.json.decode(answer.content, type=Refusal)
        elif body["data"] is not None:
            case.validate_response(answer, checks=[CONFORMS])

    fuzz()
