import type { Gateway } from "./gateway";
import { expect, signIn, test } from "./test";

const UNIVERSE = ["AAPL", "JNJ", "KO", "PG", "XOM"];

test.use({
  setup: {
    // Orders of the loop need no human here, and three runs within a minute are no slip of the hand; in slices, so that a run lasts long
    // enough to be looked at.
    more: `policy = "loose"\n[loop]\nuniverse = ${JSON.stringify(UNIVERSE)}\ncash_buffer = "0.94"\nbegin_within_s = 20\nslices = 2\nslice_every_s = 1\n`,
    policies: { loose: "approval_required_for = []\nlook_alike_window_s = 0\nshort_window_notional_max = 1000000\nshort_window_qty_max = 100000\ncooldown_after = 1000\nwash_orders_max = 1000\n" },
  },
});

/** What an agent proposes that the account should hold. */
function propose(gateway: Gateway, weights: Record<string, string>, note: string): Promise<{ id: string }> {
  const targets = Object.entries(weights).map(([symbol, weight]) => ({ symbol, weight }));
  return gateway.ask("agent", "POST", "/loop/decisions", { as_of: new Date().toISOString(), targets, note });
}

test("a run, from the decision over the plan to its end, and back again", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  await signIn(page, gateway, "/loop");
  const main = page.getByRole("main");
  const held = page.getByRole("region", { name: "Held and wanted" });
  await expect(held).toContainText("Nothing was decided yet.");

  // What is decided appears by itself, with who decided it and from what.
  await propose(gateway, Object.fromEntries(UNIVERSE.map((symbol) => [symbol, "0.18"])), "equal parts");
  const decisions = page.getByRole("region", { name: "Decisions" });
  await expect(decisions).toContainText("AAPL 18.0");
  await expect(decisions).toContainText("proposed, decided");
  await expect(decisions).toContainText("“equal parts”");
  const apple = held.getByRole("row", { name: /^AAPL/ });
  await expect(apple).toContainText(/0\.0\s%\s*1\.1\s%/);

  // A look at the plan does nothing.
  await page.getByRole("button", { name: "What would a run do now?" }).click();
  const plan = page.getByRole("region", { name: "Plan, nothing was done" });
  await expect(plan.getByRole("row")).toHaveCount(UNIVERSE.length + 1);
  await expect(plan.getByRole("row", { name: /AAPL/ })).toContainText("buy");
  await plan.getByRole("button", { name: "Close" }).click();
  expect((await gateway.ask<{ items: unknown[] }>("operator", "GET", "/orders")).items).toHaveLength(0);

  // It runs, step by step, before one's eyes.
  await page.getByRole("button", { name: "Run now…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  const run = page.getByRole("region", { name: /^Run / });
  await expect(run.getByRole("listitem").filter({ hasText: "executing" })).toBeVisible();
  // A header, and a row for each step, which fills under one's eyes.
  await expect(run.getByRole("row")).toHaveCount(UNIVERSE.length + 1);
  await expect(run.getByRole("listitem").filter({ hasText: "done" })).toBeVisible({ timeout: 60_000 });
  await expect(run.getByRole("row").filter({ hasText: "filled" })).toHaveCount(UNIVERSE.length);
  await expect(run.getByRole("row", { name: /AAPL/ }).getByRole("link")).toHaveCount(2);
  await expect(apple).toContainText(/1\.1\s%\s*1\.1\s%/);
  const first = new URL(page.url()).searchParams.get("run") ?? "";
  await expect(page.getByRole("region", { name: "Runs", exact: true }).getByRole("row", { name: new RegExp(first) })).toContainText("done");

  // The next one goes wrong: the broker refuses what it would buy.
  await fetch(`${gateway.control}/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ when: { message: "place_order", times: 1 }, do: { reject: { code: 201, message: "not today" } } }) });
  await propose(gateway, { KO: "0.5", XOM: "0.4" }, "two of five");
  await gateway.ask("operator", "POST", "/loop/runs", { id: "bad" });
  await page.getByRole("link", { name: "bad" }).first().click();
  await expect(run.getByRole("listitem").filter({ hasText: "partial" })).toBeVisible({ timeout: 60_000 });
  await expect(run).toContainText("At its end not as wanted");

  // Back to what was carried out before.
  await run.getByRole("button", { name: "Go back to the last good decision…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go back", exact: true }).last().click();
  await expect(run).toContainText("Goes back from bad");
  await expect(run.getByRole("listitem").filter({ hasText: "done" })).toBeVisible({ timeout: 60_000 });
  await run.getByRole("link", { name: "bad", exact: true }).click();
  await expect(run).toContainText("Taken back by");
  await expect(run.getByRole("button", { name: "Go back to the last good decision…" })).toHaveCount(0);

  // The runs lie on the line of what the account is worth.
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByRole("img", { name: /Net liquidation over time.* runs of the loop/ })).toBeVisible();
  await page.getByRole("link", { name: "Loop" }).click();

  // A pause begins nothing, and says who paused and why.
  await main.getByRole("button", { name: "Pause…" }).click();
  await page.getByLabel("Why, for the record").fill("holidays");
  await page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
  const loop = page.getByRole("region", { name: "The loop" });
  await expect(loop).toContainText("holidays");
  await expect(loop.getByRole("button", { name: "Run now…" })).toBeDisabled();
  await loop.getByRole("button", { name: "Resume…" }).click();
  await page.getByLabel("Why, for the record").fill("back again");
  await page.getByRole("dialog").getByRole("button", { name: "Resume", exact: true }).click();
  await expect(loop).not.toContainText("holidays");
  await expect(loop.getByRole("button", { name: "Run now…" })).toBeEnabled();
});

test("a key that may only look sees the loop and no button of it", async ({ page, gateway }) => {
  const made = await gateway.ask<{ secret: string }>("operator", "POST", "/keys", { id: "looker", kind: "human", scopes: ["read"] });
  await propose(gateway, { KO: "0.3" }, "one of five");
  await signIn(page, gateway, "/loop", made.secret);
  await expect(page.getByRole("region", { name: "Decisions" })).toContainText("KO 30.0");
  for (const name of [/Run now/, /Pause/, /Resume/, /What would a run/, /Go back/]) await expect(page.getByRole("button", { name })).toHaveCount(0);
});
