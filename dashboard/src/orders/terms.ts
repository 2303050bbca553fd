import type { Order } from "../api/types";
import { decimal, words } from "../format";

/** The kind of an order with its prices, as a ticket says it: `limit 189.50`. */
export function terms(order: Pick<Order, "order_type" | "limit_price" | "stop_price" | "trail_amount" | "trail_percent">): string {
  const said = [words(order.order_type)];
  const price = (text: string) => decimal(text, { min: 2 });
  if (order.stop_price != null) said.push(`stop ${price(order.stop_price)}`);
  if (order.limit_price != null) said.push(order.order_type === "limit" ? price(order.limit_price) : `limit ${price(order.limit_price)}`);
  if (order.trail_amount != null) said.push(`by ${price(order.trail_amount)}`);
  if (order.trail_percent != null) said.push(`by ${decimal(order.trail_percent)} %`);
  return said.join(" ");
}

export const buys = (side: string) => side === "buy" || side === "buy_to_cover";
