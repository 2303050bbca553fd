/** What an operator does beside trading: limits and states, alerts, keys, mandates, the record of it all. */
import { readFileSync } from "node:fs";
import { expectNothingSerious, SIZES } from "./pictures";
import { expect, signIn, test } from "./test";

test.use({ setup: { more: '[stream]\nsymbols = ["AAPL", "KO"]\n' } });

test("the bar says whose money it is, with its proof, and what is uncertain, on a phone too", async ({ page, gateway }) => {
  await signIn(page, gateway);
  const banner = page.getByRole("banner", { name: "State of trading" });
  await expect(banner.getByRole("link", { name: /SIMULATED/ })).toHaveAttribute("title", /names the account DUV0000001.*the simulated broker/);
  await expect(banner.getByRole("link", { name: /^Broker/ })).toHaveAttribute("title", /no reset is planned|reset (in|until)/);
  await page.setViewportSize(SIZES.phone);
  for (const said of [/SIMULATED/, /^Trading/, /^Broker/, /^Approvals/, /^Unknown/]) await expect(banner.getByRole("link", { name: said })).toBeInViewport({ ratio: 1 });
  await expect(banner.getByText("Oldest")).toBeInViewport({ ratio: 1 });
  await expect(banner.getByRole("button", { name: "KILL" })).toBeInViewport({ ratio: 1 });
});

test("times are the viewer's, in UTC on hover", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "timed-1");
  const { updated_at } = await gateway.ask<{ updated_at: string }>("operator", "GET", "/orders/timed-1");
  await signIn(page, gateway, "/orders");
  const time = page.getByRole("region", { name: "Orders" }).getByRole("time").last();
  const berlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(updated_at));
  await expect(time).toContainText(berlin);
  await expect(time).toHaveAttribute("title", `${new Date(updated_at).toISOString().replace("T", " ").replace("Z", "")} UTC`);
});

