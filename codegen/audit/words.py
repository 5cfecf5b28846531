"""The words of the documentation, as data: columns, headings, labels, types, yes and no."""

from __future__ import annotations

import re

NAME, DEFINITION, TYPE, REQUIRED, LENGTH, NOTE, KEY = (
    "name", "definition", "type", "required", "length", "note", "key",
)  # fmt: skip

PARAMETER_COLUMNS = frozenset({"parameter", "参数名称", "参数名"})
FIELD_COLUMNS = frozenset({"field", "返回字段", "字段", "属性"})
COLUMNS = {
    **dict.fromkeys(PARAMETER_COLUMNS | FIELD_COLUMNS, NAME),
    **dict.fromkeys(("definition", "field meaning", "参数意义", "字段意思"), DEFINITION),
    **dict.fromkeys(("type", "field type", "参数类型", "字段类型", "类型"), TYPE),
    **dict.fromkeys(("required", "是否必传", "必填"), REQUIRED),
    **dict.fromkeys(("length", "长度"), LENGTH),
    **dict.fromkeys(("note", "description", "备注", "说明"), NOTE),
    "json字段": KEY,
}
"""What a column holds, by its heading."""

CODE_COLUMNS = frozenset({"return code", "error code", "code", "错误码", "返回码"})
MEANING_COLUMNS = frozenset(
    {"description", "status", "remark", "type", "状态", "说明", "描述", "含义"}
)
"""The second column of a table of values."""
COUNTRY_COLUMN = "the two-letter code"
PLATFORM_COLUMN = "platform name"
OPERATION_COLUMN = "接口"
HEADER_TABLE = ("name", "required", "note")

IGNORED_TABLES = frozenset(
    {
        "update time",
        "environment variable",
        "token type",
        "level",
        "feature",
        "对接步骤",
        "操作结果",
        "创建字段/辅助项",
    }
)
"""First columns of tables that say nothing about operations."""
IGNORED_HEADERS = frozenset({("type", "events")})

VALUE_NAMES = {
    "order status": ("orderStatus", "status"),
    "订单状态": ("orderStatus", "status"),
    "status": ("orderStatus", "status"),
    "status code": ("saleStatus", "status"),
    "product status": ("productStatus", "status"),
    "enumeration": ("features",),
    "枚举编码": ("features",),
}
"""The field that a table of values is about, where its heading is not the field's name."""

TYPES = {
    **dict.fromkeys(("string", "datetime", "localdatetime", "char"), "text"),
    **dict.fromkeys(("int", "integer", "long", "bigint", "byte", "short"), "integer"),
    **dict.fromkeys(("bigdecimal", "decimal", "double", "float", "number"), "number"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(("object", "map"), "object"),
    **dict.fromkeys(("list", "array", "set"), "list"),
    **dict.fromkeys(("multipartfile", "file"), "file"),
}
LIST_TYPE = re.compile(r"\w+\s*\[\s*\]|(list|array|set)\s*<\w+>", re.IGNORECASE)

YES = frozenset({"y", "yes", "true", "是", "新增/修改必传", "必填", "必传"})
NO = frozenset({"n", "no", "false", "否"})
SOMETIMES = re.compile(r"one of|必传|必填|二选一|required", re.IGNORECASE)
LENGTHS = re.compile(r"-|\d+|[(（]\s*\d+\s*[,，]\s*\d+\s*[)）]")

MEMBERS = re.compile(
    r"(?:包含|并带)\s+([A-Za-z]\w*(?:\s*(?:[、,，]|和)\s*[^\x00-\x7f]*\s*[A-Za-z]\w*)+)",
    re.ASCII,
)
"""Where a note names the fields inside an object."""

LOST_NAMES = {"邮箱": ("email", "mail")}
"""Definitions whose row lost its name, and the names that it may have had."""

REQUEST_HEADING = re.compile(
    r"(url|header|request( parameters| body)?|请求参数|请求|request参数|.*\bcurl.*)", re.IGNORECASE
)
ANSWER_HEADING = re.compile(
    r"(return|response|result|返回|返回字段|返回数据结构|通用返回|响应)", re.IGNORECASE
)
REQUEST_LABEL = re.compile(r"(请求|body\b|request\b)", re.IGNORECASE)
ANSWER_LABEL = re.compile(
    r"(success|error|成功|错误|响应|返回|主要返回|returns?\b|response\b)", re.IGNORECASE
)
REQUEST_CAPTION = re.compile(r"\b(required|optional|key) (fields|parameters)", re.IGNORECASE)
NUMBERED = re.compile(r"#?\s*\d+(\.\d+)*[\s.,，、]*")
VERBS = {
    "get": "get",
    "post": "post",
    "put": "put",
    "patch": "patch",
    "delete": "delete",
    "del": "delete",
}
TITLE_VERB = re.compile(r"[(（]\s*(get|post|put|patch|delete|del)\s*[)）]", re.IGNORECASE)

ENVELOPE = ("code", "result", "success", "message", "requestId", "pointsInfo")
"""What surrounds every answer, beside ``data``."""

EDITIONS = (
    ("000", re.compile(r"\A# CJ Dropshipping API - Complete Documentation")),
    ("001", re.compile(r"\A# 3 Product\b")),
    ("002", re.compile(r"\A# 5 交易")),
    ("003", re.compile(r"\A# CJ Dropshipping API Research Report")),
)
"""How the editions begin."""
