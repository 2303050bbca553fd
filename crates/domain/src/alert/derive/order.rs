//! What of an order's life is news.

use super::super::kind::{AlertKind, Severity};
use super::super::news::News;
use super::words;
use crate::event::OrderEvent;
use crate::execution::Execution;
use crate::id::ClOrdId;
use jiff::Timestamp;

use Severity::{Critical, Info, Warning};

/// What an event says, and that the fate of the order is known where it tells that.
pub(super) fn of_order(cl_ord_id: &ClOrdId, event: &OrderEvent, at: Timestamp) -> Vec<News> {
    let of = |kind, severity, title: String| News::new(kind, severity, cl_ord_id.as_str(), &title, at);
    // What else can happen to the same order is a topic of its own: one does not hold the other back.
    let also = |what: &str, news: News| News { subject: format!("{cl_ord_id} {what}"), ..news };
    let unknown = |title: String, why: &str| vec![of(AlertKind::OrderUnknown, Critical, title).opens().saying(why)];
    let refused = |title: String, code: i32, message: &str| {
        of(AlertKind::OrderRejected, Warning, title).saying(&format!("{code}: {message}"))
    };
    let known = || of(AlertKind::OrderUnknown, Info, format!("The fate of order {cl_ord_id} is known")).closes();
    let and_known = |news: Option<News>| news.into_iter().chain([known()]).collect();
    match event {
        OrderEvent::Refused { reasons } => {
            vec![of(AlertKind::OrderDenied, Warning, format!("Order {cl_ord_id} was refused at its release")).saying(&words(reasons))]
        }
        OrderEvent::SendUnknown { detail } => unknown(format!("Nobody knows whether order {cl_ord_id} was sent"), detail),
        OrderEvent::NotFound => {
            let hint = "It is looked for again; only the broker's own records, or a human, can say that it is dead.";
            unknown(format!("Order {cl_ord_id} is in no list of the broker's"), hint)
        }
        OrderEvent::Executed { execution } => and_known(Some(of(AlertKind::Fill, Info, trade(cl_ord_id, execution)))),
        OrderEvent::Corrected { old, execution } => {
            let title = format!("Corrected: {}, in place of {old}", trade(cl_ord_id, execution));
            vec![also(old.as_str(), of(AlertKind::FillChanged, Warning, title))]
        }
        OrderEvent::Busted { exec_id } => {
            let title = format!("A trade of order {cl_ord_id} was taken back: {exec_id}");
            vec![also(exec_id.as_str(), of(AlertKind::FillChanged, Critical, title))]
        }
        OrderEvent::Rejected { code, message } => {
            and_known(Some(refused(format!("The broker rejected order {cl_ord_id}"), *code, message)))
        }
        OrderEvent::Inactive { detail } => {
            let news = of(AlertKind::OrderRejected, Warning, format!("The broker set order {cl_ord_id} inactive"));
            and_known(Some(news.saying(detail.as_deref().unwrap_or_default())))
        }
        OrderEvent::CancelRefused { code, message } => {
            let title = format!("The broker did not accept the cancel of order {cl_ord_id}");
            vec![also("cancel", refused(title, *code, message))]
        }
        OrderEvent::ReplaceRefused { code, message } => {
            let title = format!("The broker did not accept the change of order {cl_ord_id}");
            vec![also("change", refused(title, *code, message))]
        }
        OrderEvent::GroupBroken { fault, reason } => {
            let title = format!("The orders around {cl_ord_id} do not stand together any more: {}", fault.word());
            vec![also("group", of(AlertKind::Risk, Critical, title).saying(reason))]
        }
        OrderEvent::TwinSeen { perm_id, broker_status, .. } => {
            let title = format!("The broker works a second order for {cl_ord_id}: {perm_id}, {broker_status}");
            vec![also("twin", of(AlertKind::Risk, Critical, title))]
        }
        OrderEvent::ReportedFilled { .. }
        | OrderEvent::Acknowledged { .. }
        | OrderEvent::Canceled { .. }
        | OrderEvent::Expired
        | OrderEvent::ProvenDead { .. }
        | OrderEvent::ResolvedDead { .. }
        | OrderEvent::NotSent { .. } => and_known(None),
        OrderEvent::Killed
        | OrderEvent::Written
        | OrderEvent::CancelRequested
        | OrderEvent::CancelUnsent
        | OrderEvent::ReplaceRequested
        | OrderEvent::ReplaceUnsent
        | OrderEvent::ReplaceTaken { .. }
        // Looked up within seconds; what lasts is told by the lookout.
        | OrderEvent::LinkLost
        | OrderEvent::Held { .. }
        | OrderEvent::CommissionJoined { .. }
        | OrderEvent::CancelPending
        | OrderEvent::TwinOver { .. }
        | OrderEvent::Informed { .. } => Vec::new(),
    }
}

fn trade(cl_ord_id: &ClOrdId, execution: &Execution) -> String {
    let verb = if execution.is_buy { "Bought" } else { "Sold" };
    format!("{verb} {} {} at {} (order {cl_ord_id})", execution.last_qty, execution.symbol, execution.last_px)
}
