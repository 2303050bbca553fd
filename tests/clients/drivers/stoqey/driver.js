"use strict";
// Driver of @stoqey/ib: its `IBApi` object and the events it emits.

const readline = require("node:readline");
const { IBApi, EventName, PriceCondition, TimeCondition, ConjunctionConnection, ScanCode } = require("@stoqey/ib");

const CONTRACT_FIELDS = {
  con_id: "conId", symbol: "symbol", sec_type: "secType", exchange: "exchange", currency: "currency",
  expiry: "lastTradeDateOrContractMonth", strike: "strike", right: "right", multiplier: "multiplier",
  primary: "primaryExch", local_symbol: "localSymbol", trading_class: "tradingClass",
};
const ORDER_FIELDS = {
  action: ["action", String], quantity: ["totalQuantity", Number], type: ["orderType", String],
  limit: ["lmtPrice", Number], stop: ["auxPrice", Number], tif: ["tif", String], ref: ["orderRef", String],
  transmit: ["transmit", Boolean], parent: ["parentId", Number], oca_group: ["ocaGroup", String],
  oca_type: ["ocaType", Number], account: ["account", String], outside_rth: ["outsideRth", Boolean],
  good_till: ["goodTillDate", String], trail_percent: ["trailingPercent", Number],
  trail_stop: ["trailStopPrice", Number], display_size: ["displaySize", Number],
};
// What an order says of itself besides its everyday fields.
const TERMS = [
  "tif", "stop", "outside_rth", "good_till", "trail_percent", "trail_stop", "display_size", "oca_group", "parent",
];
const SIDES = { BOT: "BUY", SLD: "SELL" };
const TICKS = { 0: "bid_size", 1: "bid", 2: "ask", 3: "ask_size", 4: "last" };
const PATIENCE_MS = 25_000;
const UNSET = Number.MAX_VALUE;

const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);
const known = (number) => (number === undefined || number === null || number === UNSET ? null : Number(number));
const isInformation = (code) => code >= 2100 && code < 2200;

function contractOf(told) {
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [CONTRACT_FIELDS[name], value]));
}

function orderOf({ conditions, ...told }) {
  const order = Object.fromEntries(
    Object.entries(told).map(([name, value]) => [ORDER_FIELDS[name][0], ORDER_FIELDS[name][1](value)]),
  );
  return conditions ? { ...order, conditions: conditions.map(conditionOf) } : order;
}

function conditionOf(told) {
  const and = ConjunctionConnection.AND;
  if (told.kind === "time") return new TimeCondition(told.time, told.more, and);
  return new PriceCondition(Number(told.price), 0, told.con_id, told.exchange, told.more, and);
}

function conditionFields(condition) {
  if (condition instanceof TimeCondition) return { kind: "time", more: condition.isMore, time: condition.time };
  return {
    kind: "price", more: condition.isMore, price: condition.price, con_id: condition.conId,
    exchange: condition.exchange,
  };
}

function termFields(order) {
  const value = (told) => (told === UNSET || told === undefined ? null : told);
  const terms = Object.fromEntries(TERMS.map((name) => [name, value(order[ORDER_FIELDS[name][0]])]));
  return { ...terms, conditions: (order.conditions ?? []).map(conditionFields) };
}

function contractFields(contract) {
  return Object.fromEntries(Object.entries(CONTRACT_FIELDS).map(([name, field]) => [name, contract[field]]));
}

function orderFields(orderId, contract, order, state) {
  return {
    order_id: orderId, client_id: order.clientId, perm_id: order.permId, ref: order.orderRef,
    symbol: contract.symbol, action: order.action, type: order.orderType, quantity: known(order.totalQuantity),
    limit: known(order.lmtPrice), status: state.status, terms: termFields(order),
  };
}

function executionFields(contract, execution) {
  return {
    exec_id: execution.execId, order_id: execution.orderId, client_id: execution.clientId,
    perm_id: execution.permId, symbol: contract.symbol, con_id: contract.conId, side: SIDES[execution.side], shares: execution.shares,
    price: execution.price, ref: execution.orderRef, account: execution.acctNumber,
  };
}

