/** The records of the journal in a few words. What has no words of its own here shows its kind, never nothing. */
import type { AuditRecord } from "./api/types";
import { UNKNOWN, decimal, words } from "./format";

export interface Said {
  title: string;
  text: string | undefined;
  tone: "good" | "bad" | "warn" | "unknown" | "info" | "plain";
}

type Loose = Record<string, unknown>;
const text = (of: unknown, name: string): string | undefined => {
  const value = typeof of === "object" && of !== null ? (of as Loose)[name] : undefined;
  return value === null || value === undefined ? undefined : typeof value === "object" ? JSON.stringify(value) : String(value);
};
const within = (of: unknown, name: string): unknown => (typeof of === "object" && of !== null ? (of as Loose)[name] : undefined);

const TONES: Record<string, Said["tone"]> = {
  order_denied: "bad", order_simulated: "plain", order_submitting: "info", replace_denied: "bad", approval_requested: "warn", trading_state_set: "warn", breaker_tripped: "bad",
  link_up: "good", link_down: "bad", instrument_halted: "bad", live_armed: "warn", key_created: "info", key_revoked: "warn",
  refused: "bad", killed: "bad", not_sent: "bad", send_unknown: "unknown", link_lost: "unknown", not_found: "unknown", executed: "good", reported_filled: "good",
  acknowledged: "good", canceled: "plain", rejected: "bad", busted: "bad", cancel_refused: "warn", filled: "good", done: "good", partial: "warn", failed: "bad", blocked: "warn", unfilled: "warn", decision_refused: "bad", slot_missed: "bad", replace_refused: "warn", proven_dead: "plain", group_broken: "bad",
};

/** An event of one order. */
function ofOrder(event: unknown): Said {
  const word = text(event, "event") ?? "unknown";
  const said = (title: string, more?: string): Said => ({ title, text: more, tone: TONES[word] ?? "plain" });
  switch (word) {
    case "executed": {
      const execution = within(event, "execution");
      return said(`Traded ${decimal(text(execution, "last_qty") ?? "?")} at ${decimal(text(execution, "last_px") ?? "?", { min: 2 })}`, text(execution, "exchange"));
    }
    case "commission_joined": {
      const amount = within(within(event, "commission"), "amount");
      return said(`Commission ${decimal(text(amount, "amount") ?? "?", { min: 2 })} ${text(amount, "currency") ?? ""}`);
    }
    case "written": return said("Sent to the broker", "written to the line");
    case "acknowledged": return said(`Acknowledged: ${text(event, "broker_status") ?? ""}`, text(event, "perm_id") === undefined ? undefined : `permId ${text(event, "perm_id") ?? ""}`);
    case "reported_filled": return said("Filled", `the broker counts ${decimal(text(event, "filled") ?? "?")}`);
    case "canceled": return said("Canceled, proven by the broker");
    case "cancel_requested": return said("Cancel asked for");
    case "cancel_pending": return said("Cancel under way at the broker");
    case "send_unknown": return said("Unknown whether it left");
    case "link_lost": return said("The line broke: its fate is unknown");
    case "not_found": return said("The broker does not show it");
    case "proven_dead": return said("Proven dead");
    case "rejected": return said("Rejected by the broker", text(event, "message") ?? text(event, "reason"));
    default: return said(words(word).replace(/^./, (sign) => sign.toUpperCase()), text(event, "message") ?? text(event, "reason"));
  }
}

/** The names of codes in a list of reasons. */
function codes(of: unknown): string | undefined {
  const reasons = within(of, "reasons");
  if (!Array.isArray(reasons)) return undefined;
  return reasons.map((reason) => text(reason, "message") ?? text(reason, "code") ?? "").join(" ");
}

/** What was ordered, as it stands in records that hold an order: `buy 10 AAPL`. */
function ordered(event: unknown): string | undefined {
  const order = within(event, "order") ?? event;
  const intent = within(order, "intent");
  const [side, qty] = [text(intent, "side"), text(intent, "qty")];
  if (side === undefined || qty === undefined) return undefined;
  const symbol = text(within(order, "contract"), "symbol") ?? text(within(within(intent, "instrument"), "spec"), "symbol");
  return `${words(side)} ${decimal(qty)}${symbol === undefined ? "" : ` ${symbol}`}`;
}

