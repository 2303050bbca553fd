"""Driver of PyPI's `ibapi`, the official client's interface: callbacks on a thread."""

import json
import queue
import sys
import threading

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.order_condition import PriceCondition, TimeCondition
from ibapi.scanner import ScannerSubscription
from ibapi.wrapper import EWrapper
from names import CONTRACT_FIELDS, ORDER_FIELDS, SIDES, TERMS, UNSET

PRICE_TICKS, SIZE_TICKS = {1: "bid", 2: "ask", 4: "last"}, {0: "bid_size", 3: "ask_size"}
# Notices that only inform: they do not end a request.
NO_END = range(2100, 2200)
SAYING = threading.Lock()


def say(**words):
    with SAYING:
        print(json.dumps(words), flush=True)


def known(number):
    return None if number is None or number == UNSET else number


def contract_of(told):
    contract = Contract()
    for name, value in told.items():
        setattr(contract, CONTRACT_FIELDS[name], value)
    return contract


def order_of(told):
    order = Order()
    # This old version sets two flags that brokers refuse by now; its users know to unset them.
    order.eTradeOnly = order.firmQuoteOnly = False
    told = dict(told)
    order.conditions = [condition_of(condition) for condition in told.pop("conditions", [])]
    for name, value in told.items():
        field, kind = ORDER_FIELDS[name]
        setattr(order, field, kind(value))
    return order


def condition_of(told):
    if told["kind"] == "time":
        condition = TimeCondition(told["more"], told["time"])
    else:
        condition = PriceCondition(0, told["con_id"], told["exchange"], told["more"], float(told["price"]))
    condition.isConjunctionConnection = True
    return condition


def condition_fields(condition):
    if isinstance(condition, TimeCondition):
        return {"kind": "time", "more": condition.isMore, "time": condition.time}
    return {"kind": "price", "more": condition.isMore, "price": condition.price, "con_id": condition.conId,
            "exchange": condition.exchange}


def term_fields(order):
    terms = {name: known(getattr(order, ORDER_FIELDS[name][0])) for name in TERMS}
    return {**terms, "conditions": [condition_fields(condition) for condition in order.conditions or []]}


def contract_fields(contract):
    return {name: getattr(contract, field) for name, field in CONTRACT_FIELDS.items()}


def order_fields(contract, order, state):
    return {
        "order_id": order.orderId, "client_id": order.clientId, "perm_id": order.permId, "ref": order.orderRef,
        "symbol": contract.symbol, "action": order.action, "type": order.orderType,
        "quantity": known(order.totalQuantity), "limit": known(order.lmtPrice), "status": state.status,
        "terms": term_fields(order),
    }


