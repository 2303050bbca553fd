/** A page that is left open while an hour of the market passes, sixty times as fast, and somebody trades all along. */
import { type CDPSession, expect, test } from "@playwright/test";
import { Gateway } from "../e2e/gateway";

const SPEED = 60;
const WARM_MARKET_MIN = 15;
const MARKET_MIN = 60;
const GROWTH_PERCENT_MAX = 20;
const SYMBOLS = ["AAPL", "MSFT", "KO", "JPM"];

let gateway: Gateway;
test.beforeAll(async () => {
  // Nothing counts that is there against haste, and clocks may differ: the market's runs ahead.
  const much = 1_000_000;
  const loose = ["orders_day_max", "messages_per_day_max", "messages_per_second_max", "strategy_executions_max", "efficiency_ratio_max", "cooldown_after", "wash_orders_max", "short_window_qty_max", "heartbeat_s_max"].map((key) => `${key} = ${much}`);
  const policy = [...loose, "look_alike_window_s = 0", "self_match_allowed = true", "turnover_day_max = 1000000000", "short_window_notional_max = 1000000000", "clock_skew_ms_max = 86400000"].join("\n");
  gateway = await Gateway.start({
    venueArgs: ["--speed", String(SPEED), "--throttle", "off"],
    more: 'policy = "hour"\n',
    policies: { hour: `${policy}\n` },
  });
});
test.afterAll(() => gateway.end());

async function look(devtools: CDPSession): Promise<{ heap: number; nodes: number; listeners: number }> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return { heap: of("JSHeapUsedSize") / 1e6, nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

async function marketTime(): Promise<number> {
  const answer = (await (await fetch(`${gateway.control}/clock`)).json()) as { venue_time: string };
  return Date.parse(answer.venue_time);
}

test("a page left open for an hour of accelerated trading does not grow", async ({ page, context }) => {
  test.setTimeout(((WARM_MARKET_MIN + MARKET_MIN) * 60_000) / SPEED + 120_000);
  await page.goto(`${gateway.url}/trade?symbol=AAPL`);
  await page.getByLabel("Your API key").fill(gateway.key("operator"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("banner")).toContainText("ACTIVE");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  let orders = 0;
  let filled = 0;
  const tradeUntil = async (at: number) => {
    while ((await marketTime()) < at) {
      const symbol = SYMBOLS[orders % SYMBOLS.length] ?? "AAPL";
      const side = orders % (2 * SYMBOLS.length) < SYMBOLS.length ? "buy" : "sell";
      const told = await gateway.ask<{ status: string }>("operator", "POST", "/orders", { ...gateway.order(symbol, "1"), side }, `hour-${orders}`);
      orders += 1;
      if (told.status === "filled") filled += 1;
    }
  };
  await tradeUntil((await marketTime()) + WARM_MARKET_MIN * 60_000);
  // The page holds three hundred orders at most: it is full before the first look.
  expect(orders).toBeGreaterThan(300);
  await page.waitForTimeout(3_000);
  const [first, before] = [await look(devtools), orders];
  await tradeUntil((await marketTime()) + MARKET_MIN * 60_000);
  await page.waitForTimeout(3_000);
  const last = await look(devtools);
  console.log(`figure: an hour of the market at ${SPEED} times its speed, ${orders - before} orders in it: heap ${first.heap.toFixed(1)} and ${last.heap.toFixed(1)} MB, nodes ${first.nodes} and ${last.nodes}, listeners ${first.listeners} and ${last.listeners}`);
  expect(filled).toBeGreaterThan(orders / 2);
  for (const name of ["heap", "nodes", "listeners"] as const) expect((last[name] / first[name] - 1) * 100, name).toBeLessThanOrEqual(GROWTH_PERCENT_MAX);
});
