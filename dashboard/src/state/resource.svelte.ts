import { asProblem, Problem } from "../api/problem";
import type { AuditRecord } from "../api/types";

/** Least time between two readings of the same thing, however many events ask for it. */
const GAP_MS = 300;
/** No answer within it is none. */
export const LATE_MS = 20_000;
/** What could not be read is read again after so long, twice as long each time. */
export const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 15_000;

export interface Terms {
  /** Kinds of events, whole or by their beginning (`approval_*`), after which it may be another. */
  on?: string[];
  /** What no event tells is read again so often while somebody looks, milliseconds. */
  every?: number;
}

function hears(kinds: string[], kind: string): boolean {
  return kinds.some((word) => (word.endsWith("*") ? kind.startsWith(word.slice(0, -1)) : kind === word));
}

/**
 * Something that was read from the gateway: what it is, or why not, and since when. What could not be read says so and is read again by
 * itself. `undefined` as what was read says that it cannot be asked yet.
 */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  problem = $state.raw<Problem | undefined>();
  readAt = $state<number | undefined>();

  #reading = false;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it may be read again. */
  #notBefore = 0;
  #failures = 0;
  #stop = new AbortController();

  constructor(
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly terms: Terms = {},
  ) {
    this.#stop.abort();
  }

  get isLoading(): boolean {
    return this.data === undefined && this.problem === undefined;
  }

  /** It may be another now. */
  touch(): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted = true;
    if (!this.#reading) this.#after(Math.max(0, this.#notBefore - Date.now()));
  }

  hear(record: AuditRecord): void {
    if (hears(this.terms.on ?? [], record.kind)) this.touch();
  }

  /** Reads it while somebody looks; returns how to stop. */
  begin(): () => void {
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#reading = false;
    this.#failures = 0;
    this.touch();
    const every = this.terms.every;
    const timer = every === undefined ? undefined : setInterval(() => !document.hidden && this.touch(), every);
    return () => {
      stop.abort();
      clearInterval(timer);
      if (this.#stop === stop) clearTimeout(this.#timer);
    };
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(this.#stop), ms);
  }

  async #read(stop: AbortController): Promise<void> {
    this.#reading = true;
    this.#wanted = false;
    this.#notBefore = Date.now() + GAP_MS;
    let problem: Problem | undefined;
    try {
      const data = await inTime(this.load, stop.signal);
      if (stop.signal.aborted) return;
      this.data = data;
      this.readAt = Date.now();
    } catch (thrown) {
      if (stop.signal.aborted) return;
      problem = asProblem(thrown);
    }
    this.problem = problem;
    this.#reading = false;
    this.#failures = problem === undefined ? 0 : this.#failures + 1;
    if (problem?.retryAfter !== undefined) this.#notBefore = Date.now() + problem.retryAfter;
    if (this.#wanted) this.touch();
    else if (problem !== undefined) this.#after(problem.retryAfter ?? Math.min(RETRY_FIRST_MS * 2 ** (this.#failures - 1), RETRY_MOST_MS));
  }
}

/** What is loaded, or that it took too long: a line may break without a word. */
async function inTime<T>(load: (signal: AbortSignal) => Promise<T>, stop: AbortSignal): Promise<T> {
  const line = new AbortController();
  const end = () => line.abort();
  stop.addEventListener("abort", end, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      const problem = new Problem(0, undefined, `The gateway did not answer within ${LATE_MS / 1_000} seconds; it is asked again.`);
      problem.isLate = true;
      fail(problem);
      line.abort();
    }, LATE_MS);
  });
  try {
    return await Promise.race([load(line.signal), late]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
  }
}
