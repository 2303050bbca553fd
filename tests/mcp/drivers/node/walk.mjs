// Every tool of a Tollgate by the official TypeScript client, which judges each answer by the schema that the tool came with.
//
//   walk.mjs MODE KEY QTY WALK (--http URL KEY_FILE | --stdio COMMAND ...)
//
// MODE is `sdk` (the first package, 2025-11-25), `legacy` (the newer package, 2025-11-25) or a version such as 2026-07-28.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const [mode, key, qty, walkFile, how, ...where] = process.argv.slice(2);
const walk = JSON.parse(readFileSync(walkFile, "utf8"));
const words = { key, qty };
const info = { name: "walk", version: "1" };
const resources = ["tollgate://status", "tollgate://positions", "tollgate://orders", "tollgate://quote/AAPL"];
const prompts = {
  daily_brief: {},
  pre_trade_check: { symbol: "AAPL", side: "buy", qty: "10" },
  incident_review: {},
};

async function connect() {
  let Client, Http, Stdio, options;
  if (mode === "sdk") {
    ({ Client } = await import("@modelcontextprotocol/sdk/client/index.js"));
    ({ StreamableHTTPClientTransport: Http } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js"));
    ({ StdioClientTransport: Stdio } = await import("@modelcontextprotocol/sdk/client/stdio.js"));
  } else {
    ({ Client, StreamableHTTPClientTransport: Http } = await import("@modelcontextprotocol/client"));
    ({ StdioClientTransport: Stdio } = await import("@modelcontextprotocol/client/stdio"));
    options = { versionNegotiation: { mode: mode === "legacy" ? "legacy" : { pin: mode } } };
  }
  const client = new Client(info, options);
  if (how === "--stdio") {
    await client.connect(new Stdio({ command: where[0], args: where.slice(1), stderr: "inherit" }));
  } else {
    const [url, keyFile] = where;
    const headers = { Authorization: `Bearer ${readFileSync(keyFile, "utf8").trim()}` };
    await client.connect(new Http(new URL(`${url}/mcp`), { requestInit: { headers } }));
  }
  return client;
}

function filled(value, told) {
  if (typeof value !== "string" || !value.startsWith("$")) return value;
  for (const [name, word] of Object.entries(words)) {
    if (value === `$${name}` || value.startsWith(`$${name}-`)) return word + value.slice(name.length + 1);
  }
  const [tool, field] = value.slice(1).split(".");
  return told[tool][field];
}

const client = await connect();
const tools = (await client.listTools()).tools;
const told = {};
for (const step of walk) {
  const given = Object.entries(step.arguments).map(([name, value]) => [name, filled(value, told)]);
  const result = await client.callTool({ name: step.tool, arguments: Object.fromEntries(given) });
  const text = JSON.parse(result.content.at(-1).text);
  if (step.refused) {
    assert.equal(result.isError, true, `${step.tool} was not refused`);
    assert.ok(text.code && text.hint);
    continue;
  }
  assert.notEqual(result.isError, true, `${step.tool}: ${JSON.stringify(result.content)}`);
  assert.deepEqual(text, result.structuredContent, `${step.tool}: text and structure differ`);
  told[step.tool] = result.structuredContent;
  for (const [field, wanted] of Object.entries(step.is ?? {})) assert.equal(told[step.tool][field], wanted, `${step.tool}: ${field}`);
}
const called = new Set(walk.map((step) => step.tool));
assert.deepEqual(tools.map((tool) => tool.name).filter((name) => !called.has(name)), [], "a tool was not called");
for (const uri of resources) JSON.parse((await client.readResource({ uri })).contents[0].text);
for (const [name, given] of Object.entries(prompts)) assert.ok((await client.getPrompt({ name, arguments: given })).messages.length);
console.log(`${tools.length} tools, ${walk.length} calls, ${resources.length} resources, ${Object.keys(prompts).length} prompts`);
await client.close();
process.exit(0);
