import { expect, signIn, test } from "./test";

test("an agent asks, a human approves, and it fills", async ({ page, gateway }) => {
  await signIn(page, gateway, "/approvals");
  await expect(page.getByText("Nothing waits.")).toBeVisible();
  await gateway.ask("agent", "POST", "/orders", gateway.order("MSFT", "5"), "agent-1");
  const article = page.getByRole("article");
  await expect(article).toContainText("Orders of agent keys need a human's approval.");
  await expect(article).toContainText("lapses in");
  await expect(article).toContainText("Initial margin");
  await expect(page.getByRole("banner")).toContainText(/Approvals\s*1/);
  await page.getByRole("button", { name: "Approve this order" }).click();
  await expect(article).toContainText("filled");
  await expect(page.getByRole("banner")).toContainText(/Approvals\s*0/);
});

test("a human denies with a reason, which the record keeps", async ({ page, gateway }) => {
  const asked = await gateway.ask<{ approval_id: string }>("agent", "POST", "/orders", gateway.order("MSFT", "5"), "agent-2");
  // The address that an agent's program is given.
  await signIn(page, gateway, `/approvals/${asked.approval_id}`);
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByLabel("Why, for the record and for whoever asked").fill("not today");
  await page.getByRole("button", { name: "Deny it" }).click();
  await expect(page.getByRole("article")).toContainText("not today");
  const order = await gateway.ask<{ status: string }>("operator", "GET", "/orders/agent-2");
  expect(order.status).toBe("denied");
});

test("K and K again halts everything, cancels, and only a reason lifts it", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("KO", "4", "60.00"), "rest-1");
  await signIn(page, gateway, "/orders");
  await expect(page.getByRole("region", { name: "Orders" })).toContainText("working");
  await page.keyboard.press("k");
  await expect(page.getByRole("dialog", { name: "Halt all trading?" })).toContainText("One order works now.");
  await page.keyboard.press("k");
  await expect(page.getByRole("banner")).toContainText("HALTED");
  await expect(page.getByRole("region", { name: "Orders" })).toContainText("canceled");
  const denied = await gateway.ask<{ code: string }>("operator", "POST", "/orders", gateway.order("KO", "1"), "after-1");
  expect(denied.code).toBe("C10_KILL_CLEAR");
  await page.keyboard.press("k");
  await page.getByLabel("Why trading may go on").fill("looked at everything");
  await page.getByRole("button", { name: "Lift the halt" }).click();
  await expect(page.getByRole("banner")).toContainText("ACTIVE");
  await page.getByRole("link", { name: "Audit" }).click();
  await expect(page.getByRole("region", { name: "Records" })).toContainText("looked at everything");
});

test("a line that stands still is shown within three seconds, and what was missed is there afterwards", async ({ page, gateway }) => {
  await signIn(page, gateway, "/orders");
  await expect(page.getByText("No order is like that.")).toBeVisible();
  gateway.signal("SIGSTOP");
  const stopped = Date.now();
  await expect(page.getByRole("alert").filter({ hasText: "No connection to the gateway since" })).toBeVisible({ timeout: 3_500 });
  expect(Date.now() - stopped).toBeLessThan(3_500);
  gateway.signal("SIGCONT");
  await expect(page.getByText("No connection to the gateway since")).toBeHidden();
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "while-1");
  await expect(page.getByRole("region", { name: "Orders" })).toContainText("filled");
});

test("a gateway that was killed is shown at once; the page goes on where it was, and nothing is missing", async ({ page, gateway }) => {
  await signIn(page, gateway, "/orders");
  await expect(page.getByText("No order is like that.")).toBeVisible();
  const killed = Date.now();
  await gateway.kill();
  await expect(page.getByText("No connection to the gateway since")).toBeVisible({ timeout: 3_000 });
  expect(Date.now() - killed).toBeLessThan(3_000);
  await gateway.serve();
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "2"), "meanwhile-1");
  // By itself, without a sign-in, and able to do what it could before.
  await expect(page.getByRole("region", { name: "Orders" })).toContainText("filled");
  await expect(page.getByText("No connection to the gateway since")).toBeHidden();
  await expect(page.getByRole("heading", { name: "Sign in" })).toHaveCount(0);
  await page.keyboard.press("k");
  await expect(page.getByRole("dialog", { name: "Halt all trading?" })).toBeVisible();
  await page.keyboard.press("k");
  await expect(page.getByRole("banner")).toContainText("HALTED");
});

test("who signed out stays out after the gateway was killed, whoever has kept the cookie", async ({ page, gateway }) => {
  await signIn(page, gateway);
  const [cookie] = await page.context().cookies();
  const look = () => fetch(`${gateway.url}/api/v1/session`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } }).then((answer) => answer.status);
  expect(await look()).toBe(200);
  await gateway.kill();
  await gateway.serve();
  expect(await look()).toBe(200);
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect.poll(look).toBe(401);
  await gateway.kill();
  await gateway.serve();
  expect(await look()).toBe(401);
});

test("whoever may only look sees no button that would be refused", async ({ page, gateway }) => {
  const made = await gateway.ask<{ secret: string }>("operator", "POST", "/keys", { id: "looker", kind: "human", scopes: ["read"] });
  await gateway.ask("operator", "POST", "/orders", gateway.order("KO", "4", "60.00"), "rest-1");
  await gateway.ask("agent", "POST", "/orders", gateway.order("MSFT", "5"), "agent-1");
  await signIn(page, gateway, "/orders/rest-1", made.secret);
  await expect(page.getByRole("article", { name: "Order rest-1" })).toContainText("working");
  for (const path of ["/orders/rest-1", "/trade", "/approvals", "/risk", "/settings"]) {
    await page.goto(gateway.url + path);
    await expect(page.getByRole("banner")).toContainText("ACTIVE");
    for (const name of [/kill/i, /cancel/i, "Change it", "Approve this order", "Deny", /^Halt/, "Make a key…", "Grant a mandate…", /^Buy \d/, /drill/]) {
      await expect(page.getByRole("button", { name })).toHaveCount(0);
    }
  }
});

test("the whole journal is verified and searched from the page", async ({ page, gateway }) => {
  await gateway.ask("operator", "POST", "/orders", gateway.order("AAPL", "1"), "told-1");
  await signIn(page, gateway, "/audit?cl_ord_id=told-1");
  await expect(page.getByRole("region", { name: "Records" })).toContainText("Traded 1 at");
  await page.getByRole("button", { name: "Verify the whole journal now" }).click();
  await expect(page.getByRole("region", { name: "The chain" })).toContainText("Just now");
  await expect(page.getByRole("region", { name: "The chain" })).not.toContainText("findings");
});

test("the keyboard reaches everything", async ({ page, gateway }) => {
  await signIn(page, gateway);
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/orders$/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("nvda");
  await expect(page.getByRole("option", { name: /Trade NVDA/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("risk");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/risk$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("Kill switch");
});
