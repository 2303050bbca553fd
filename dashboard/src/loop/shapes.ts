/** The tone of a run's state; every state has its own word beside it. */
export const TONES = { queued: "info", checking: "info", executing: "info", done: "good", partial: "warn", failed: "bad", blocked: "warn", rolled_back: "plain" } as const;
export const toneOf = (state: string) => (TONES as Record<string, (typeof TONES)[keyof typeof TONES]>)[state] ?? "unknown";

/** A part of the account's worth, in percent; only for the eye. */
export function weight(qty: string | null | undefined, price: string | null | undefined, value: string): number | undefined {
  const whole = Number(value);
  if (qty == null || (price == null && Number(qty) !== 0) || whole === 0) return undefined;
  return ((Number(qty) * Number(price ?? 0)) / whole) * 100;
}
