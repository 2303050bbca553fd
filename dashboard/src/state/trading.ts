import type { Status, TradingState } from "../api/types";

/** Whether money can move, in one word, and why. */
export interface Standing {
  word: "active" | "reducing" | "halted" | "off" | "not ready" | "unknown";
  why: string[];
}

/** The state of everything, the file KILL included. */
export function globalState(status: Status): TradingState {
  if (status.kill_file) return "halted";
  return status.trading_states.find((entry) => entry.scope === "global")?.state ?? "active";
}

export function standing(status: Status | undefined): Standing {
  if (status === undefined) return { word: "unknown", why: ["The gateway has not said anything yet."] };
  const state = globalState(status);
  const entry = status.trading_states.find((one) => one.scope === "global");
  const because = entry === undefined ? [] : [`${entry.reason} (${entry.by})`];
  if (state === "halted") return { word: "halted", why: status.kill_file ? ["The file KILL is there.", ...because] : because };
  if (status.trading === "off") return { word: "off", why: ["Trading is off in the configuration: orders are simulated."] };
  if (!status.ready) return { word: "not ready", why: status.not_ready };
  if (state === "reducing") return { word: "reducing", why: ["Only orders that reduce a position.", ...because] };
  const scoped = status.trading_states.filter((one) => one.scope !== "global" && one.state !== "active");
  return { word: "active", why: scoped.map((one) => `${one.scope} ${one.id ?? ""} is ${one.state}: ${one.reason}`) };
}

/** The mode as it is shown: play money is never mistaken for a paper account, nor paper for live. */
export function modeOf(status: Status | undefined): { word: string; tone: "live" | "paper" | "simulated" | "unknown"; proof: string } {
  if (status === undefined) return { word: "UNKNOWN", tone: "unknown", proof: "The gateway has not said anything yet." };
  const account = status.account ?? "no account";
  if (status.mode === null || status.mode === undefined) {
    return { word: "UNPROVEN", tone: "unknown", proof: status.mode_unproven ?? "Nobody knows whether this is paper or live." };
  }
  const by = `the broker names the account ${account}, which is a ${status.mode} account; the connection is ${status.broker.endpoint}`;
  if (status.simulated) return { word: "SIMULATED", tone: "simulated", proof: `Play money: ${by}, the simulated broker.` };
  if (status.mode === "live") return { word: "LIVE", tone: "live", proof: `Real money: ${by}.` };
  return { word: "PAPER", tone: "paper", proof: `No real money: ${by}.` };
}
