import { get } from "../api/client";
import type { AuditRecord, Order, OrderStatus } from "../api/types";
import { live } from "./live.svelte";
import { Resource } from "./resource.svelte";

/** Newest orders that the page holds. */
export const HELD = 300;
/** More orders at once than this are read as the whole list. */
const ALONE = 6;
const GAP_MS = 150;

export const UNKNOWN: ReadonlySet<OrderStatus> = new Set(["unconfirmed", "missing"]);
const FINAL: ReadonlySet<OrderStatus> = new Set(["denied", "simulated", "filled", "canceled", "rejected", "expired"]);

export const isUnknown = (order: Order) => UNKNOWN.has(order.status);
export const isOpen = (order: Order) => !FINAL.has(order.status);

/** Unknown first, then what works, then what is over; the newest first in each. */
export function inOrder(orders: Order[]): Order[] {
  const rank = (order: Order) => (isUnknown(order) ? 0 : order.status === "pending_approval" ? 1 : isOpen(order) ? 2 : 3);
  return orders.toSorted((a, b) => rank(a) - rank(b) || b.created_at.localeCompare(a.created_at));
}

/** The newest orders, each read again when the journal says something of it. */
class Orders {
  all = $state.raw<Order[]>([]);

  #byId = new Map<string, Order>();
  #dirty = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The newest, and with them what is open, however old it is. */
  list = new Resource(async (signal) => {
    const page = await get("/api/v1/orders", { query: { limit: HELD }, signal });
    const open = await get("/api/v1/orders", { query: { open: true, limit: HELD }, signal });
    this.#byId = new Map([...page.items, ...open.items].map((order) => [order.cl_ord_id, order]));
    this.#publish();
    return this.#byId.size;
  });

  unknown = $derived(this.all.filter(isUnknown));
  open = $derived(this.all.filter(isOpen));

  start(): () => void {
    const detach = live.attach(this.list as Resource<unknown>);
    const end = this.list.begin();
    const deaf = live.listen((record) => this.#hear(record));
    return () => {
      detach();
      end();
      deaf();
      clearTimeout(this.#timer);
    };
  }

  find(id: string): Order | undefined {
    return this.all.find((order) => order.cl_ord_id === id);
  }

  /** An answer of the gateway about an order. */
  take(order: Order): void {
    this.#byId.set(order.cl_ord_id, order);
    this.#publish();
  }

  #hear(record: AuditRecord): void {
    const id = record.cl_ord_id;
    if (id !== null && id !== undefined) {
      // The legs of a bracket are shown with their entry.
      this.#dirty.add(id.split(":")[0] ?? id);
      this.#timer ??= setTimeout(() => void this.#flush(), GAP_MS);
    } else if (record.kind.startsWith("approval_") || record.kind === "reconciled") {
      this.list.touch();
    }
  }

  async #flush(): Promise<void> {
    const ids = [...this.#dirty];
    this.#dirty.clear();
    if (ids.length > ALONE) this.list.touch();
    else {
      try {
        const orders = await Promise.all(ids.map((id) => get("/api/v1/orders/{cl_ord_id}", { path: { cl_ord_id: id } })));
        for (const order of orders) this.#byId.set(order.cl_ord_id, order);
        this.#publish();
      } catch {
        // One of them cannot be shown alone: the list says what there is, or why not.
        this.list.touch();
      }
    }
    this.#timer = this.#dirty.size > 0 ? setTimeout(() => void this.#flush(), GAP_MS) : undefined;
  }

  #publish(): void {
    const sorted = inOrder([...this.#byId.values()]);
    const kept = sorted.filter((order, nth) => nth < HELD || isOpen(order));
    if (kept.length < sorted.length) this.#byId = new Map(kept.map((order) => [order.cl_ord_id, order]));
    this.all = kept;
  }
}

export const orders = new Orders();
