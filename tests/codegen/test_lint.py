"""Does the lint find what breaks a rule of spec/README.md, and say so clearly?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cj_async import errors
from codegen.__main__ import main
from codegen.lint import lint
from codegen.lint.errors import CLASSES
from codegen.lint.keys import EDITIONS, KEYS
from codegen.load import Spec
from tests.codegen.small import Small


@dataclass(frozen=True)
class Case:
    """One broken rule: what is wrong, how to break it, and all that the lint then says."""

    wrong: str
    break_it: Callable[[Small], object]
    finding: str


SHAPE: list[Case] = [
    Case(
        "a word that OpenAPI does not know",
        lambda s: s.parameter(s.list, "pageNum")["schema"].update(maximun=3),
        "shop.yaml: paths./thing/list.get.parameters.1.schema: "
        "'maximun': no word of OpenAPI stands here",
    ),
    Case(
        "a type that does not exist",
        lambda s: s.field("pictures").update(type="lst"),
        "shop.yaml: components.schemas.Thing.properties.pictures.type: 'lst' is not one of "
        "['array', 'boolean', 'integer', 'number', 'object', 'string']",
    ),
    Case(
        "an empty section",
        lambda s: s.get.update(parameters=None),
        "shop.yaml: paths./thing/query.get.parameters: None is not of type 'array'",
    ),
    Case(
        "a parameter without a schema",
        lambda s: s.parameter(s.get, "pid").pop("schema"),
        "shop.yaml: paths./thing/query.get.parameters.1: 'schema' is a required property",
    ),
    Case(
        "a status without quotes",
        lambda s: s.get["responses"].update({200: s.get["responses"].pop("200")}),
        "shop.yaml: paths./thing/query.get.responses.200: a key is text: put it into quotes",
    ),
    Case(
        "another version of OpenAPI 3.0",
        lambda s: s.shop.update(openapi="3.0.1"),
        "shop.yaml: openapi must be 3.0.3",
    ),
    Case(
        "a chapter whose file name is no module name",
        lambda s: s.spec.chapters.update({"Gift-Shop": {**s.shop, "paths": {}}}),
        "Gift-Shop.yaml: a chapter becomes a module: its name is snake_case",
    ),
]

EXTENSION_KEYS: list[Case] = [
    Case(
        "an unknown extension key",
        lambda s: s.get.update({"x-cj-efect": "read"}),
        "shop.yaml: things.get: x-cj-efect is not a known extension key (see spec/README.md)",
    ),
    Case(
        "an unknown extension key of the root",
        lambda s: s.spec.root.update({"x-cj-note": "hello"}),
        "openapi.yaml: x-cj-note is not a known extension key (see spec/README.md)",
    ),
    Case(
        "a key of operations on a schema",
        lambda s: s.schemas["Thing"].update({"x-cj-points": 5}),
        "shop.yaml: Thing: x-cj-points does not belong here: it stands on operation",
    ),
    Case(
        "a zone beside the schema of a parameter",
        lambda s: s.parameter(s.list, "createTimeFrom").update({"x-cj-zone": "UTC"}),
        "shop.yaml: things.list.createTimeFrom: x-cj-zone does not belong here: "
        "it stands on schema",
    ),
    Case(
        "an unknown effect",
        lambda s: s.get.update({"x-cj-effect": "maybe"}),
        "shop.yaml: things.get: x-cj-effect: 'maybe' is not one of "
        "read, idempotent, write, pay, token",
    ),
    Case(
        "a list of effects",
        lambda s: s.get.update({"x-cj-effect": ["read"]}),
        "shop.yaml: things.get: x-cj-effect: ['read'] is not one of "
        "read, idempotent, write, pay, token",
    ),
    Case(
        "points below zero",
        lambda s: s.get.update({"x-cj-points": -1}),
        "shop.yaml: things.get: x-cj-points: a whole number from 0 is due",
    ),
    Case(
        "points as a flag",
        lambda s: s.get.update({"x-cj-points": True}),
        "shop.yaml: things.get: x-cj-points: a whole number from 0 is due",
    ),
    Case(
        "no page of the documentation",
        lambda s: s.get.update({"x-cj-docs": []}),
        "shop.yaml: things.get: x-cj-docs: "
        "a list of {edition: 000|001|002|003|2026-09, section: text} is due",
    ),
    Case(
        "an edition that does not exist",
        lambda s: s.get["x-cj-docs"][0].update(edition="009"),
        "shop.yaml: things.get: x-cj-docs: "
        "a list of {edition: 000|001|002|003|2026-09, section: text} is due",
    ),
    Case(
        "a misspelt key in x-cj-docs",
        lambda s: s.get["x-cj-docs"][0].update(page="7"),
        "shop.yaml: things.get: x-cj-docs: "
        "a list of {edition: 000|001|002|003|2026-09, section: text} is due",
    ),
    Case(
        "paging without a default size",
        lambda s: s.list["x-cj-paging"].pop("default-size"),
        "shop.yaml: things.list: x-cj-paging: "
        "{page, size, items, number, page-size, total, default-size} is due, "
        "and cap where there is one",
    ),
    Case(
        "a cap that is text",
        lambda s: s.list["x-cj-paging"].update(cap="6000"),
        "shop.yaml: things.list: x-cj-paging: cap: a whole number from 1 is due",
    ),
    Case(
        "rules that are no list",
        lambda s: s.get.update({"x-cj-rules": {"required": ["pid"]}}),
        "shop.yaml: things.get: x-cj-rules: a list of rules is due",
    ),
    Case(
        "a choice between one",
        lambda s: s.get.update({"x-cj-rules": [{"exactly-one-of": ["pid"]}]}),
        "shop.yaml: things.get: x-cj-rules: exactly-one-of: a list of at least two names is due",
    ),
    Case(
        "a rule of two kinds",
        lambda s: s.get.update({"x-cj-rules": [{"required": ["pid"], "forbidden": ["sku"]}]}),
        "shop.yaml: things.get: x-cj-rules: "
        "{exactly-one-of or at-least-one-of or required or forbidden: names} is due, "
        "and when, unless, reason where they help",
    ),
    Case(
        "a condition without values",
        lambda s: s.get.update({"x-cj-rules": [{"required": ["pid"], "when": {"sku": 1}}]}),
        "shop.yaml: things.get: x-cj-rules: {name: [value, …]} is due",
    ),
    Case(
        "a payment that depends on nothing",
        lambda s: s.create.update({"x-cj-pays-when": {}}),
        "shop.yaml: things.create: x-cj-pays-when: {name: [value, …]} is due",
    ),
    Case(
        "an attribute that is no name",
        lambda s: s.schemas["Thing"]["properties"]["pid"].update({"x-python-name": "a b"}),
        "shop.yaml: Thing.pid: x-python-name: a name in snake_case is due",
    ),
    Case(
        "a how-to-find-out that says nothing",
        lambda s: s.create.update({"x-cj-how-to-find-out": " "}),
        "shop.yaml: things.create: x-cj-how-to-find-out: a text is due",
    ),
    Case(
        "unknown evidence",
        lambda s: s.get.update({"x-cj-evidence": "rumour"}),
        "shop.yaml: things.get: x-cj-evidence: 'rumour' is not one of mention-only, sample-only",
    ),
    Case(
        "a zone by its city",
        lambda s: s.parameter(s.list, "createTimeFrom")["schema"].update(
            {"x-cj-zone": "Asia/Shanghai"}
        ),
        "shop.yaml: things.list.createTimeFrom: x-cj-zone: "
        "'Asia/Shanghai' is not UTC, epoch-ms, epoch-s or an offset such as +08:00",
    ),
    Case(
        "a secret that is false",
        lambda s: s.field("price").update({"x-cj-secret": False}),
        "shop.yaml: Thing.price: x-cj-secret: only true is allowed; leave the key out otherwise",
    ),
    Case(
        "a deviation without a date",
        lambda s: s.field("createTime")["x-cj-decided"].pop("date"),
        "shop.yaml: Thing.createTime: x-cj-decided: {date: YYYY-MM-DD, reason: text} is due",
    ),
    Case(
        "a deviation without a reason",
        lambda s: s.field("createTime")["x-cj-decided"].pop("reason"),
        "shop.yaml: Thing.createTime: x-cj-decided: {date: YYYY-MM-DD, reason: text} is due",
    ),
    Case(
        "a day that does not exist",
        lambda s: s.field("createTime")["x-cj-decided"].update(date="2026-11-31"),
        "shop.yaml: Thing.createTime: x-cj-decided: {date: YYYY-MM-DD, reason: text} is due",
    ),
    Case(
        "a Python import outside common.yaml",
        lambda s: s.schemas["Thing"].update(
            {"x-python-import": {"module": "decimal", "name": "Decimal"}}
        ),
        "shop.yaml: Thing: x-python-import belongs into common.yaml only",
    ),
    Case(
        "an empty Python type",
        lambda s: s.field("pictures").update({"x-python-type": ""}),
        "shop.yaml: Thing.pictures: x-python-type: a text is due",
    ),
]

REFERENCES: list[Case] = [
    Case(
        "a schema that is nowhere",
        lambda s: s.data(s.get).update({"$ref": "#/components/schemas/Thong"}),
        "shop.yaml: things.get.200.data: $ref #/components/schemas/Thong points nowhere",
    ),
    Case(
        "a shared schema that is nowhere",
        lambda s: s.field("pid").update(
            allOf=[{"$ref": "common.yaml#/components/schemas/Identity"}]
        ),
        "shop.yaml: Thing.pid: $ref common.yaml#/components/schemas/Identity points nowhere",
    ),
    Case(
        "a file that is nowhere",
        lambda s: s.field("pid").update(allOf=[{"$ref": "shared.yaml#/components/schemas/Id"}]),
        "shop.yaml: Thing.pid: $ref shared.yaml#/components/schemas/Id points nowhere",
    ),
    Case(
        "a response that is nowhere",
        lambda s: s.get["responses"].update(
            default={"$ref": "common.yaml#/components/responses/Refusal"}
        ),
        "shop.yaml: things.get.default: "
        "$ref common.yaml#/components/responses/Refusal points nowhere",
    ),
    Case(
        "an example that is nowhere",
        lambda s: s.answer(s.get)["examples"].update(
            {"edition-000": {"$ref": "examples/things.get.yaml#/edition-007"}}
        ),
        "shop.yaml: things.get.200.edition-000: "
        "$ref examples/things.get.yaml#/edition-007 points nowhere",
    ),
]

ROOT: list[Case] = [
    Case(
        "a path that the root does not name",
        lambda s: s.spec.root["paths"].pop("/thing/query"),
        "openapi.yaml: /thing/query: $ref is None, due is 'shop.yaml#/paths/~1thing~1query'",
    ),
    Case(
        "a path of the root that leads to another one",
        lambda s: s.spec.root["paths"].update(
            {"/thing/query": {"$ref": "shop.yaml#/paths/~1thing~1list"}}
        ),
        "openapi.yaml: /thing/query: $ref is 'shop.yaml#/paths/~1thing~1list', "
        "due is 'shop.yaml#/paths/~1thing~1query'",
    ),
    Case(
        "a namespace without a tag",
        lambda s: s.spec.root["tags"].append({"name": "people", "description": "Who sells."}),
        "openapi.yaml: tags and the namespaces of the chapters differ in 'people'",
    ),
    Case(
        "a tag without a description",
        lambda s: s.spec.root["tags"][0].pop("description"),
        "openapi.yaml: tag things: description missing",
    ),
]

OPERATIONS: list[Case] = [
    Case(
        "no name",
        lambda s: s.get.pop("operationId"),
        "shop.yaml: GET /thing/query: operationId missing (every operation needs it)",
    ),
    Case(
        "no docs",
        lambda s: s.get.pop("x-cj-docs"),
        "shop.yaml: things.get: x-cj-docs missing (every operation needs it)",
    ),
    Case(
        "neither effect nor points",
        lambda s: (s.get.pop("x-cj-effect"), s.get.pop("x-cj-points")),
        "shop.yaml: things.get: x-cj-effect, x-cj-points missing (every operation needs it)",
    ),
    Case(
        "a tag that is not the namespace",
        lambda s: s.get.update(tags=["stuff"]),
        "shop.yaml: things.get: tags must be the namespace of the operationId and nothing else",
    ),
    Case(
        "a write without a way to find out",
        lambda s: s.create.pop("x-cj-how-to-find-out"),
        "shop.yaml: things.create: x-cj-how-to-find-out missing "
        "(how does one learn what became of a lost answer?)",
    ),
    Case(
        "a payment without a way to find out",
        lambda s: s.get.update({"x-cj-effect": "pay"}),
        "shop.yaml: things.get: x-cj-how-to-find-out missing "
        "(how does one learn what became of a lost answer?)",
    ),
    Case(
        "thin evidence without a dated reason",
        lambda s: s.get.update({"x-cj-evidence": "mention-only"}),
        "shop.yaml: things.get: x-cj-evidence: what was assumed, and why, "
        "goes into an x-cj-decided",
    ),
    Case(
        "security written out",
        lambda s: s.get.update(security=[{"AccessToken": []}]),
        "shop.yaml: things.get: security is [] where no token is needed, and stands nowhere else",
    ),
    Case(
        "a GET with a body",
        lambda s: s.shop["paths"]["/thing/create"].update(
            get=s.shop["paths"]["/thing/create"].pop("post")
        ),
        "shop.yaml: things.create: a GET has no requestBody",
    ),
    Case(
        "no answer for refusals",
        lambda s: s.get["responses"].pop("default"),
        "shop.yaml: things.get: responses.default is "
        "{$ref: common.yaml#/components/responses/Refused}",
    ),
    Case(
        "an answer for one status more",
        lambda s: s.get["responses"].update({"404": s.get["responses"]["default"]}),
        "shop.yaml: things.get: no other responses than 200 and default are read",
    ),
    Case(
        "an answer without the envelope",
        lambda s: s.answer(s.get)["schema"]["allOf"].pop(0),
        "shop.yaml: things.get: responses.200: allOf with "
        "{$ref: common.yaml#/components/schemas/Envelope} is due",
    ),
    Case(
        "an answer without data",
        lambda s: s.answer(s.get)["schema"]["allOf"].pop(1),
        "shop.yaml: things.get: responses.200 needs application/json "
        "with a schema that describes data",
    ),
    Case(
        "data without a description",
        lambda s: s.data(s.create).pop("description"),
        "shop.yaml: things.create: responses.200.data: description missing",
    ),
    Case(
        "data written out as an object",
        lambda s: s.data(s.create).update(
            items={"type": "object", "properties": {"pid": {"type": "string"}}}
        ),
        "shop.yaml: things.create: responses.200.data: an object gets a schema of its own",
    ),
    Case(
        "a single object read as a list without a dated reason",
        lambda s: s.data(s.create).update({"x-cj-single-or-list": True}),
        "shop.yaml: things.create: responses.200.data: x-cj-single-or-list: "
        "say why in x-cj-decided",
    ),
    Case(
        "a rule with a name that is no parameter",
        lambda s: s.get.update({"x-cj-rules": [{"exactly-one-of": ["pid", "skew"]}]}),
        "shop.yaml: things.get: x-cj-rules: exactly-one-of names 'skew', which is no parameter",
    ),
    Case(
        "a rule with a parameter that is required anyway",
        lambda s: s.create.update({"x-cj-rules": [{"at-least-one-of": ["name", "count"]}]}),
        "shop.yaml: things.create: x-cj-rules: at-least-one-of names 'name', "
        "which is required anyway",
    ),
    Case(
        "a condition on what is no parameter",
        lambda s: s.get.update({"x-cj-rules": [{"required": ["pid"], "when": {"kind": [1]}}]}),
        "shop.yaml: things.get: x-cj-rules: a condition names 'kind', which is no parameter",
    ),
    Case(
        "a payment that depends on what is no parameter",
        lambda s: s.create.update({"x-cj-pays-when": {"payType": [2]}}),
        "shop.yaml: things.create: x-cj-pays-when names what is no parameter",
    ),
    Case(
        "another name that is no field",
        lambda s: s.schemas["Thing"]["properties"]["pid"].update({"x-cj-also": ["id"]}),
        "shop.yaml: Thing.pid: x-cj-also names 'id', which is no field",
    ),
    Case(
        "a property that is a field already",
        lambda s: s.schemas["Thing"].update(
            {"x-cj-properties": {"pid": {"first-of": ["pid"], "description": "Its id."}}}
        ),
        "shop.yaml: Thing: x-cj-properties: 'pid' is a field already",
    ),
    Case(
        "a property of what is no field",
        lambda s: s.schemas["Thing"].update(
            {"x-cj-properties": {"code": {"first-of": ["pid", "id"], "description": "Its code."}}}
        ),
        "shop.yaml: Thing: x-cj-properties: code names 'id', which is no field",
    ),
    Case(
        "a verb that nothing is generated for",
        lambda s: s.shop["paths"]["/thing/query"].update(
            head={**s.get, "operationId": "things.head"}
        ),
        "shop.yaml: /thing/query: head is not read; a path has get, post, put, patch, delete",
    ),
    Case(
        "parameters of a whole path",
        lambda s: s.shop["paths"]["/thing/query"].update(parameters=[s.parameter(s.get, "sku")]),
        "shop.yaml: /thing/query: parameters is not read; a path has get, post, put, patch, delete",
    ),
]

PAGING: list[Case] = [
    Case(
        "a page that is no parameter",
        lambda s: s.list["x-cj-paging"].update(page="page"),
        "shop.yaml: things.list: x-cj-paging.page names 'page', which is no parameter",
    ),
    Case(
        "items that the answer does not have",
        lambda s: s.list["x-cj-paging"].update(items="content"),
        "shop.yaml: things.list: x-cj-paging.items: the answer has no 'content'",
    ),
    Case(
        "items that are no list",
        lambda s: s.list["x-cj-paging"].update(items="total"),
        "shop.yaml: things.list: x-cj-paging.items: 'total' is no list",
    ),
    Case(
        "items deeper than the answer goes",
        lambda s: s.list["x-cj-paging"].update(items="list.rows"),
        "shop.yaml: things.list: x-cj-paging.items: the answer has no 'rows'",
    ),
    Case(
        "a total that the answer does not have",
        lambda s: s.list["x-cj-paging"].update(total="totalRecords"),
        "shop.yaml: things.list: x-cj-paging.total: the answer has no 'totalRecords'",
    ),
    Case(
        "a default size beyond the largest page",
        lambda s: s.list["x-cj-paging"].update({"default-size": 500}),
        "shop.yaml: things.list: x-cj-paging.default-size is 500, the largest page is 200",
    ),
]

PARAMETERS: list[Case] = [
    Case(
        "a parameter without a description",
        lambda s: s.parameter(s.get, "pid").pop("description"),
        "shop.yaml: things.get: parameter pid: description missing",
    ),
    Case(
        "a parameter in a cookie",
        lambda s: s.parameter(s.get, "pid").update({"in": "cookie"}),
        "shop.yaml: things.get: parameter pid: "
        "only parameters in the query and headers can be generated",
    ),
    Case(
        "an array that does not say how it is joined",
        lambda s: s.parameter(s.get, "features").pop("explode"),
        "shop.yaml: things.get: parameter features: an array says how it is written: "
        "style form, explode true or false",
    ),
    Case(
        "an array without a style",
        lambda s: s.parameter(s.get, "features").pop("style"),
        "shop.yaml: things.get: parameter features: an array says how it is written: "
        "style form, explode true or false",
    ),
    Case(
        "an array in a style that is not generated",
        lambda s: s.parameter(s.get, "features").update(style="pipeDelimited"),
        "shop.yaml: things.get: parameter features: an array says how it is written: "
        "style form, explode true or false",
    ),
    Case(
        "an array of nothing",
        lambda s: s.parameter(s.get, "features")["schema"].pop("items"),
        "shop.yaml: things.get: parameter features: an array says what is in it (items)",
    ),
    Case(
        "a time without a zone",
        lambda s: s.parameter(s.list, "createTimeFrom").update(schema={"type": "string"}),
        "shop.yaml: things.list: parameter createTimeFrom: a time needs x-cj-zone",
    ),
    Case(
        "a time as text without a format",
        lambda s: s.parameter(s.list, "createTimeFrom")["schema"].pop("x-cj-format"),
        "shop.yaml: things.list: parameter createTimeFrom: a time as text needs x-cj-format",
    ),
    Case(
        "a time in milliseconds that is text",
        lambda s: s.parameter(s.list, "createTimeFrom")["schema"].update({"x-cj-zone": "epoch-ms"}),
        "shop.yaml: things.list: parameter createTimeFrom: "
        "a time in the zone epoch-ms or epoch-s has type integer, any other type string",
    ),
    Case(
        "a format without a zone",
        lambda s: s.parameter(s.get, "sku")["schema"].update({"x-cj-format": "%Y"}),
        "shop.yaml: things.get: parameter sku: x-cj-format needs x-cj-zone",
    ),
    Case(
        "a wire type that only answers have",
        lambda s: s.parameter(s.get, "sku").update(
            schema={"$ref": "common.yaml#/components/schemas/BeijingTime"}
        ),
        "shop.yaml: things.get: parameter sku: "
        "only Id, NumericId, Money, Number, Integer, Flag are wire types of a request",
    ),
    Case(
        "a parameter by reference",
        lambda s: (
            s.shop["components"].update(parameters={"Sku": s.parameter(s.get, "sku")}),
            s.get.update({"x-cj-rules": [{"exactly-one-of": ["pid", "features"]}]}),
            s.get["parameters"].remove(s.parameter(s.get, "sku")),
            s.get["parameters"].append({"$ref": "#/components/parameters/Sku"}),
        ),
        "shop.yaml: things.get: parameter #/components/parameters/Sku: "
        "a parameter is written out, without $ref",
    ),
    Case(
        "two parameters with one Python name",
        lambda s: s.get["parameters"].append({**s.parameter(s.get, "pid"), "name": "Pid"}),
        "shop.yaml: things.get: 2 parameters are called 'pid' in Python",
    ),
    Case(
        "a parameter that Python cannot have",
        lambda s: s.get["parameters"].append({**s.parameter(s.get, "pid"), "name": "from"}),
        "shop.yaml: things.get: parameter from: this cannot be the name of a parameter in Python",
    ),
]

REQUESTS: list[Case] = [
    Case(
        "a body whose schema is not called a request",
        lambda s: (
            s.schemas.update(CreateThing=s.schemas.pop("CreateThingRequest")),
            s.schemas["CreateThing"].pop("required"),
            s.schemas["CreateThing"].update(properties={}),
            s.create["requestBody"]["content"]["application/json"].update(
                schema={"$ref": "#/components/schemas/CreateThing"}
            ),
            s.spec.examples["things.create.yaml"]["request"].update(value={}),
        ),
        "shop.yaml: things.create: requestBody: application/json or multipart/form-data "
        "with a $ref to a schema whose name ends in Request is due",
    ),
    Case(
        "a request made of parts",
        lambda s: s.schemas["CreateThingRequest"].update(allOf=[{"type": "object"}]),
        "shop.yaml: CreateThingRequest: a request lists its properties itself, without allOf",
    ),
    Case(
        "a nullable field of a request",
        lambda s: s.field("count", "CreateThingRequest").update(nullable=True),
        "shop.yaml: CreateThingRequest.count: a request field is not nullable "
        "(what is not given is left out)",
    ),
    Case(
        "a field of a request without a description",
        lambda s: s.field("count", "CreateThingRequest").pop("description"),
        "shop.yaml: CreateThingRequest.count: description missing",
    ),
    Case(
        "a time of a request without a zone",
        lambda s: s.schemas["CreateThingRequest"]["properties"].update(
            sellDate={"type": "string", "description": "When it is sold."}
        ),
        "shop.yaml: CreateThingRequest.sellDate: a time needs x-cj-zone",
    ),
    Case(
        "a wire type of answers in a request",
        lambda s: s.field("price", "CreateThingRequest").update(
            allOf=[{"$ref": "common.yaml#/components/schemas/BeijingTime"}]
        ),
        "shop.yaml: CreateThingRequest.price: "
        "only Id, NumericId, Money, Number, Integer, Flag are wire types of a request",
    ),
]

SCHEMAS: list[Case] = [
    Case(
        "a schema without a description",
        lambda s: s.schemas["Thing"].pop("description"),
        "shop.yaml: Thing: description missing",
    ),
    Case(
        "a field without a description",
        lambda s: s.field("price").pop("description"),
        "shop.yaml: Thing.price: description missing",
    ),
    Case(
        "a field of a page without a description",
        lambda s: s.schemas["ThingPage"]["allOf"][1]["properties"]["list"].pop("description"),
        "shop.yaml: ThingPage.list: description missing",
    ),
    Case(
        "a schema in small letters",
        lambda s: s.schemas.update(other_thing={"type": "object", "description": "Another."}),
        "shop.yaml: other_thing: a schema has a PascalCase name",
    ),
    Case(
        "a field that cannot be null",
        lambda s: s.field("price").pop("nullable"),
        "shop.yaml: Thing.price: a field of an answer is nullable",
    ),
    Case(
        "a required field that is no identifier",
        lambda s: (
            s.schemas["Thing"]["required"].append("price"),
            s.field("price").pop("nullable"),
        ),
        "shop.yaml: Thing.price: only an identifier may be required in an answer",
    ),
    Case(
        "a required identifier that can be null",
        lambda s: s.field("pid").update(nullable=True),
        "shop.yaml: Thing.pid: a required identifier is not nullable",
    ),
    Case(
        "a required field that does not exist",
        lambda s: s.schemas["Thing"]["required"].append("vid"),
        "shop.yaml: Thing: required names 'vid', which is no property",
    ),
    Case(
        "a length in an answer",
        lambda s: s.field("pictures")["items"].update(maxLength=200),
        "shop.yaml: Thing.pictures: no maxLength in answers (a long text would be lost)",
    ),
    Case(
        "a closed list of values in an answer",
        lambda s: (
            s.field("kind").pop("anyOf"),
            s.field("kind").update(type="string", enum=["SOFT"]),
        ),
        "shop.yaml: Thing.kind: an enum of an answer is open: "
        "anyOf [{type: string, enum: […]}, {type: string}]",
    ),
    Case(
        "an amount that would be a float",
        lambda s: (s.field("price").pop("allOf"), s.field("price").update(type="number")),
        "shop.yaml: Thing.price: type number would be a float: use Money or Number of common.yaml",
    ),
    Case(
        "a time that is plain text",
        lambda s: (s.field("createTime").pop("allOf"), s.field("createTime").update(type="string")),
        "shop.yaml: Thing.createTime: looks like a time: "
        "use UtcTime, BeijingTime, EpochTime of common.yaml, so that its zone is said",
    ),
    Case(
        "an object inside an object",
        lambda s: s.field("pictures").update(
            items={"type": "object", "properties": {"url": {"type": "string"}}}
        ),
        "shop.yaml: Thing.pictures: an object inside an object gets a schema of its own",
    ),
    Case(
        "a list of nothing",
        lambda s: s.field("pictures").pop("items"),
        "shop.yaml: Thing.pictures: a list says what is in it (items)",
    ),
    Case(
        "a single object or a list without a dated reason",
        lambda s: s.field("pictures").update({"x-cj-single-or-list": True}),
        "shop.yaml: Thing.pictures: x-cj-single-or-list deviates from the documentation: "
        "say why in x-cj-decided",
    ),
    Case(
        "two fields with one Python name",
        lambda s: s.schemas["Thing"]["properties"].update(Price=s.field("price")),
        "shop.yaml: Thing: 2 properties are called 'price' in Python",
    ),
    Case(
        "a field of the shared parts without a description",
        lambda s: s.spec.shared["components"]["schemas"]["Envelope"]["properties"]["code"].pop(
            "description"
        ),
        "common.yaml: Envelope.code: description missing",
    ),
]

EXAMPLES: list[Case] = [
    Case(
        "a file of no operation",
        lambda s: s.spec.examples.update(
            {"things.sell.yaml": {"error": {"summary": "Refused.", "value": {}}}}
        ),
        "examples/things.sell.yaml: no operation has this name",
    ),
    Case(
        "an unknown key",
        lambda s: s.spec.examples["things.get.yaml"].update(
            {"edition-007": {"summary": "A thing.", "value": {}}}
        ),
        "examples/things.get.yaml: edition-007: unknown; allowed are request, edition-000, "
        "edition-001, edition-002, edition-003, edition-2026-09, error",
    ),
    Case(
        "an example without its value",
        lambda s: s.spec.examples["things.get.yaml"]["error"].pop("value"),
        "examples/things.get.yaml: error: {summary: …, value: …} is due",
    ),
    Case(
        "no request",
        lambda s: s.spec.examples["things.get.yaml"].pop("request"),
        "examples/things.get.yaml: request missing",
    ),
    Case(
        "no refusal",
        lambda s: s.spec.examples["things.get.yaml"].pop("error"),
        "examples/things.get.yaml: error missing",
    ),
    Case(
        "an edition that does not document the operation",
        lambda s: s.list["x-cj-docs"].pop(0),
        "examples/things.list.yaml: edition-000: x-cj-docs does not name this edition",
    ),
    Case(
        "an example that the chapter does not name",
        lambda s: s.spec.examples["things.list.yaml"].update(
            {"edition-001": {"summary": "An older page.", "value": {}}}
        ),
        "examples/things.list.yaml: responses.200 of the operation must name "
        "examples/things.list.yaml#/edition-000, examples/things.list.yaml#/edition-001, "
        "and names ['examples/things.list.yaml#/edition-000']",
    ),
    Case(
        "a body without its example",
        lambda s: s.create["requestBody"]["content"]["application/json"].pop("examples"),
        "examples/things.create.yaml: requestBody of the operation must name "
        "examples/things.create.yaml#/request, and names []",
    ),
    Case(
        "a request with an unknown parameter",
        lambda s: s.spec.examples["things.get.yaml"]["request"]["value"]["query"].update(colour=1),
        "examples/things.get.yaml: request: 'colour' is no parameter",
    ),
    Case(
        "a request that is not given by parameters",
        lambda s: s.spec.examples["things.get.yaml"]["request"].update(value={"pid": "1"}),
        "examples/things.get.yaml: request: value is {query: {…}}",
    ),
    Case(
        "a request without what is required",
        lambda s: s.spec.examples["things.create.yaml"]["request"]["value"].pop("name"),
        "examples/things.create.yaml: request: 'name' is required",
    ),
]


def _code(s: Small, code: int = 1602001) -> dict[str, Any]:
    row: dict[str, Any] = s.spec.errors["codes"][code]
    return row


ERRORS: list[Case] = [
    Case(
        "a table that is missing",
        lambda s: s.spec.errors.pop("refinements"),
        "errors.yaml: refinements: a list is due",
    ),
    Case(
        "an unknown table",
        lambda s: s.spec.errors.update({"reasons": {}}),
        "errors.yaml: reasons: unknown; the tables are codes, refinements, statuses, inner-codes",
    ),
    Case(
        "a row that is no mapping",
        lambda s: s.spec.errors["codes"].update({1: "NotFound"}),
        "errors.yaml: 1: a mapping is due",
    ),
    Case(
        "a row without a class",
        lambda s: _code(s).pop("class"),
        "errors.yaml: 1602001: class missing",
    ),
    Case(
        "a success among the failures",
        lambda s: _code(s).update({"class": None}),
        f"errors.yaml: 1602001: class: None is not one of {', '.join(CLASSES)}",
    ),
    Case(
        "a class that does not exist",
        lambda s: _code(s).update({"class": "Missing"}),
        f"errors.yaml: 1602001: class: 'Missing' is not one of {', '.join(CLASSES)}",
    ),
    Case(
        "a row without a meaning",
        lambda s: _code(s).pop("meaning"),
        "errors.yaml: 1602001: meaning missing",
    ),
    Case(
        "a row that does not say whether waiting helps",
        lambda s: _code(s).pop("waiting-helps"),
        "errors.yaml: 1602001: waiting-helps missing",
    ),
    Case(
        "waiting that helps sometimes",
        lambda s: _code(s).update({"waiting-helps": "sometimes"}),
        "errors.yaml: 1602001: waiting-helps: true or false is due",
    ),
    Case(
        "a name with capitals",
        lambda s: _code(s).update(name="thingMissing"),
        "errors.yaml: 1602001: name: a name in snake_case is due",
    ),
    Case(
        "a name that is taken",
        lambda s: _code(s).update(name="too_many"),
        "errors.yaml: 1602001: the name 'too_many' is taken by 1600200",
    ),
    Case(
        "a misspelt key",
        lambda s: _code(s).update({"wating-helps": True}),
        "errors.yaml: 1602001: wating-helps: unknown; known are "
        "name, class, waiting-helps, meaning, token, x-cj-decided",
    ),
    Case(
        "an unknown word about the token",
        lambda s: _code(s).update(token="gone"),
        "errors.yaml: 1602001: token: 'gone' is not one of rejected, refresh-dead",
    ),
    Case(
        "a decision about a code without a date",
        lambda s: _code(s).update({"x-cj-decided": {"reason": "Sources disagree."}}),
        "errors.yaml: 1602001: x-cj-decided: {date: YYYY-MM-DD, reason: text} is due",
    ),
    Case(
        "a code that is text",
        lambda s: s.spec.errors["codes"].update({"1602002": {**_code(s), "name": "thing_removed"}}),
        "errors.yaml: 1602002: a code is a number",
    ),
    Case(
        "a refinement that matches everything",
        lambda s: s.spec.errors["refinements"][0].update(operation=None),
        "errors.yaml: refinement of 1602001: operation or message-contains is due",
    ),
    Case(
        "a refinement of something that is no operation",
        lambda s: s.spec.errors["refinements"][0].update(operation="/thing/create"),
        "errors.yaml: refinement of 1602001: operation: namespace.method is due",
    ),
    Case(
        "a status that does not exist",
        lambda s: s.spec.errors["statuses"].update({"9xx": s.spec.errors["statuses"]["5xx"]}),
        "errors.yaml: status 9xx: a status such as 404, or a group such as 5xx, is due",
    ),
    Case(
        "an inner code without its values",
        lambda s: s.spec.errors["inner-codes"][0].pop("codes"),
        "errors.yaml: inner-codes of data.code: either codes or range is due",
    ),
    Case(
        "an inner code without its field",
        lambda s: s.spec.errors["inner-codes"][0].pop("field"),
        "errors.yaml: inner-codes of None: field missing",
    ),
]

CASES = {
    "openapi": SHAPE,
    "key": EXTENSION_KEYS,
    "reference": REFERENCES,
    "root": ROOT,
    "operation": OPERATIONS,
    "paging": PAGING,
    "parameter": PARAMETERS,
    "request": REQUESTS,
    "schema": SCHEMAS,
    "example": EXAMPLES,
    "error": ERRORS,
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{about}: {case.wrong}")
        for about, cases in CASES.items()
        for case in cases
    ],
)
def test_one_broken_rule_gives_its_finding_and_no_other(case: Case, small: Small) -> None:
    case.break_it(small)

    assert lint(small.spec) == [case.finding]


def test_the_small_spec_is_without_findings(small: Small) -> None:
    assert lint(small.spec) == []


def test_the_real_spec_is_without_findings(real_spec: Spec) -> None:
    assert lint(real_spec) == []


def test_a_second_chapter_may_not_repeat_names(small: Small) -> None:
    small.spec.chapters["zoo"] = small.shop

    assert set(lint(small.spec)) >= {
        "zoo.yaml: /thing/query: stands in shop.yaml too",
        "zoo.yaml: things.get: operationId stands in shop.yaml too",
        "zoo.yaml: Thing: stands in shop.yaml too (names are unique over all chapters)",
    }


def test_an_operation_without_examples_is_found(small: Small) -> None:
    del small.spec.examples["things.get.yaml"]
    del small.answer(small.get)["examples"]

    assert lint(small.spec) == ["examples/things.get.yaml: missing (every operation has examples)"]


def test_a_success_example_is_due(small: Small) -> None:
    del small.spec.examples["things.get.yaml"]["edition-000"]
    del small.answer(small.get)["examples"]

    assert lint(small.spec) == [
        "examples/things.get.yaml: a success missing (edition-000 or edition-001 or edition-002 "
        "or edition-003 or edition-2026-09)"
    ]


@pytest.mark.parametrize(
    ("name", "is_a_moment"),
    [
        ("timeStart", True),
        ("createTimeFrom", True),
        ("startAt", True),
        ("createAt", True),
        ("createrTime", True),
        ("accessTokenExpiryDate", True),
        ("date", True),
        ("timestamp", True),
        ("deliveryTime", False),
        ("startSellPrice", False),
        ("format", False),
        ("updatedBy", False),
        ("end", False),
    ],
)
def test_a_field_named_like_a_moment_must_say_its_zone(
    name: str, is_a_moment: bool, small: Small
) -> None:
    small.schemas["Thing"]["properties"][name] = {
        "type": "string",
        "nullable": True,
        "description": "Text.",
    }

    assert [finding.partition(" looks")[0] for finding in lint(small.spec)] == (
        [f"shop.yaml: Thing.{name}:"] if is_a_moment else []
    )


def test_the_command_prints_the_findings_and_exits_1(
    small_tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = small_tree / "spec" / "shop.yaml"
    chapter.write_text(chapter.read_text().replace("x-cj-points: 10", "x-cj-points: ten"))

    assert main(["--lint", "--project", str(small_tree)]) == 1
    assert capsys.readouterr().out == (
        "shop.yaml: things.get: x-cj-points: a whole number from 0 is due\n"
    )


def test_the_classes_of_errors_yaml_are_those_of_the_client() -> None:
    known = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.APIError)
    }

    assert set(CLASSES) == known


def test_the_readme_names_every_extension_key_and_no_other(project: Path) -> None:
    readme = (project / "spec" / "README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"x-(?:cj|python)-[a-z-]+", readme)) == set(KEYS)


def test_the_readme_names_every_edition_and_no_other(project: Path) -> None:
    readme = (project / "spec" / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Editions")[2].partition("## ")[0]

    assert set(re.findall(r'^\| `"(.*?)"`', table, re.MULTILINE)) == set(EDITIONS)
