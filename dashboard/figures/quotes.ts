/** Stands before a gateway and passes everything on, but for the stream of quotes, which it makes up: so many a second. */
import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Front {
  url: string;
  sent: () => number;
  close: () => void;
}

const price = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

function feed(symbols: string[], perSecond: number, answer: ServerResponse, count: () => void): void {
  answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let turn = 0;
  const tick = setInterval(() => {
    turn += 1;
    const at = turn % symbols.length;
    const cents = 10_000 + ((turn * 7_919) % 500);
    const quote = {
      con_id: String(1_000 + at), symbol: symbols[at], sec_type: "stk", exchange: "SMART", currency: "USD", bid: price(cents - 1), ask: price(cents + 1), last: price(cents), bid_size: "100", ask_size: "200",
      last_size: "5", volume: "1000000", close: "101.00", data_type: "live", last_outside_spread: false, received_at: new Date().toISOString(), age_ms: 3,
    };
    answer.write(`event: quote\ndata: ${JSON.stringify({ con_id: quote.con_id, symbol: quote.symbol, state: "fed", reason: null, quote })}\n\n`);
    count();
  }, 1_000 / perSecond);
  answer.on("close", () => clearInterval(tick));
}

export function front(gateway: string, symbols: string[], perSecond: number): Promise<Front> {
  const to = new URL(gateway);
  let sent = 0;
  const server: Server = createServer((asked, answer) => {
    if (asked.url?.startsWith("/api/v1/market/stream") === true) {
      feed(symbols, perSecond, answer, () => (sent += 1));
      return;
    }
    const headers = { ...asked.headers, host: to.host };
    if (asked.headers.origin !== undefined) headers.origin = to.origin;
    const passed = request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  return new Promise((done) =>
    server.listen(0, "127.0.0.1", () => done({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: () => sent, close: () => (server.closeAllConnections(), server.close()) })),
  );
}
