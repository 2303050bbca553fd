/**
 * Server-sent events, read by `fetch`: unlike `EventSource` it tells the status of a refusal, sees comments as signs of life, and ends
 * when it is told to. <https://html.spec.whatwg.org/multipage/server-sent-events.html>
 */

export interface Told {
  /** The place to go on from; kept over events that name none. */
  id: string | undefined;
  event: string;
  data: string;
}

/** Takes text apart as it comes; an event is handed over when its empty line has been read. */
export class Parser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #sawReturn = false;
  #id: string | undefined;
  /** Up to where all was told: moved by an event's empty line, not by its beginning, which may be all that came of it. */
  place: string | undefined;

  constructor(
    private readonly told: (told: Told) => void,
    private readonly alive: () => void,
  ) {}

  push(text: string): void {
    this.alive();
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const sign = text.charCodeAt(at);
      if (sign !== 10 && sign !== 13) {
        this.#sawReturn = false;
        continue;
      }
      // The second half of a line's end that was cut in two by the network.
      if (sign === 10 && this.#sawReturn) {
        this.#sawReturn = false;
        from = at + 1;
        continue;
      }
      this.#line(this.#rest + text.slice(from, at));
      this.#rest = "";
      from = at + 1;
      this.#sawReturn = sign === 13;
    }
    this.#rest += text.slice(from);
  }

  #line(line: string): void {
    if (line === "") {
      this.place = this.#id;
      if (this.#data.length > 0) this.told({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
      this.#data = [];
      this.#event = "";
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }
}

/** Why a stream is over. */
export type End = { why: "refused"; status: number } | { why: "broken" } | { why: "silent" } | { why: "closed" };

export interface Reading {
  url: string;
  after?: string | undefined;
  /** Milliseconds without a word after which the line counts as dead. */
  silence: number;
  opened: () => void;
  alive: () => void;
  told: (told: Told) => void;
  place: (id: string) => void;
  signal: AbortSignal;
}

/** Reads one stream until it ends. */
export async function read(reading: Reading): Promise<End> {
  const line = new AbortController();
  const close = () => line.abort();
  reading.signal.addEventListener("abort", close, { once: true });
  let isSilent = false;
  let watch: ReturnType<typeof setTimeout> | undefined;
  const hear = () => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      isSilent = true;
      line.abort();
    }, reading.silence);
    reading.alive();
  };
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (reading.after !== undefined) headers["last-event-id"] = reading.after;
    const answer = await fetch(reading.url, { headers, credentials: "same-origin", cache: "no-store", signal: line.signal });
    if (!answer.ok || answer.body === null) return { why: "refused", status: answer.status };
    reading.opened();
    const parser = new Parser(reading.told, hear);
    hear();
    const chunks = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await chunks.read();
      if (done) return { why: "broken" };
      parser.push(value);
      if (parser.place !== undefined && parser.place !== "") reading.place(parser.place);
    }
  } catch {
    if (reading.signal.aborted) return { why: "closed" };
    return isSilent ? { why: "silent" } : { why: "broken" };
  } finally {
    clearTimeout(watch);
    reading.signal.removeEventListener("abort", close);
  }
}
