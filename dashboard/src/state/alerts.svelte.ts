import { get } from "../api/client";
import { live } from "./live.svelte";
import { Resource } from "./resource.svelte";

/** Alerts are kept beside the journal, so that they work when it does not: their changes are no events. */
class Alerts {
  all = new Resource((signal) => get("/api/v1/alerts", { signal }), { on: ["*"], every: 5_000 });
  /** What lasts and nobody has acknowledged; news, such as a fill, waits for nobody. */
  waiting = $derived((this.all.data?.items ?? []).filter((alert) => alert.acked_at == null && alert.closed_at == null && alert.severity !== "info"));

  start(): () => void {
    const detach = live.attach(this.all as Resource<unknown>);
    const end = this.all.begin();
    return () => {
      detach();
      end();
    };
  }
}

export const alerts = new Alerts();
