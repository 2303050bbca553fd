#!/usr/bin/env python3
"""Places limit orders one after the other, each until the broker acknowledged it; prints microseconds.

    place.py ibapi|ib_async PORT ORDERS
"""

import queue
import sys
import threading
import time


def by_ibapi(port, orders):
    from ibapi.client import EClient
    from ibapi.contract import Contract
    from ibapi.order import Order
    from ibapi.wrapper import EWrapper

    said = queue.Queue()

    class App(EWrapper, EClient):
        def __init__(self):
            EClient.__init__(self, self)

        def nextValidId(self, orderId):
            said.put(("ready", orderId))

        def orderStatus(self, orderId, status, *more):
            said.put((status, orderId))

    app = App()
    app.connect("127.0.0.1", port, 71)
    threading.Thread(target=app.run, daemon=True).start()
    _, first = said.get(timeout=10)
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "KO", "STK", "SMART", "USD"
    for nth in range(orders):
        order = Order()
        # This old version sets two flags that brokers refuse by now; its users know to unset them.
        order.eTradeOnly = order.firmQuoteOnly = False
        order.action, order.totalQuantity, order.orderType, order.lmtPrice = "BUY", nth % 90 + 1, "LMT", 1.0
        began = time.perf_counter()
        app.placeOrder(first + nth, contract, order)
        while said.get(timeout=10) != ("Submitted", first + nth):
            pass
        yield time.perf_counter() - began
    app.disconnect()


def by_ib_async(port, orders):
    import asyncio

    import ib_async

    async def place():
        ib = ib_async.IB()
        # Its own throttle, lifted as the gateway's is in this benchmark.
        ib.client.MaxRequests = 0
        await ib.connectAsync("127.0.0.1", port, clientId=72)
        contract = ib_async.Stock("KO", "SMART", "USD")
        took = []
        for nth in range(orders):
            order = ib_async.LimitOrder("BUY", nth % 90 + 1, 1.0)
            told = asyncio.Event()
            began = time.perf_counter()
            trade = ib.placeOrder(contract, order)
            trade.statusEvent += lambda trade, told=told: trade.orderStatus.status == "Submitted" and told.set()
            await asyncio.wait_for(told.wait(), 10)
            took.append(time.perf_counter() - began)
        ib.disconnect()
        return took

    return asyncio.run(place())


CLIENTS = {"ibapi": by_ibapi, "ib_async": by_ib_async}

if __name__ == "__main__":
    client, port, orders = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for took in CLIENTS[client](port, orders):
        print(round(took * 1_000_000))
