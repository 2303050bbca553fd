import { inspect, SIZES } from "./pictures";
import { expect, signIn, test } from "./test";

test.use({ setup: { demo: true } });

test("a newcomer buys, approves, sees the fills, kills, and finds all of it in the audit", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  const banner = page.getByRole("banner", { name: "State of trading" });
  // With no more than what the terminal says.
  await signIn(page, gateway, "/", gateway.printed);
  await expect(banner).toContainText("SIMULATED");

  // Ten shares.
  await page.getByRole("link", { name: "Trade", exact: true }).click();
  await page.getByLabel("Quantity of AAPL").fill("10");
  const ticket = page.getByRole("region", { name: "Ticket" });
  await expect(ticket).toContainText("approved");
  await page.getByRole("button", { name: "Buy 10 AAPL" }).click();
  await expect(ticket.getByRole("article")).toContainText("filled");
  await expect(page.getByRole("img", { name: /Candles of AAPL with [1-9]\d* trade/ })).toBeVisible();

  // What the demo's own agent proposes.
  await expect(banner).toContainText(/Approvals\s*1/, { timeout: 60_000 });
  await banner.getByRole("link", { name: /Approvals/ }).click();
  const asked = page.getByRole("article");
  await expect(asked).toContainText("agent");
  await page.getByRole("button", { name: "Approve this order" }).click();
  await expect(asked).toContainText("filled");

  // Its fill is on its chart, too.
  await page.getByRole("link", { name: "Trade", exact: true }).click();
  await page.getByRole("region", { name: "Watch list" }).getByRole("button", { name: "MSFT", exact: true }).click();
  await expect(page.getByRole("img", { name: /Candles of MSFT with [1-9]\d* trade/ })).toBeVisible();

  // Both are held.
  await page.getByRole("link", { name: "Overview" }).click();
  const held = page.getByRole("region", { name: "Positions" });
  await expect(held).toContainText("AAPL");
  await expect(held).toContainText("MSFT");
  await expect(page.getByRole("region", { name: "Last fills" }).getByRole("row")).not.toHaveCount(0);

  // Enough.
  await page.getByRole("button", { name: /KILL/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Halt/ }).click();
  await expect(banner).toContainText("HALTED");

  // And all of it is on the record.
  await page.getByRole("link", { name: "Audit" }).click();
  const records = page.getByRole("region", { name: "Records" });
  const told = [/Every gate passed.*buy 10 AAPL.*operator/, /Traded 10 at/, /A human is asked.*buy 5 MSFT.*agent/, /Approval: approved.*by operator/, /Every gate passed.*buy 5 MSFT/, /Traded 5 at/, /Trading halted.*operator/];
  for (const words of told) await expect(records.getByRole("row").filter({ hasText: words })).not.toHaveCount(0);
  await page.getByRole("button", { name: "Verify the whole journal now" }).click();
  await expect(page.getByRole("region", { name: "The chain" })).toContainText("Just now");
});

test("the embedded venue does what its controls say, and the gateway takes it as it would the broker's own doing", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  await signIn(page, gateway);
  await page.getByRole("link", { name: "Venue" }).click();
  await expect(page).toHaveURL(/\/venue$/);
  const faults = page.getByRole("region", { name: "What was ordered to go wrong" });
  await expect(faults).toContainText("Nothing was.");

  // A price moves under a resting order, which fills.
  await gateway.ask("operator", "POST", "/orders", gateway.order("KO", "4", "60.00"), "rests-1");
  await page.getByLabel("Symbol").fill("KO");
  await expect(page.getByRole("region", { name: "Move a price" })).toContainText(/KO \d+\.\d+, bid/);
  await page.getByLabel("New price").fill("59.00");
  await page.getByRole("button", { name: "Move KO" }).click();
  await expect(page.getByText("KO is moved to 59.00")).toBeVisible();
  await expect.poll(async () => (await gateway.ask<{ status: string }>("operator", "GET", "/orders/rests-1")).status).toBe("filled");

  // The next order is refused by the broker.
  await page.getByRole("button", { name: "Reject the next order" }).click();
  await expect(faults.getByRole("row").filter({ hasText: "reject" })).toContainText("waiting");
  const refused = await gateway.ask<{ status: number; outcome: string }>("operator", "POST", "/orders", gateway.order("PEP", "1"), "refused-1");
  expect(refused.outcome).toBe("rejected");
  await expect(faults.getByRole("row").filter({ hasText: "reject" })).toContainText("over");

  // The line breaks and is found again; a halt is ended by hand.
  await page.getByRole("button", { name: "Break the line" }).click();
  await expect(faults.getByRole("row").filter({ hasText: "drop connections" })).toBeVisible();
  await page.getByRole("button", { name: "Halt KO" }).click();
  const halt = faults.getByRole("row").filter({ hasText: "halt" });
  await expect(halt).toContainText("active");
  await halt.getByRole("button", { name: "Take it away" }).click();
  await expect(halt.filter({ hasText: "active" })).toHaveCount(0);
  await expect.poll(async () => (await gateway.ask<{ ready: boolean }>("operator", "GET", "/status")).ready).toBe(true);

  for (const scheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await inspect(page, `${scheme}-venue`);
    await page.setViewportSize(SIZES["1280"]);
  }

  // Its clock runs ahead, which the page says, and which closes the gate of clocks.
  await page.getByRole("button", { name: "600 ×" }).click();
  const clock = page.getByRole("region", { name: "The venue's clock" });
  await expect(clock).toContainText("600 times ours");
  await expect(clock).toContainText("The venue's time never comes back.");
});

test("a key that may only look sees how the venue stands and no button", async ({ page, gateway }) => {
  const made = await gateway.ask<{ secret: string }>("operator", "POST", "/keys", { id: "looker", kind: "human", scopes: ["read"] });
  await signIn(page, gateway, "/venue", made.secret);
  await expect(page.getByRole("region", { name: "The venue's clock" })).toContainText("as ours");
  await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
});
