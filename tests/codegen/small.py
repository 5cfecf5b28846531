"""A spec with three operations, written like the real one, that a test can break."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.load import Spec, read_spec

FILES = {
    "openapi.yaml": """
openapi: 3.0.3
info: {title: A shop, version: "1"}
security: [{AccessToken: []}]
tags: [{name: things, description: What the shop sells.}]
paths:
  /thing/list: {$ref: 'shop.yaml#/paths/~1thing~1list'}
  /thing/query: {$ref: 'shop.yaml#/paths/~1thing~1query'}
  /thing/create: {$ref: 'shop.yaml#/paths/~1thing~1create'}
components:
  securitySchemes:
    AccessToken: {$ref: 'common.yaml#/components/securitySchemes/AccessToken'}
""",
    "common.yaml": """
openapi: 3.0.3
info: {title: Shared, version: "1"}
paths: {}
components:
  securitySchemes:
    AccessToken: {type: apiKey, in: header, name: Token}
  schemas:
    Id: {type: string, x-python-import: {module: cj_async._wire, name: Id}}
    Money:
      anyOf: [{type: number}, {type: string}]
      x-python-import: {module: cj_async._wire, name: Money}
    BeijingTime:
      anyOf: [{type: string}, {type: integer}]
      x-cj-zone: "+08:00"
      x-python-import: {module: cj_async._wire, name: BeijingTime}
    Envelope:
      type: object
      properties:
        code: {type: integer, nullable: true, description: 200 on success.}
    PageByNum:
      type: object
      properties:
        pageNum: {type: integer, nullable: true, description: "Number of this page, from 1."}
        pageSize: {type: integer, nullable: true, description: Rows per page.}
        total: {type: integer, nullable: true, description: Rows that match.}
  responses:
    Refused:
      description: The call was refused.
      content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}
""",
    "shop.yaml": """
