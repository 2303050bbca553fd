//! One question from its arrival to its answer.

use super::{contracts, history, positions, quote, snapshot, values, what_if};
use crate::adapter::Shared;
use crate::fault;
use crate::session::Session;
use domain::broker::{Answer, AskError, Question};
use ibapi::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A snapshot's sections run side by side, each with its deadline and perhaps, before that, one for its turn.
const SNAPSHOT_DEADLINES: u32 = 3;

/// What a question needs.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) shared: Shared,
    pub(super) session: Arc<Session>,
}

impl Asker {
    /// Waits for the message budget and then for the library's answer, at most until `deadline`.
    pub(super) async fn within<T>(
        &self,
        deadline: Instant,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, AskError> {
        let paced = async {
            self.shared.pacer.question().await;
            request.await
        };
        match tokio::time::timeout_at(deadline, paced).await {
            Ok(answer) => answer.map_err(|error| fault::ask_error(&error)),
            Err(_) => Err(AskError::Timeout),
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.config.ask_deadline
    }
}

/// Answers one question. A connection that is lost meanwhile ends it.
pub(crate) async fn answer(shared: &Shared, question: Question) -> Result<Answer, AskError> {
    let session = shared.link.current().ok_or(AskError::NoLink)?;
    let patience = patience(shared, &question);
    let asker = Asker { shared: shared.clone(), session: Arc::clone(&session) };
    tokio::select! {
        biased;
        answer = tokio::time::timeout(patience, dispatch(&asker, question)) => answer.unwrap_or(Err(AskError::Timeout)),
        _ = session.down() => Err(AskError::NoLink),
    }
}

/// A little more than the inner deadlines, which know better what to do when they pass.
fn patience(shared: &Shared, question: &Question) -> Duration {
    let config = &shared.config;
    let inner = match question {
        Question::WhatIf(_) => config.what_if_deadline,
        Question::Snapshot { .. } | Question::Positions(_) => config.ask_deadline * SNAPSHOT_DEADLINES,
        Question::Contracts(_)
        | Question::MatchingSymbols(_)
        | Question::OptionChain(_)
        | Question::Quote(_)
        | Question::Bars { .. }
        | Question::Account(_)
        | Question::Pnl(_)
        | Question::Time => config.ask_deadline,
    };
    inner + config.ask_deadline / 10
}

async fn dispatch(asker: &Asker, question: Question) -> Result<Answer, AskError> {
    match question {
        Question::Contracts(instrument) => contracts::contracts(asker, &instrument).await.map(Answer::Contracts),
        Question::MatchingSymbols(pattern) => contracts::symbols(asker, &pattern).await.map(Answer::Symbols),
        Question::OptionChain(contract) => contracts::option_chain(asker, &contract).await.map(Answer::OptionChain),
        Question::Quote(contract) => quote::quote(asker, &contract).await.map(Answer::Quote),
        Question::Bars { contract, size, duration, end, what, regular_hours } => {
            let request = history::Request { size, duration, end, what, regular_hours };
            history::bars(asker, &contract, &request).await.map(Answer::Bars)
        }
        Question::WhatIf(order) => what_if::what_if(asker, &order).await.map(Answer::WhatIf),
        Question::Snapshot { account } => {
            let snapshot = snapshot::snapshot(asker, &account).await;
            Ok(Answer::Snapshot(Box::new(snapshot)))
        }
        Question::Account(account) => values::account(asker, &account).await.map(Answer::Account),
        Question::Positions(account) => {
            let mut all = positions::positions(asker, &account).await?;
            all.retain(|position| position.account == account);
            Ok(Answer::Positions(all))
        }
        Question::Pnl(account) => values::pnl(asker, &account).await.map(Answer::Pnl),
        Question::Time => values::time(asker).await.map(Answer::Time),
    }
}