class App(EWrapper, EClient):
    """One connection: every callback becomes an event, or a row of the request that asked for it."""

    def __init__(self):
        EClient.__init__(self, self)
        self.ready = threading.Event()
        self.order_id, self.accounts = 0, []
        self.request_id = 1_000_000
        self.rows, self.ends, self.codes = {}, {}, {}
        self.quotes, self.subs, self.books = {}, {}, {}

    # Requests.

    def ask(self, key, send, seconds=25):
        """Sends a request; gives the rows that came before its end, and its codes."""
        end = self.ends[key] = queue.Queue()
        self.rows[key], self.codes[key] = [], []
        send()
        try:
            end.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no end of {key} within {seconds} s") from None
        del self.ends[key]
        return self.rows.pop(key), self.codes.pop(key)

    def next_request(self):
        self.request_id += 1
        return self.request_id

    def row(self, key, value):
        if key in self.rows:
            self.rows[key].append(value)

    def end(self, key):
        if key in self.ends:
            self.ends[key].put(None)

    # Callbacks.

    def error(self, reqId, errorCode, errorString):
        say(event="notice", ref=reqId, code=errorCode, text=errorString)
        if reqId in self.codes and errorCode not in NO_END:
            self.codes[reqId].append(errorCode)
            self.end(reqId)

    def nextValidId(self, orderId):
        self.order_id = max(self.order_id, orderId)
        if self.accounts:
            self.ready.set()
        self.end("ids")

    def managedAccounts(self, accountsList):
        self.accounts = [account for account in accountsList.split(",") if account]
        if self.order_id:
            self.ready.set()

    def currentTime(self, time):
        self.row("time", time)
        self.end("time")

    def accountSummary(self, reqId, account, tag, value, currency):
        self.row(reqId, (account, tag, value))

    def accountSummaryEnd(self, reqId):
        self.end(reqId)

    def updateAccountValue(self, key, val, currency, accountName):
        self.row("updates", (key, val))

    def accountDownloadEnd(self, accountName):
        self.end("updates")

    def contractDetails(self, reqId, contractDetails):
        told = {"long_name": contractDetails.longName, "min_tick": contractDetails.minTick,
                "time_zone": contractDetails.timeZoneId}
        self.row(reqId, {**contract_fields(contractDetails.contract), **told})

    bondContractDetails = contractDetails

    def contractDetailsEnd(self, reqId):
        self.end(reqId)

    def symbolSamples(self, reqId, contractDescriptions):
        for hit in contractDescriptions:
            self.row(reqId, {"con_id": hit.contract.conId, "symbol": hit.contract.symbol})
        self.end(reqId)

    def _tick(self, reqId, field, value):
        quote = self.quotes.get(reqId)
        if quote is not None and field is not None:
            quote[field] = value
            if reqId in self.subs:
                say(event="quote", sub=self.subs[reqId], **quote)

    def tickPrice(self, reqId, tickType, price, attrib):
        self._tick(reqId, PRICE_TICKS.get(tickType), price)

    def tickSize(self, reqId, tickType, size):
        self._tick(reqId, SIZE_TICKS.get(tickType), size)

    def tickSnapshotEnd(self, reqId):
        self.end(reqId)

    def historicalData(self, reqId, bar):
        self.row(reqId, {"time": bar.date, "open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close,
                         "volume": bar.volume})

    def historicalDataEnd(self, reqId, start, end):
        self.end(reqId)

    def updateMktDepth(self, reqId, position, operation, side, price, size):
        book = self.books.get(reqId)
        if book is None:
            return
        rows = book["bids" if side else "asks"]
        if operation == 0:
            rows.insert(position, [price, size])
        elif operation == 1:
            rows[position] = [price, size]
        else:
            del rows[position]
        if min(len(book["bids"]), len(book["asks"])) >= book["rows"]:
            self.end(reqId)

    def tickByTickAllLast(self, reqId, tickType, time, price, size, *_):
        self.row(reqId, {"price": price, "size": size})
        self.end(reqId)

    def tickByTickBidAsk(self, reqId, time, bidPrice, askPrice, bidSize, askSize, _):
        self.row(reqId, {"bid": bidPrice, "ask": askPrice, "bid_size": bidSize, "ask_size": askSize})
        self.end(reqId)

    def realtimeBar(self, reqId, time, open_, high, low, close, volume, wap, count):
        self.row(reqId, {"open": open_, "high": high, "low": low, "close": close, "volume": volume})
        self.end(reqId)

    def headTimestamp(self, reqId, headTimestamp):
        self.row(reqId, headTimestamp)
        self.end(reqId)

    def historicalTicksLast(self, reqId, ticks, done):
        for tick in ticks:
            self.row(reqId, [tick.time, tick.price, tick.size])
        if done:
            self.end(reqId)

    def histogramData(self, reqId, items):
        for item in items:
            self.row(reqId, [item.price, item.count])
        self.end(reqId)

    def marketRule(self, marketRuleId, priceIncrements):
        for step in priceIncrements:
            self.row("rule", [step.lowEdge, step.increment])
        self.end("rule")

    def securityDefinitionOptionParameter(self, reqId, exchange, underlyingConId, tradingClass, multiplier, expirations,
                                          strikes):
        self.row(reqId, {"exchange": exchange, "expiries": sorted(expirations), "strikes": sorted(strikes),
                         "multiplier": multiplier})

    def securityDefinitionOptionParameterEnd(self, reqId):
        self.end(reqId)

    def scannerData(self, reqId, rank, contractDetails, *_):
        self.row(reqId, [rank, contractDetails.contract.symbol])

    def scannerDataEnd(self, reqId):
        self.end(reqId)

    def openOrder(self, orderId, contract, order, orderState):
        key = ("what-if", orderId)
        if order.whatIf and key in self.rows:
            self.row(key, {"init_margin_change": float(orderState.initMarginChange),
                           "equity_after": float(orderState.equityWithLoanAfter),
                           "commission": orderState.commission})
            return self.end(key)
        # Rows of other clients' orders come only on request.
        if order.clientId == self.clientId:
            say(event="open_order", **order_fields(contract, order, orderState))
        self.row("orders", order_fields(contract, order, orderState))

    def openOrderEnd(self):
        self.end("orders")

    def orderStatus(self, orderId, status, filled, remaining, avgFillPrice, permId, parentId, lastFillPrice, clientId,
                    whyHeld, mktCapPrice):
        if clientId == self.clientId:
            say(event="status", order_id=orderId, status=status, filled=filled, remaining=remaining,
                avg_price=avgFillPrice, why_held=whyHeld, perm_id=permId, parent=parentId)

    def completedOrder(self, contract, order, orderState):
        self.row("completed", order_fields(contract, order, orderState))

    def completedOrdersEnd(self):
        self.end("completed")

    def execDetails(self, reqId, contract, execution):
        told = {
            "exec_id": execution.execId, "order_id": execution.orderId, "client_id": execution.clientId,
            "perm_id": execution.permId, "symbol": contract.symbol, "con_id": contract.conId, "side": SIDES[execution.side],
            "shares": execution.shares, "price": execution.price, "ref": execution.orderRef,
            "account": execution.acctNumber,
        }
        if reqId in self.rows:
            self.row(reqId, told)
        else:
            say(event="execution", **told)

    def commissionReport(self, commissionReport):
        self.row("commissions", (commissionReport.execId, commissionReport.commission))
        say(event="commission", exec_id=commissionReport.execId, commission=commissionReport.commission,
            currency=commissionReport.currency)

    def execDetailsEnd(self, reqId):
        self.end(reqId)

    def position(self, account, contract, position, avgCost):
        self.row("positions", {"account": account, "symbol": contract.symbol, "con_id": contract.conId, "quantity": position,
                               "average_cost": avgCost})

    def positionEnd(self):
        self.end("positions")

    def pnl(self, reqId, dailyPnL, unrealizedPnL, realizedPnL):
        told = {"daily": known(dailyPnL), "unrealized": known(unrealizedPnL), "realized": known(realizedPnL)}
        if None not in told.values():
            self.row(reqId, told)
            self.end(reqId)

    def pnlSingle(self, reqId, pos, dailyPnL, unrealizedPnL, realizedPnL, value):
        told = {"position": pos, "daily": known(dailyPnL), "value": known(value)}
        if None not in told.values():
            self.row(reqId, told)
            self.end(reqId)


