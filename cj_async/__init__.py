"""The asyncio SDK for the CJ Dropshipping Open API."""

from cj_async import models, params
from cj_async._decode import decode
from cj_async._envelope import Envelope
from cj_async._paging import Page, Pages
from cj_async._points import PointsInfo
from cj_async._pool import Pool
from cj_async._tokens import FileTokenStore, MemoryTokenStore, Token, TokenStore
from cj_async._upload import FileInput
from cj_async._version import __version__
from cj_async._wire import PriceRange, WeightRange
from cj_async.client import CJClient
from cj_async.errors import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJError,
    ConfigurationError,
    Conflict,
    ConnectFailed,
    ConnectionLost,
    IncompleteList,
    InsufficientBalance,
    InvalidParameter,
    InvalidRequest,
    ListCapped,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    TransportError,
)

__all__ = [
    "APIError",
    "AuthenticationFailed",
    "BadResponse",
    "CJClient",
    "CJError",
    "ConfigurationError",
    "Conflict",
    "ConnectFailed",
    "ConnectionLost",
    "Envelope",
    "FileInput",
    "FileTokenStore",
    "IncompleteList",
    "InsufficientBalance",
    "InvalidParameter",
    "InvalidRequest",
    "ListCapped",
    "MemoryTokenStore",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "Pages",
    "PointsExhausted",
    "PointsInfo",
    "Pool",
    "PriceRange",
    "QuotaExhausted",
    "RateLimited",
    "Rejected",
    "ServerFailed",
    "TimedOut",
    "Token",
    "TokenStore",
    "TransportError",
    "WeightRange",
    "__version__",
    "decode",
    "models",
    "params",
]
