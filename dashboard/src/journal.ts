/** The records of the journal in a few words. What has no words of its own here shows its kind, never nothing. */
import type { AuditRecord } from "./api/types";
import { decimal, words } from "./format";

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
  acknowledged: "good", canceled: "plain", rejected: "bad", busted: "bad", cancel_refused: "warn", replace_refused: "warn", proven_dead: "plain", group_broken: "bad",
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

export function say(record: AuditRecord): Said {
  const event: unknown = record.event;
  if (record.kind === "order") return ofOrder(within(event, "event"));
  const tone = TONES[record.kind] ?? "plain";
  const said = (title: string, more?: string): Said => ({ title, text: more, tone });
  switch (record.kind) {
    case "order_submitting": return said("Every gate passed; written down before it leaves");
    case "order_denied": return said("Denied by the gates", codes(event));
    case "order_simulated": return said("Simulated: trading is off");
    case "approval_requested": return said("A human is asked", codes(event) ?? codes(within(event, "approval")));
    case "approval_moved": return said(`Approval: ${text(event, "to") ?? text(event, "status") ?? text(within(event, "event"), "event") ?? "moved"}`, text(event, "reason"));
    case "trading_state_set": return said(`Trading ${text(event, "state") ?? "state set"}`, text(event, "reason"));
    case "link_up": return said("The broker's line is up");
    case "link_down": return said("The broker's line is down", text(event, "reason"));
    case "reconciled": return said("Journal and broker compared");
    case "loop": {
      const told = within(event, "event");
      const word = text(told, "event") ?? "loop";
      return said(`Loop: ${words(word)}`, text(told, "reason"));
    }
    case "account_marked": return said("Account marked", text(within(event, "mark"), "net_liquidation"));
    default: return said(words(record.kind).replace(/^./, (sign) => sign.toUpperCase()), text(event, "reason"));
  }
}
