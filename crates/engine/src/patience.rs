//! What can wait for company: a commit of its own would hold up what nobody can do without. The clock's next tick is company at
//! the latest.

use crate::core::Core;
use crate::input::Input;
use domain::broker::{BrokerEvent, SendOutcome};
use domain::echo::echo_differences;
use domain::reading;
use domain::twin::is_of_twin;

impl Core {
    /// Whether nobody waits for it and nothing follows from it: a send that went as it should, whose answer is on its way, and
    /// another word for what is known, as a `Submitted` behind the `PreSubmitted` that acknowledged an order.
    pub(crate) fn can_wait(&self, input: &Input) -> bool {
        let Input::Broker(event) = input else { return false };
        match event {
            BrokerEvent::Sent { outcome, .. } => *outcome == SendOutcome::Written,
            BrokerEvent::Status { generation, report } => {
                let order = self.find(Some(report.broker_order_id), report.client_id, "", report.perm_id);
                order.filter(|order| !is_of_twin(order, report.perm_id)).is_some_and(|order| {
                    let read = reading::read_status(report, order.intent.tif.kind(), *generation);
                    read.is_some_and(|said| reading::works_as_known(order, &said, *generation))
                })
            }
            BrokerEvent::OpenOrder { generation, order: seen } => {
                let order = self.find(seen.broker_order_id, seen.client_id, &seen.order_ref, seen.perm_id);
                order.filter(|order| !is_of_twin(order, seen.perm_id)).is_some_and(|order| {
                    let read = reading::read_order(seen, order, *generation);
                    read.is_some_and(|said| reading::works_as_known(order, &said, *generation))
                        && echo_differences(order, seen).is_empty()
                })
            }
            BrokerEvent::LinkUp(_)
            | BrokerEvent::LinkDown { .. }
            | BrokerEvent::LinkFailed { .. }
            | BrokerEvent::ClockSkew { .. }
            | BrokerEvent::Notice { .. }
            | BrokerEvent::CancelSent { .. }
            | BrokerEvent::Executed { .. }
            | BrokerEvent::Busted { .. }
            | BrokerEvent::CommissionReported { .. }
            | BrokerEvent::OrderError { .. }
            | BrokerEvent::Quote(_)
            | BrokerEvent::QuoteRefused { .. }
            | BrokerEvent::Answer { .. } => false,
        }
    }
}
