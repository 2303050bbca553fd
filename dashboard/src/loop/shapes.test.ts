import { expect, test } from "vitest";
import type { AccountSummary, Decision, Order, PlanLine, Position, Run } from "../api/types";
import { standing, stretches, toneOf, weight, weights } from "./shapes";

test("a weight is unknown where its price is, and nothing held weighs nothing", () => {
  expect(weight("10", "50", "1000")).toBe(50);
  expect(weight("-10", "50", "1000")).toBe(-50);
  expect(weight("10", null, "1000")).toBeUndefined();
  expect(weight("0", null, "1000")).toBe(0);
  expect(weight(null, "50", "1000")).toBeUndefined();
});

test("a state that came later is not shown as good", () => expect([toneOf("done"), toneOf("asleep")]).toEqual(["good", "unknown"]));

const decision = (more: Partial<Decision>) => ({ id: "d-1", cash_buffer: "0.2", targets: [], ...more }) as Decision;
const summary = (more: Partial<AccountSummary>) => ({ net_liquidation: "1000", total_cash: "400", ...more }) as AccountSummary;
const position = (symbol: string, more: Partial<Position>) => ({ symbol, qty: "1", market_value: null, ...more }) as Position;

test("weights are parts of what the cash buffer leaves, the largest first and cash last", () => {
  const targets = [{ symbol: "KO", weight: "0.25" }, { symbol: "XOM", weight: "0.75" }];
  const rows = weights(decision({ targets }), [position("KO", { market_value: "100" }), position("MSFT", { market_value: "500" })], summary({}));
  expect(rows.map((row) => row.symbol)).toEqual(["XOM", "KO", "Cash"]);
  expect(rows.map((row) => row.held)).toEqual([0, 10, 40]);
  expect(rows.map((row) => Math.round(row.wanted ?? Number.NaN))).toEqual([60, 20, 20]);
});

test("what an account without a worth holds, or a position without a price weighs, is unknown, never zero", () => {
  const targets = [{ symbol: "KO", weight: "0.5" }, { symbol: "PG", qty: "2" }];
  expect(weights(decision({ targets }), [position("KO", {})], summary({ net_liquidation: null })).map((row) => row.held)).toEqual([undefined, 0, undefined]);
  const rows = weights(decision({ targets }), [position("PG", { market_value: "50", market_price: "50" })], summary({}));
  expect(rows.find((row) => row.symbol === "PG")).toEqual({ symbol: "PG", held: 5, wanted: 10 });
  expect(weights(decision({ targets }), [], summary({})).find((row) => row.symbol === "Cash")?.wanted).toBeUndefined();
});

const run = (more: Partial<Run>) => ({ id: "r", state: "executing", steps: [], moves: [], plan: null, ...more }) as Run;
const order = (cl_ord_id: string, cum_qty: string, created_at: string) => ({ cl_ord_id, cum_qty, created_at }) as Order;

test("each step has its own orders, also those of its parts, and what has traded of it so far", () => {
  const lines = [1, 31, null].map((step) => ({ step, symbol: `S${step}` }) as PlanLine);
  const made = standing(run({ plan: { lines } as Run["plan"] & {} }), [order("r.1-b", "2", "2"), order("r.31", "7", "3"), order("r.1", "1", "1"), order("other.1", "9", "1")]);
  expect(made.map((one) => [one.step, one.line?.symbol, one.orders.map((own) => own.cl_ord_id), one.filled])).toEqual([[1, "S1", ["r.1", "r.1-b"], "3"], [31, "S31", ["r.31"], "7"]]);
});

test("the present state of a run lasts until now, its end takes no time", () => {
  const at = (second: number) => new Date(second * 1_000).toISOString();
  const moves = [{ at: at(0), state: "queued", reason: "" }, { at: at(2), state: "executing", reason: "" }];
  expect(stretches(run({ moves }), 5_000).map((one) => one.took)).toEqual([2_000, 3_000]);
  const over = [...moves, { at: at(4), state: "done", reason: "" }];
  expect(stretches(run({ moves: over, state: "done" }), 9_000).map((one) => one.took)).toEqual([2_000, 2_000, undefined]);
});
