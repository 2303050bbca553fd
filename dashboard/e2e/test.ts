/** Every test looks at the browser's console and at where its requests go, whatever else it is about. */
import { test as base, expect, type Page } from "@playwright/test";
import { Gateway, type Setup } from "./gateway";

interface Own {
  setup: Setup;
  gateway: Gateway;
  page: Page;
}

export const test = base.extend<Own>({
  setup: [{}, { option: true }],
  gateway: async ({ setup }, use) => {
    const gateway = await Gateway.start(setup);
    await use(gateway);
    await gateway.end();
  },
  page: async ({ page, gateway }, use) => {
    const wrong: string[] = [];
    page.on("console", (message) => {
      // That an answer was a refusal, or a line broke, is what some tests are about; the browser says so by itself.
      const isNetwork = message.text().startsWith("Failed to load resource") || message.text().includes("net::ERR_");
      if (message.type() === "error" && !isNetwork) wrong.push(message.text());
    });
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== gateway.url && url.protocol !== "blob:") wrong.push(`a request to ${url.origin}`);
    });
    await use(page);
    expect(wrong).toEqual([]);
  },
});

export { expect, type Page };

export async function signIn(page: Page, gateway: Gateway, path = "/", key: "operator" | string = "operator"): Promise<void> {
  await page.goto(gateway.url + path);
  await page.getByLabel("Your API key").fill(key === "operator" ? gateway.key("operator") : key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("banner", { name: "State of trading" })).toContainText("ACTIVE");
}

/** A picture that is kept, by its name. */
export const picture = (name: string) => new URL(`../../target/dashboard/pictures/${name}.png`, import.meta.url).pathname;
