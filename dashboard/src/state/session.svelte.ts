import { door, get, post, remove } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { Scope, Session } from "../api/types";

/** That there was a session; the session itself is in a cookie that no script can read. Without it nobody has to be asked. */
const WAS_IN = "tollgate.signed_in";

type Phase = "looking" | "out" | "in";

class Sessions {
  phase = $state<Phase>("looking");
  session = $state.raw<Session | undefined>();
  /** Why the page asks to sign in again. */
  ended = $state<string | undefined>();

  constructor() {
    door.signedOut = () => this.lose("The session is over. Sign in to go on where you were.");
  }

  #take(session: Session): void {
    door.csrf = session.csrf_token;
    this.session = session;
    this.ended = undefined;
    this.phase = "in";
    localStorage.setItem(WAS_IN, "yes");
  }

  /** Whether there is a session already. */
  async look(): Promise<Problem | undefined> {
    if (localStorage.getItem(WAS_IN) === null) {
      this.phase = "out";
      return undefined;
    }
    try {
      this.#take(await get("/api/v1/session"));
      return undefined;
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status === 401) {
        this.ended = undefined;
        this.phase = "out";
        localStorage.removeItem(WAS_IN);
        return undefined;
      }
      return problem;
    }
  }

  async signIn(key: string): Promise<Problem | undefined> {
    try {
      const answer = await post("/api/v1/session", { headers: { authorization: `Bearer ${key}` } });
      this.#take(answer.data);
      return undefined;
    } catch (thrown) {
      return asProblem(thrown);
    }
  }

  async signOut(): Promise<void> {
    try {
      await remove("/api/v1/session");
    } finally {
      this.session = undefined;
      door.csrf = undefined;
      this.phase = "out";
      localStorage.removeItem(WAS_IN);
    }
  }

  lose(why: string): void {
    if (this.phase !== "in") return;
    this.ended = why;
    door.csrf = undefined;
    this.phase = "out";
  }

  may(scope: Scope): boolean {
    return this.session?.scopes.includes(scope) ?? false;
  }

  /** Whether orders may be sent in the mode that is proven. */
  mayTrade(mode: "paper" | "live" | null | undefined): boolean {
    return mode === "live" ? this.may("trade:live") : this.may("trade:paper");
  }
}

export const session = new Sessions();
