import { get } from "../api/client";
import type { Limit } from "../api/types";
import { Track } from "../risk/track";
import { live } from "./live.svelte";
import { Resource } from "./resource.svelte";

/** How much of a limit is used, in percent; `undefined` where it is measured against nothing. */
export function used(limit: Limit): number | undefined {
  const most = Number(limit.value);
  return limit.used == null || limit.value === null || Number.isNaN(most) || most === 0 ? undefined : (Number(limit.used) / most) * 100;
}

/** The limits in force, how much of them is used, and how that went since somebody signed in here. */
class Limits {
  #tracks = new Map<string, Track>();
  /** When the tracks begin. */
  since = Date.now();
  all = new Resource(
    async (signal) => {
      const page = await get("/api/v1/limits", { signal });
      const now = Date.now();
      for (const limit of page.items) {
        const share = used(limit);
        if (share === undefined) continue;
        const track = this.#tracks.get(limit.key) ?? new Track();
        this.#tracks.set(limit.key, track);
        track.add(now, share);
      }
      return page;
    },
    { on: ["order", "order_submitting", "policy_*", "breaker_*", "account_marked", "reconciled"], every: 5_000 },
  );

  track(key: string): Track | undefined {
    return this.#tracks.get(key);
  }

  start(): () => void {
    const detach = live.attach(this.all as Resource<unknown>);
    const end = this.all.begin();
    return () => {
      detach();
      end();
    };
  }
}

export const limits = new Limits();
