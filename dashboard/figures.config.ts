import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

/** What the page costs: `make bench-dashboard`. Not part of `make test`: figures are for a machine with a core to spare. */
export default defineConfig({ ...base, testDir: "figures", timeout: 300_000 });
