import { asProblem, type Problem } from "../api/problem";
import type { AuditRecord } from "../api/types";

/** Least time between two readings of the same thing, however many events ask for it. */
const GAP_MS = 300;

export interface Terms {
  /** Kinds of events, whole or by their beginning (`approval_*`), after which it may be another. */
  on?: string[];
  /** What no event tells is read again so often while somebody looks, milliseconds. */
  every?: number;
}

function hears(kinds: string[], kind: string): boolean {
  return kinds.some((word) => (word.endsWith("*") ? kind.startsWith(word.slice(0, -1)) : kind === word));
}

/** Something that was read from the gateway: what it is, or why not, and since when. */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  problem = $state.raw<Problem | undefined>();
  readAt = $state<number | undefined>();

  #reading = false;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastAt = 0;
  #ended = false;
  #stop = new AbortController();

  constructor(
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly terms: Terms = {},
  ) {}

  get isLoading(): boolean {
    return this.data === undefined && this.problem === undefined;
  }

  /** It may be another now. */
  touch(): void {
    if (this.#ended) return;
    this.#wanted = true;
    if (this.#reading || this.#timer !== undefined) return;
    const rest = Math.max(0, this.#lastAt + GAP_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#read();
    }, rest);
  }

  hear(record: AuditRecord): void {
    if (hears(this.terms.on ?? [], record.kind)) this.touch();
  }

  /** Reads it while somebody looks; returns how to stop. */
  begin(): () => void {
    this.#ended = false;
    this.#stop = new AbortController();
    this.touch();
    const every = this.terms.every;
    const timer = every === undefined ? undefined : setInterval(() => !document.hidden && this.touch(), every);
    return () => {
      this.#ended = true;
      clearInterval(timer);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#stop.abort();
    };
  }

  async #read(): Promise<void> {
    this.#reading = true;
    this.#wanted = false;
    this.#lastAt = Date.now();
    try {
      const data = await this.load(this.#stop.signal);
      if (this.#ended) return;
      this.data = data;
      this.problem = undefined;
      this.readAt = Date.now();
    } catch (thrown) {
      if (this.#ended) return;
      this.problem = asProblem(thrown);
    } finally {
      this.#reading = false;
      if (this.#wanted) this.touch();
    }
  }
}
