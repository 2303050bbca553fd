import { expect, signIn, test } from "./test";

test("an order from the ticket to its fill", async ({ page, gateway }) => {
  await signIn(page, gateway, "/trade?symbol=AAPL");
  await page.getByLabel("Quantity of AAPL").fill("10");
  const ticket = page.getByRole("region", { name: "Ticket" });
  await expect(ticket).toContainText("approved");
  await expect(ticket).toContainText("Commission, estimated");
  await page.getByRole("button", { name: "Buy 10 AAPL" }).click();
  await expect(ticket.getByRole("article")).toContainText("filled");
  await expect(ticket.getByRole("article")).toContainText("Traded 10 at");
  await expect(page.getByRole("region", { name: "Orders in AAPL" })).toContainText("filled");
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByRole("region", { name: "Positions" })).toContainText("AAPL");
  await expect(page.getByRole("region", { name: "Last fills" })).toContainText("AAPL");
});

test("a denied order shows every reason at the field or gate that it belongs to", async ({ page, gateway }) => {
  await signIn(page, gateway, "/trade?symbol=AAPL");
  await page.getByLabel("Quantity of AAPL").fill("1000000");
  const ticket = page.getByRole("region", { name: "Ticket" });
  await expect(ticket).toContainText("denied by");
  await page.getByRole("button", { name: /^Buy 1000000/ }).click();
  await expect(ticket.getByRole("article")).toContainText("denied");
  const [order] = (await gateway.ask<{ items: { reasons: { message: string }[] }[] }>("operator", "GET", "/orders")).items;
  expect(order?.reasons.length).toBeGreaterThan(5);
  for (const reason of order?.reasons ?? []) await expect(ticket.getByText(reason.message).first()).toBeVisible();
  await expect(page.getByLabel("Quantity of AAPL")).toHaveAttribute("aria-invalid", "true");
});

test("a malformed figure is told at its field, and nothing is sent", async ({ page, gateway }) => {
  await signIn(page, gateway, "/trade?symbol=AAPL");
  await page.getByLabel("Quantity of AAPL").fill("ten");
  await expect(page.getByRole("region", { name: "Ticket" })).toContainText("qty must be a plain decimal");
});

test("a working order is changed and canceled", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", { ...gateway.order("KO", "4", "60.00"), tif: "gtc" }, "rest-1");
  await signIn(page, gateway, "/orders/rest-1");
  const order = page.getByRole("article", { name: "Order rest-1" });
  await expect(order).toContainText("working");
  await expect(order).toContainText("Submitted");
  await order.getByRole("button", { name: "Change it" }).click();
  await page.getByLabel("Quantity, in all").fill("6");
  await page.getByRole("dialog").getByRole("button", { name: "Change it" }).click();
  await expect(order).toContainText("of 6");
  await order.getByRole("button", { name: "Cancel it" }).click();
  await expect(order).toContainText("Canceled, proven by the broker");
});

test("an order of unknown fate cannot be missed, and is asked for by the same key", async ({ page, gateway }) => {
  await signIn(page, gateway, "/trade?symbol=PG");
  await page.getByLabel("Quantity of PG").fill("3");
  const ticket = page.getByRole("region", { name: "Ticket" });
  await expect(ticket).toContainText("approved");
  // The next order is swallowed: it leaves, and nobody says anything.
  await fetch(`${gateway.control}/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ when: { message: "place_order" }, do: { drop: "after_accept" } }) });
  await page.getByRole("button", { name: "Buy 3 PG" }).click();
  // The gateway connects again, looks, and finds it: one order at the broker, whatever the page was told meanwhile.
  await expect(ticket.getByRole("article").or(ticket.getByText("The outcome is unknown."))).toBeVisible();
  const again = ticket.getByRole("button", { name: "Ask again with the same key" });
  await expect(async () => {
    if (await again.isVisible()) await again.click();
    await expect(ticket.getByRole("article")).toContainText(/working|filled/, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  const ledger = (await (await fetch(`${gateway.control}/ledger`)).json()) as unknown[];
  expect(ledger).toHaveLength(1);
});
