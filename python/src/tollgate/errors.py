"""What can go wrong. Every refusal of the gateway keeps its code, outcome, reasons, hint, request id and `retryable`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Contract, FieldError, Order, Outcome, Problem, Reason, StreamEnd

__all__ = [
    "AlreadyOpen",
    "Canceled",
    "Conflict",
    "ContractAmbiguous",
    "Denied",
    "Forbidden",
    "GatewayError",
    "InFlight",
    "IntentChanged",
    "IntentsError",
    "InvalidRequest",
    "KeyMissing",
    "NotFound",
    "OutcomeUnknown",
    "PandasMissing",
    "PreconditionFailed",
    "Refusal",
    "Rejected",
    "StreamEnded",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
]


class GatewayError(Exception):
    """Everything that this package raises about a gateway."""

    retryable = False
    """Whether the very same request, with the same key, may be sent again and may then succeed."""


class Unreachable(GatewayError):
    """No answer came: no connection, or one that broke. What was sent may have arrived; a repeat with the same key is safe."""

    retryable = True


class UnexpectedAnswer(GatewayError):
    """An answer that the contract does not know: another program at that address, or another version of the gateway.

    What was sent may have been done.
    """


class KeyMissing(GatewayError):
    """No API key was given, or its file cannot be used."""


class PandasMissing(GatewayError, ImportError):
    """A table was asked for, and pandas is not installed."""


class StreamEnded(GatewayError):
    """The gateway ended a stream for good."""

    def __init__(self, end: StreamEnd) -> None:
        super().__init__(f"{end.reason}: {end.detail}")
        self.end = end
        """Its last word: `reason`, `detail`, `retryable`."""
        self.retryable = end.retryable


class Refusal(GatewayError):
    """The gateway answered with a problem (RFC 9457). A program decides by `code` and `outcome`."""

    def __init__(self, problem: Problem, retry_after_s: int | None = None) -> None:
        said = [f"{problem.code}: {problem.detail}"]
        said += [f"{one.field} {one.rule}" for one in problem.errors or [] if f"{one.field} {one.rule}" not in problem.detail]
        said += [_reason(one) for one in problem.reasons]
        said.append(f"what to do: {problem.hint}")
        super().__init__("\n  ".join(said))
        self.problem = problem
        """The whole of it."""
        self.retryable = problem.retryable
        self.retry_after_s = retry_after_s
        """How long to wait before the next attempt, where that is known."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """The stable word of docs/errors.md, or the code of the control that denied."""
        return self.problem.code

    @property
    def outcome(self) -> Outcome | None:
        """How the order stands, where it is about one."""
        return self.problem.outcome

    @property
    def detail(self) -> str:
        """What happened, in a sentence."""
        return self.problem.detail

    @property
    def reasons(self) -> list[Reason]:
        """Every reason of a denial, with the observed value, the limit and what to do."""
        return self.problem.reasons

    @property
    def hint(self) -> str:
        """What to do about it."""
        return self.problem.hint

    @property
    def request_id(self) -> str:
        """Also in the gateway's log, journal and audit."""
        return self.problem.request_id

    @property
    def errors(self) -> list[FieldError]:
        """Every wrong field with its rule."""
        return self.problem.errors or []

    @property
    def candidates(self) -> list[Contract]:
        """The contracts that fit an ambiguous instrument."""
        return self.problem.candidates or []

    @property
    def order(self) -> Order | None:
        """The order, where there is one."""
        return self.problem.order


def _reason(reason: Reason) -> str:
    figures = "" if reason.observed is None else f" ({reason.observed}; limit {'none' if reason.limit is None else reason.limit})"
    return f"{reason.code}: {reason.message}{figures} {reason.hint}"


class InvalidRequest(Refusal):
    """The request breaks a rule (400, 405, 413, 415); `errors` names every wrong field. Nothing was done, no key was spent."""


class ContractAmbiguous(InvalidRequest):
    """Several contracts fit: choose one of `candidates`."""


class Unauthorized(Refusal):
    """The key is none, or none any more (401)."""


class Forbidden(Refusal):
    """The key may not do this, or the account is not the one in use (403)."""


class NotFound(Refusal):
    """There is no such thing, or no contract fits (404)."""


class Conflict(Refusal):
    """The thing is over, or the key was used for another request (409)."""


class InFlight(Conflict):
    """The first request with this key still waits (409): ask again with the same key."""


class PreconditionFailed(Refusal):
    """What was seen has changed since (412). Nothing was done."""


class Denied(Refusal):
    """A gate refused (422): `reasons` has every reason. A new attempt needs a new key."""


class Rejected(Refusal):
    """The broker refused (422). A new attempt needs a new key."""


class Canceled(Refusal):
    """The order was canceled before the broker had it (422)."""


class TooManyRequests(Refusal):
    """Too much in too short a time, here or at the broker (429): wait `retry_after_s`. Nothing was done."""


class Unavailable(Refusal):
    """Not ready, or the broker, its data or the journal cannot be reached (503)."""


class OutcomeUnknown(Refusal):
    """The outcome is unknown (504): the order may be live. Ask again with the same key; never submit it under a new one."""


class IntentsError(GatewayError):
    """The file of intents cannot be read or written; the message says whether anything was sent."""


class AlreadyOpen(IntentsError):
    """Another process, or another object of this one, uses the file of intents."""


class IntentChanged(IntentsError):
    """The name stands for another order than the one that is given now. Nothing was sent."""


BY_CODE: dict[str, type[Refusal]] = {
    "contract_ambiguous": ContractAmbiguous,
    "in_flight": InFlight,
    "denied": Denied,
    "trading_off": Denied,
    "broker_rejected": Rejected,
    "canceled": Canceled,
}
BY_STATUS: dict[int, type[Refusal]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: InvalidRequest,
    409: Conflict,
    412: PreconditionFailed,
    413: InvalidRequest,
    415: InvalidRequest,
    422: Denied,
    429: TooManyRequests,
    503: Unavailable,
    504: OutcomeUnknown,
}


def refusal(problem: Problem, retry_after_s: int | None) -> Refusal:
    """The exception for a problem: by its code, else by its status."""
    kind = BY_CODE.get(problem.code) or BY_STATUS.get(problem.status, Refusal)
    return kind(problem, retry_after_s)
