"""The venue under test and its control API."""

import http.client
import json
from decimal import Decimal

from .lines import PATIENCE_SECONDS, Failed, Process


class Venue:
    """A `tollgate venue` process on free ports."""

    def __init__(self, tollgate, log_path, *options):
        command = [tollgate, "venue", "--tws-port", "0", "--control-port", "0", *options]
        self.process = Process("the venue", command, log_path)
        try:
            self.port = int(self.process.line_after("tws 127.0.0.1:"))
            self.control = self.process.line_after("control http://")
        except Failed:
            self.process.end()
            raise

    def end(self):
        self.process.end()

    def get(self, path):
        """What the control API answers; numbers that are money are text there."""
        return self._ask("GET", path, None)

    def post(self, path, body):
        return self._ask("POST", path, body)

    def _ask(self, method, path, body):
        connection = http.client.HTTPConnection(self.control, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 300:
            raise Failed(f"{method} {path} {body}: {response.status} {text}")
        return json.loads(text) if text else None

    def move_price(self, symbol, price):
        """Moves the market of a symbol; the new price holds from then on."""
        self.post("/price", {"symbol": symbol, "price": str(price)})

    def ledger(self):
        """Every order that the venue ever accepted."""
        return self.get("/ledger")

    def ledger_refs(self):
        return [order["order_ref"] for order in self.ledger()]

    def state(self):
        return self.get("/state")


def decimal(value):
    """A number of the control API or of a client, exactly."""
    return Decimal(str(value))
