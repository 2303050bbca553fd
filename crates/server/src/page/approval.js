// The page of one approval. It speaks the REST face by a session, and writes every word as text, never as HTML.
"use strict";

const id = location.pathname.split("/").pop();
const place = (name) => document.getElementById(name);
let token = null;

function say(words) {
  place("said").textContent = words;
}

async function ask(method, path, headers, body) {
  const asked = { method, headers: { ...headers }, credentials: "same-origin" };
  if (body !== undefined) {
    asked.headers["Content-Type"] = "application/json";
    asked.body = JSON.stringify(body);
  }
  const answer = await fetch(`/api/v1${path}`, asked);
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  return { ok: answer.ok, status: answer.status, told };
}

// A refusal in words: what, why, and what to do.
function refusal(told) {
  const reasons = (told.reasons ?? []).map((reason) => `${reason.message} ${reason.hint}`);
  return [told.detail, ...reasons, told.hint].filter(Boolean).join(" ");
}

function fact(name, value) {
  if (value === null || value === undefined || value === "") return;
  const term = document.createElement("dt");
  const words = document.createElement("dd");
  term.textContent = name;
  words.textContent = String(value);
  place("facts").append(term, words);
}

// What stands under the facts of either kind: why it was asked, what a yes does, and the answer while it waits.
function end(approval, yes, standing) {
  const reasons = approval.reasons.map((reason) => {
    const line = document.createElement("li");
    line.textContent = `${reason.code}: ${reason.message}`;
    return line;
  });
  place("reasons").replaceChildren(...reasons);
  const waits = approval.status === "pending";
  say(waits ? `Read what was asked. ${yes}` : `It is ${approval.status}.${standing}`);
  place("answer").hidden = !waits;
  place("asked").hidden = false;
}

function show(approval, order) {
  place("facts").replaceChildren();
  fact("Order", [order.side, order.qty, order.symbol, order.sec_type].filter(Boolean).join(" "));
  fact("Contract", [order.expiry, order.strike, order.right, order.exchange, order.currency].filter(Boolean).join(" "));
  fact("IBKR's contract id", order.con_id);
  fact("Kind", order.order_type);
  fact("Limit", order.limit_price);
  fact("Trigger", order.stop_price);
  fact("Trails by", order.trail_amount);
  fact("Trails by percent", order.trail_percent);
  fact("In force", [order.tif, order.good_till].filter(Boolean).join(" until "));
  fact("Outside regular hours", order.outside_rth ? "yes" : "no");
  fact("May only reduce the position", order.reduce_only ? "yes" : "no");
  fact("One cancels all, in the group", order.oca_group);
  fact("Take profit and stop", order.bracket && `${order.bracket.take_profit} and ${order.bracket.stop_loss}`);
  fact("Account", `${approval.bounds.account} (${approval.bounds.mode})`);
  fact("Worst value", approval.bounds.notional_max);
  fact("Holds between", `${approval.bounds.price_low} and ${approval.bounds.price_high}`);
  fact("Strategy", order.strategy);
  fact("Asked by", approval.requested_by);
  fact("Key of the order", approval.cl_ord_id);
  fact("Lapses at", approval.expires_at);
  end(approval, "Approving releases exactly this order.", ` The order is ${order.status}.`);
}

// A question about the whole plan of a run: every step, with what a yes is bound to.
function showPlan(approval) {
  const plan = approval.plan;
  place("facts").replaceChildren();
  fact("Plan of run", approval.run_id);
  for (const part of plan.parts)
    fact(`Step ${part.step}`, `${part.side} at most ${part.qty} ${part.symbol}, while the price is between ${part.price_low} and ${part.price_high}`);
  fact("Account", `${plan.account} (${plan.mode})`);
  fact("Worst value of all", plan.notional_max);
  fact("Asked by", approval.requested_by);
  fact("Lapses at", approval.expires_at);
  fact("Orders may leave until", plan.valid_until);
  end(approval, "A yes lets each step trade once, within its quantity and prices.", "");
}

let ofPlan = false;

async function look() {
  const session = await ask("GET", "/session", {});
  place("sign-in").hidden = session.ok;
  if (!session.ok) {
    say("Sign in to see what was asked.");
    return;
  }
  token = session.told.csrf_token;
  const approval = await ask("GET", `/approvals/${encodeURIComponent(id)}`, {});
  if (!approval.ok) {
    say(refusal(approval.told));
    return;
  }
  ofPlan = approval.told.plan !== null && approval.told.plan !== undefined;
  if (ofPlan) {
    showPlan(approval.told);
    return;
  }
  const order = await ask("GET", `/orders/${encodeURIComponent(approval.told.cl_ord_id)}`, {});
  if (order.ok) show(approval.told, order.told);
  else say(refusal(order.told));
}

place("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = place("key").value.trim();
  place("key").value = "";
  const signed = await ask("POST", "/session", { Authorization: `Bearer ${key}` });
  if (signed.ok) await look();
  else say(refusal(signed.told));
});

// The key Enter in the reason's field answers nothing: only a button does.
place("answer").addEventListener("submit", (event) => event.preventDefault());
for (const button of place("answer").querySelectorAll("button")) {
  button.addEventListener("click", () => answer(button.value));
}

async function answer(verb) {
  const reason = place("reason").value.trim();
  const body = reason === "" && verb === "approve" ? undefined : { reason };
  const path = ofPlan && verb === "approve" ? "approve-plan" : verb;
  const answered = await ask("POST", `/approvals/${encodeURIComponent(id)}/${path}`, { "X-CSRF-Token": token }, body);
  await look();
  if (!answered.ok) say(refusal(answered.told));
}

look();
