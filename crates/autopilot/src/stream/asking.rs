//! Questions to the desk beside the lines: a snapshot, the last close, missing minutes. Few at a time, and none waits for another.

use domain::contract::Instrument;
use domain::fault::Fault;
use domain::id::ConId;
use domain::market::{Bar, BarDuration, BarSize, DurationUnit, Quote, WhatToShow};
use domain::principal::Principal;
use domain::stream::Gap;
use engine::desk::BarsRequest;
use engine::{Desk, FeedState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Snapshot,
    LastClose,
    History,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    Snapshot(Result<Box<Quote>, String>),
    LastClose(Result<Option<(Decimal, Timestamp)>, String>),
    History(Result<Vec<Bar>, String>),
}

/// One question to the desk.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) desk: Arc<dyn Desk>,
    pub(super) by: Principal,
}

impl Asker {
    pub(super) async fn snapshot(self, con_id: ConId) -> Answer {
        let asked = self.desk.quotes(&self.by, vec![Instrument::ConId(con_id)]).await;
        Answer::Snapshot(asked.map_err(words).and_then(|quotes| {
            let watched = quotes.into_iter().next().ok_or_else(|| "no answer".to_owned())?;
            match (watched.state, watched.quote) {
                (FeedState::Fed, Some(quote)) => Ok(Box::new(quote)),
                (FeedState::Fed | FeedState::Unknown, _) => Err("nothing was said".to_owned()),
                (FeedState::NotFed(why), _) => Err(why),
                (FeedState::Crossed, _) => Err("the bid stands above the ask".to_owned()),
            }
        }))
    }

    /// The newest daily bar's close, and that bar's time.
    pub(super) async fn last_close(self, con_id: ConId) -> Answer {
        let duration = BarDuration { count: 1, unit: DurationUnit::Weeks };
        let bars = self.bars(con_id, BarSize::Day1, duration, true).await;
        let newest = |bars: Vec<Bar>| bars.last().map(|bar| (bar.close.get(), bar.time));
        Answer::LastClose(bars.map(newest).map_err(words))
    }

    pub(super) async fn history(self, con_id: ConId, gap: Gap) -> Answer {
        // The broker counts up to a day in seconds.
        let seconds = i32::try_from(gap.seconds().min(86_400)).unwrap_or(i32::MAX);
        let duration = BarDuration { count: seconds, unit: DurationUnit::Seconds };
        Answer::History(self.bars(con_id, BarSize::Min1, duration, false).await.map_err(words))
    }

    async fn bars(
        &self,
        con_id: ConId,
        size: BarSize,
        duration: BarDuration,
        regular: bool,
    ) -> Result<Vec<Bar>, Fault> {
        let request = BarsRequest {
            instrument: Instrument::ConId(con_id),
            size,
            duration,
            end: None,
            what: WhatToShow::Trades,
            regular_hours: regular,
        };
        let (_contract, bars) = self.desk.bars(&self.by, request).await?;
        Ok(bars)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn words(fault: Fault) -> String {
    fault.to_string()
}
