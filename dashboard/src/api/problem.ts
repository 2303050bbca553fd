import type { ProblemShape } from "./types";

/** What kept a request from being answered as it was meant. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** The HTTP status; 0 when there was no answer at all. */
    readonly status: number,
    /** The gateway's own words, where it spoke. */
    readonly told: ProblemShape | undefined,
    message: string,
  ) {
    super(message);
  }

  get code(): string {
    return this.told?.code ?? (this.status === 0 ? "no_answer" : `http_${this.status}`);
  }

  /** Nobody knows whether the order is at the broker. */
  get isUnknown(): boolean {
    return this.told?.outcome === "unknown" || (this.status === 0 && this.mayHaveDone);
  }

  /** Whether the request could have changed something before its line broke. */
  mayHaveDone = false;
  /** The line stands, and this one answer did not come. */
  isLate = false;
  /** Milliseconds after which the gateway wants to be asked again, where it said so. */
  retryAfter: number | undefined;
}

/** Reads a refused answer. */
export async function problemOf(answer: Response): Promise<Problem> {
  const kind = answer.headers.get("content-type") ?? "";
  const told = kind.includes("json") ? ((await answer.json()) as ProblemShape) : undefined;
  const problem = new Problem(answer.status, told, told?.detail ?? `The gateway answered ${answer.status} without a reason.`);
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  problem.retryAfter = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  return problem;
}

/** Whatever was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem(0, undefined, words);
}
