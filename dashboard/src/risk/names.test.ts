import { expect, test } from "vitest";
import { nameOf } from "./names";

test("a limit has a name in words, and one without a name is called by its key", () => {
  expect(nameOf("turnover_day_max")).toBe("Traded today");
  expect(nameOf("child_orders_max")).toBe("Child orders");
});
