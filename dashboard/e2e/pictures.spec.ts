import { inspect, SIZES } from "./pictures";
import { expect, picture, signIn, test } from "./test";

test.use({ setup: { more: '[loop]\nuniverse = ["AAPL", "JNJ", "KO", "PG", "XOM"]\ncash_buffer = "0.96"\nbegin_within_s = 60\n' } });

type Gateway = import("./gateway").Gateway;

/** A run that a human said yes to, and that is done. */
async function run(gateway: Gateway): Promise<void> {
  const targets = Object.entries({ AAPL: "0.3", JNJ: "0.2", KO: "0.2", PG: "0.15", XOM: "0.1" }).map(([symbol, weight]) => ({ symbol, weight }));
  await gateway.ask("agent", "POST", "/loop/decisions", { as_of: new Date().toISOString(), targets, note: "three months' momentum" });
  await gateway.ask("operator", "POST", "/loop/runs", { id: "first" });
  await expect.poll(async () => {
    const { items } = await gateway.ask<{ items: { id: string; run_id?: string | null }[] }>("operator", "GET", "/approvals?pending=true");
    const asked = items.find((one) => one.run_id === "first");
    if (asked !== undefined) await gateway.ask("operator", "POST", `/approvals/${asked.id}/approve-plan`);
    return (await gateway.ask<{ run: { state: string } }>("operator", "GET", "/loop/runs/first")).run.state;
  }, { timeout: 60_000 }).toBe("done");
}

/** Something to look at: a position, an order that works, one that was denied, one that waits for a human. */
async function furnish(gateway: Gateway): Promise<void> {
  await gateway.ask("operator", "POST", "/orders", gateway.order("JPM", "12"), "bought-1");
  await gateway.ask("operator", "POST", "/orders", gateway.order("BAC", "40", "20.00"), "rests-1");
  await gateway.ask("operator", "POST", "/orders", gateway.order("CVX", "100000"), "denied-1");
  await gateway.ask("agent", "POST", "/orders", gateway.order("MSFT", "5"), "asks-1");
}

for (const scheme of ["dark", "light"] as const) {
  test(`pictures of every page, ${scheme}, and axe finds nothing serious`, async ({ page, gateway }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto(gateway.url);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.screenshot({ path: picture(`${scheme}-sign-in`) });
    await run(gateway);
    await furnish(gateway);
    await signIn(page, gateway);
    // Whatever pages this gateway has.
    const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(paths).toContain("/settings");
    // The overview last: by then the account's worth is a line.
    for (const path of [...paths.slice(1), ...paths.slice(0, 1)]) {
      const name = path === "/" ? "overview" : path.slice(1);
      await page.setViewportSize(SIZES["1280"]);
      await page.goto(gateway.url + (name === "loop" ? "/loop?run=first" : path));
      await expect(page.getByRole("banner")).toContainText("ACTIVE");
      await expect(page.getByRole("main").getByRole("status").filter({ hasText: "Reading" })).toHaveCount(0);
      if (name === "trade") {
        await page.getByLabel("Quantity of AAPL").fill("25");
        await expect(page.getByRole("region", { name: "Ticket" })).toContainText("gates pass");
      }
      await inspect(page, `${scheme}-${name}`);
    }
  });
}
