"""Which fields an UPDATE of a product or a variant is about: null is a value there, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, TypeAlias

from cj_async.models.webhook import ProductMessage, ProductParams, VariantMessage, VariantParams

Changing: TypeAlias = ProductMessage | VariantMessage
"""The messages that name the fields they are about."""

_PARAMS: Final[dict[type[Changing], type[ProductParams | VariantParams]]] = {
    ProductMessage: ProductParams,
    VariantMessage: VariantParams,
}


def changed_fields(message: Changing) -> frozenset[str]:
    """Which fields of ``message.params`` changed.

    CJ sends every field and names in ``fields`` those that changed: a field that is named and None was
    emptied (or is not told), one that is None and not named is as it was. A message that names no
    field is about everything that it fills, as an INSERT is.

    Args:
        message: A product's or a variant's message.

    Returns:
        Names of attributes, such as ``product_name_en``. A field that this version does not know
        keeps CJ's spelling.
    """
    params, attributes = message.params, _attributes(_PARAMS[type(message)])
    if params is None:
        return frozenset()
    if params.fields:
        return frozenset(attributes.get(name, name) for name in params.fields)
    return frozenset(name for name in attributes.values() if getattr(params, name) is not None)


def is_changed(message: Changing, field: str) -> bool:
    """Whether one field of ``message.params`` changed; see `changed_fields`.

    Args:
        message: A product's or a variant's message.
        field: Name of the field, as Python spells it (``product_name_en``) or as CJ does
            (``productNameEn``).

    Raises:
        AttributeError: The message has no such field.
    """
    model = _PARAMS[type(message)]
    attributes = _attributes(model)
    name = attributes.get(field, field)
    if name not in attributes.values():
        raise AttributeError(f"{model.__name__} has no field {field!r} that could change")
    return name in changed_fields(message)


@cache
def _attributes(model: type[ProductParams | VariantParams]) -> Mapping[str, str]:
    """The attributes by the names that CJ gives them."""
    names = zip(model.__struct_encode_fields__, model.__struct_fields__, strict=True)
    return {json_name: name for json_name, name in names if name != "fields"}
