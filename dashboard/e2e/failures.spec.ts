import { expect, signIn, test } from "./test";

/** What the page is read from, but for what says who one is and whether the line stands. */
const READS = /\/api\/v1\/(?!session|status|events)/;

const REFUSED = {
  status: 503,
  contentType: "application/problem+json",
  headers: { "retry-after": "1" },
  body: JSON.stringify({ type: "about:blank", title: "Not now", status: 503, code: "storage", detail: "the disk is full", reasons: [], request_id: "r-1", retryable: true }),
};

test("a page that cannot be read says what is wrong, and is whole again by itself", async ({ page, gateway }) => {
  test.setTimeout(120_000);
  await signIn(page, gateway);
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  const main = page.getByRole("main");
  const reading = main.getByRole("status").filter({ hasText: "Reading" });
  const wrong = main.getByRole("alert").filter({ hasText: "the disk is full" });
  for (const path of paths) {
    await page.route(READS, (route) => route.fulfill(REFUSED));
    await page.goto(gateway.url + path);
    await expect(page.getByRole("banner")).toContainText("ACTIVE");
    await expect(wrong.first(), path).toBeVisible();
    await expect(reading, path).toHaveCount(0);
    await page.unroute(READS);
    await expect(wrong, path).toHaveCount(0);
    await expect(reading, path).toHaveCount(0);
  }
});

test("a path that this gateway does not have is said so, not read for ever", async ({ page, gateway }) => {
  await page.route(/\/api\/v1\/(loop|streams|alerts)/, (route) => route.fulfill({ status: 404, contentType: "text/plain", body: "no" }));
  await signIn(page, gateway, "/loop");
  const main = page.getByRole("main");
  for (const path of ["/loop", "/streams", "/alerts"]) {
    await page.goto(gateway.url + path);
    await expect(main.getByText("The gateway answered 404 without a reason.").first()).toBeVisible();
    await expect(main.getByRole("status").filter({ hasText: "Reading" })).toHaveCount(0);
  }
});

test("a gateway without a loop says how to make one", async ({ page, gateway }) => {
  await signIn(page, gateway, "/loop");
  await expect(page.getByRole("main")).toContainText("This gateway runs no loop.");
  await expect(page.getByRole("button", { name: "Run now…" })).toHaveCount(0);
});