openapi: 3.0.3
info: {title: The shop, version: "1"}
paths:
  /thing/list:
    get:
      operationId: things.list
      tags: [things]
      summary: Things that match.
      x-cj-effect: read
      x-cj-points: 50
      x-cj-docs: [{edition: "000", section: Things}, {edition: "001", section: Old things}]
      x-cj-paging:
        page: pageNum
        size: pageSize
        default-size: 200
        items: list
        number: pageNum
        page-size: pageSize
        total: total
      parameters:
        - name: pageNum
          in: query
          description: Number of the page.
          schema: {type: integer, minimum: 1, default: 1}
        - name: pageSize
          in: query
          description: Rows per page.
          schema: {type: integer, minimum: 1, maximum: 200, default: 20}
        - name: createTimeFrom
          in: query
          description: Created after this moment.
          schema: {type: string, x-cj-zone: "+08:00", x-cj-format: "%Y-%m-%d"}
      responses:
        '200':
          description: One page.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - type: object
                    properties:
                      data: {$ref: '#/components/schemas/ThingPage'}
              examples:
                edition-000: {$ref: 'examples/things.list.yaml#/edition-000'}
        default: {$ref: common.yaml#/components/responses/Refused}
  /thing/query:
    get:
      operationId: things.get
      tags: [things]
      summary: One thing.
      x-cj-effect: read
      x-cj-points: 10
      x-cj-docs: [{edition: "000", section: A thing}]
      x-cj-rules: [{exactly-one-of: [pid, sku]}]
      parameters:
        - {name: pid, in: query, description: Id of the thing., schema: {type: string}}
        - {name: sku, in: query, description: SKU of the thing., schema: {type: string}}
        - name: features
          in: query
          style: form
          explode: false
          description: What to add.
          schema: {type: array, items: {type: string, enum: [video, stock]}}
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - type: object
                    properties:
                      data: {$ref: '#/components/schemas/Thing'}
              examples:
                edition-000: {$ref: 'examples/things.get.yaml#/edition-000'}
        default: {$ref: common.yaml#/components/responses/Refused}
  /thing/create:
    post:
      operationId: things.create
      tags: [things]
      summary: Make a thing.
      x-cj-effect: write
      x-cj-points: 0
      x-cj-docs: [{edition: "000", section: Making things}]
      x-cj-how-to-find-out: things.list shows it.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/CreateThingRequest'}
            examples:
              documented: {$ref: 'examples/things.create.yaml#/request'}
      responses:
        '200':
          description: The thing was made.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - type: object
                    properties:
                      data:
                        type: array
                        description: What was made.
                        items: {$ref: '#/components/schemas/Thing'}
              examples:
                edition-000: {$ref: 'examples/things.create.yaml#/edition-000'}
        default: {$ref: common.yaml#/components/responses/Refused}
components:
  schemas:
    ThingPage:
      description: A page of things.
      allOf:
        - $ref: common.yaml#/components/schemas/PageByNum
        - type: object
          properties:
            list:
              type: array
              nullable: true
              description: The things of this page.
              items: {$ref: '#/components/schemas/Thing'}
    Thing:
      type: object
      description: Something the shop sells.
      required: [pid]
      properties:
        pid:
          allOf: [{$ref: common.yaml#/components/schemas/Id}]
          description: Id of the thing.
        price:
          allOf: [{$ref: common.yaml#/components/schemas/Money}]
          nullable: true
          description: Price in US dollars.
        createTime:
          allOf: [{$ref: common.yaml#/components/schemas/BeijingTime}]
          nullable: true
          description: When it was made.
          x-cj-decided: {date: 2026-11-21, reason: The zone is not documented.}
        kind:
          nullable: true
          description: Kind of thing.
          anyOf: [{type: string, enum: [SOFT, HARD]}, {type: string}]
        pictures:
          type: array
          nullable: true
          description: URLs of pictures.
          items: {type: string}
    CreateThingRequest:
      type: object
      description: What to make.
      required: [name]
      properties:
        name: {type: string, maxLength: 20, description: Name of the thing.}
        price: {type: number, minimum: 0, description: Price in US dollars.}
        count: {type: integer, description: How many.}
""",
    "errors.yaml": """
codes:
  200: {name: success, class: null, waiting-helps: false, meaning: It worked.}
  1600200: {name: too_many, class: RateLimited, waiting-helps: true, meaning: Too many calls.}
  1602001: {name: thing_missing, class: NotFound, waiting-helps: false, meaning: No such thing.}
refinements:
  - code: 1602001
    operation: things.create
    message-contains: null
    name: name_taken
    class: Conflict
    waiting-helps: false
    meaning: There is a thing of this name.
statuses:
  401: {name: unauthorized, class: AuthenticationFailed, waiting-helps: false, token: rejected, meaning: No.}
  5xx: {name: server_failed, class: ServerFailed, waiting-helps: true, meaning: The shop is closed.}
inner-codes:
  - {field: data.code, operations: [things.create], meaning: Why not., codes: {1: Too soft.}}
""",
    "examples/things.list.yaml": """
request: {summary: The first page., value: {query: {pageNum: 1}}}
edition-000: {summary: An empty page., value: {code: 200, data: {pageNum: 1, list: []}}}
error: {summary: Refused., value: {code: 1600200, data: null}}
""",
    "examples/things.get.yaml": """
request: {summary: By its id., value: {query: {pid: "1"}}}
edition-000: {summary: A thing., value: {code: 200, data: {pid: "1", price: "1.50"}}}
error: {summary: Refused., value: {code: 1602001, data: null}}
""",
    "examples/things.create.yaml": """
request: {summary: A soft thing., value: {name: pillow, price: 1.5}}
edition-000: {summary: It was made., value: {code: 200, data: [{pid: "1"}]}}
error: {summary: Refused., value: {code: 1602001, data: null}}
""",
}

Json = dict[str, Any]


def write_small_spec(project: Path) -> None:
    """Writes the spec folder of a project."""
    for name, text in FILES.items():
        path = project / "spec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read_small_spec(project: Path) -> Small:
    """Reads it back; what is read is the test's own."""
    return Small(copy.deepcopy(read_spec(project / "spec")))


@dataclass(frozen=True)
class Small:
    """The parts of the small spec that tests break."""

    spec: Spec

    @property
    def shop(self) -> Json:
        """The only chapter."""
        return self.spec.chapters["shop"]

    @property
    def list(self) -> Json:
        """The operation things.list: paged, with a time."""
        operation: Json = self.shop["paths"]["/thing/list"]["get"]
        return operation

    @property
    def get(self) -> Json:
        """The operation things.get: one of two parameters, a list."""
        operation: Json = self.shop["paths"]["/thing/query"]["get"]
        return operation

    @property
    def create(self) -> Json:
        """The operation things.create: a write with a body."""
        operation: Json = self.shop["paths"]["/thing/create"]["post"]
        return operation

    @property
    def schemas(self) -> Json:
        """The schemas of the chapter."""
        schemas: Json = self.shop["components"]["schemas"]
        return schemas

    def parameter(self, operation: Json, name: str) -> Json:
        """A parameter of an operation."""
        found: Json = next(each for each in operation["parameters"] if each["name"] == name)
        return found

    def field(self, name: str, schema: str = "Thing") -> Json:
        """A property of a schema."""
        found: Json = self.schemas[schema]["properties"][name]
        return found

    def answer(self, operation: Json) -> Json:
        """The JSON content of the success answer of an operation."""
        found: Json = operation["responses"]["200"]["content"]["application/json"]
        return found

    def data(self, operation: Json) -> Json:
        """The schema of ``data`` in the success answer of an operation."""
        found: Json = self.answer(operation)["schema"]["allOf"][1]["properties"]["data"]
        return found
