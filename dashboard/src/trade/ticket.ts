/** What a ticket holds, what of it belongs to which order type, and at which field a refusal is shown. */
import type { NewOrder, OrderType, Reason, Side, Tif } from "../api/types";

export interface Ticket {
  symbol: string;
  side: Side;
  qty: string;
  order_type: OrderType;
  limit_price: string;
  stop_price: string;
  trail_amount: string;
  trail_percent: string;
  tif: Tif;
  good_till: string;
  outside_rth: boolean;
  reduce_only: boolean;
  strategy: string;
  take_profit: string;
  stop_loss: string;
}

export type Field = keyof Ticket;

export const blank = (symbol: string): Ticket => ({
  symbol, side: "buy", qty: "", order_type: "market", limit_price: "", stop_price: "", trail_amount: "", trail_percent: "", tif: "day", good_till: "",
  outside_rth: false, reduce_only: false, strategy: "", take_profit: "", stop_loss: "",
});

type Need = "needed" | "optional";
const PRICES: Record<OrderType, Partial<Record<"limit_price" | "stop_price" | "trail_amount" | "trail_percent", Need>>> = {
  market: {}, limit: { limit_price: "needed" }, stop: { stop_price: "needed" }, stop_limit: { stop_price: "needed", limit_price: "needed" },
  trail: { trail_amount: "optional", trail_percent: "optional", stop_price: "optional" },
  trail_limit: { trail_amount: "optional", trail_percent: "optional", stop_price: "optional", limit_price: "optional" },
  midprice: { limit_price: "optional" }, moc: {}, loc: { limit_price: "needed" }, moo: {}, loo: { limit_price: "needed" },
};
export const ORDER_TYPES = Object.keys(PRICES) as OrderType[];
export const TIFS: readonly Tif[] = ["day", "gtc", "ioc", "fok", "gtd", "opg"];
export const prices = (type: OrderType) => PRICES[type];

/** What is still to be filled in before anybody can be asked. */
export function missing(ticket: Ticket): Field[] {
  const lacks: Field[] = [];
  if (ticket.symbol === "") lacks.push("symbol");
  if (ticket.qty.trim() === "") lacks.push("qty");
  for (const [name, need] of Object.entries(PRICES[ticket.order_type])) {
    if (need === "needed" && ticket[name as Field] === "") lacks.push(name as Field);
  }
  if (ticket.tif === "gtd" && ticket.good_till === "") lacks.push("good_till");
  if ((ticket.take_profit === "") !== (ticket.stop_loss === "")) lacks.push(ticket.take_profit === "" ? "take_profit" : "stop_loss");
  return lacks;
}

/** The order as it is asked for; only what the type knows. */
export function order(ticket: Ticket, previewId?: string): NewOrder {
  const asked: NewOrder = {
    symbol: ticket.symbol, sec_type: "stk", exchange: "SMART", currency: "USD", side: ticket.side, qty: ticket.qty.trim(), order_type: ticket.order_type, tif: ticket.tif,
  };
  for (const name of Object.keys(PRICES[ticket.order_type]) as ("limit_price" | "stop_price" | "trail_amount" | "trail_percent")[]) {
    if (ticket[name].trim() !== "") asked[name] = ticket[name].trim();
  }
  if (ticket.tif === "gtd") asked.good_till = new Date(ticket.good_till).toISOString();
  if (ticket.outside_rth) asked.outside_rth = true;
  if (ticket.reduce_only) asked.reduce_only = true;
  if (ticket.strategy.trim() !== "") asked.strategy = ticket.strategy.trim();
  if (ticket.take_profit !== "" && ticket.stop_loss !== "") asked.bracket = { take_profit: ticket.take_profit.trim(), stop_loss: ticket.stop_loss.trim() };
  if (previewId !== undefined) asked.preview_id = previewId;
  return asked;
}

/** The field that a gate looks at, by the control's number; gates about the account or the gateway have none. */
const FIELD_OF: Record<number, Field> = {
  13: "qty", 14: "qty", 15: "limit_price", 16: "order_type", 17: "stop_price", 18: "limit_price", 19: "qty", 20: "order_type", 21: "symbol", 22: "tif", 23: "tif", 24: "reduce_only",
};

/** Reasons by the field that they belong to, and those that belong to none that is shown. */
export function byField(reasons: Reason[], ticket: Ticket): { at: Partial<Record<Field, Reason[]>>; others: Reason[] } {
  const at: Partial<Record<Field, Reason[]>> = {};
  const others: Reason[] = [];
  for (const reason of reasons) {
    const field = FIELD_OF[reason.control];
    const hidden = (field === "limit_price" || field === "stop_price") && PRICES[ticket.order_type][field] === undefined;
    if (field === undefined || hidden) others.push(reason);
    else (at[field] ??= []).push(reason);
  }
  return { at, others };
}
