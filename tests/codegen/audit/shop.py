"""A small spec and two small documents that agree with it: one with headings and levels, one flattened."""

from __future__ import annotations

from pathlib import Path

SPEC = {
    "openapi.yaml": "openapi: 3.0.3\npaths: {}\n",
    "common.yaml": """
components:
  schemas:
    Id: {type: string, x-python-import: {module: cj_async._wire, name: Id}}
    NumericId: {x-python-import: {module: cj_async._wire, name: NumericId}}
    Money: {x-python-import: {module: cj_async._wire, name: Money}}
    Integer: {x-python-import: {module: cj_async._wire, name: Integer}}
    Flag: {x-python-import: {module: cj_async._wire, name: Flag}}
    Envelope:
      type: object
      properties:
        code: {type: integer, nullable: true}
        result: {type: boolean, nullable: true}
        message: {type: string, nullable: true}
        requestId: {type: string, nullable: true}
    Refusal:
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - {type: object, properties: {data: {nullable: true}}}
  responses:
    Refused:
      content: {application/json: {schema: {$ref: '#/components/schemas/Refusal'}}}
""",
    "shop.yaml": """
paths:
  /thing/list:
    get:
      operationId: things.list
      summary: Things that match.
      x-cj-docs: [{edition: "000", section: "1.1"}]
      parameters:
        - {name: pageNum, in: query, description: Number of the page., schema: {type: integer}}
        - {name: kind, in: query, description: What kind., schema: {type: string, enum: [SOFT, HARD]}}
        - {name: colour, in: query, description: "1: red. 2: blue.", schema: {type: integer}}
      responses:
        '200':
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - {type: object, properties: {data: {$ref: '#/components/schemas/ThingPage'}}}
        default: {$ref: common.yaml#/components/responses/Refused}
  /thing/create:
    post:
      operationId: things.create
      summary: Make a thing.
      x-cj-docs: [{edition: "000", section: "1.2"}, {edition: "002", section: "1.1"}]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/CreateThingRequest'}}}
      responses:
        '200':
          content:
            application/json:
              schema:
                allOf:
                  - $ref: common.yaml#/components/schemas/Envelope
                  - type: object
                    properties: {data: {$ref: '#/components/schemas/Made'}}
        default: {$ref: common.yaml#/components/responses/Refused}
components:
  schemas:
    ThingPage:
      type: object
      properties:
        total: {allOf: [{$ref: common.yaml#/components/schemas/Integer}]}
        list: {type: array, items: {$ref: '#/components/schemas/Thing'}}
    Thing:
      type: object
      properties:
        pid: {allOf: [{$ref: common.yaml#/components/schemas/Id}]}
        price: {allOf: [{$ref: common.yaml#/components/schemas/Money}]}
        hidden: {allOf: [{$ref: common.yaml#/components/schemas/Flag}]}
        kind: {anyOf: [{type: string, enum: [SOFT, HARD]}, {type: string}]}
        stock: {type: array, items: {$ref: '#/components/schemas/Stock'}}
    Stock:
      type: object
      properties:
        place: {type: string}
        count: {allOf: [{$ref: common.yaml#/components/schemas/Integer}]}
    CreateThingRequest:
      type: object
      required: [name, lines]
      x-cj-rules: [{at-least-one-of: [size, weight]}]
      properties:
        name: {type: string}
        size: {type: string}
        weight: {type: number}
        email: {type: string}
        lines: {type: array, items: {$ref: '#/components/schemas/ThingLineInput'}}
    ThingLineInput:
      type: object
      required: [sku]
      properties:
        sku: {type: string}
        quantity: {type: integer}
    Made:
      type: object
      properties:
        id: {allOf: [{$ref: common.yaml#/components/schemas/NumericId}]}
        code: {allOf: [{$ref: common.yaml#/components/schemas/NumericId}]}
        pieces: {type: array, items: {$ref: '#/components/schemas/Piece'}}
    Piece:
      type: object
      properties:
        id: {allOf: [{$ref: common.yaml#/components/schemas/NumericId}]}
        quantity: {allOf: [{$ref: common.yaml#/components/schemas/Integer}]}
    ThingMessage:
      type: object
      properties:
        messageId: {type: string}
        type: {type: string}
        params: {allOf: [{$ref: '#/components/schemas/ThingParams'}]}
    ThingParams:
      type: object
      properties:
        pid: {type: string}
        fields: {type: array, items: {type: string}}
""",
    "errors.yaml": """
codes:
  200: {name: success, class: null, waiting-helps: false, meaning: It worked.}
  1600100: {name: wrong, class: InvalidParameter, waiting-helps: false, meaning: A parameter is wrong.}
""",
    "reference/countries.yaml": """
rows:
  - {alpha2: AD, alpha3: AND, numeric: 20, name: Andorra}
  - {alpha2: AE, alpha3: ARE, numeric: 784, name: Emirates, cj-name: Emirates(the)}
""",
    "reference/platforms.yaml": "rows: [{code: shopify}, {code: etsy}]\n",
}