test("an order that stays unknown stands on top of every page, until a human resolves it", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "known-1");
  // It leaves, and comes nowhere; nobody says anything.
  await fetch(`${gateway.control}/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ when: { message: "place_order" }, do: "lose_request" }) });
  await gateway.ask("operator", "POST", "/orders", gateway.order("PG", "3"), "lost-1");
  await signIn(page, gateway);
  const banner = page.getByRole("banner", { name: "State of trading" });
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  const alarm = page.getByRole("alert").filter({ hasText: "One order is of unknown fate." });
  for (const path of await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""))) {
    await page.goto(gateway.url + path);
    await expect(alarm, path).toBeVisible();
    await expect(banner.getByRole("link", { name: /^Unknown/ }), path).toContainText("1");
    await expect(page).toHaveTitle(/^\(1\) /);
  }
  await page.setViewportSize(SIZES.phone);
  await expect(alarm).toBeInViewport({ ratio: 1 });
  await page.setViewportSize(SIZES["1280"]);

  // It leads to the order, which is the first of all.
  await page.goto(`${gateway.url}/orders`);
  await expect(page.getByRole("region", { name: "Orders" }).getByRole("row").nth(1)).toContainText(/unknown.*PG/);
  await alarm.getByRole("link", { name: "Look" }).click();
  await expect(page).toHaveURL(/show=unknown/);
  await page.getByRole("region", { name: "Orders" }).getByRole("link", { name: /PG/ }).click();
  const order = page.getByRole("article", { name: "Order lost-1" });
  await expect(order.getByRole("alert")).toContainText("Nobody knows whether it is at the broker.");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectNothingSerious(page, `an unknown order, ${colorScheme}`);
  }
  // The broker lists all that it has: it is not there.
  await expect(order).toContainText("unknown: missing", { timeout: 45_000 });
  await order.getByRole("button", { name: "Resolve it" }).click();
  const dialog = page.getByRole("dialog", { name: "Resolve as dead" });
  await expect(dialog.getByRole("button", { name: "It is dead" })).toBeDisabled();
  await dialog.getByLabel("I have looked in TWS").check();
  await dialog.getByLabel("What you saw, for the record").fill("not in TWS, not on the statement");
  await dialog.getByRole("button", { name: "It is dead" }).click();
  await expect(order).toContainText("canceled");
  await expect(alarm).toBeHidden();
  await expect(page).not.toHaveTitle(/^\(/);
});

test("orders are found by what they are, and all that are open are canceled at once", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "done-1");
  for (const nth of [1, 2]) await gateway.ask("operator", "POST", "/orders", gateway.order("KO", `${nth}`, "60.00"), `rests-${nth}`);
  await gateway.ask("operator", "POST", "/orders", gateway.order("CVX", "100000"), "denied-1");
  await signIn(page, gateway, "/orders");
  const rows = page.getByRole("region", { name: "Orders" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  for (const [show, count, what] of [["Open", 2, "KO"], ["Filled", 1, "AAPL"], ["Denied and rejected", 1, "CVX"]] as const) {
    await page.getByRole("link", { name: show, exact: true }).click();
    await expect(rows).toHaveCount(count + 1);
    await expect(rows.last()).toContainText(what);
  }
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByLabel("Search orders").fill("rests-2");
  await expect(rows).toHaveCount(2);
  await rows.last().click();
  await expect(page.getByRole("article", { name: "Order rests-2" })).toContainText("working");
  await page.getByRole("button", { name: "Cancel all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel all" }).click();
  await expect(page.getByText("2 of 2 orders are canceled")).toBeVisible();
  await expect(page.getByRole("article", { name: "Order rests-2" })).toContainText("Canceled, proven by the broker");
});

test("a ticker is watched and watched no more, and a resting order lies on the chart", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("BAC", "4", "20.00"), "rests-1");
  await signIn(page, gateway, "/trade");
  const watch = page.getByRole("region", { name: "Watch list" });
  await expect(watch.getByRole("row")).not.toHaveCount(0);
  const before = await watch.getByRole("row").count();
  await page.getByLabel("Ticker to watch").fill("nope1");
  await page.getByRole("button", { name: "Watch it" }).click();
  await expect(watch.getByRole("alert")).toBeVisible();
  await page.getByLabel("Ticker to watch").fill("bac");
  await page.getByRole("button", { name: "Watch it" }).click();
  await expect(watch.getByRole("alert")).toHaveCount(0);
  const row = watch.getByRole("row").filter({ hasText: "BAC" });
  // Its last price, its kind and its age.
  await expect(row).toContainText(/\d+\.\d\d.*live/);
  await expect(page.getByRole("img", { name: "Candles of BAC with 0 trades and 1 working order of this account" })).toBeVisible();
  await page.reload();
  await expect(watch.getByRole("row")).toHaveCount(before + 1);
  await row.hover();
  await row.getByRole("button", { name: "Watch BAC no more" }).click();
  await expect(watch.getByRole("row")).toHaveCount(before);
});

test("a strategy is halted and let go, and a closed gate says why", async ({ page, gateway }) => {
  await signIn(page, gateway, "/risk");
  const states = page.getByRole("region", { name: "Trading states" });
  await page.getByLabel("Strategy to halt").fill("momentum");
  await page.getByRole("button", { name: "Halt the strategy…" }).click();
  await page.getByLabel("Why, for the record").fill("it trades too much");
  await page.getByRole("dialog").getByRole("button", { name: "Halt it" }).click();
  const row = states.getByRole("row").filter({ hasText: "momentum" });
  await expect(row).toContainText(/halted.*it trades too much.*operator/);
  const denied = await gateway.ask<{ code: string }>("operator", "POST", "/orders", { ...gateway.order("KO", "1"), strategy: "momentum" }, "of-it-1");
  expect(denied.code).toBe("C10_KILL_CLEAR");
  await row.getByRole("button", { name: "Lift…" }).click();
  await page.getByLabel("Why, for the record").fill("mended");
  await page.getByRole("dialog").getByRole("button", { name: "Lift it" }).click();
  await expect(row).not.toContainText("halted");

  const board = page.getByRole("region", { name: "Gate board" });
  await expect(board).toContainText("no gate is closed");
  await gateway.ask("operator", "PUT", "/kill", { scope: "global", state: "halted", reason: "drill of the page" });
  const closed = board.getByRole("article").filter({ hasText: "10. The kill switch is off" });
  await expect(closed).toContainText("drill of the page");
  // Every limit, with where its value comes from and what it means.
  await page.getByLabel("Find a limit").fill("order_qty_max");
  await expect(page.getByRole("region", { name: "Limits in force" }).getByRole("row").last()).toContainText(/order_qty_max.*1,000/);
  await expect(page.getByRole("region", { name: "From paper to live" })).toContainText("live trading is not armed");
});

test("the drill shows that every control refuses what it is to refuse", async ({ page, gateway }) => {
  test.setTimeout(240_000);
  await signIn(page, gateway, "/risk");
  const live = page.getByRole("region", { name: "From paper to live" });
  await expect(live.getByRole("listitem").filter({ hasText: "limits drill" })).toContainText("never");
  await live.getByRole("button", { name: "Run the limits drill" }).click();
  await expect(page.getByText(/^(\d+) of \1 controls refused/)).toBeVisible({ timeout: 200_000 });
  await expect(live.getByRole("listitem").filter({ hasText: "limits drill" })).toContainText("done");
});

test("what needs a human is an alert until somebody acknowledges it", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("CVX", "100000"), "denied-1");
  await signIn(page, gateway, "/alerts");
  const alert = page.getByRole("listitem").filter({ hasText: "Denied: buy 100000 CVX" });
  await expect(alert).toContainText("C13_MAX_QTY: The quantity is above the limit for one order.");
  const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /Alerts/ });
  await expect(link).toContainText("1");
  await alert.getByRole("button", { name: "Acknowledge" }).click();
  await expect(alert).toContainText("acknowledged by operator");
  await expect(link).not.toContainText("1");
});

test("prices in files are shown with their source and age", async ({ page, gateway }) => {
  await signIn(page, gateway, "/streams");
  await expect(page.getByRole("region", { name: "Stream runner" })).toContainText("streaming");
  const row = page.getByRole("region", { name: "Instruments" }).getByRole("row").filter({ hasText: /AAPL|KO/ }).first();
  await expect(row).toContainText(/stream.*live.*(AAPL|KO)\.json/, { timeout: 45_000 });
});

test("the record is searched, opened and taken along, and holds what happened while the page was cut off", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "told-1");
  await signIn(page, gateway, "/audit");
  const records = page.getByRole("region", { name: "Records" });
  await expect(records).toContainText("told-1");
  await gateway.kill();
  await expect(page.getByText("No connection to the gateway since")).toBeVisible();
  await gateway.serve();
  for (const nth of [1, 2, 3]) await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", `${nth + 1}`), `meanwhile-${nth}`);
  await expect(records).toContainText("meanwhile-3");
  await expect(page.getByText("No connection to the gateway since")).toBeHidden();
  // One after the other, none left out and none twice, down to the first.
  await expect.poll(async () => {
    const numbers = (await records.getByRole("button", { name: /^Record \d+$/ }).allTextContents()).map(Number);
    return numbers.every((one, nth) => one === numbers.length - nth) && numbers.length > 20;
  }).toBe(true);

  await page.getByLabel("Kind").fill("order_submitting");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(records.getByRole("row")).toHaveCount(5);
  await records.getByRole("button", { name: /^Record/ }).first().click();
  await expect(records.getByRole("row").nth(2)).toContainText(/Hash.*[0-9a-f]{64}.*Request.*"cl_ord_id": "meanwhile-3"/s);

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export all" }).click();
  const lines = readFileSync(await (await downloading).path(), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(JSON.stringify(lines)).toContain("meanwhile-3");
});

test("keys are made, shown once and revoked", async ({ page, gateway }) => {
  await signIn(page, gateway, "/settings");
  await page.getByRole("button", { name: "Make a key…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("watcher");
  await dialog.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("dialog", { name: "The key, shown once" })).toBeVisible();
  const secret = /tg_[0-9a-z]+/.exec(await dialog.innerText())?.[0] ?? "";
  const look = () => fetch(`${gateway.url}/api/v1/status`, { headers: { authorization: `Bearer ${secret}` } }).then((answer) => answer.status);
  expect(await look()).toBe(200);
  await dialog.getByRole("button", { name: "I have it" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const row = page.getByRole("region", { name: "Keys" }).getByRole("row").filter({ hasText: "watcher" });
  await expect(row).toContainText("read, preview");
  await row.getByRole("button", { name: "Revoke…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke it" }).click();
  await expect(row).toContainText("revoked");
  expect(await look()).toBe(401);
});

test("an agent with a mandate is asked nothing within its bounds, and all that is beyond them", async ({ page, gateway }) => {
  await signIn(page, gateway, "/settings");
  await page.getByRole("button", { name: "Grant a mandate…" }).click();
  const dialog = page.getByRole("dialog", { name: "Grant a mandate" });
  await dialog.getByLabel("Key of the agent").fill("agent");
  await dialog.getByLabel("Symbols").fill("KO");
  await dialog.getByLabel("Worth of all orders, at most").fill("1000");
  await dialog.getByLabel("Worth of one order, at most").fill("500");
  await dialog.getByLabel("Ends").fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 16));
  await dialog.getByLabel("Why").fill("small buys of one name");
  await dialog.getByRole("button", { name: "Grant it" }).click();
  const mandate = page.getByRole("region", { name: "Mandates" }).getByRole("row").filter({ hasText: "KO" });
  await expect(mandate).toContainText("small buys of one name");
  // It counts from the second look on, which the same human has after ten seconds, not before.
  await expect(mandate).toContainText("pending");
  await mandate.getByRole("button", { name: "Confirm…" }).click();
  const confirm = page.getByRole("dialog", { name: "Confirm the mandate?" });
  await confirm.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(confirm).toContainText("Nothing was changed");
  await expect(async () => {
    await confirm.getByRole("button", { name: "Confirm", exact: true }).click({ timeout: 1_000 });
    await expect(confirm).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(mandate).toContainText("active");
  const within = await gateway.ask<{ status: string }>("agent", "POST", "/orders", gateway.order("KO", "2"), "within-1");
  expect(within.status).not.toBe("pending_approval");
  const beyond = await gateway.ask<{ status: string }>("agent", "POST", "/orders", gateway.order("MSFT", "1"), "beyond-1");
  expect(beyond.status).toBe("pending_approval");
  await expect(mandate).toContainText("1 of 10 orders");
  await mandate.getByRole("button", { name: "Revoke…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(mandate).toContainText("revoked");
});

test("the Gateway is verified by a second look, and each setting says where it was set", async ({ page, gateway }) => {
  await signIn(page, gateway, "/settings");
  await page.getByRole("button", { name: "Verify the Gateway now" }).click();
  const about = page.getByRole("region", { name: "Gateway and account" });
  await expect(about).toContainText(/the same.*accounts DUV0000001/);
  const configuration = page.getByRole("region", { name: "Configuration" });
  await expect(configuration.getByRole("row").filter({ hasText: "broker.account" })).toContainText(/DUV0000001.*tollgate\.toml/);
  await expect(configuration.getByRole("row").filter({ hasText: "alerts.quiet_zone" })).toHaveCount(0);
  await configuration.getByLabel("defaults too").check();
  await expect(configuration.getByRole("row").filter({ hasText: "alerts.quiet_zone" })).toContainText("default");
});

test("what stands over a page has nothing serious either: kill, commands, keys, a denied ticket", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "done-1");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (colorScheme === "light") await signIn(page, gateway, "/orders/done-1");
    else await page.goto(`${gateway.url}/orders/done-1`);
    await expect(page.getByRole("article", { name: "Order done-1" })).toContainText("Traded 1 at");
    await expectNothingSerious(page, `${colorScheme}, an order`);
    for (const [key, name] of [["k", "Halt all trading?"], ["Control+k", "Commands"], ["?", "Keys"]] as const) {
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name })).toBeVisible();
      await expectNothingSerious(page, `${colorScheme}, ${name}`);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    await page.goto(`${gateway.url}/trade?symbol=AAPL`);
    await page.getByLabel("Quantity of AAPL").fill("1000000");
    await expect(page.getByRole("region", { name: "Ticket" })).toContainText("denied by");
    await expectNothingSerious(page, `${colorScheme}, a denied ticket`);
  }
});
