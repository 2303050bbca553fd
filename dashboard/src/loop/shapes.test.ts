import { expect, test } from "vitest";
import { toneOf, weight } from "./shapes";

test("a weight is unknown where its price is, and nothing held weighs nothing", () => {
  expect(weight("10", "50", "1000")).toBe(50);
  expect(weight("-10", "50", "1000")).toBe(-50);
  expect(weight("10", null, "1000")).toBeUndefined();
  expect(weight("0", null, "1000")).toBe(0);
  expect(weight(null, "50", "1000")).toBeUndefined();
});

test("a state that came later is not shown as good", () => expect([toneOf("done"), toneOf("asleep")]).toEqual(["good", "unknown"]));
