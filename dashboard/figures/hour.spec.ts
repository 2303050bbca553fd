/** A page that is left open while an hour of the market passes, sixty times as fast, and somebody trades all along. */
import { type CDPSession, expect, type Page, test } from "@playwright/test";
import { Gateway } from "../e2e/gateway";

const SPEED = 60;
const HELD_MAX = 300;
const WARM_MARKET_MIN = 5;
const MARKET_MIN = 60;
const GROWTH_PERCENT_MAX = 15;
const LOOKS = 8;
const WARM_ROUNDS = 12;
const ROUNDS = 15;
const SYMBOLS = ["AAPL", "MSFT", "KO", "JPM"];

interface Held {
  /** Megabytes of script. */
  heap: number;
  nodes: number;
  listeners: number;
}

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

/** What the page holds once its garbage is gone: the least of several looks, for what is on its way just now is no growth. */
async function look(page: Page, devtools: CDPSession): Promise<Held> {
  const least: Held = { heap: Infinity, nodes: Infinity, listeners: Infinity };
  for (let nth = 0; nth < LOOKS; nth += 1) {
    await page.waitForTimeout(500);
    await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
    least.heap = Math.min(least.heap, of("JSHeapUsedSize") / 1e6);
    least.nodes = Math.min(least.nodes, of("Nodes"));
    least.listeners = Math.min(least.listeners, of("JSEventListeners"));
  }
  return least;
}

const shown = (first: Held, last: Held) => `heap ${first.heap.toFixed(1)} and ${last.heap.toFixed(1)} MB, nodes ${first.nodes} and ${last.nodes}, listeners ${first.listeners} and ${last.listeners}`;

function expectNoGrowth(first: Held, last: Held): void {
  for (const name of ["heap", "nodes", "listeners"] as const) expect((last[name] / first[name] - 1) * 100, name).toBeLessThanOrEqual(GROWTH_PERCENT_MAX);
}

async function enter(page: Page, at: Gateway, path: string): Promise<void> {
  await page.goto(at.url + path);
  await page.getByLabel("Your API key").fill(at.key("operator"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("banner")).toContainText("ACTIVE");
}

async function marketTime(): Promise<number> {
  const answer = (await (await fetch(`${gateway.control}/clock`)).json()) as { venue_time: string };
  return Date.parse(answer.venue_time);
}

test("a page left open for an hour of accelerated trading does not grow", async ({ page, context }) => {
  test.setTimeout(((WARM_MARKET_MIN + MARKET_MIN) * 60_000) / SPEED + 240_000);
  await enter(page, gateway, "/trade?symbol=AAPL");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  let orders = 0;
  const trade = async () => {
    const symbol = SYMBOLS[orders % SYMBOLS.length] ?? "AAPL";
    const side = orders % (2 * SYMBOLS.length) < SYMBOLS.length ? "buy" : "sell";
    await gateway.ask("operator", "POST", "/orders", { ...gateway.order(symbol, "1"), side }, `hour-${orders}`);
    orders += 1;
  };
  const tradeUntil = async (at: number) => {
    while ((await marketTime()) < at) await trade();
  };
  // The page holds three hundred orders at most: it is full before the first look.
  while (orders < HELD_MAX) await trade();
  await tradeUntil((await marketTime()) + WARM_MARKET_MIN * 60_000);
  const [first, before] = [await look(page, devtools), orders];
  await tradeUntil((await marketTime()) + MARKET_MIN * 60_000);
  const last = await look(page, devtools);
  console.log(`figure: an hour of the market at ${SPEED} times its speed, ${orders - before} orders in it: ${shown(first, last)}`);
  // What was asked for did trade; an order whose price was old for a moment may have been denied.
  await expect.poll(async () => {
    const { items } = await gateway.ask<{ items: { status: string }[] }>("operator", "GET", `/orders?limit=${HELD_MAX}`);
    return items.filter((order) => order.status === "filled").length / items.length;
  }).toBeGreaterThan(0.95);
  expectNoGrowth(first, last);
});

test("a page that is led through all others again and again leaves nothing of them behind", async ({ page, context }) => {
  // Of a market that goes as ours.
  const calm = await Gateway.start();
  await enter(page, calm, "/");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  const walk = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      for (let nth = (await links.count()) - 1; nth >= 0; nth -= 1) {
        await links.nth(nth).click();
        await expect(page.getByRole("main").getByRole("status").filter({ hasText: "Reading" })).toHaveCount(0, { timeout: 30_000 });
      }
    }
  };
  await walk(WARM_ROUNDS);
  const first = await look(page, devtools);
  await walk(ROUNDS);
  const last = await look(page, devtools);
  console.log(`figure: ${ROUNDS} times through every page: ${shown(first, last)}`);
  await calm.end();
  expectNoGrowth(first, last);
});
