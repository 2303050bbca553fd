import { expect, test } from "vitest";
import type { Status, TradingStateEntry } from "../api/types";
import { globalState, modeOf, standing } from "./trading";

const status = (more: Partial<Status>): Status => ({ trading: "paper", mode: "paper", simulated: false, account: "DU1", ready: true, not_ready: [], trading_states: [], kill_file: false, broker: { endpoint: "127.0.0.1:7497" }, ...more }) as Status;
const entry = (more: Partial<TradingStateEntry>): TradingStateEntry => ({ scope: "global", state: "halted", reason: "drill", by: "me", at: "2026-01-01T00:00:00Z", id: null, ...more });

test("what nobody has said is unknown, not active", () => {
  expect(standing(undefined).word).toBe("unknown");
  expect(modeOf(undefined).word).toBe("UNKNOWN");
});

test("a halt goes before everything else, and says why", () => {
  const halted = status({ trading_states: [entry({})], ready: false, not_ready: ["the link is down"] });
  expect(standing(halted)).toEqual({ word: "halted", why: ["drill (me)"] });
  expect(standing(status({ kill_file: true })).word).toBe("halted");
  expect(globalState(status({ kill_file: true }))).toBe("halted");
});

test("not ready says every reason; a strategy that is halted does not stop the rest", () => {
  expect(standing(status({ ready: false, not_ready: ["a", "b"] }))).toEqual({ word: "not ready", why: ["a", "b"] });
  const scoped = standing(status({ trading_states: [entry({ scope: "strategy", id: "momentum" })] }));
  expect(scoped.word).toBe("active");
  expect(scoped.why).toEqual(["strategy momentum is halted: drill"]);
  expect(standing(status({ trading: "off" })).word).toBe("off");
});

test("play money, paper and live cannot be confused, and what is not proven is neither", () => {
  expect(modeOf(status({ simulated: true })).word).toBe("SIMULATED");
  expect(modeOf(status({})).word).toBe("PAPER");
  expect(modeOf(status({ mode: "live" })).tone).toBe("live");
  expect(modeOf(status({ mode: null, mode_unproven: "two accounts" }))).toEqual({ word: "UNPROVEN", tone: "unknown", proof: "two accounts" });
});
