/** What limits are called where there is no room for what they are: those that are measured, in words; any other by its key. */
const NAMES: Record<string, string> = {
  open_orders_max: "Open orders",
  turnover_day_max: "Traded today",
  orders_day_max: "Orders today",
  messages_per_day_max: "Messages today",
  loss_day_reduce: "Loss today, until only reducing",
  loss_day_halt: "Loss today, until a halt",
  loss_week_reduce: "Loss this week, until only reducing",
  loss_week_halt: "Loss this week, until a halt",
  drawdown_percent_max: "Below the peak, in percent",
  cooldown_after: "Losses in a row, until a pause",
  rejects_max: "Rejects in a row, until a stop",
};

export function nameOf(key: string): string {
  const plain = key.replace(/_max$/, "").replaceAll("_", " ");
  return NAMES[key] ?? plain.replace(/^./, (sign) => sign.toUpperCase());
}
