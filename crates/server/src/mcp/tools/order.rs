//! Orders. What changes something carries a key: a repeat is no second order.

use super::all::{READ, told};
use crate::mcp::args::Args;
use crate::mcp::schema::{Input, Output};
use crate::mcp::shapes::{ApprovalAsked, CanceledOrder, ChangedOrder, OrderLine, PlacedOrder, PreviewLine};
use crate::mcp::tool::{Effect, Row};
use crate::refusal::Refusal;
use crate::rest::order::{self, ShowParams};
use crate::state::App;
use domain::principal::{Principal, Scope};
use engine::desk;
use serde_json::{Value, json};
use wire::amendment::AmendOrder;
use wire::{NewOrder, Page, Problem};

const TRADE: &[Scope] = &[Scope::TradePaper, Scope::TradeLive];
const CANCEL: &[Scope] = &[Scope::TradePaper, Scope::TradeLive, Scope::Kill];
const PREVIEW: &[Scope] = &[Scope::Preview];

const KEY: &str = "^[A-Za-z0-9._-]{1,40}$";

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![
        list_row(),
        show_row(),
        executions_row(),
        preview_row(),
        place_row(),
        replace_row(),
        cancel_row(),
        cancel_all_row(),
    ]
}

fn key(input: Input, name: &str, said: &str) -> Input {
    input.with(name, json!({"type": "string", "pattern": KEY, "description": said})).required(name)
}

fn wait(input: Input) -> Input {
    let said = "Seconds to wait for the broker; 2 when left out, 30 at most.";
    input.with("wait_s", json!({"type": "integer", "minimum": 0, "description": said}))
}

/// The words that the schema of an order says by conditions, which few clients take.
fn terms(input: Input) -> Input {
    input
        .said(
            "order_type",
            "Kind of order. Prices: limit, loc, loo need limit_price; stop needs stop_price; stop_limit both; trail needs \
             trail_amount or trail_percent; trail_limit adds limit_price and stop_price; market, moc, moo take none; midprice may \
             have limit_price.",
        )
        .said("good_till", "End of a gtd order; only with tif gtd, and then required.")
}

fn list_row() -> Row {
    Row {
        name: "list_orders",
        title: "List orders",
        description: "Orders, newest first, each in short. open=true for those that are not final.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("list_orders"),
        output: Output::Page("OrderLine"),
        call: |app, by, args| {
            Box::pin(async move {
                let page = order::list_of(app, by, &args.params()?)?;
                let items = page.items.into_iter().map(OrderLine::from).collect();
                told(&Page { items, next_cursor: page.next_cursor })
            })
        },
    }
}

fn show_row() -> Row {
    Row {
        name: "get_order_status",
        title: "Order status",
        description: "One order as it is now, with its trades, exits, reasons and the broker's words, by its cl_ord_id: after a human was \
            asked, after outcome_unknown, to see fills. query_audit has its records.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("get_order").without(&["history"]),
        output: Output::One("Order"),
        call: |app, by, mut args| {
            Box::pin(async move {
                let id = args.needed("cl_ord_id")?;
                args.nothing_else()?;
                told(&order::show_of(app, by, &id, &ShowParams::default()).await?)
            })
        },
    }
}

fn executions_row() -> Row {
    Row {
        name: "list_executions",
        title: "Executions",
        description: "Trades, newest first, ours and others'. A commission is null until the broker tells it.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("list_executions"),
        output: Output::Page("Execution"),
        call: |app, by, args| Box::pin(async move { told(&order::executions_of(app, by, args.params()?)?) }),
    }
}

fn preview_row() -> Row {
    Row {
        name: "preview_order",
        title: "Preview an order",
        description: "What an order would do, without doing it: every reason of the gates against it, its worst-case value, the \
            broker's margin and commission. place_order needs its preview_id, which lives five minutes. Name the \
            instrument by con_id, or by symbol, sec_type, exchange and currency. Decimals are strings.",
        scopes: PREVIEW,
        effect: Effect::Asks,
        input: |shapes| terms(shapes.body("NewOrder").without(&["preview_id"])),
        output: Output::One("PreviewLine"),
        call: |app, by, args| {
            Box::pin(async move { told(&PreviewLine::from(order::preview_of(app, by, &args.body()?).await?)) })
        },
    }
}

fn place_row() -> Row {
    Row {
        name: "place_order",
        title: "Place an order",
        description: "Sends an order through every gate to the broker. Give the same fields as to preview_order, its preview_id, and a \
            cl_ord_id of your own, which makes a repeat safe: after an error or time-out call again with the same one, never a new \
            one. outcome needs_approval means that nothing was sent: tell the human approval.url and approval.command, then look with \
            get_order_status; no tool approves.",
        scopes: TRADE,
        effect: Effect::Changes,
        input: |shapes| {
            let input = shapes
                .body("NewOrder")
                .unsaid()
                .said("preview_id", "From preview_order, for exactly this order.")
                .required("preview_id");
            wait(key(input, "cl_ord_id", "Your name for this order, unique for ever."))
        },
        output: Output::One("PlacedOrder"),
        call: |app, by, args| Box::pin(place(app, by, args)),
    }
}

