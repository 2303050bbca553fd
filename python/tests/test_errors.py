"""Every exception is provoked, and keeps what the gateway said."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

import tollgate
from stage import Stage
from tollgate import Client, NewOrder, errors

Small = Callable[[], NewOrder]


def test_a_denial_has_every_reason(client: Client) -> None:
    with pytest.raises(tollgate.Denied) as caught:
        client.orders.submit(tollgate.buy(1_000_000, "AAPL", limit=1000), key="too-much")
    denied = caught.value
    assert (denied.status, denied.outcome, denied.retryable) == (422, "denied", False)
    assert denied.code == denied.reasons[0].code
    assert {"C13_MAX_QTY", "C14_MAX_NOTIONAL"} <= {reason.code for reason in denied.reasons}
    quantity = next(reason for reason in denied.reasons if reason.code == "C13_MAX_QTY")
    assert quantity.observed == "1000000"
    assert quantity.limit
    assert quantity.hint
    assert denied.order is not None
    assert denied.order.status == "denied"
    assert denied.hint in str(denied)
    assert all(reason.message in str(denied) for reason in denied.reasons)
    assert denied.request_id == denied.order.correlation_id


def test_a_rejection_is_the_broker_s(stage: Stage, client: Client, small: Small) -> None:
    stage.fault({"message": "place_order"}, {"reject": {"code": 201, "message": "not today"}})
    with pytest.raises(tollgate.Rejected, match="not today") as caught:
        client.orders.submit(small(), key="not-today")
    assert (caught.value.code, caught.value.outcome) == ("broker_rejected", "rejected")


def test_wrong_fields_are_named(client: Client) -> None:
    with pytest.raises(tollgate.InvalidRequest) as caught:
        client.orders.submit(tollgate.buy(-1, "AAPL", limit=5, order_type="market"), key="wrong")
    assert {error.field for error in caught.value.errors} >= {"qty", "limit_price"}
    assert all(f"{error.field} {error.rule}" in str(caught.value) for error in caught.value.errors)
    with pytest.raises(tollgate.NotFound):
        client.orders.get("wrong")


def test_an_ambiguous_contract_brings_its_candidates(client: Client) -> None:
    with pytest.raises(tollgate.ContractAmbiguous) as caught:
        client.market.quote(symbol="ES", sec_type="fut", exchange="CME", currency="USD")
    assert len(caught.value.candidates) > 1
    assert {one.symbol for one in caught.value.candidates} == {"ES"}


def test_a_strange_key_is_unauthorized_and_then_slowed_down(stage: Stage, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.key"

    def guess(number: int) -> None:
        wrong.write_text(f"tg_{number}\n", encoding="ascii")
        with stage.client(key_file=wrong) as stranger:
            stranger.status()

    with pytest.raises(tollgate.Unauthorized) as caught:
        guess(0)
    assert (caught.value.code, caught.value.status) == ("unauthorized", 401)
    with pytest.raises(tollgate.TooManyRequests) as slowed:
        for number in range(1, 20):
            with pytest.raises(tollgate.Unauthorized):
                guess(number)
    assert slowed.value.retryable
    assert slowed.value.retry_after_s is not None
    assert slowed.value.retry_after_s > 0


def test_an_agent_may_not_approve_and_a_canceled_request_stays_so(stage: Stage, client: Client) -> None:
    order = tollgate.buy(5, "MSFT", limit=240)
    with stage.client(key_file=stage.key_file("agent")) as agent:
        asked = agent.orders.submit(order, key="asked")
        assert (asked.outcome, asked.status) == ("needs_approval", "pending_approval")
        assert asked.meta is not None
        assert asked.meta.status == 202
        assert asked.approval_id is not None
        with pytest.raises(tollgate.Forbidden) as caught:
            agent.approvals.approve(asked.approval_id)
        assert caught.value.code in ("forbidden_scope", "forbidden_kind")
        assert agent.orders.cancel("asked").status == "canceled"
        with pytest.raises(tollgate.Canceled) as over:
            agent.orders.submit(order, key="asked")
        assert over.value.outcome == "canceled"
    with pytest.raises(tollgate.Conflict):
        client.approvals.approve(asked.approval_id, reason="too late")
    assert stage.count_of("asked") == 0


def test_a_key_stands_for_one_request(client: Client, small: Small) -> None:
    client.orders.submit(small(), key="taken")
    with pytest.raises(tollgate.Conflict) as caught:
        client.orders.submit(small(), key="taken")
    assert caught.value.code == "idempotency_conflict"
    assert not caught.value.retryable


def test_an_outcome_may_be_unknown_and_a_repeat_may_come_too_early(stage: Stage, client: Client, small: Small) -> None:
    stage.fault({"message": "place_order"}, "lose_ack")
    order, unknown = small(), []

    def first() -> None:
        with pytest.raises(tollgate.OutcomeUnknown) as caught:
            client.orders.submit(order, key="silence", wait=3)
        unknown.append(caught.value)

    waiting = threading.Thread(target=first)
    waiting.start()
    while True:
        try:
            client.orders.get("silence")
            break
        except tollgate.NotFound:
            continue
    with pytest.raises(tollgate.InFlight) as early:
        client.orders.submit(order, key="silence", wait=0)
    assert early.value.retryable
    waiting.join()
    [error] = unknown
    assert (error.status, error.code, error.outcome) == (504, "outcome_unknown", "unknown")
    assert "same key" in error.hint
    assert stage.count_of("silence") == 1


def test_nobody_there_is_unreachable(stage: Stage) -> None:
    with stage.client(url="http://127.0.0.1:1") as nobody:
        with pytest.raises(tollgate.Unreachable, match="tollgate serve") as caught:
            nobody.status()
        assert caught.value.retryable
        with pytest.raises(tollgate.Unreachable):
            next(nobody.events())
        with pytest.raises(tollgate.Unreachable):
            next(nobody.audit.export())


@contextmanager
def answering(status: int, media: str, body: str) -> Iterator[str]:
    """Another program at the gateway's address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (200, "text/html", "<p>hello"),
        (200, "application/json", '{"version": 3}'),
        (502, "text/html", "<p>bad gateway"),
        (302, "text/html", ""),
        (422, "application/problem+json", '{"title": "mine"}'),
    ],
)
def test_another_program_is_no_gateway(stage: Stage, status: int, media: str, body: str) -> None:
    with answering(status, media, body) as url, stage.client(url=url) as other:
        for ask in (other.status, lambda: next(other.events()), lambda: next(other.audit.export())):
            with pytest.raises(tollgate.UnexpectedAnswer, match=r"version|stream|answered"):
                ask()


