"""The generated models' twins: the same fields with msgspec's native types, and as pydantic models."""

from __future__ import annotations

import types
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import GenericAlias
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pydantic

from cj_async import _wire
from cj_async.models import product, setting

NATIVE: dict[Any, Any] = {
    _wire.Money: Decimal,
    _wire.Number: Decimal,
    _wire.PriceRange: Decimal,
    _wire.WeightRange: Decimal,
    _wire.EpochTime: int,
    _wire.UtcTime: datetime,
    _wire.BeijingTime: datetime,
    _wire.NumericId: str,
    _wire.Secret: str,
}
"""What a hand would write where the models use a wire type."""
PYDANTIC = {**NATIVE, _wire.EpochTime: datetime}
"""The same for pydantic, which reads milliseconds as a moment by itself."""


def native_page() -> Any:
    """The Struct of a listV2 answer with native types."""
    return _answer(product.ProductSearchPage, _struct)


def native_small() -> Any:
    """The Struct of a variant's answer with native types."""
    return _answer(product.Variant, _struct)


def native_settings() -> Any:
    """The Struct of the settings' answer with native types."""
    return _answer(setting.Settings, _struct)


def pydantic_page() -> Any:
    """The pydantic model of a listV2 answer."""
    return _answer(product.ProductSearchPage, _pydantic)


def pydantic_small() -> Any:
    """The pydantic model of a variant's answer."""
    return _answer(product.Variant, _pydantic)


def _answer(model: Any, build: Any) -> Any:
    fields = {"code": int | None, "result": bool | None, "message": str | None}
    return build("Answer", {**fields, "requestId": str | None, "data": _twin(model, build) | None})


@cache
def _twin(model: Any, build: Any) -> Any:
    hints = get_type_hints(model)
    fields = {
        field.encode_name: _translated(hints[field.name], model, build)
        for field in msgspec.structs.fields(model)
    }
    return build(model.__name__, fields)


def _translated(kind: Any, owner: Any, build: Any) -> Any:
    table = PYDANTIC if build is _pydantic else NATIVE
    if kind in table:
        return table[kind]
    if kind is owner:
        return dict[str, Any]
    if hasattr(kind, "__struct_fields__"):
        return _twin(kind, build)
    if hasattr(kind, "inner"):
        return str
    origin, inner = get_origin(kind), get_args(kind)
    if origin is None or origin is Literal:
        return kind
    parts = tuple(_translated(part, owner, build) for part in inner)
    if origin in {Union, types.UnionType}:
        return Union[parts]  # noqa: UP007 (a tuple of types known only at run time)
    return GenericAlias(origin, parts)


def _struct(name: str, fields: dict[str, Any]) -> Any:
    listed = [(key, kind, None) for key, kind in fields.items()]
    return msgspec.defstruct(name, listed, kw_only=True, gc=False)


def _pydantic(name: str, fields: dict[str, Any]) -> Any:
    described: dict[str, Any] = {key: (kind, None) for key, kind in fields.items()}
    return pydantic.create_model(name, **described)
