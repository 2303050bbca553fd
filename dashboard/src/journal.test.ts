import { expect, test } from "vitest";
import type { AuditRecord } from "./api/types";
import { say } from "./journal";

const record = (kind: string, event: Record<string, unknown>): AuditRecord => ({ seq: 1, at: "2026-01-01T00:00:00Z", kind, event, hash: "" }) as AuditRecord;

test("trades and commissions are said with their figures", () => {
  expect(say(record("order", { event: { event: "executed", execution: { last_qty: "10", last_px: "125.5", exchange: "NYSE" } } }))).toEqual({ title: "Traded 10 at 125.50", text: "NYSE", tone: "good" });
  expect(say(record("order", { event: { event: "commission_joined", commission: { amount: { amount: "1", currency: "USD" } } } })).title).toBe("Commission 1.00 USD");
});

test("what makes an order unknown has the tone of unknown", () => {
  for (const word of ["send_unknown", "link_lost", "not_found"]) expect(say(record("order", { event: { event: word } })).tone).toBe("unknown");
});

test("a record of a kind that came later is shown by its kind", () => {
  expect(say(record("moon_landed", { reason: "one small step" }))).toEqual({ title: "Moon landed", text: "one small step", tone: "plain" });
  expect(say(record("order", {})).title).toBe("Unknown");
});

test("records that hold an order say what was ordered", () => {
  const order = { contract: { symbol: "AAPL" }, intent: { side: "sell_short", qty: "1000" } };
  expect(say(record("order_submitting", { order })).text).toBe("sell short 1,000 AAPL");
  expect(say(record("order_denied", { order: null, intent: { side: "buy", qty: "5", instrument: { spec: { symbol: "KO" } } }, reasons: [{ message: "Too much." }] })).text).toBe("buy 5 KO: Too much.");
  expect(say(record("approval_requested", { order, approval: { reasons: [{ message: "A human must." }] } })).text).toBe("sell short 1,000 AAPL: A human must.");
});

test("an approval is said with who answered it and why", () => {
  expect(say(record("approval_moved", { status: "denied", by: "operator", reason: "not today" }))).toEqual({ title: "Approval: denied", text: "by operator: not today", tone: "plain" });
  expect(say(record("approval_moved", { status: "expired", by: null, reason: null })).text).toBeUndefined();
});

test("what the loop writes down is said with its run and its end", () => {
  expect(say(record("loop", { event: { event: "run_queued", run: { id: "first" } } })).text).toBe("first");
  expect(say(record("loop", { event: { event: "step_ended", run: "first", step: 2, end: { outcome: "filled" } } }))).toEqual({ title: "Loop: step ended", text: "first, step 2, filled", tone: "good" });
  expect(say(record("loop", { event: { event: "run_ended", run: "first", state: "partial", reason: "refused" } })).tone).toBe("warn");
});

test("a figure that a record does not hold is unknown, never zero", () => {
  expect(say(record("verified", { walk: {} })).text).toBe("unknown records, findings unknown");
  expect(say(record("account_marked", { mark: { net_liquidation: "1000000", currency: "USD" } })).title).toBe("The account is worth 1,000,000.00 USD");
});