/** One connection: each event becomes a line, or a row of the request that asked for it. */
class Connection {
  constructor(host, port, clientId) {
    this.clientId = clientId;
    this.ib = new IBApi({ host, port, clientId });
    this.nextRequest = 1_000_000;
    this.orderId = 0;
    this.accounts = undefined;
    this.asked = new Map();
    this.quotes = new Map();
    this.books = new Map();
    this.commissions = new Map();
    this.listen();
  }

  /** Resolves once the venue has given the next id and the accounts. */
  open() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no nextValidId and managedAccounts")), 30_000);
      this.opened = () => {
        if (this.orderId && this.accounts) {
          clearTimeout(timer);
          resolve();
        }
      };
      this.ib.connect();
    });
  }

  /** Sends a request; gives the rows that came before its end, and its codes. */
  ask(key, send) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.asked.delete(key);
        reject(new Error(`no end of ${key}`));
      }, PATIENCE_MS);
      const request = { rows: [], codes: [] };
      request.end = () => {
        clearTimeout(timer);
        this.asked.delete(key);
        resolve(request);
      };
      this.asked.set(key, request);
      send();
    });
  }

  request(send) {
    const id = ++this.nextRequest;
    return this.ask(id, () => send(id));
  }

  row(key, value) {
    this.asked.get(key)?.rows.push(value);
  }

  end(key) {
    this.asked.get(key)?.end();
  }

  listen() {
    const on = (name, listener) => this.ib.on(EventName[name], listener);
    this.listenToSession(on);
    this.listenToData(on);
    this.listenToOrders(on);
  }

  listenToSession(on) {
    const notice = (text, code, ref) => {
      say({ event: "notice", ref, code, text });
      const request = this.asked.get(ref);
      if (request && !isInformation(code)) {
        request.codes.push(code);
        request.end();
      }
    };
    on("error", (error, code, ref) => notice(error.message, code, ref));
    on("info", (text, code) => notice(text, code, -1));
    on("server", (version) => (this.serverVersion = version));
    on("nextValidId", (id) => {
      this.orderId = Math.max(this.orderId, id);
      this.opened?.();
    });
    on("managedAccounts", (list) => {
      this.accounts = list.split(",").filter(Boolean);
      this.opened?.();
    });
    on("disconnected", () => this.closed?.());
    on("currentTime", (time) => {
      this.row("time", time);
      this.end("time");
    });
  }

  listenToData(on) {
    on("accountSummary", (id, account, tag, value) => this.row(id, [account, tag, value]));
    on("accountSummaryEnd", (id) => this.end(id));
    on("updateAccountValue", (key, value) => this.row("updates", [key, value]));
    on("accountDownloadEnd", () => this.end("updates"));
    const details = (id, told) => this.row(id, {
      ...contractFields(told.contract), long_name: told.longName, min_tick: told.minTick, time_zone: told.timeZoneId,
    });
    on("contractDetails", details);
    on("bondContractDetails", details);
    on("contractDetailsEnd", (id) => this.end(id));
    on("symbolSamples", (id, hits) => {
      hits.forEach((hit) => this.row(id, { con_id: hit.contract.conId, symbol: hit.contract.symbol }));
      this.end(id);
    });
    const tick = (id, field, value) => {
      const quote = this.quotes.get(id);
      if (quote && TICKS[field]) {
        quote[TICKS[field]] = value;
        if (quote.sub !== undefined) say({ event: "quote", ...quote });
      }
    };
    on("tickPrice", tick);
    on("tickSize", tick);
    on("tickSnapshotEnd", (id) => this.end(id));
    on("historicalData", (id, time, open, high, low, close, volume) => {
      // The library marks the end with a row of its own.
      if (String(time).startsWith("finished")) this.end(id);
      else this.row(id, { time: String(time), open, high, low, close, volume: Number(volume) });
    });
    on("position", (account, contract, quantity, cost) => {
      this.row("positions", {
        account, symbol: contract.symbol, con_id: contract.conId, quantity, average_cost: cost,
      });
    });
    on("positionEnd", () => this.end("positions"));
    this.listenToSpecialData(on);
    const numbers = (id, told) => {
      if (!Object.values(told).includes(null)) {
        this.row(id, told);
        this.end(id);
      }
    };
    on("pnl", (id, daily, unrealized, realized) => {
      numbers(id, { daily: known(daily), unrealized: known(unrealized), realized: known(realized) });
    });
    on("pnlSingle", (id, position, daily, _unrealized, _realized, value) => {
      numbers(id, { position: Number(position), daily: known(daily), value: known(value) });
    });
  }

  listenToSpecialData(on) {
    on("updateMktDepth", (id, position, operation, side, price, size) => {
      const book = this.books.get(id);
      if (!book) return;
      const rows = side ? book.bids : book.asks;
      if (operation === 0) rows.splice(position, 0, [price, size]);
      else if (operation === 1) rows[position] = [price, size];
      else rows.splice(position, 1);
      if (Math.min(book.bids.length, book.asks.length) >= book.rows) this.end(id);
    });
    const once = (id, told) => {
      this.row(id, told);
      this.end(id);
    };
    on("tickByTickAllLast", (id, _kind, _time, price, size) => once(id, { price, size }));
    on("tickByTickBidAsk", (id, _time, bid, ask, bid_size, ask_size) => once(id, { bid, ask, bid_size, ask_size }));
    on("realtimeBar", (id, _time, open, high, low, close, volume) => once(id, { open, high, low, close, volume }));
    on("headTimestamp", (id, time) => once(id, time));
    on("historicalTicksLast", (id, ticks, done) => {
      ticks.forEach((tick) => this.row(id, [Number(tick.time), tick.price, tick.size]));
      if (done) this.end(id);
    });
    on("histogramData", (id, rows) => {
      rows.forEach((row) => this.row(id, [row.price, row.count ?? row.size]));
      this.end(id);
    });
    on("marketRule", (_rule, steps) => {
      steps.forEach((step) => this.row("rule", [step.lowEdge, step.increment]));
      this.end("rule");
    });
    on("securityDefinitionOptionParameter", (id, exchange, _under, _class, multiplier, expiries, strikes) => {
      const sorted = [...strikes].sort((a, b) => a - b);
      this.row(id, { exchange, multiplier: String(multiplier), expiries: [...expiries].sort(), strikes: sorted });
    });
    on("securityDefinitionOptionParameterEnd", (id) => this.end(id));
    on("scannerData", (id, rank, details) => this.row(id, [rank, details.contract.symbol]));
    on("scannerDataEnd", (id) => this.end(id));
  }

  listenToOrders(on) {
    on("openOrder", (id, contract, order, state) => {
      const key = `what-if ${id}`;
      if (this.asked.has(key)) {
        this.row(key, {
          init_margin_change: Number(state.initMarginChange), equity_after: Number(state.equityWithLoanAfter),
          commission: known(state.commission),
        });
        return this.end(key);
      }
      const told = orderFields(id, contract, order, state);
      // Orders of other clients come only on request.
      if (order.clientId === this.clientId) say({ event: "open_order", ...told });
      return this.row("orders", told);
    });
    on("openOrderEnd", () => this.end("orders"));
    on("orderStatus", (id, status, filled, remaining, price, permId, parentId, _last, clientId, whyHeld) => {
      if (clientId !== this.clientId) return;
      say({
        event: "status", order_id: id, status, filled, remaining, avg_price: price, why_held: whyHeld,
        perm_id: permId, parent: parentId,
      });
    });
    on("completedOrder", (contract, order, state) => {
      this.row("completed", orderFields(order.orderId, contract, order, state));
    });
    on("completedOrdersEnd", () => this.end("completed"));
    on("execDetails", (id, contract, execution) => {
      const told = executionFields(contract, execution);
      if (this.asked.has(id)) this.row(id, told);
      else say({ event: "execution", ...told });
    });
    on("execDetailsEnd", (id) => this.end(id));
    on("commissionReport", (report) => {
      this.commissions.set(report.execId, report.commission);
      say({ event: "commission", exec_id: report.execId, commission: report.commission, currency: report.currency });
    });
  }
}