async fn place(app: &App, by: &Principal, mut args: Args) -> Result<Value, Refusal> {
    let key = args.key("cl_ord_id")?;
    let wait = args.wait(&app.limits)?;
    if !args.has("preview_id") {
        return Err(Refusal::field("preview_id", "is required: preview_order gives it"));
    }
    let intent = NewOrder::parse(&args.body()?)?.intent(key)?;
    placed(app, by, &app.desk.submit(by, intent, wait).await?)
}

/// The answer about an order; a refused one is an error with all reasons.
fn placed(app: &App, by: &Principal, answer: &desk::OrderAnswer) -> Result<Value, Refusal> {
    let outcome = order::outcome_of(answer.outcome);
    let shown = order::shape(app, by, &answer.order)?;
    if let Some(problem) = Problem::of_outcome(outcome, shown.clone(), &answer.order.reasons) {
        return Err(problem.into());
    }
    let waits = answer.outcome == desk::Outcome::NeedsApproval;
    let approval = answer.order.approval_id.as_ref().filter(|_| waits).map(|id| ApprovalAsked::of(app, by, id));
    let reasons = shown.reasons.clone();
    told(&PlacedOrder { outcome, replayed: answer.replayed, approval, reasons, order: shown.into() })
}

fn replace_row() -> Row {
    Row {
        name: "replace_order",
        title: "Change an order",
        description: "Changes quantity, prices or time in force of a working order; say all of them again, order_type as it is. It passes \
            the gates, and answers once the broker has taken it. `key` names the change: repeat a failed call with the same.",
        scopes: TRADE,
        effect: Effect::Changes,
        input: |shapes| {
            let input = key(shapes.body("AmendOrder").unsaid(), "cl_ord_id", "The order.");
            wait(key(input, "key", "Your name for this change, unique for ever."))
        },
        output: Output::One("ChangedOrder"),
        call: |app, by, args| Box::pin(replace(app, by, args)),
    }
}

async fn replace(app: &App, by: &Principal, mut args: Args) -> Result<Value, Refusal> {
    let order = args.key("cl_ord_id")?;
    let key = args.key("key")?;
    let wait = args.wait(&app.limits)?;
    let amendment = AmendOrder::parse(&args.body()?)?.amendment()?;
    let answer = app.desk.replace(by, order, key, amendment, None, wait).await?;
    let shown = order::shape(app, by, &answer.order)?;
    if let Some(problem) = Problem::of_change(&answer.outcome, shown.clone()) {
        return Err(problem.into());
    }
    told(&ChangedOrder { replayed: answer.replayed, order: shown.into() })
}

fn cancel_row() -> Row {
    Row {
        name: "cancel_order",
        title: "Cancel an order",
        description: "Cancels one order. proven=false means that it is under way: look with get_order_status, it may still fill. `key` \
            names the cancel: repeat a failed call with the same.",
        scopes: CANCEL,
        effect: Effect::Changes,
        input: |_| {
            let input = key(Input::nothing(), "cl_ord_id", "The order.");
            wait(key(input, "key", "Your name for this cancel, unique for ever."))
        },
        output: Output::One("CanceledOrder"),
        call: |app, by, args| Box::pin(cancel(app, by, args)),
    }
}

async fn cancel(app: &App, by: &Principal, mut args: Args) -> Result<Value, Refusal> {
    let order = args.key("cl_ord_id")?;
    let key = args.key("key")?;
    let wait = args.wait(&app.limits)?;
    args.nothing_else()?;
    let answer = app.desk.cancel(by, order, Some(key), None, wait).await?;
    let shown = order::shape(app, by, &answer.order)?;
    match Problem::of_cancel(&answer.fate, shown) {
        Some(problem) => Err(problem.into()),
        None => told(&canceled(app, by, &answer)?),
    }
}

fn canceled(app: &App, by: &Principal, answer: &desk::CancelAnswer) -> Result<CanceledOrder, Refusal> {
    let order = order::shape(app, by, &answer.order)?.into();
    Ok(CanceledOrder { proven: answer.fate.is_proven(), replayed: answer.replayed, order })
}

fn cancel_all_row() -> Row {
    Row {
        name: "cancel_all_orders",
        title: "Cancel all orders",
        description: "Cancels every order of this gateway that may be live, one by one, whoever placed it. For a stop of all trading use \
            kill_switch.",
        scopes: CANCEL,
        effect: Effect::Changes,
        input: |_| wait(Input::nothing()),
        output: Output::Page("CanceledOrder"),
        call: |app, by, args| Box::pin(cancel_all(app, by, args)),
    }
}

async fn cancel_all(app: &App, by: &Principal, mut args: Args) -> Result<Value, Refusal> {
    let wait = args.wait(&app.limits)?;
    args.nothing_else()?;
    let answers = app.desk.cancel_all(by, wait).await?;
    let items = answers.iter().map(|answer| canceled(app, by, answer)).collect::<Result<Vec<_>, _>>()?;
    told(&Page { items, next_cursor: None })
}
