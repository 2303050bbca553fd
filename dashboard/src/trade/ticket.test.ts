import { expect, test } from "vitest";
import type { Reason } from "../api/types";
import { blank, byField, missing, order } from "./ticket";

const reason = (control: number): Reason => ({ control, code: `C${control}`, message: "m", hint: "h", observed: null, limit: null });

test("an order says only what its type knows", () => {
  const ticket = { ...blank("AAPL"), qty: " 10 ", limit_price: "189.50", stop_price: "1", order_type: "limit" as const };
  expect(order(ticket)).toEqual({ symbol: "AAPL", sec_type: "stk", exchange: "SMART", currency: "USD", side: "buy", qty: "10", order_type: "limit", tif: "day", limit_price: "189.50" });
  expect(order({ ...ticket, order_type: "market" })).not.toHaveProperty("limit_price");
});

test("nobody is asked before the ticket is whole", () => {
  expect(missing(blank("AAPL"))).toEqual(["qty"]);
  expect(missing({ ...blank("AAPL"), qty: "1", order_type: "stop_limit" })).toEqual(["stop_price", "limit_price"]);
  expect(missing({ ...blank("AAPL"), qty: "1", tif: "gtd" })).toEqual(["good_till"]);
  expect(missing({ ...blank("AAPL"), qty: "1", take_profit: "200" })).toEqual(["stop_loss"]);
});

test("no reason gets lost between fields and the rest", () => {
  const reasons = [13, 15, 27, 19, 17].map(reason);
  const shown = byField(reasons, { ...blank("AAPL"), order_type: "limit" });
  expect(shown.at.qty?.map((one) => one.control)).toEqual([13, 19]);
  expect(shown.at.limit_price?.map((one) => one.control)).toEqual([15]);
  expect(shown.others.map((one) => one.control)).toEqual([27, 17]);
});
