/** Keys that do something, in one place, so that the help sheet and the palette cannot forget one. */
export interface Shortcut {
  /** One key, or two after each other: `g o`. */
  keys: string;
  label: string;
  group: string;
  run: () => void;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** How long the second key of two may take. */
const PAIR_MS = 1_200;

class Shortcuts {
  all = $state.raw<Shortcut[]>([]);
  #first: { key: string; at: number } | undefined;

  /** Adds keys until the function that is returned is called. */
  add(added: Shortcut[]): () => void {
    this.all = [...this.all, ...added];
    return () => (this.all = this.all.filter((shortcut) => !added.includes(shortcut)));
  }

  start(): () => void {
    const press = (event: KeyboardEvent) => this.#press(event);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat) return;
    const withMod = event.metaKey || event.ctrlKey;
    if (event.altKey || (isTyping(event.target) && !withMod)) return;
    // A question that is open takes all keys.
    if (document.querySelector("dialog[open]") !== null) return;
    const plain = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const key = withMod ? `mod+${plain}` : plain;
    const first = this.#first !== undefined && performance.now() - this.#first.at < PAIR_MS ? this.#first.key : undefined;
    this.#first = undefined;
    const found = this.all.find((shortcut) => shortcut.keys === (first === undefined ? key : `${first} ${key}`)) ?? this.all.find((shortcut) => shortcut.keys === key);
    if (found !== undefined) {
      event.preventDefault();
      found.run();
    } else if (this.all.some((shortcut) => shortcut.keys.startsWith(`${key} `))) {
      this.#first = { key, at: performance.now() };
    }
  }
}

export const shortcuts = new Shortcuts();
