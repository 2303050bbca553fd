/** Figures and times as people read them. Decimals stay texts: nothing here makes a float of money. */

const MINUS = "\u2212";
const THIN = "\u2009";

/** What nobody knows; never zero, never empty. */
export const UNKNOWN = "unknown";

interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
}

function parts(text: string): Parts | undefined {
  const found = /^([+-])?(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) return undefined;
  return { negative: found[1] === "-", whole: found[2] ?? "0", fraction: found[3] ?? "" };
}

/** To so many places, half away from zero. */
function rounded({ negative, whole, fraction }: Parts, places: number): Parts {
  if (fraction.length <= places) return { negative, whole, fraction };
  const up = fraction.charCodeAt(places) >= 53;
  let digits = BigInt(whole + fraction.slice(0, places));
  if (up) digits += 1n;
  const text = digits.toString().padStart(places + 1, "0");
  return { negative, whole: places === 0 ? text : text.slice(0, -places), fraction: places === 0 ? "" : text.slice(-places) };
}

export interface Shape {
  /** Least and most places behind the point. */
  min?: number;
  max?: number;
  /** A plus before what is above zero. */
  signed?: boolean;
}

/** A decimal text with groups of three: `1 234.50`. */
export function decimal(text: string, { min = 0, max = 8, signed = false }: Shape = {}): string {
  const read = parts(text);
  if (read === undefined) return text;
  const { negative, whole, fraction } = rounded(read, max);
  const isZero = /^0*$/.test(whole + fraction);
  const grouped = (whole.replace(/^0+(?=\d)/, "")).replace(/\B(?=(\d{3})+$)/g, ",");
  const kept = fraction.replace(/0+$/, "").padEnd(min, "0");
  const sign = isZero ? "" : negative ? MINUS : signed ? "+" : "";
  return `${sign}${grouped}${kept === "" ? "" : `.${kept}`}`;
}

/** A sentence with the long figures in it grouped: `132,090,000 of 25,000`. Names, times and codes stay as they are. */
export function grouped(text: string): string {
  return text.replace(/(?<![\w.:-])\d{5,}(?:\.\d+)?(?![\w:-])/g, (figure) => decimal(figure));
}

/** -1, 0 or 1; `undefined` for what is no number. */
export function sign(text: string | null | undefined): -1 | 0 | 1 | undefined {
  const read = text === null || text === undefined ? undefined : parts(text);
  if (read === undefined) return undefined;
  if (/^0*$/.test(read.whole + read.fraction)) return 0;
  return read.negative ? -1 : 1;
}

/** A share of a whole in percent; only for the eye. */
export function share(part: string | null | undefined, whole: string | null | undefined): number | undefined {
  if (part === null || part === undefined || whole === null || whole === undefined) return undefined;
  const below = Number(whole);
  return below === 0 ? undefined : (Number(part) / below) * 100;
}

export function percent(value: number, places = 1): string {
  const text = Math.abs(value).toFixed(places);
  return `${value < 0 && Number(text) !== 0 ? MINUS : ""}${text}${THIN}%`;
}

/** A span in its two largest units: `4 h 12 m`, `380 ms`. */
export function span(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 1_000) return `${Math.round(whole)}${THIN}ms`;
  const seconds = Math.floor(whole / 1_000);
  if (seconds < 10) return `${(whole / 1_000).toFixed(1)}${THIN}s`;
  if (seconds < 60) return `${seconds}${THIN}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${THIN}m ${String(seconds % 60).padStart(2, "0")}${THIN}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}${THIN}h ${String(minutes % 60).padStart(2, "0")}${THIN}m`;
  return `${Math.floor(hours / 24)}${THIN}d ${hours % 24}${THIN}h`;
}

/** `m:ss` for what runs down. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** In the viewer's zone; with the day when it is not today's. */
export function local(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? TIME.format(at) : DAY.format(at);
}

/** For the hover. */
export function utc(at: Date): string {
  return `${at.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** A part of a sentence: words, what is for a terminal, or a time as RFC 3339 text. */
export interface Part {
  kind: "words" | "code" | "time";
  text: string;
}

/** A sentence of the gateway in its parts: what stands between backticks, and times. */
export function prose(text: string): Part[] {
  const found = text.matchAll(/`([^`]+)`|\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\b/g);
  const told: Part[] = [];
  let from = 0;
  for (const one of found) {
    if (one.index > from) told.push({ kind: "words", text: text.slice(from, one.index) });
    told.push(one[1] === undefined ? { kind: "time", text: one[2] ?? "" } : { kind: "code", text: one[1] });
    from = one.index + one[0].length;
  }
  if (from < text.length) told.push({ kind: "words", text: text.slice(from) });
  return told;
}

/** `pending_approval` as `pending approval`. */
export function words(snake: string): string {
  return snake.replaceAll("_", " ");
}

/** The control of a code: `C13_MAX_QTY` is 13. */
export function control(code: string): number | undefined {
  const found = /^C(\d+)_/.exec(code);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
