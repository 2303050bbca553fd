"""Tollgate from Python: typed clients of the gateway, orders that are never doubled, events without a gap.

client = tollgate.Client(key_file="~/.local/share/tollgate/agent.key")
client.market.quote("AAPL").bid
orders = client.intents("momentum.intents")
orders.submit("2026-03-02 AAPL entry", tollgate.buy(10, "AAPL", limit="189.50"))
"""

from . import errors, models
from ._base import Amount, Meta, Page
from ._client import AsyncClient, Client
from ._streams import AsyncStream, Stream
from ._version import __version__
from .errors import (
    AlreadyOpen,
    Canceled,
    Conflict,
    ContractAmbiguous,
    Denied,
    Forbidden,
    GatewayError,
    InFlight,
    IntentChanged,
    IntentsError,
    InvalidRequest,
    KeyMissing,
    NotFound,
    OutcomeUnknown,
    PandasMissing,
    PreconditionFailed,
    Refusal,
    Rejected,
    StreamEnded,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from .frames import to_frame
from .intents import AsyncIntents, Intent, Intents
from .models import AmendOrder, NewOrder
from .ticket import buy, buy_to_cover, order, sell, sell_short

__all__ = [
    "AlreadyOpen",
    "AmendOrder",
    "Amount",
    "AsyncClient",
    "AsyncIntents",
    "AsyncStream",
    "Canceled",
    "Client",
    "Conflict",
    "ContractAmbiguous",
    "Denied",
    "Forbidden",
    "GatewayError",
    "InFlight",
    "Intent",
    "IntentChanged",
    "Intents",
    "IntentsError",
    "InvalidRequest",
    "KeyMissing",
    "Meta",
    "NewOrder",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "PandasMissing",
    "PreconditionFailed",
    "Refusal",
    "Rejected",
    "Stream",
    "StreamEnded",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
    "__version__",
    "buy",
    "buy_to_cover",
    "errors",
    "models",
    "order",
    "sell",
    "sell_short",
    "to_frame",
]
