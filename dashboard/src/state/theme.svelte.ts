const KEPT = "tollgate.theme";
export type Theme = "system" | "dark" | "light";

class Themes {
  chosen = $state<Theme>("system");
  #system = matchMedia("(prefers-color-scheme: light)");
  #systemIsLight = $state(false);

  constructor() {
    this.#systemIsLight = this.#system.matches;
    this.#system.addEventListener("change", (event) => (this.#systemIsLight = event.matches));
    const kept = localStorage.getItem(KEPT);
    if (kept === "dark" || kept === "light") this.choose(kept);
  }

  /** What is seen now. */
  get shown(): "dark" | "light" {
    if (this.chosen !== "system") return this.chosen;
    return this.#systemIsLight ? "light" : "dark";
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    if (theme === "system") {
      localStorage.removeItem(KEPT);
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem(KEPT, theme);
      document.documentElement.dataset["theme"] = theme;
    }
  }

  turn(): void {
    this.choose(this.shown === "dark" ? "light" : "dark");
  }
}

export const themes = new Themes();