let connection;

const verbs = {
  async connect({ host, port, client_id }) {
    connection = new Connection(host, port, client_id);
    await connection.open();
    return {
      server_version: connection.serverVersion, accounts: connection.accounts, next_order_id: connection.orderId,
    };
  },
  async connect_twice({ port, client_id }) {
    const second = new IBApi({ host: "127.0.0.1", port, clientId: client_id });
    const codes = [];
    let connected = false;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, 30_000);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      second.on(EventName.error, (_error, code) => codes.push(code));
      // The library calls a notice without a request information, also this one.
      second.on(EventName.info, (_text, code) => codes.push(code));
      second.on(EventName.disconnected, done);
      second.on(EventName.nextValidId, () => {
        connected = true;
        done();
      });
      second.connect();
    });
    second.disconnect();
    return { connected, codes };
  },
  async disconnect() {
    await new Promise((resolve) => {
      connection.closed = resolve;
      connection.ib.disconnect();
    });
    return {};
  },
  async order_id() {
    return { order_id: connection.orderId++ };
  },
  async time() {
    const { rows } = await connection.ask("time", () => connection.ib.reqCurrentTime());
    return { time: rows[0] };
  },
  async summary({ account, tags }) {
    const { rows } = await connection.request((id) => connection.ib.reqAccountSummary(id, "All", tags.join(",")));
    return { values: Object.fromEntries(rows.filter(([of]) => of === account).map(([, ...row]) => row)) };
  },
  async account_updates({ account }) {
    const { rows } = await connection.ask("updates", () => connection.ib.reqAccountUpdates(true, account));
    connection.ib.reqAccountUpdates(false, account);
    return { values: Object.fromEntries(rows) };
  },
  async details({ contract }) {
    const { rows, codes } = await connection.request((id) => {
      connection.ib.reqContractDetails(id, contractOf(contract));
    });
    return { found: rows, codes };
  },
  async symbols({ pattern }) {
    const { rows } = await connection.request((id) => connection.ib.reqMatchingSymbols(id, pattern));
    return { found: rows };
  },
  async quotes_start({ sub, contract }) {
    const id = ++connection.nextRequest;
    connection.quotes.set(id, { sub, bid: null, ask: null, last: null, bid_size: null, ask_size: null });
    connection.ib.reqMktData(id, contractOf(contract), "", false, false);
    return {};
  },
  async snapshot({ contract }) {
    const quote = { bid: null, ask: null, last: null, bid_size: null, ask_size: null };
    const { codes } = await connection.request((id) => {
      connection.quotes.set(id, quote);
      connection.ib.reqMktData(id, contractOf(contract), "", true, false);
    });
    return { ...quote, codes };
  },
  async bars({ contract, end, duration, size, what, rth }) {
    const { rows, codes } = await connection.request((id) => {
      connection.ib.reqHistoricalData(id, contractOf(contract), end, duration, size, what, rth ? 1 : 0, 2, false);
    });
    return { bars: rows, codes };
  },
  async depth({ contract, rows }) {
    const book = { bids: [], asks: [], rows };
    await connection.request((id) => {
      connection.books.set(id, book);
      connection.ib.reqMktDepth(id, contractOf(contract), rows, false);
    });
    connection.ib.cancelMktDepth(connection.nextRequest, false);
    return { bids: book.bids, asks: book.asks };
  },
  async tick_by_tick({ contract, kind }) {
    const { rows } = await connection.request((id) => {
      connection.ib.reqTickByTickData(id, contractOf(contract), kind, 0, false);
    });
    connection.ib.cancelTickByTickData(connection.nextRequest);
    return rows[0];
  },
  async realtime_bar({ contract }) {
    const { rows } = await connection.request((id) => {
      connection.ib.reqRealTimeBars(id, contractOf(contract), 5, "TRADES", false);
    });
    connection.ib.cancelRealTimeBars(connection.nextRequest);
    return rows[0];
  },
  async head_timestamp({ contract, what }) {
    const { rows } = await connection.request((id) => {
      connection.ib.reqHeadTimestamp(id, contractOf(contract), what, true, 2);
    });
    return { time: rows[0] };
  },
  async past_ticks({ contract, start, count }) {
    const { rows } = await connection.request((id) => {
      connection.ib.reqHistoricalTicks(id, contractOf(contract), start, "", count, "TRADES", 0, false);
    });
    return { ticks: rows };
  },
  async histogram({ contract, period }) {
    const [count, unit] = period.split(" ");
    const { rows } = await connection.request((id) => {
      connection.ib.reqHistogramData(id, contractOf(contract), true, Number(count), unit);
    });
    return { rows };
  },
  async market_rule({ rule }) {
    return { steps: (await connection.ask("rule", () => connection.ib.reqMarketRule(rule))).rows };
  },
  async option_chain({ symbol, sec_type, con_id }) {
    const { rows } = await connection.request((id) => {
      connection.ib.reqSecDefOptParams(id, symbol, "", sec_type, con_id);
    });
    return { chains: rows };
  },
  async scan({ code, rows }) {
    const asked = { numberOfRows: rows, instrument: "STK", locationCode: "STK.US.MAJOR", scanCode: ScanCode[code] };
    const told = await connection.request((id) => connection.ib.reqScannerSubscription(id, asked));
    connection.ib.cancelScannerSubscription(connection.nextRequest);
    return { found: told.rows };
  },
  async what_if({ contract, order }) {
    const id = connection.orderId++;
    const { rows } = await connection.ask(`what-if ${id}`, () => {
      connection.ib.placeOrder(id, contractOf(contract), { ...orderOf(order), transmit: true, whatIf: true });
    });
    return rows[0];
  },
  async place({ order_id, contract, order }) {
    connection.ib.placeOrder(order_id, contractOf(contract), orderOf(order));
    return {};
  },
  async cancel({ order_id }) {
    connection.ib.cancelOrder(order_id);
    return {};
  },
  async own_open() {
    return { orders: (await connection.ask("orders", () => connection.ib.reqOpenOrders())).rows };
  },
  async all_open() {
    return { orders: (await connection.ask("orders", () => connection.ib.reqAllOpenOrders())).rows };
  },
  async executions({ client_id }) {
    const { rows } = await connection.request((id) => connection.ib.reqExecutions(id, { clientId: client_id }));
    return { executions: rows.map((row) => ({ ...row, commission: connection.commissions.get(row.exec_id) })) };
  },
  async completed() {
    return { orders: (await connection.ask("completed", () => connection.ib.reqCompletedOrders(false))).rows };
  },
  async positions() {
    const { rows } = await connection.ask("positions", () => connection.ib.reqPositions());
    connection.ib.cancelPositions();
    return { positions: rows };
  },
  async pnl({ account }) {
    const { rows } = await connection.request((id) => connection.ib.reqPnL(id, account, ""));
    connection.ib.cancelPnL(connection.nextRequest);
    return rows[0];
  },
  async pnl_single({ account, con_id }) {
    const { rows } = await connection.request((id) => connection.ib.reqPnLSingle(id, account, "", con_id));
    connection.ib.cancelPnLSingle(connection.nextRequest);
    return rows[0];
  },
};

const input = readline.createInterface({ input: process.stdin });
input.on("line", async (line) => {
  const { id, do: verb, ...given } = JSON.parse(line);
  if (!verbs[verb]) return say({ id, not_offered: "no such verb" });
  try {
    return say({ id, answer: await verbs[verb](given) });
  } catch (error) {
    return say({ id, failed: String(error) });
  }
});
input.on("close", () => process.exit(0));
