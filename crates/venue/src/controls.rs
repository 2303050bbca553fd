//! The control API for whoever runs the venue in his own process: the same questions, without HTTP.

use rust_decimal::Decimal;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::control::answer;
use crate::faults::FaultSpec;
use crate::server_control::{Ask, Refusal};
use crate::server_core::Command;

/// Asks the venue, as long as it runs. Answers are those of the control API.
#[derive(Clone, Debug)]
pub struct Controls {
    // A strong one would keep the venue from ending.
    commands: mpsc::WeakSender<Command>,
}

impl Controls {
    pub(crate) fn new(commands: mpsc::WeakSender<Command>) -> Self {
        Self { commands }
    }

    /// `GET /clock`.
    ///
    /// # Errors
    /// The venue is stopping.
    pub async fn clock(&self) -> Result<Value, Refusal> {
        self.ask(Ask::Clock).await
    }

    /// `POST /clock/speed`.
    ///
    /// # Errors
    /// A speed that cannot be, a clock that has none, the venue is stopping.
    pub async fn set_speed(&self, speed: u32) -> Result<Value, Refusal> {
        self.ask(Ask::Speed(speed)).await
    }

    /// `POST /price`.
    ///
    /// # Errors
    /// An unknown symbol, a price that cannot be, the venue is stopping.
    pub async fn move_price(&self, symbol: String, price: Decimal) -> Result<Value, Refusal> {
        self.ask(Ask::Price { symbol, price }).await
    }

    /// `GET /faults`.
    ///
    /// # Errors
    /// The venue is stopping.
    pub async fn faults(&self) -> Result<Value, Refusal> {
        self.ask(Ask::Faults).await
    }

    /// `POST /faults`.
    ///
    /// # Errors
    /// A fault that cannot be, too many of them, the venue is stopping.
    pub async fn add_fault(&self, spec: FaultSpec) -> Result<Value, Refusal> {
        self.ask(Ask::AddFault(Box::new(spec))).await
    }

    /// `DELETE /faults/{id}`.
    ///
    /// # Errors
    /// There is no such fault, the venue is stopping.
    pub async fn remove_fault(&self, id: u64) -> Result<Value, Refusal> {
        self.ask(Ask::RemoveFault(id)).await
    }

    async fn ask(&self, ask: Ask) -> Result<Value, Refusal> {
        let gone = || Refusal::Internal("the venue is stopping".to_owned());
        let commands = self.commands.upgrade().ok_or_else(gone)?;
        let json = answer(commands, ask).await?;
        serde_json::from_slice(&json).map_err(|error| Refusal::Internal(error.to_string()))
    }
}
