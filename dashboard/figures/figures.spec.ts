import { type CDPSession, expect, type Page, test } from "@playwright/test";
import { Gateway } from "../e2e/gateway";
import { front } from "./quotes";

const LOAD_KB_MAX = 300;
const INTERACTIVE_MS_MAX = 1_000;
const BUSY_PERCENT_MAX = 50;
const GROWTH_PERCENT_MAX = 20;

let gateway: Gateway;
test.beforeAll(async () => {
  gateway = await Gateway.start({ more: 'policy = "bench"\n' });
});
test.afterAll(() => gateway.end());

async function enter(page: Page, url: string, path = "/"): Promise<void> {
  await page.goto(url + path);
  await page.getByLabel("Your API key").fill(gateway.key("operator"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("banner")).toContainText("ACTIVE");
}

const say = (what: string, figure: string) => console.log(`figure: ${what}: ${figure}`);

async function metric(devtools: CDPSession, name: string): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find((one) => one.name === name)?.value ?? NaN;
}

test("first load, and time until it can be used", async ({ page, context }) => {
  await enter(page, gateway.url);
  const fresh = await context.newPage();
  const devtools = await context.newCDPSession(fresh);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  const files = new Set<string>();
  devtools.on("Network.responseReceived", ({ requestId, response }) => !response.url.includes("/api/") && files.add(requestId));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => (bytes += files.has(requestId) ? encodedDataLength : 0));
  await fresh.goto(gateway.url);
  await expect(fresh.getByRole("banner")).toContainText("ACTIVE");
  const interactive = await fresh.evaluate(() => performance.now());
  await expect(fresh.locator(".chart canvas").first()).toBeVisible();
  await expect(fresh.getByRole("region", { name: "Limits, by use" })).toContainText("Orders today");
  say("first load of the overview, all files, compressed", `${(bytes / 1_000).toFixed(0)} kB of ${LOAD_KB_MAX}`);
  say("from the address to a page that shows the gateway's state and takes keys", `${interactive.toFixed(0)} ms of ${INTERACTIVE_MS_MAX}`);
  expect(bytes / 1_000).toBeLessThanOrEqual(LOAD_KB_MAX);
  expect(interactive).toBeLessThanOrEqual(INTERACTIVE_MS_MAX);
});

test("fifty quotes a second on forty rows", async ({ page, context }) => {
  const symbols = Array.from({ length: 40 }, (_, nth) => `S${String(nth).padStart(2, "0")}`);
  const before = await front(gateway.url, symbols, 50);
  await page.addInitScript((all) => localStorage.setItem("tollgate.watch", JSON.stringify(all)), symbols);
  await enter(page, before.url, "/trade?symbol=AAPL");
  await expect(page.getByRole("region", { name: "Watch list" }).getByRole("row")).toHaveCount(41);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  await page.waitForTimeout(2_000);
  const [busyBefore, sentBefore, began] = [await metric(devtools, "TaskDuration"), before.sent(), performance.now()];
  await page.waitForTimeout(10_000);
  const seconds = (performance.now() - began) / 1_000;
  const busy = ((await metric(devtools, "TaskDuration")) - busyBefore) / seconds * 100;
  const rate = (before.sent() - sentBefore) / seconds;
  say("main thread busy with quotes on forty rows and a chart", `${busy.toFixed(1)} % of ${BUSY_PERCENT_MAX}, at ${rate.toFixed(0)} quotes a second`);
  before.close();
  expect(rate).toBeGreaterThan(40);
  expect(busy).toBeLessThanOrEqual(BUSY_PERCENT_MAX);
});

test("a page that stays open while many orders trade does not grow", async ({ page, context }) => {
  await enter(page, gateway.url, "/trade?symbol=AAPL");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await metric(devtools, "JSHeapUsedSize")) / 1e6;
  };
  let nth = 0;
  const trade = async (orders: number) => {
    for (const end = nth + orders; nth < end; nth += 1) {
      const symbol = ["AAPL", "MSFT", "KO", "JPM"][nth % 4] ?? "AAPL";
      await gateway.ask("operator", "POST", "/orders", { ...gateway.order(symbol, "1"), side: nth % 8 < 4 ? "buy" : "sell" }, `grow-${nth}`);
    }
  };
  // The page holds three hundred orders at most: it is full before the first look.
  await trade(400);
  await page.waitForTimeout(3_000);
  const first = await heap();
  await trade(800);
  await page.waitForTimeout(3_000);
  const last = await heap();
  const newest = await gateway.ask<{ status: string }>("operator", "GET", `/orders/grow-${nth - 1}`);
  expect(newest.status).toBe("filled");
  const events = await metric(devtools, "Nodes");
  say("heap after 400 and after 1,200 orders", `${first.toFixed(1)} MB and ${last.toFixed(1)} MB, ${events} nodes`);
  expect((last / first - 1) * 100).toBeLessThanOrEqual(GROWTH_PERCENT_MAX);
});
