import type { Problem } from "../api/problem";

export interface Toast {
  id: number;
  tone: "good" | "bad" | "warn" | "unknown" | "plain";
  title: string;
  text?: string | undefined;
}

/** Longest queue of toasts; the oldest give way. */
const MOST = 4;

class Toasts {
  items = $state.raw<Toast[]>([]);
  #next = 1;

  say(tone: Toast["tone"], title: string, text?: string): void {
    const toast = { id: this.#next++, tone, title, text };
    this.items = [...this.items, toast].slice(-MOST);
    // What went wrong stays until it was read.
    if (tone === "good" || tone === "plain") setTimeout(() => this.close(toast.id), 5_000);
  }

  problem(title: string, problem: Problem): void {
    const told = problem.told;
    const reasons = told?.reasons.map((reason) => reason.message) ?? [];
    const text = [problem.message, ...reasons.slice(0, 3), told?.hint].filter((part) => part !== undefined && part !== "").join(" ");
    this.say(problem.isUnknown ? "unknown" : "bad", title, text);
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
