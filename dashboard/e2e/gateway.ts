/** A venue and a gateway as processes of their own, on loopback, in a directory that goes with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY = process.env["TOLLGATE_BIN"] ?? new URL("../../target/debug/tollgate", import.meta.url).pathname;
const PATIENCE_MS = 30_000;

class Process {
  #said = "";
  #wake: (() => void)[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<void>;

  constructor(args: string[], home: string) {
    this.child = spawn(BINARY, args, { env: { HOME: home, XDG_DATA_HOME: join(home, "data"), XDG_CONFIG_HOME: join(home, "config"), PATH: process.env["PATH"] ?? "" } });
    const hear = (bytes: Buffer) => {
      this.#said += bytes.toString();
      this.#wake.splice(0).forEach((wake) => wake());
    };
    this.child.stdout?.on("data", hear);
    this.child.stderr?.on("data", hear);
    this.ended = new Promise((done) => this.child.once("exit", () => done()));
    void this.ended.then(() => this.#wake.splice(0).forEach((wake) => wake()));
  }

  /** Waits until it has said this. */
  async says(pattern: RegExp): Promise<string> {
    const late = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.#said);
      if (found !== null) return found[1] ?? found[0];
      if (this.child.exitCode !== null || Date.now() > late) throw new Error(`${pattern} was not said:\n${this.#said}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, 1_000);
        this.#wake.push(() => (clearTimeout(timer), done()));
      });
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

/** What is other than usual. */
export interface Setup {
  venueArgs?: string[];
  /** Lines of the configuration, before its section of the broker. */
  more?: string;
  /** Policies by their names. */
  policies?: Record<string, string>;
  /** `tollgate demo` instead, as a newcomer starts it. */
  demo?: boolean;
}

export class Gateway {
  #process: Process | undefined;

  private constructor(
    readonly home: string,
    readonly url: string,
    readonly control: string,
    private readonly venue: Process,
    /** The files of its keys, where they are not in its own directory. */
    private readonly keys: Partial<Record<"operator" | "agent", string>> = {},
    /** The key that was printed for whoever sits before it. */
    readonly printed = "",
  ) {}

  /** What `make demo` runs, with all that it says about itself. */
  static async demo(): Promise<Gateway> {
    const home = mkdtempSync(join(tmpdir(), "tollgate-dashboard-"));
    const demo = new Process(["demo"], home);
    const url = await demo.says(/dashboard +(http:\S+?)\/\s/);
    const printed = await demo.says(/sign in with +(\S+)\s/);
    const [operator, agent] = [await demo.says(/operator key +(\S+)\s/), await demo.says(/agent key +(\S+)\s/)];
    return new Gateway(home, url, await demo.says(/venue +(http:\S+)\/ledger/), demo, { operator, agent }, printed);
  }

  static async start({ venueArgs = [], more = "", policies = {}, demo = false }: Setup = {}): Promise<Gateway> {
    if (demo) return Gateway.demo();
    const home = mkdtempSync(join(tmpdir(), "tollgate-dashboard-"));
    const venue = new Process(["venue", "--tws-port", "0", "--control-port", "0", "--sessions", "always", ...venueArgs], home);
    const tws = await venue.says(/tws 127\.0\.0\.1:(\d+)/);
    const control = await venue.says(/control (http:\S+)/);
    const port = await freePort();
    const config = `listen = "127.0.0.1:${port}"\ndata_dir = "${home}/data"\ntrading = "paper"\n${more}[broker]\nkind = "tws"\nport = ${tws}\naccount = "DUV0000001"\n`;
    writeFileSync(join(home, "tollgate.toml"), config);
    mkdirSync(join(home, "data", "policies"), { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(policies)) writeFileSync(join(home, "data", "policies", `${name}.toml`), text);
    const gateway = new Gateway(home, `http://127.0.0.1:${port}`, control, venue);
    await gateway.serve();
    return gateway;
  }

  /** Starts the gateway, also again after its end. */
  async serve(): Promise<void> {
    this.#process = new Process(["serve", "--config", join(this.home, "tollgate.toml")], this.home);
    const late = Date.now() + PATIENCE_MS;
    for (;;) {
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (Date.now() > late) throw new Error("the gateway is not ready");
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.#process?.end(signal);
  }

  /** Holds the process as it is, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.child.kill(signal);
  }

  key(name: "operator" | "agent"): string {
    return readFileSync(this.keys[name] ?? join(this.home, "data", `${name}.key`), "utf8").trim();
  }

  async ask<T>(name: "operator" | "agent", method: string, path: string, body?: unknown, key?: string): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.key(name)}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (key !== undefined) headers["idempotency-key"] = key;
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    return (await answer.json()) as T;
  }

  order(symbol: string, qty: string, limit?: string): Record<string, unknown> {
    const terms = limit === undefined ? { order_type: "market" } : { order_type: "limit", limit_price: limit };
    return { symbol, sec_type: "stk", exchange: "SMART", currency: "USD", side: "buy", qty, tif: "day", ...terms };
  }

  async end(): Promise<void> {
    this.signal("SIGCONT");
    await this.kill();
    // The demo takes its own directory away.
    await this.venue.end(this.keys.operator === undefined ? "SIGKILL" : "SIGTERM");
    rmSync(this.home, { recursive: true, force: true });
  }
}
