import AxeBuilder from "@axe-core/playwright";
import { expect, picture, type Page } from "./test";

export const SIZES = { "1280": { width: 1280, height: 800 }, "1920": { width: 1920, height: 1080 }, phone: { width: 390, height: 844 } } as const;

/** Axe finds nothing serious in the page as it stands. */
export async function expectNothingSerious(page: Page, name: string): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze();
  const serious = found.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  expect(serious.flatMap((one) => one.nodes.map((node) => `${name}: ${one.id}: ${node.html} ${node.any.map((why) => why.message).join(" ")}`))).toEqual([]);
}

/** Looks at a page as it stands: axe finds nothing serious, nothing sticks out at the side, and a picture is kept of each size. */
export async function inspect(page: Page, name: string): Promise<void> {
  await expectNothingSerious(page, name);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.screenshot({ path: picture(`${name}-${size}`) });
  }
}
