"""More chapters for the small spec: requests with objects, lists, files, headers; models with members."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cj_async._operation import Operation
from codegen.generate import write
from tests.codegen.small import FILES

PATHS = ("send", "group", "label", "ping", "stock")
ANSWER = """
      responses:
        '200':
          description: What became of it.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - type: object
                    properties:
                      data: {data}
              examples:
                edition-000: {{$ref: 'examples/parcels.{name}.yaml#/edition-000'}}
        default: {{$ref: common.yaml#/components/responses/Refused}}
"""
DONE = "{type: boolean, description: Whether it was done.}"


def answer(name: str, data: str = DONE) -> str:
    """The answers of an operation."""
    return ANSWER.format(name=name, data=data).rstrip()


PARCELS = f"""
openapi: 3.0.3
info: {{title: Parcels, version: "1"}}
paths:
  /parcel/send:
    post:
      operationId: parcels.send
      tags: [parcels]
      summary: Send a parcel.
      x-cj-effect: write
      x-cj-points: 0
      x-cj-docs: [{{edition: "000", section: Parcels}}]
      x-cj-how-to-find-out: things.list shows it.
      x-cj-pays-when: {{payType: [2]}}
      x-cj-refusal-data: {{$ref: 'stock.yaml#/components/schemas/Stock'}}
      x-cj-rules:
        - {{required: [storageId], when: {{payType: [1]}}, reason: It starts there.}}
        - {{forbidden: [sentAt], unless: {{payType: [2]}}}}
      parameters:
        - name: platformToken
          in: header
          description: A second token.
          schema: {{type: string, x-cj-secret: true}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/SendRequest'}}
            examples: {{documented: {{$ref: 'examples/parcels.send.yaml#/request'}}}}
{answer("send")}
  /parcel/group:
    post:
      operationId: parcels.group
      tags: [parcels]
      summary: Send several together.
      x-cj-effect: idempotent
      x-cj-points: 0
      x-cj-docs: [{{edition: "000", section: Groups}}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/GroupRequest'}}
            examples: {{documented: {{$ref: 'examples/parcels.group.yaml#/request'}}}}
{answer("group")}
  /parcel/label:
    post:
      operationId: parcels.label
      tags: [parcels]
      summary: Hand in a label.
      x-cj-effect: idempotent
      x-cj-points: 0
      x-cj-docs: [{{edition: "000", section: Labels}}]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {{$ref: '#/components/schemas/LabelRequest'}}
            examples: {{documented: {{$ref: 'examples/parcels.label.yaml#/request'}}}}
{answer("label")}
  /parcel/ping:
    post:
      operationId: parcels.ping
      tags: [parcels]
      summary: Ask whether parcels can be sent.
      x-cj-effect: read
      x-cj-points: 0
      x-cj-docs: [{{edition: "000", section: Ping}}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/PingRequest'}}
            examples: {{documented: {{$ref: 'examples/parcels.ping.yaml#/request'}}}}
{answer("ping")}
  /parcel/stock:
    get:
      operationId: parcels.stock
      tags: [parcels]
      summary: What can be sent.
      x-cj-effect: read
      x-cj-points: 0
      x-cj-docs: [{{edition: "000", section: Stock}}]
{answer("stock", "{$ref: 'stock.yaml#/components/schemas/BigStock'}")}
components:
  schemas:
    SendRequest:
      type: object
      description: What to send, and where to.
      required: [address, lines]
      properties:
        address: {{allOf: [{{$ref: '#/components/schemas/AddressInput'}}], description: Where to.}}
        lines:
          type: array
          maxItems: 2
          description: What.
          items: {{$ref: '#/components/schemas/LineInput'}}
        payType: {{type: integer, enum: [1, 2], description: How it is paid.}}
        storageId: {{type: string, description: From where.}}
        sentAt: {{type: integer, format: int64, x-cj-zone: epoch-s, description: When.}}
    AddressInput:
      type: object
      description: A place.
      required: [zipCode]
      properties:
        zipCode: {{type: string, maxLength: 9, description: Its postcode.}}
        isDefault: {{type: boolean, description: Whether it is the usual one.}}
    LineInput:
      type: object
      description: A line. It has parts.
      x-cj-rows: {{$ref: 'stock.yaml#/components/schemas/Stock'}}
      x-cj-rules:
        - {{at-least-one-of: [vid, sku], reason: Else nobody knows what.}}
      required: [quantity]
      properties:
        vid: {{type: string, description: Id of the variant.}}
        sku: {{type: string, description: SKU of the variant.}}
        quantity: {{type: integer, minimum: 1, description: Pieces.}}
        unitPrice: {{type: number, description: Price of one.}}
        parts:
          type: array
          description: What is in it.
          items: {{$ref: '#/components/schemas/PartInput'}}
    PartInput:
      type: object
      description: A part.
      required: [colour]
      properties:
        colour: {{type: string, enum: [RED, BLUE], description: Its colour.}}
        sentAt: {{type: integer, format: int64, x-cj-zone: epoch-s, description: When it came.}}
    GroupRequest:
      type: array
      x-cj-name: part_groups
      description: The groups.
      items: {{$ref: '#/components/schemas/PartInput'}}
    LabelRequest:
      type: object
      description: A label.
      required: [labelFile, count]
      properties:
        labelFile: {{type: string, format: binary, description: The file.}}
        count: {{type: integer, description: How many.}}
        isUrgent: {{type: boolean, description: Whether it hurries.}}
    PingRequest: {{type: object, description: Nothing.}}
"""

STOCK = """
openapi: 3.0.3
info: {title: Stock, version: "1"}
paths: {}
components:
  schemas:
    Stock:
      type: object
      description: What there is of a variant.
      x-cj-properties:
        code: {first-of: [sku, w], description: What others call it.}
      properties:
        vid: {type: string, nullable: true, description: Id of the variant.}
        sku: {type: string, nullable: true, description: SKU of the variant.}
        quantity:
          type: integer
          nullable: true
          description: Pieces.
          x-cj-also: [count, itemCount]
        count: {type: integer, nullable: true, description: Pieces.}
        itemCount: {type: integer, nullable: true, description: Pieces.}
        w: {type: integer, nullable: true, x-python-name: warehouse_number, description: Where.}
        parts:
          type: array
          nullable: true
          description: What is in it.
          items: {$ref: '#/components/schemas/StockPart'}
    StockPart:
      type: object
      description: A part.
      properties:
        w: {type: string, nullable: true, x-python-name: width, description: Width in cm.}
        s: {type: string, nullable: true, description: Size.}
        colour: {type: string, nullable: true, description: Its colour.}
    BigStock:
      description: Stock of a box.
      allOf:
        - $ref: '#/components/schemas/Stock'
        - type: object
          x-cj-properties:
            label: {first-of: [boxName, w], description: What is written on it.}
          properties:
            boxName:
              type: string
              nullable: true
              description: Name of the box.
              x-cj-also: [title]
            title: {type: string, nullable: true, description: Name of the box.}
"""

REFUSED = "error: {summary: Refused., value: {code: 1600200, data: null}}\n"
OK = "edition-000: {summary: It was done., value: {code: 200, data: true}}\n"
SOME = """
edition-000:
  summary: Stock.
  value: {code: 200, data: {vid: "1", quantity: 2, boxName: Box, parts: [{w: "3", s: L}]}}
"""
EXAMPLES = {
    "send": """
request:
  summary: A parcel.
  value: {address: {zipCode: "1"}, lines: [{sku: A, quantity: 1}], payType: 1, storageId: "1"}
"""
    + OK,
    "group": "request: {summary: One., value: [{colour: RED}]}\n" + OK,
    "label": "request: {summary: One., value: {labelFile: a.pdf, count: 1}}\n" + OK,
    "ping": "request: {summary: Nothing., value: {}}\n" + OK,
    "stock": "request: {summary: All., value: {query: {}}}\n" + SOME,
}


def write_parcels(project: Path) -> None:
    """Adds the chapters to a project that has the small spec."""
    lines = "\n".join(
        f"  /parcel/{name}: {{$ref: 'parcels.yaml#/paths/~1parcel~1{name}'}}" for name in PATHS
    )
    root = FILES["openapi.yaml"].replace("paths:", f"paths:\n{lines}")
    tag = "{name: parcels, description: What is sent.}"
    folder = project / "spec"
    (folder / "openapi.yaml").write_text(root.replace("tags: [", f"tags: [{tag}, "), "utf-8")
    (folder / "parcels.yaml").write_text(PARCELS, "utf-8")
    (folder / "stock.yaml").write_text(STOCK, "utf-8")
    for name, text in EXAMPLES.items():
        (folder / "examples" / f"parcels.{name}.yaml").write_text(text + REFUSED, "utf-8")


@dataclass(frozen=True)
class Made:
    """What was generated from the spec with parcels: the texts, and the modules, imported."""

    files: dict[str, str]
    operations: dict[str, Operation[Any]]
    stock: ModuleType
    inputs: ModuleType

    def text(self, module: str) -> str:
        """A generated module on one line."""
        return " ".join(self.files[f"cj_async/{module}.py"].split())


@contextmanager
def imported(files: dict[str, str], tree: Path) -> Generator[Made, None, None]:
    """Imports what was generated beside the modules of the package, and forgets it afterwards."""
    write(files, tree)
    packages = [import_module(f"cj_async.{name}") for name in ("models", "params", "resources")]
    before = set(sys.modules)
    for package in packages:
        package.__path__.append(str(tree.joinpath(*package.__name__.split("."))))
    try:
        methods = import_module("cj_async.resources.parcels")
        yield Made(
            files=files,
            operations={name: getattr(methods, f"PARCELS_{name.upper()}") for name in PATHS},
            stock=import_module("cj_async.models.stock"),
            inputs=import_module("cj_async.params.parcels"),
        )
    finally:
        for package in packages:
            package.__path__.pop()
        for name in set(sys.modules) - before:
            parent, _, module = name.rpartition(".")
            del sys.modules[name]
            vars(sys.modules[parent]).pop(module, None)
