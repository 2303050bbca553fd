import type { Component } from "svelte";
import type { IconName } from "../ui/Icon.svelte";

/** A page; those that need neither an id nor a query take none. */
export type PageComponent = Component<any>;

export interface NavItem {
  page: string;
  path: string;
  label: string;
  icon: IconName;
  /** The second key after `g`. */
  key: string;
  load: () => Promise<{ default: PageComponent }>;
}

export const NAV: readonly NavItem[] = [
  { page: "overview", path: "/", label: "Overview", icon: "overview", key: "o", load: () => import("../pages/Overview.svelte") },
  { page: "trade", path: "/trade", label: "Trade", icon: "trade", key: "t", load: () => import("../pages/Trade.svelte") },
  { page: "orders", path: "/orders", label: "Orders", icon: "orders", key: "r", load: () => import("../pages/Orders.svelte") },
  { page: "approvals", path: "/approvals", label: "Approvals", icon: "approvals", key: "a", load: () => import("../pages/Approvals.svelte") },
  { page: "risk", path: "/risk", label: "Risk", icon: "risk", key: "k", load: () => import("../pages/Risk.svelte") },
  { page: "loop", path: "/loop", label: "Loop", icon: "loop", key: "l", load: () => import("../pages/Loop.svelte") },
  { page: "streams", path: "/streams", label: "Streams", icon: "streams", key: "s", load: () => import("../pages/Streams.svelte") },
  { page: "alerts", path: "/alerts", label: "Alerts", icon: "alerts", key: "e", load: () => import("../pages/Alerts.svelte") },
  { page: "audit", path: "/audit", label: "Audit", icon: "audit", key: "u", load: () => import("../pages/Audit.svelte") },
  { page: "venue", path: "/venue", label: "Venue", icon: "venue", key: "v", load: () => import("../pages/Venue.svelte") },
  { page: "settings", path: "/settings", label: "Settings", icon: "settings", key: "c", load: () => import("../pages/Settings.svelte") },
];