class Driver:
    """The verbs, one method each."""

    def __init__(self):
        self.app = None
        self.thread = None

    def connect(self, host, port, client_id):
        self.app = App()
        self.app.connect(host, port, client_id)
        if not self.app.isConnected():
            raise ConnectionError("not connected")
        self.thread = threading.Thread(target=self.app.run, daemon=True)
        self.thread.start()
        if not self.app.ready.wait(30):
            raise TimeoutError("no nextValidId and managedAccounts")
        return {"server_version": self.app.serverVersion(), "accounts": self.app.accounts,
                "next_order_id": self.app.order_id}

    def connect_twice(self, port, client_id):
        codes, closed = [], threading.Event()

        class Second(App):
            def error(self, reqId, errorCode, errorString):
                codes.append(errorCode)
                closed.set()

            def connectionClosed(self):
                closed.set()

        second = Second()
        second.connect("127.0.0.1", port, client_id)
        threading.Thread(target=second.run, daemon=True).start()
        closed.wait(30)
        connected = second.ready.is_set()
        second.disconnect()
        return {"connected": connected, "codes": codes}

    def disconnect(self):
        self.app.disconnect()
        self.thread.join(30)
        return {}

    def order_id(self):
        order_id = self.app.order_id
        self.app.order_id += 1
        return {"order_id": order_id}

    def time(self):
        rows, _ = self.app.ask("time", self.app.reqCurrentTime)
        return {"time": rows[0]}

    def summary(self, account, tags):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqAccountSummary(req, "All", ",".join(tags)))
        self.app.cancelAccountSummary(req)
        return {"values": {tag: value for of, tag, value in rows if of == account}}

    def account_updates(self, account):
        rows, _ = self.app.ask("updates", lambda: self.app.reqAccountUpdates(True, account))
        self.app.reqAccountUpdates(False, account)
        return {"values": dict(rows)}

    def details(self, contract):
        req = self.app.next_request()
        rows, codes = self.app.ask(req, lambda: self.app.reqContractDetails(req, contract_of(contract)))
        return {"found": rows, "codes": codes}

    def symbols(self, pattern):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqMatchingSymbols(req, pattern))
        return {"found": rows}

    def quotes_start(self, sub, contract):
        req = self.app.next_request()
        self.app.quotes[req], self.app.subs[req] = {}, sub
        self.app.reqMktData(req, contract_of(contract), "", False, False, [])
        return {}

    def snapshot(self, contract):
        req = self.app.next_request()
        quote = self.app.quotes[req] = dict.fromkeys((*PRICE_TICKS.values(), *SIZE_TICKS.values()))
        _, codes = self.app.ask(req, lambda: self.app.reqMktData(req, contract_of(contract), "", True, False, []))
        return {**quote, "codes": codes}

    def bars(self, contract, end, duration, size, what, rth):
        req = self.app.next_request()
        contract = contract_of(contract)
        rows, codes = self.app.ask(
            req, lambda: self.app.reqHistoricalData(req, contract, end, duration, size, what, int(rth), 2, False, [])
        )
        return {"bars": rows, "codes": codes}

    def depth(self, contract, rows):
        req = self.app.next_request()
        book = self.app.books[req] = {"bids": [], "asks": [], "rows": rows}
        self.app.ask(req, lambda: self.app.reqMktDepth(req, contract_of(contract), rows, False, []))
        self.app.cancelMktDepth(req, False)
        return {"bids": book["bids"], "asks": book["asks"]}

    def tick_by_tick(self, contract, kind):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqTickByTickData(req, contract_of(contract), kind, 0, False))
        self.app.cancelTickByTickData(req)
        return rows[0]

    def realtime_bar(self, contract):
        req = self.app.next_request()
        rows, _ = self.app.ask(
            req, lambda: self.app.reqRealTimeBars(req, contract_of(contract), 5, "TRADES", False, [])
        )
        self.app.cancelRealTimeBars(req)
        return rows[0]

    def head_timestamp(self, contract, what):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqHeadTimeStamp(req, contract_of(contract), what, 1, 2))
        return {"time": rows[0]}

    def past_ticks(self, contract, start, count):
        req, contract = self.app.next_request(), contract_of(contract)
        rows, _ = self.app.ask(
            req, lambda: self.app.reqHistoricalTicks(req, contract, start, "", count, "TRADES", 0, False, [])
        )
        return {"ticks": rows}

    def histogram(self, contract, period):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqHistogramData(req, contract_of(contract), True, period))
        return {"rows": rows}

    def market_rule(self, rule):
        return {"steps": self.app.ask("rule", lambda: self.app.reqMarketRule(rule))[0]}

    def option_chain(self, symbol, sec_type, con_id):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqSecDefOptParams(req, symbol, "", sec_type, con_id))
        return {"chains": rows}

    def scan(self, code, rows):
        req, asked = self.app.next_request(), ScannerSubscription()
        asked.numberOfRows, asked.instrument, asked.locationCode, asked.scanCode = rows, "STK", "STK.US.MAJOR", code
        found, _ = self.app.ask(req, lambda: self.app.reqScannerSubscription(req, asked, [], []))
        self.app.cancelScannerSubscription(req)
        return {"found": found}

    def what_if(self, contract, order):
        order_id, made = self.order_id()["order_id"], order_of(order)
        made.whatIf = True
        rows, _ = self.app.ask(
            ("what-if", order_id), lambda: self.app.placeOrder(order_id, contract_of(contract), made)
        )
        return rows[0]

    def place(self, order_id, contract, order):
        self.app.placeOrder(order_id, contract_of(contract), order_of(order))
        return {}

    def cancel(self, order_id):
        self.app.cancelOrder(order_id)
        return {}

    def own_open(self):
        return {"orders": self.app.ask("orders", self.app.reqOpenOrders)[0]}

    def all_open(self):
        return {"orders": self.app.ask("orders", self.app.reqAllOpenOrders)[0]}

    def executions(self, client_id):
        asked, req = ExecutionFilter(), self.app.next_request()
        asked.clientId = client_id
        self.app.rows["commissions"] = []
        rows, _ = self.app.ask(req, lambda: self.app.reqExecutions(req, asked))
        charged = dict(self.app.rows.pop("commissions"))
        return {"executions": [{**row, "commission": charged[row["exec_id"]]} for row in rows]}

    def completed(self):
        return {"orders": self.app.ask("completed", lambda: self.app.reqCompletedOrders(False))[0]}

    def positions(self):
        rows, _ = self.app.ask("positions", self.app.reqPositions)
        self.app.cancelPositions()
        return {"positions": rows}

    def pnl(self, account):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqPnL(req, account, ""))
        self.app.cancelPnL(req)
        return rows[0]

    def pnl_single(self, account, con_id):
        req = self.app.next_request()
        rows, _ = self.app.ask(req, lambda: self.app.reqPnLSingle(req, account, "", con_id))
        self.app.cancelPnLSingle(req)
        return rows[0]


def main():
    driver = Driver()
    for line in sys.stdin:
        asked = json.loads(line)
        number = asked.pop("id")
        verb = getattr(driver, asked.pop("do"), None)
        if verb is None:
            say(id=number, not_offered="no such verb")
            continue
        try:
            say(id=number, answer=verb(**asked))
        except Exception as error:  # noqa: BLE001 - the suite judges it
            say(id=number, failed=f"{type(error).__name__}: {error}")


main()
