import AxeBuilder from "@axe-core/playwright";
import { expect, picture, signIn, test } from "./test";

const SIZES = { "1280": { width: 1280, height: 800 }, "1920": { width: 1920, height: 1080 }, phone: { width: 390, height: 844 } } as const;

/** Something to look at: a position, an order that works, one that was denied, one that waits for a human. */
async function furnish(gateway: import("./gateway").Gateway): Promise<void> {
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "10"), "bought-1");
  await gateway.ask("operator", "POST", "/orders", gateway.order("JPM", "12"), "bought-2");
  await gateway.ask("operator", "POST", "/orders", gateway.order("KO", "4", "60.00"), "rests-1");
  await gateway.ask("operator", "POST", "/orders", gateway.order("XOM", "100000"), "denied-1");
  await gateway.ask("agent", "POST", "/orders", gateway.order("MSFT", "5"), "asks-1");
}

for (const scheme of ["dark", "light"] as const) {
  test(`pictures of every page, ${scheme}, and axe finds nothing serious`, async ({ page, gateway }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto(gateway.url);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.screenshot({ path: picture(`${scheme}-sign-in`) });
    await furnish(gateway);
    await signIn(page, gateway);
    // Whatever pages this gateway has.
    const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(paths).toContain("/settings");
    for (const path of paths) {
      const name = path === "/" ? "overview" : path.slice(1);
      await page.setViewportSize(SIZES["1280"]);
      await page.goto(gateway.url + path);
      await expect(page.getByRole("banner")).toContainText("ACTIVE");
      await expect(page.getByRole("main").getByRole("status").filter({ hasText: "Reading" })).toHaveCount(0);
      if (name === "trade") {
        await page.getByLabel("Quantity of AAPL").fill("25");
        await expect(page.getByRole("region", { name: "Ticket" })).toContainText("gates pass");
      }
      const found = await new AxeBuilder({ page }).analyze();
      const serious = found.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      expect(serious.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => node.html).join("; ")}`)).toEqual([]);
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        // Nothing may stick out at the side.
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        await page.screenshot({ path: picture(`${scheme}-${name}-${size}`) });
      }
    }
  });
}
