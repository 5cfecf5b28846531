"""What do buyers say about a product? Both review operations; their numbers come as text."""

from __future__ import annotations

from collections.abc import Mapping

from ._answers import PARAM_ERROR, Refused
from ._catalog import Catalog
from ._spelling import beijing
from ._world import Call, Operation

_MOST_REVIEWS = 128
_DAY = 86_400_000
_LATEST_DAY = 20_600
_SCORES = (5, 5, 5, 5, 4, 4, 3, 1, 5, 4, 5, 2, 5, 5, 4, 3)
_COUNTRIES = ("US", "MX", "DE", "BR", "FR", "GB", "ES", "PL")
_TEXTS = (
    "Arrived in a week, as described.\nGood quality.",
    "Llegó rápido, muy contento.",
    "Sehr gut, gerne wieder!",
    "Smaller than it looks in the picture.",
    "",
    "Ótimo produto 👍",
    "Box was dented; the product is fine.",
    "Conforme à la description.",
)


def _reviews(call: Call) -> object:
    """A product nobody knows has no reviews."""
    query, catalog = call.query, call.catalog
    page, size = query.integer("pageNum", 1), query.integer("pageSize", 20)
    if page < 1 or size < 1:
        raise Refused(PARAM_ERROR)
    number = catalog.number(query.text("pid"))
    ids = [] if number is None else _matching(call, number)
    first = (page - 1) * size
    shown = ids[first : first + size]
    return {
        "pageNum": str(page),
        "pageSize": str(size),
        "total": str(len(ids)),
        "list": [] if number is None else [_review(catalog, number, each) for each in shown],
    }


def _matching(call: Call, number: int) -> list[int]:
    """The ids of the reviews with the score that is asked for."""
    wanted, reviews = call.query.text("score"), call.catalog.reviews
    places = range(call.catalog.review_count[number])
    ids = (reviews.long(number * _MOST_REVIEWS + place) for place in places)
    return [each for each in ids if wanted in ("", _score(each))]


def _score(comment_id: int) -> str:
    return str(_SCORES[comment_id >> 10 & 15])


def _review(catalog: Catalog, number: int, comment_id: int) -> dict[str, object]:
    bits = comment_id >> 10
    day = max(catalog.created[number] // _DAY, _LATEST_DAY - (bits >> 12) % 900)
    country = _COUNTRIES[bits >> 4 & 7]
    return {
        "commentId": comment_id,
        "pid": catalog.pid(number),
        "comment": _TEXTS[bits >> 7 & 7],
        "commentDate": beijing(day * _DAY - 8 * 3_600_000),
        "commentUser": f"{chr(65 + bits % 26)}***{chr(97 + bits // 26 % 26)}",
        "score": _score(comment_id),
        "commentUrls": _pictures(comment_id, bits >> 24 & 7),
        "countryCode": country,
        "flagIconUrl": f"https://images.example.com/flags/{country}.png",
    }


def _pictures(comment_id: int, bits: int) -> list[str] | None:
    if bits == 1:
        return None
    return [
        f"https://images.example.com/reviews/{comment_id}-{place}.jpg" for place in range(bits % 3)
    ]


OPERATIONS: Mapping[str, Operation] = {
    "reviews.list": _reviews,
    "reviews.list_legacy": _reviews,
}
