/** The instruments that this browser watches. */
const KEPT = "tollgate.watch";
const FIRST = ["AAPL", "MSFT", "JPM", "XOM", "JNJ", "KO", "WMT", "GE"];
export const MOST_WATCHED = 40;

function kept(): string[] {
  const text = localStorage.getItem(KEPT);
  if (text === null) return FIRST;
  const read: unknown = JSON.parse(text);
  return Array.isArray(read) && read.every((one) => typeof one === "string") ? read.slice(0, MOST_WATCHED) : FIRST;
}

class Watch {
  symbols = $state.raw<string[]>(kept());

  #keep(symbols: string[]): void {
    this.symbols = symbols;
    localStorage.setItem(KEPT, JSON.stringify(symbols));
  }

  add(symbol: string): void {
    if (!this.symbols.includes(symbol)) this.#keep([...this.symbols, symbol].slice(-MOST_WATCHED));
  }

  drop(symbol: string): void {
    this.#keep(this.symbols.filter((one) => one !== symbol));
  }
}

export const watch = new Watch();
