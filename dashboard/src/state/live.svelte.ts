/**
 * The line to the gateway: one stream of events that is resumed where it broke off, and everything on the page that is read again when an
 * event says that it may have changed.
 */
import { door, get } from "../api/client";
import { asProblem } from "../api/problem";
import { read, type Told } from "../api/sse";
import type { AuditRecord, Status, StreamEnd } from "../api/types";
import type { Resource } from "./resource.svelte";
import { session } from "./session.svelte";

/** The gateway says that it lives every fifteen seconds; three of them are a dead line. */
const SILENCE_MS = 45_000;
/** What is no event (readiness, the age of data, the file KILL) is looked at so often; no answer within it is a lost line. */
const LOOK_MS = 1_500;
const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 2_000;

type Phase = "connecting" | "live" | "lost";

class Live {
  phase = $state<Phase>("connecting");
  /** When the line was lost, or came back. */
  since = $state(Date.now());
  /** When the gateway last said anything; not shown as it changes, so no state. */
  heardAt = Date.now();
  status = $state.raw<Status | undefined>();
  /** How often the line was lost and found. */
  recoveries = $state(0);
  /** Events since the page was opened. */
  events = $state(0);

  #place: string | undefined;
  #resources = new Set<Resource<unknown>>();
  #listeners = new Set<(record: AuditRecord) => void>();
  #stop: AbortController | undefined;
  /** Whether the stream of events stands. */
  #isOpen = false;
  #looking = false;
  #lookAgain = false;
  #wake: (() => void) | undefined;

  constructor() {
    door.heard = () => (this.heardAt = Date.now());
  }

  /** Begins; ends by the function that is returned. */
  start(): () => void {
    const stop = new AbortController();
    this.#stop = stop;
    void this.#follow(stop.signal);
    const look = setInterval(() => {
      if (!document.hidden) void this.look();
    }, LOOK_MS);
    const shown = () => {
      if (document.hidden) return;
      this.#wake?.();
      void this.look();
    };
    document.addEventListener("visibilitychange", shown);
    void this.look();
    return () => {
      stop.abort();
      clearInterval(look);
      document.removeEventListener("visibilitychange", shown);
    };
  }

  /** Adds what is to be read again by events; taken away by the function that is returned. */
  attach(resource: Resource<unknown>): () => void {
    this.#resources.add(resource);
    return () => this.#resources.delete(resource);
  }

  /** Hears every record as it comes. */
  listen(listener: (record: AuditRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the status; one look at a time. */
  async look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      this.status = await get("/api/v1/status", { signal: AbortSignal.timeout(LOOK_MS) });
      if (this.phase === "lost") {
        // The gateway stood still and goes on: its stream may never have broken.
        if (this.#isOpen) this.#found();
        else this.#wake?.();
      }
    } catch (thrown) {
      const isLate = thrown instanceof DOMException;
      if ((isLate || asProblem(thrown).status === 0) && session.phase === "in" && this.#stop?.signal.aborted === false) this.#lose();
    } finally {
      this.#looking = false;
      if (this.#lookAgain) {
        this.#lookAgain = false;
        setTimeout(() => void this.look(), 100);
      }
    }
  }

  #lose(): void {
    if (this.phase === "lost") return;
    this.since = this.heardAt;
    this.phase = "lost";
  }

  #found(): void {
    const was = this.phase;
    this.phase = "live";
    this.since = Date.now();
    if (was === "lost") this.recoveries += 1;
    // What is shown may be old, also where no event says so.
    void this.look();
    for (const resource of this.#resources) resource.touch();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let pause = RETRY_FIRST_MS;
    while (!signal.aborted) {
      const end = await read({
        url: "/api/v1/events",
        after: this.#place,
        silence: SILENCE_MS,
        signal,
        opened: () => {
          pause = RETRY_FIRST_MS;
          this.heardAt = Date.now();
          this.#isOpen = true;
          this.#found();
        },
        alive: () => (this.heardAt = Date.now()),
        place: (id) => (this.#place = id),
        told: (told) => this.#hear(told),
      });
      this.#isOpen = false;
      if (signal.aborted || end.why === "closed") return;
      if (end.why === "refused" && end.status === 401) {
        session.lose("The session is over. Sign in to go on where you were.");
        return;
      }
      // A place that this journal does not have: it was restored, or is another one.
      if (end.why === "refused" && end.status === 400) this.#place = undefined;
      this.#lose();
      await this.#rest(pause, signal);
      pause = Math.min(pause * 2, RETRY_MOST_MS);
    }
  }

  #rest(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.#wake = undefined;
        done();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
      this.#wake = end;
    });
  }

  #hear(told: Told): void {
    if (told.event === "stream_ended") {
      const end = JSON.parse(told.data) as StreamEnd;
      if (end.reason.startsWith("key_") || end.reason === "session_over") session.lose(end.detail);
      return;
    }
    const record = JSON.parse(told.data) as AuditRecord;
    this.events += 1;
    for (const listener of this.#listeners) listener(record);
    for (const resource of this.#resources) resource.hear(record);
    void this.look();
  }
}

export const live = new Live();