LEVELS = """# CJ Dropshipping API - Complete Documentation

# Appendix 1

# #Codes

| Return Code | Error Description | Troubleshooting |
| --- | --- | --- |
| 200 | Success | Success |
| 1600100 | Param error | Mend it |

# Appendix 2

| Serial number | Chinese name | English name | The two-letter code | Triplet code | Numeric codes |
| --- | --- | --- | --- | --- | --- |
| 1 | 安道尔 | Andorra | AD | AND | 20 |
| 2 | 阿联酋 | Emirates(the) | AE | ARE | 784 |

# Appendix 3

| Platform Name | Definition |
| --- | --- |
| shopify |  |
| etsy |  |

# Webhook

## #List of topics

```
{"messageId": "1", "type": "THING", "params": {"pid": "1", "fields": ["price"],}}
```

| Parameter | Definition | Type | Required | Length | Note |
| --- | --- | --- | --- | --- | --- |
| messageId | Message id | string | Y | 200 |  |
| type | Data Type | string | Y | 20 | THING |
| params |  | object | Y | 5 |  |
| - pid | thing id | string | Y | 200 |  |
| - fields | fields list | list | Y | 5 |  |

# API 1 - Things

# #1 Things

## #1 Things

### #1.1 Thing List(GET)

#### #URL

https://developers.cjdropshipping.com/api2.0/v1/thing/list

#### #CURL

```
curl --location --request GET 'https://developers.cjdropshipping.com/api2.0/v1/thing/list?pageNum=1' \\
                --header 'CJ-Access-Token: xxx'
```

| Parameter | Definition | Type | Required | Length | Note |
| --- | --- | --- | --- | --- | --- |
| pageNum | Page number | int | N | 20 | Default 1 |
| kind | Kind | string | N | 20 | SOFT,HARD |
| colour | Colour | int | N | 1 | 1-red, 2-blue |

#### #Return

success

```
{
    "code": 200,
    "result": true,
    "message": "Success",
    "data": {
        "total": "285",
        "list": [
            {
                "pid": "1534092419615174656",
                "price": 1.50,
            }...
        ],
    "requestId": "bcde45ac"
}
```

| Field | Definition | Type | Length | Note |
| --- | --- | --- | --- | --- |
| total | Total | int | 20 |  |
| list | Things | Thing[] |  |  |

Thing object in list:

| Field | Definition | Type | Length | Note |
| --- | --- | --- | --- | --- |
| pid | Thing id | string | 200 |  |
| price | Price | BigDecimal | (18,2) | unit: $ |
| hidden | Is hidden | int | 1 | 0-no, 1-yes |
| kind | Kind | string | 20 |  |
| stock | Stock | Stock[] |  |  |
| - place | Place | string | 200 |  |
| - count | Count | int | 20 |  |

Kind

| Kind | Description |
| --- | --- |
| SOFT | Soft |
| HARD | Hard |

error

```
{
    "code": 1600100,
    "result": false,
    "message": "Param error",
    "data": null,
    "requestId": "323fda9d"
}
```

### #1.2 Create Thing(POST)

#### #URL

https://developers.cjdropshipping.com/api2.0/v1/thing/create

#### #CURL

```
curl --location --request POST 'https://developers.cjdropshipping.com/api2.0/v1/thing/create' \\
                --header 'Content-Type: application/json' \\
                --data-raw '{
                    "name": "pillow",
                    "lines": [{"sku": "A1", "quantity": 1}]
                }'
```

| Parameter | Definition | Type | Required | Length | Note |
| --- | --- | --- | --- | --- | --- |
| name | Name | string | Y | 20 |  |
| size | Size | string | Choose one of size, weight | 20 |  |
| weight | Weight | BigDecimal | Choose one of size, weight | 20 |  |
| email | Email | string | N | 50 |  |
| lines | Lines | List | Y | 20 |  |
| - sku | SKU | string | Y | 50 |  |
| - quantity | Quantity | int | N | 50 |  |

#### #Return

success

```
{"code": 200, "result": true, "message": "Success", "data": {"id": 1}, "requestId": "1"}
```

| Field | Definition | Type | Length | Note |
| --- | --- | --- | --- | --- |
| id | Id | string | 50 |  |
"""

FLAT = """# 5 交易
# 1 商品
# 1.1 创建商品(POST)
# URL
https://developers.cjdropshipping.com/api2.0/v1/thing/create
# CURL
curl --location --request POST 'https://developers.cjdropshipping.com/api2.0/v1/thing/create' \\
--header 'CJ-Access-Token: xxx' \\
--data-raw '{
"name": "pillow",
"email": "",
"lines": [
{"sku": "A1", "quantity": 1}
]
}'
| 参数名称 | 参数意义 | 参数类型 | 是否必传 | 长度 | 备注 |
|---|---|---|---|---|---|
| name | 名称 | string | 是 | 20 | |
| 邮箱 | String | 否 | 50 | ||
| lines | list | 是 | 20 | ||
| lines[].sku | SKU | string | 是 | 50 | |
| lines[].quantity | 数量 | integer | 否 | 1-100000 | |
# 返回
成功
{
"code": 200,
"data": {
"id": "SD1"
},
"message": "success"
}
| 返回字段 | 类型 | 说明 |
|---|---|---|
| data.id / data.code | string | 编号,以实际响应为准 |
| data.pieces | list | 明细，包含 id、quantity |
错误
{
"code": 1600100,
"result": false,
"message": "Param error",
"data": null,
"requestId": "323fda9d"
}
# 错误码
| 错误码 | 错误信息 |
|---|---|
| 1600100 | Param error |
"""


def write_spec(project: Path) -> Path:
    """Writes the spec into a project and returns the project."""
    for name, text in SPEC.items():
        path = project / "spec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project