const count = (of: unknown): number => (Array.isArray(of) ? of.length : 0);
const many = (n: number, one: string): string => (n === 1 ? `one ${one}` : `${n} ${one}s`);
const joined = (all: (string | undefined)[], between: string): string | undefined => all.filter((part) => part !== undefined).join(between) || undefined;

/** What the loop wrote down. */
function ofLoop(event: unknown): Said {
  const told = within(event, "event");
  const word = text(told, "event") ?? "loop";
  // A run by its name, but for the record that orders it, which holds all of it.
  const run = within(told, "run");
  const name = typeof run === "object" ? text(run, "id") : text(told, "run");
  const [step, reason] = [text(told, "step"), text(told, "reason")];
  const end = text(within(told, "end"), "outcome") ?? text(told, "state") ?? text(told, "status");
  return { title: `Loop: ${words(word)}`, text: joined([name, step && `step ${step}`, end && words(end), reason], ", "), tone: TONES[end ?? word] ?? "plain" };
}

type Words = [title: string, more?: string | undefined];

/** What the gateway found out or did by itself. */
function ofGateway(kind: string, event: unknown): Words | undefined {
  switch (kind) {
    case "installed": return ["The journal begins", `installation ${text(event, "installation") ?? UNKNOWN}`];
    case "started": return ["The gateway started", `trading ${text(event, "trading") ?? UNKNOWN}, policy ${text(event, "policy") ?? UNKNOWN}`];
    case "stopped": return ["The gateway stopped"];
    case "link_up": return ["The broker's line is up", `server version ${text(event, "server_version") ?? UNKNOWN}`];
    case "link_down": return ["The broker's line is down", text(event, "reason")];
    case "notice": return [`The broker says: ${text(event, "message") ?? "nothing"}`, `code ${text(event, "code") ?? UNKNOWN}`];
    case "reconciled": {
      const differences = count(within(within(event, "report"), "differences"));
      return ["Journal and broker compared", differences === 0 ? "they agree" : many(differences, "difference")];
    }
    case "positions_adopted": return ["Positions taken over from the broker", many(count(within(event, "positions")), "position")];
    case "policy_applied": return ["Limits in force", `policy ${text(event, "name") ?? UNKNOWN}, ${many(count(within(event, "changes")), "change")}`];
    case "key_created": return [`Key made: ${text(within(event, "key"), "id") ?? UNKNOWN}`, text(within(event, "key"), "kind")];
    case "verified": {
      const walk = within(event, "walk");
      const found = text(walk, "findings_total");
      return ["The journal was walked", `${text(walk, "records") ?? UNKNOWN} records, ${found === undefined ? "findings unknown" : found === "0" ? "no finding" : many(Number(found), "finding")}`];
    }
    case "account_marked": {
      const mark = within(event, "mark");
      return [`The account is worth ${decimal(text(mark, "net_liquidation") ?? UNKNOWN, { min: 2, max: 2 })} ${text(mark, "currency") ?? ""}`.trim()];
    }
    default: return undefined;
  }
}

export function say(record: AuditRecord): Said {
  const event: unknown = record.event;
  if (record.kind === "order") return ofOrder(within(event, "event"));
  if (record.kind === "loop") return ofLoop(event);
  const tone = TONES[record.kind] ?? "plain";
  const said = (title: string, more?: string): Said => ({ title, text: more, tone });
  switch (record.kind) {
    case "previewed": return said("An order was previewed; nothing left");
    case "order_submitting": return said("Every gate passed; written down before it leaves", ordered(event));
    case "order_denied": return said("Denied by the gates", joined([ordered(event), codes(event)], ": "));
    case "order_simulated": return said("Simulated: trading is off", ordered(event));
    case "approval_requested": return said("A human is asked", joined([ordered(event), codes(event) ?? codes(within(event, "approval"))], ": "));
    case "approval_moved": {
      const status = text(event, "status") ?? "moved";
      const by = text(event, "by");
      return said(`Approval: ${status === "consumed" ? "released" : status}`, joined([by && `by ${by}`, text(event, "reason")], ": "));
    }
    case "cancel_submitting": return said("A cancel is written down before it leaves");
    case "trading_state_set": return said(`Trading ${text(event, "state") ?? "state set"}`, text(event, "reason"));
    default: {
      const [title, more] = ofGateway(record.kind, event) ?? [words(record.kind).replace(/^./, (sign) => sign.toUpperCase()), text(event, "reason")];
      return said(title, more);
    }
  }
}
