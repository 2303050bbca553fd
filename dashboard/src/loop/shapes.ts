/** What the loop's page makes of what the gateway says. */
import type { AccountSummary, Decision, Order, PlanLine, Position, Run, RunStep } from "../api/types";

/** The tone of a run's state; every state has its own word beside it. */
export const TONES = { queued: "info", checking: "info", executing: "info", done: "good", partial: "warn", failed: "bad", blocked: "warn", rolled_back: "plain" } as const;
export const toneOf = (state: string) => (TONES as Record<string, (typeof TONES)[keyof typeof TONES]>)[state] ?? "unknown";

const SOURCES: Record<string, string> = { command: "by the program", file: "from the file", proposed: "proposed", built_in: "by the built-in signal" };
/** Where a decision came from, in words. */
export const sourceOf = (decision: Decision) => `${SOURCES[decision.source] ?? decision.source.replaceAll("_", " ")}${decision.source_name ? ` ${decision.source_name}` : ""}`;

const UNDER_WAY: ReadonlySet<string> = new Set(["queued", "checking", "executing"]);
export const isOver = (run: Run) => !UNDER_WAY.has(run.state);

/** A part of the account's worth, in percent; only for the eye. */
export function weight(qty: string | null | undefined, price: string | null | undefined, value: string): number | undefined {
  const whole = Number(value);
  if (qty == null || (price == null && Number(qty) !== 0) || whole === 0) return undefined;
  return ((Number(qty) * Number(price ?? 0)) / whole) * 100;
}

/** What an instrument weighs in the account, and what it should, in percent; `undefined` is unknown. */
export interface Weight {
  symbol: string;
  held: number | undefined;
  wanted: number | undefined;
}

/** What is held against what the decision wants, cash last. A decision's weights are parts of what its cash buffer leaves. */
export function weights(decision: Decision, positions: Position[], summary: AccountSummary): Weight[] {
  const worth = summary.net_liquidation;
  const of = (amount: string | null | undefined) => (amount == null || worth == null || Number(worth) === 0 ? undefined : (Number(amount) / Number(worth)) * 100);
  const rows = decision.targets.map((target): Weight => {
    const position = positions.find((one) => one.symbol === target.symbol);
    const held = position === undefined ? 0 : of(position.market_value);
    if (target.weight != null) return { symbol: target.symbol, held, wanted: Number(target.weight) * (1 - Number(decision.cash_buffer)) * 100 };
    if (target.qty == null || worth == null) return { symbol: target.symbol, held, wanted: undefined };
    return { symbol: target.symbol, held, wanted: weight(target.qty, position?.market_price, worth) };
  });
  const sum = rows.reduce<number | undefined>((all, row) => (all === undefined || row.wanted === undefined ? undefined : all + row.wanted), 0);
  return [...rows.toSorted((a, b) => (b.wanted ?? 0) - (a.wanted ?? 0)), { symbol: "Cash", held: of(summary.total_cash), wanted: sum === undefined ? undefined : 100 - sum }];
}

/** A step of a run as it stands: its line of the plan, its end once it is over, and its orders so far. */
export interface Standing {
  step: number;
  line: PlanLine | undefined;
  end: RunStep | undefined;
  orders: Order[];
  /** What traded, as far as is known. */
  filled: string;
}

/** Whether the order is one of the step: `run.3`, or a part of it, but not `run.31`. */
function isOf(order: Order, run: string, step: number): boolean {
  const stem = `${run}.${step}`;
  return order.cl_ord_id === stem || (order.cl_ord_id.startsWith(stem) && !/^\d/.test(order.cl_ord_id.slice(stem.length)));
}

export function standing(run: Run, orders: Order[]): Standing[] {
  const planned = (run.plan?.lines ?? []).flatMap((line) => (line.step == null ? [] : [line.step]));
  const steps = new Set([...planned, ...run.steps.map((end) => end.step)]);
  return [...steps].toSorted((a, b) => a - b).map((step) => {
    const end = run.steps.find((one) => one.step === step);
    const own = orders.filter((order) => isOf(order, run.id, step)).toSorted((a, b) => a.created_at.localeCompare(b.created_at));
    const traded = own.reduce((all, order) => all + Number(order.cum_qty), 0);
    return { step, line: run.plan?.lines.find((line) => line.step === step), end, orders: own, filled: end?.filled ?? String(traded) };
  });
}

/** A state of the run's time line; the last one lasts until `now` while the run is under way. */
export interface Stretch {
  state: string;
  at: string;
  reason: string;
  /** Milliseconds; `undefined` for the end of it. */
  took: number | undefined;
}

export function stretches(run: Run, now: number): Stretch[] {
  return run.moves.map((move, nth) => {
    const next = run.moves[nth + 1];
    const until = next === undefined ? (isOver(run) ? undefined : now) : Date.parse(next.at);
    return { state: move.state, at: move.at, reason: move.reason, took: until === undefined ? undefined : Math.max(0, until - Date.parse(move.at)) };
  });
}