def test_without_a_broker_it_is_unavailable_and_says_why(own_stage: Stage, small: Small) -> None:
    with own_stage.client() as client:
        client.orders.submit(small(), key="before")
        own_stage.venue.kill()
        while client.readiness().ready:
            continue
        readiness = client.readiness()
        assert readiness.reasons
        assert readiness.meta is not None
        assert readiness.meta.status == 503
        with pytest.raises(tollgate.Unavailable) as caught:
            client.orders.submit(small(), key="after")
        assert caught.value.retryable
        with pytest.raises(tollgate.NotFound):
            client.orders.get("after")


def test_every_exception_is_provoked_somewhere() -> None:
    """What is exported and raised nowhere in these tests would be a promise that nobody checks."""
    here = Path(__file__).parent
    text = "".join(file.read_text(encoding="utf-8") for file in here.glob("test_*.py"))
    bases = {"GatewayError", "Refusal"}
    for name in set(errors.__all__) - bases:
        assert f"raises(tollgate.{name}" in text, name


def test_refusals_are_one_family() -> None:
    assert issubclass(tollgate.InFlight, tollgate.Conflict)
    assert issubclass(tollgate.Denied, tollgate.Refusal)
    assert issubclass(tollgate.PandasMissing, ImportError)
    assert all(issubclass(getattr(errors, name), tollgate.GatewayError) for name in errors.__all__)
    assert Decimal(1) == tollgate.buy(1, "KO").qty
