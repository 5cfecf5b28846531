"""Which orders can go in one parcel, and what becomes of it? The calls of merging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from .._answers import PARAM_ERROR, Refused
from .._evidence import behaves
from .._world import Call, Operation
from . import groups, jobs
from .merged import merge
from .model import Job
from .verdicts import Group, Verdict, groups_of, judge


class _Search(msgspec.Struct, rename="camel"):
    filter_order: bool
    order_status: Literal[100, 101]


@behaves(
    "merge_orders.auto_match",
    "Answers the groups at once; the search for them goes on in the background all the same.",
    "documented",
    "002, 5.5.1 and 5.5.2",
)
@behaves("merge_orders.auto_match", "A new search takes the place of the old one.", "assumed")
def _auto_match(call: Call) -> object:
    try:
        search = msgspec.convert(dict(call.body), _Search)
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None
    found = groups.found(call, search.order_status, without_taken_out=search.filter_order)
    rows = [groups.row(call, orders, with_orders=True) for orders in found]
    call.account.state.merging.search = jobs.begin(call.world.clock.time(), rows)
    return [groups.row(call, orders, with_orders=False) for orders in found]


def _auto_match_progress(call: Call) -> object:
    return jobs.progress(call.account.state.merging.search, call.world.clock.time())


@behaves(
    "merge_orders.auto_match_result",
    "An empty list before the first search and while one runs; then what it found when it began.",
    "assumed",
)
def _auto_match_result(call: Call) -> object:
    return _answer_of(call, call.account.state.merging.search, [])


@behaves(
    "merge_orders.submit",
    "Answers the outcome at once, with counts and the reasons of groups that failed; the call succeeds "
    "all the same, and progress and result tell it as work in the background.",
    "documented",
    "002, 5.5.4 to 5.5.6",
)
@behaves("merge_orders.submit", "The orders are merged at once, group by group.", "assumed")
def _submit(call: Call) -> object:
    submitted = groups_of(call.rows)
    outcome = _outcome([(group, *_carry_out(call, group)) for group in submitted])
    call.account.state.merging.submission = jobs.begin(call.world.clock.time(), outcome)
    return outcome


def _carry_out(call: Call, group: Group) -> tuple[Verdict, str]:
    """Merge a group if it may be; the code of its new order, else ""."""
    verdict = judge(call, group)
    if verdict.code is not None:
        return verdict, ""
    return verdict, merge(call, group, verdict.orders).code


def _outcome(groups_done: Sequence[tuple[Group, Verdict, str]]) -> dict[str, object]:
    merged = [(group, code) for group, _, code in groups_done if code]
    failed = [(group, verdict) for group, verdict, code in groups_done if not code]
    return {
        "failGroupCount": len(failed),
        "failOrderCount": sum(len(group.codes) for group, _ in failed),
        "mergeFailOrderGroupList": [
            {"errorCode": verdict.code, "orderCodes": group.codes} for group, verdict in failed
        ],
        "newOrderCodeList": [code for _, code in merged],
        "successGroupCount": len(merged),
        "successOrderCount": sum(len(group.codes) for group, _ in merged),
    }


def _submit_progress(call: Call) -> object:
    return jobs.progress(call.account.state.merging.submission, call.world.clock.time())


@behaves(
    "merge_orders.submit_result",
    "Zeros and empty lists before the first submission and while one runs; then its outcome.",
    "assumed",
)
def _submit_result(call: Call) -> object:
    return _answer_of(call, call.account.state.merging.submission, _outcome(()))


def _answer_of(call: Call, job: Job | None, nothing: object) -> object:
    """What a job found, once it has ended."""
    if job is None or jobs.is_running(job, call.world.clock.time()):
        return nothing
    return job.answer


OPERATIONS: Mapping[str, Operation] = {
    "merge_orders.auto_match": _auto_match,
    "merge_orders.auto_match_progress": _auto_match_progress,
    "merge_orders.auto_match_result": _auto_match_result,
    "merge_orders.submit": _submit,
    "merge_orders.submit_progress": _submit_progress,
    "merge_orders.submit_result": _submit_result,
}
