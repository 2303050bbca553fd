import { expect, test } from "vitest";
import type { Order } from "../api/types";
import { inOrder, isOpen, isUnknown } from "./orders.svelte";

const order = (cl_ord_id: string, status: Order["status"], created_at: string) => ({ cl_ord_id, status, created_at }) as Order;

test("unknown orders come first, then those that wait, then those that work, then the rest; the newest first in each", () => {
  const all = [order("filled", "filled", "5"), order("works", "working", "3"), order("lost", "missing", "1"), order("asks", "pending_approval", "2"), order("works-too", "pending_cancel", "4"), order("lost-too", "unconfirmed", "0")];
  expect(inOrder(all).map((one) => one.cl_ord_id)).toEqual(["lost", "lost-too", "asks", "works-too", "works", "filled"]);
});

test("an unknown order is open, whatever else", () => {
  for (const status of ["missing", "unconfirmed"] as const) {
    const one = order("k", status, "0");
    expect([isUnknown(one), isOpen(one)]).toEqual([true, true]);
  }
  expect(isOpen(order("k", "rejected", "0"))).toBe(false);
});
