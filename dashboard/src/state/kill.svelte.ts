import { put } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { Schemas } from "../api/types";
import { live } from "./live.svelte";
import { toasts } from "./toasts.svelte";

type Setting = Schemas["SetTradingState"];

class Kill {
  /** The question that is open. */
  asks = $state<"halt" | "lift" | undefined>();
  busy = $state(false);
  problem = $state.raw<Problem | undefined>();

  open(): void {
    this.problem = undefined;
    const global = live.status?.trading_states.find((entry) => entry.scope === "global")?.state ?? "active";
    this.asks = global === "halted" ? "lift" : "halt";
  }

  close(): void {
    this.asks = undefined;
  }

  async set(setting: Setting): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    try {
      await put("/api/v1/kill", { body: setting });
      toasts.say(setting.state === "active" ? "good" : "warn", { halted: "Trading is halted", reducing: "Only reducing orders", active: "Trading is active" }[setting.state], setting.scope === "global" ? undefined : `${setting.scope} ${setting.id ?? ""}`);
      void live.look();
      this.asks = undefined;
      return true;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const kill = new Kill();
