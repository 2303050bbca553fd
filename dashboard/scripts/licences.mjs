// Writes src/third-party.txt: the licences of what becomes a part of the page, as their authors ship them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../node_modules/", import.meta.url).pathname;
const parts = {
  svelte: "",
  clsx: "",
  "esm-env": "",
  "lightweight-charts": "TradingView Lightweight Charts™\nCopyright (c) 2025 TradingView, Inc. https://www.tradingview.com/\n\n",
  "fancy-canvas": "",
  "@fontsource/ibm-plex-sans": "",
  "@fontsource/ibm-plex-mono": "",
};
const texts = Object.entries(parts).map(([name, notice]) => {
  const folder = `${root}${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  const words = files.map((file) => readFileSync(`${folder}/${file}`, "utf8").trim()).join("\n\n");
  return `${name} ${version} (${license})\n\n${notice}${words}\n`;
});
writeFileSync(new URL("../src/third-party.txt", import.meta.url), texts.join(`\n${"-".repeat(80)}\n\n`));
