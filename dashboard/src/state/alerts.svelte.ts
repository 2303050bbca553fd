import { find } from "../api/client";
import type { Page } from "../api/types";
import { features } from "./features.svelte";
import { live } from "./live.svelte";
import { Resource } from "./resource.svelte";

/** What somebody was told, or is to be told. */
export interface Alert {
  id: string;
  kind: string;
  subject: string;
  severity: string;
  title: string;
  text: string;
  seq: number | null;
  at: string;
  count: number;
  open: boolean;
  closed_at: string | null;
  acked_by: string | null;
  acked_at: string | null;
  deliveries: { channel: string; delivered_at: string | null; given_up_at: string | null; reminders: number }[];
}

/** Alerts are kept beside the journal, so that they work when it does not: their changes are no events. */
class Alerts {
  all = new Resource((signal) => find<Page<Alert>>("/api/v1/alerts", signal), { on: ["*"], every: 5_000 });
  /** What lasts and nobody has acknowledged; news, such as a fill, waits for nobody. */
  waiting = $derived((this.all.data?.items ?? []).filter((alert) => alert.acked_at === null && alert.closed_at === null && alert.severity !== "info"));

  start(): () => void {
    if (!features.has("alerts")) return () => undefined;
    const detach = live.attach(this.all as Resource<unknown>);
    const end = this.all.begin();
    return () => {
      detach();
      end();
    };
  }
}

export const alerts = new Alerts();
