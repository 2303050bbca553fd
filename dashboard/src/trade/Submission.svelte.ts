import { get, newKey, post } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { NewOrder, Order, WholeOrder } from "../api/types";
import { orders } from "../state/orders.svelte";

/** An order that was sent and whose answer this page has not heard is not forgotten by a reload. */
const KEPT = "tollgate.asked";

interface Asked {
  key: string;
  body: NewOrder;
}

function kept(): Asked | undefined {
  const text = sessionStorage.getItem(KEPT);
  return text === null ? undefined : (JSON.parse(text) as Asked);
}

/** One order on its way: sent under one key, and asked for by the same key until somebody knows what became of it. */
export class Submission {
  busy = $state(false);
  problem = $state.raw<Problem | undefined>();
  /** The key of the order that this ticket has sent last. */
  key = $state<string | undefined>();
  /** Sent, and nobody has said what became of it. */
  open = $state.raw<Asked | undefined>(kept());

  async send(body: NewOrder): Promise<Order | undefined> {
    return this.#ask({ key: newKey(), body });
  }

  /** Asks by the same key: never a second order. */
  async again(): Promise<Order | undefined> {
    return this.open === undefined ? undefined : this.#ask(this.open);
  }

  async #ask(asked: Asked): Promise<Order | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = undefined;
    this.key = asked.key;
    this.open = asked;
    sessionStorage.setItem(KEPT, JSON.stringify(asked));
    try {
      const answer = await post("/api/v1/orders", { body: asked.body as WholeOrder, key: asked.key, wait: 3 });
      this.#known();
      orders.take(answer.data);
      return answer.data;
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.problem = problem;
      if (!problem.isUnknown && problem.code !== "in_flight") this.#known();
      if (problem.told?.order !== undefined) orders.take(problem.told.order);
      return problem.told?.order;
    } finally {
      this.busy = false;
    }
  }

  #known(): void {
    this.open = undefined;
    sessionStorage.removeItem(KEPT);
  }

  /** After a reload: what became of it. */
  async look(): Promise<void> {
    if (this.open === undefined) return;
    try {
      const order = await get("/api/v1/orders/{cl_ord_id}", { path: { cl_ord_id: this.open.key } });
      this.key = order.cl_ord_id;
      orders.take(order);
      this.#known();
    } catch (thrown) {
      // The gateway never heard of it: nothing was done, and the same key may be asked again.
      this.problem = asProblem(thrown);
    }
  }
}
