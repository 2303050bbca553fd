//! The commands on their way from the engine to its adapter. The adapter is a thread of its own in the real thing, so it may
//! take a command at any time, also while the journal is writing: whatever lies here then must be durable already.

use crate::truth::Truth;
use domain::broker::BrokerCommand;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Shared by the journal, during whose writes the adapter looks, and the adapter.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<Mutex<(mpsc::Receiver<BrokerCommand>, VecDeque<BrokerCommand>)>>);

impl Inbox {
    /// What the engine sends arrives here.
    pub fn new(commands: mpsc::Receiver<BrokerCommand>) -> Self {
        Self(Arc::new(Mutex::new((commands, VecDeque::new()))))
    }

    /// The adapter looks: an order that lies here must have its intent in the journal.
    pub fn look(&self, truth: &Truth) {
        let mut inbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (commands, taken) = &mut *inbox;
        while let Ok(command) = commands.try_recv() {
            if let BrokerCommand::Submit(ticket) = &command {
                truth.sent(&ticket.order().intent.cl_ord_id, ticket.broker_order_id);
            }
            taken.push_back(command);
        }
    }

    /// The next command for the adapter.
    pub fn take(&self) -> Option<BrokerCommand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.pop_front()
    }
}
