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
