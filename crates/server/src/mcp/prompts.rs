//! Prompts: three ways of working with the tools that a person may ask an agent for.

use crate::refusal::Refusal;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use wire::Code;
use wire::instrument::symbol;

const BRIEF: &str = "Write a brief of the trading day. Call get_status, get_account_status, get_positions, get_pnl, \
    list_orders with open=true, list_approvals with pending=true and get_gates. Then tell, in this order and in short sentences: may \
    trading go on, and if not, every reason; what is held and what it earned or lost today; which orders work and what each waits \
    for; what waits for a human, with the approval's id and when it lapses; anything unknown, halted or doubled. Say what you could \
    not find out. Place, change and cancel nothing.";

const INCIDENT: &str = "Review what happened. Call query_audit with newest_first=true, by cl_ord_id where one is named, then \
    get_order_status for each order that the records speak of, list_executions and get_status. Tell it in order of time: who asked \
    for what, what each gate said, what was sent, what the broker answered, and where the state is now. Mark what is known by a \
    record with its seq, and what is your own conclusion as such. End with what a human should decide. Change nothing; if orders \
    may still go wrong now, say so first and name kill_switch.";

/// Longer symbols are names.
const TICKER_MAX: usize = 12;

struct Named {
    name: &'static str,
    title: &'static str,
    said: &'static str,
    arguments: &'static [(&'static str, &'static str, bool)],
}

const ALL: [Named; 3] = [
    Named {
        name: "daily_brief",
        title: "Daily brief",
        said: "Status, positions, profit and loss, open orders and what waits for a human, in one page.",
        arguments: &[],
    },
    Named {
        name: "pre_trade_check",
        title: "Pre-trade check",
        said: "Everything to look at before one order, up to its preview; nothing is placed.",
        arguments: &[
            ("symbol", "Ticker.", true),
            ("side", "buy, sell, sell_short or buy_to_cover.", true),
            ("qty", "Quantity.", true),
        ],
    },
    Named {
        name: "incident_review",
        title: "Incident review",
        said: "What happened, from the journal, in order of time.",
        arguments: &[("cl_ord_id", "Only this order.", false)],
    },
];

/// What there is.
pub(super) fn listed() -> Vec<Prompt> {
    ALL.iter()
        .map(|one| {
            let arguments = one.arguments.iter().map(|(name, said, required)| {
                PromptArgument::new(*name).with_description(*said).with_required(*required)
            });
            Prompt::new(one.name, Some(one.said), Some(arguments.collect())).with_title(one.title)
        })
        .collect()
}

/// One of them with its arguments, each of which must be what it says: it becomes part of a text that a model obeys.
pub(super) fn get(name: &str, arguments: Option<JsonObject>) -> Result<GetPromptResult, Refusal> {
    let mut given = arguments.unwrap_or_default();
    let text = match name {
        "daily_brief" => BRIEF.to_owned(),
        "pre_trade_check" => pre_trade(&mut given)?,
        "incident_review" => match take(&mut given, "cl_ord_id", checked::<domain::id::ClOrdId>)? {
            Some(order) => format!("{INCIDENT} It is about the order {order}."),
            None => INCIDENT.to_owned(),
        },
        _ => return Err(Refusal::new(Code::NotFound, "there is no such prompt")),
    };
    if let Some(unknown) = given.keys().next() {
        let unknown: String = unknown.chars().take(64).collect();
        return Err(Refusal::field(&unknown, "is not an argument of this prompt"));
    }
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]))
}

fn pre_trade(given: &mut JsonObject) -> Result<String, Refusal> {
    let symbol = needed(given, "symbol", ticker)?;
    let side = needed(given, "side", checked::<wire::word::Side>)?;
    let qty = needed(given, "qty", checked::<domain::money::Qty>)?;
    Ok(format!(
        "Check whether to {side} {qty} {symbol}. Call get_status, get_quote, get_positions, get_account_status, get_limits for the \
         instrument and list_orders with open=true; then preview_order as a limit order at a price that you justify from the quote. \
         Tell: whether the data is fresh, what the order would do to the position and to buying power, what each gate says with its \
         reasons, what it costs, and whether a human must approve it. End with go or no-go and why. Do not place it."
    ))
}

/// A symbol that is no sentence: what others call a contract must not speak to the model in the person's name.
fn ticker(text: &str) -> Result<(), String> {
    symbol(text).map_err(str::to_owned)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | ' ');
    let is_ticker = text.len() <= TICKER_MAX && text.chars().all(is_plain) && text.matches(' ').count() <= 1;
    is_ticker.then_some(()).ok_or_else(|| format!("must be a ticker of at most {TICKER_MAX} characters, such as BRK B"))
}

fn checked<T>(text: &str) -> Result<(), String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    wire::fields::checked::<T>(text).map(drop)
}

fn take(
    given: &mut JsonObject,
    name: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>, Refusal> {
    let Some(value) = given.remove(name) else { return Ok(None) };
    let wrong = |rule: &str| Refusal::field(name, rule);
    let text = value.as_str().ok_or_else(|| wrong("must be a text"))?;
    check(text).map_err(|rule| wrong(&rule))?;
    Ok(Some(text.to_owned()))
}

fn needed(given: &mut JsonObject, name: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<String, Refusal> {
    take(given, name, check)?.ok_or_else(|| Refusal::field(name, "is required"))
}
