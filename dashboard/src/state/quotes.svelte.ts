import { read, type Told } from "../api/sse";
import type { StreamEnd, WatchedQuote } from "../api/types";
import { live } from "./live.svelte";

/** The gateway says that it lives every fifteen seconds. */
const SILENCE_MS = 45_000;
const RETRY_MS = 1_000;
/** Most instruments of one stream. */
export const MOST = 40;

/** One instrument as it is quoted now. */
export class Cell {
  told = $state.raw<WatchedQuote | undefined>();
  /** Which way the last price went when it last moved. */
  moved = $state<"up" | "down" | undefined>();
  /** When this page heard it. */
  heardAt = $state(0);
}

/** Quotes of the instruments that the page shows, over one stream, which is closed while nobody looks. */
class Quotes {
  /** Why there is no stream; `undefined` while there is one, or nothing to watch. */
  broken = $state<string | undefined>();

  #cells = new Map<string, Cell>();
  #users = new Map<string, number>();
  #fresh = new Map<string, WatchedQuote>();
  #frame: number | undefined;
  #stop: AbortController | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** The instrument behind `symbol`, or behind `#con_id`. */
  cell(name: string): Cell {
    const found = this.#cells.get(name);
    if (found !== undefined) return found;
    const made = new Cell();
    this.#cells.set(name, made);
    return made;
  }

  /** Keeps the instruments fed until the function that is returned is called. */
  watch(names: string[]): () => void {
    for (const name of names) this.#users.set(name, (this.#users.get(name) ?? 0) + 1);
    this.#soon();
    return () => {
      for (const name of names) {
        const left = (this.#users.get(name) ?? 1) - 1;
        if (left > 0) this.#users.set(name, left);
        else {
          this.#users.delete(name);
          this.#cells.delete(name);
        }
      }
      this.#soon();
    };
  }

  start(): () => void {
    const turn = () => this.#soon();
    document.addEventListener("visibilitychange", turn);
    return () => {
      document.removeEventListener("visibilitychange", turn);
      this.#stop?.abort();
    };
  }

  /** Opens the stream anew for what is watched, once all of a page's parts have said what they need. */
  #soon(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#open(), 50);
  }

  async #open(): Promise<void> {
    this.#stop?.abort();
    const names = [...this.#users.keys()].slice(0, MOST);
    if (names.length === 0 || document.hidden) return;
    const stop = new AbortController();
    this.#stop = stop;
    const query = new URLSearchParams();
    const ids = names.filter((name) => name.startsWith("#")).map((name) => name.slice(1));
    const symbols = names.filter((name) => !name.startsWith("#"));
    if (symbols.length > 0) query.set("symbols", symbols.join(","));
    if (ids.length > 0) query.set("con_ids", ids.join(","));
    while (!stop.signal.aborted) {
      const end = await read({
        url: `/api/v1/market/stream?${query}`,
        silence: SILENCE_MS,
        signal: stop.signal,
        opened: () => (this.broken = undefined),
        alive: () => (live.heardAt = Date.now()),
        place: () => undefined,
        told: (told) => this.#hear(told),
      });
      if (end.why === "closed" || stop.signal.aborted) return;
      this.broken = end.why === "refused" ? `The gateway refused the stream of quotes (${end.status}).` : "The stream of quotes broke off.";
      if (end.why === "refused" && (end.status === 400 || end.status === 401 || end.status === 404)) return;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }

  #hear(told: Told): void {
    if (told.event === "stream_ended") {
      this.broken = (JSON.parse(told.data) as StreamEnd).detail;
      return;
    }
    const quote = JSON.parse(told.data) as WatchedQuote;
    this.#fresh.set(quote.con_id, quote);
    // Many quotes, one painting.
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      for (const fresh of this.#fresh.values()) this.#take(fresh);
      this.#fresh.clear();
    });
  }

  #take(fresh: WatchedQuote): void {
    for (const name of [fresh.symbol, `#${fresh.con_id}`]) {
      const cell = this.#cells.get(name);
      if (cell === undefined) continue;
      const [before, now] = [cell.told?.quote?.last, fresh.quote?.last];
      if (before !== null && before !== undefined && now !== null && now !== undefined && before !== now) {
        cell.moved = Number(now) > Number(before) ? "up" : "down";
      }
      cell.told = fresh;
      cell.heardAt = Date.now();
    }
  }
}

export const quotes = new Quotes();

/** How old the quote is now: its age when it was sent, and what has passed since. */
export function ageOf(cell: Cell, now: number): number | undefined {
  const age = cell.told?.quote?.age_ms;
  return age === undefined ? undefined : age + Math.max(0, now - cell.heardAt);
}
