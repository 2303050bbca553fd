import { get } from "../api/client";
import { Problem } from "../api/problem";
import { live } from "./live.svelte";
import { Resource } from "./resource.svelte";

/** Whether the broker is the venue in the gateway's own process, whose controls this page then has. */
class Venue {
  #isNone = false;
  state = new Resource(async (signal) => {
    // Only play money can be of an embedded venue; nobody else is asked.
    if (live.status?.simulated !== true || this.#isNone) return undefined;
    try {
      return await get("/api/v1/venue", { signal });
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.code !== "capability_missing") throw thrown;
      this.#isNone = true;
      return undefined;
    }
  });

  get isHere(): boolean {
    return this.state.data !== undefined;
  }

  start(): () => void {
    this.#isNone = false;
    return this.state.begin();
  }
}

export const venue = new Venue();
