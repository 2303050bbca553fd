/** The shapes of `/api/v1/loop`, as far as the page shows them. */
export interface Target { symbol: string; weight?: string; qty?: string }

export interface Decision {
  id: string; source: string; source_name: string | null; as_of: string; decided_at: string; data_hash: string; cash_buffer: string; targets: Target[]; note: string | null;
}

export interface PlanLine {
  step: number | null; symbol: string; con_id: number; action: string; held: string; target: string | null; qty: string | null; price: string | null; price_source: string | null; value: string; cost: string; reason: string;
}

export interface Plan { value: string; cash: string; cash_buffer: string; turnover: string; lines: PlanLine[] }

export interface PlanAnswer { decision: Decision; plan: Plan; blocked: string[] }

export interface Step { step: number; outcome: string; filled: string; avg_px: string | null; reasons: string[]; orders: string[] }

export interface Run {
  id: string; state: string; reason: string; cause: string; slot: string | null; rolls_back: string | null; rolled_back_by: string | null; decision: string | null; account: string | null;
  queued_at: string | null; executing_since: string | null; moved_at: string | null; style: string; steps: Step[]; moves: { at: string; state: string; reason: string }[]; plan: Plan | null;
}

export interface RunEvidence { run: Run; decision: Decision | null; differences: { symbol: string; wanted: string | null; held: string | null }[] }

export interface LoopStatus {
  state: string; schedule: string | null; signal: string | null; universe: string[]; style: string; rolls_back: boolean; paused: { at: string; by: string; reason: string } | null;
  next_slot: { slot: string; at: string; session_closes_at: string } | null; current: Run | null; last: Run | null; missed: { slot: string; reason: string }[]; decision: Decision | null; refused: string[]; turned_at: string | null;
}

/** The tone of a run's state; every state has its own word beside it. */
export const TONES = { queued: "info", checking: "info", executing: "info", done: "good", partial: "warn", failed: "bad", blocked: "warn", rolled_back: "plain" } as const;
export const toneOf = (state: string) => (TONES as Record<string, (typeof TONES)[keyof typeof TONES]>)[state] ?? "unknown";

/** A part of the account's worth, in percent; only for the eye. */
export function weight(qty: string | null, price: string | null, value: string): number | undefined {
  const whole = Number(value);
  if (qty === null || (price === null && Number(qty) !== 0) || whole === 0) return undefined;
  return ((Number(qty) * Number(price ?? 0)) / whole) * 100;
}
