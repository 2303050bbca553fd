//! Live quotes to subscribers.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{
    MarketDataRequest, MarketDataType, NO_REQ_ID, Reply, TickAttrib, TickPrice, TickReqParams, TickSize, TickString,
    tick,
};

use super::desk::{ConnId, Core, Step};
use super::session::TickFeed;
use crate::market::{DayFigures, Quote};

/// Most market data lines of a client, as IBKR grants at least.
const LINES_MAX: usize = 100;

impl Core {
    pub(super) fn market_data(&mut self, conn: ConnId, asked: &MarketDataRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let Some(session) = self.sessions.get(&conn) else {
            return;
        };
        let kind = session.data_type;
        if !asked.snapshot && session.ticks.contains_key(&req_id) {
            return Self::notice(conn, req_id, 322, "Error processing request. Duplicate ticker id", now, step);
        }
        if !asked.snapshot && session.ticks.len() >= LINES_MAX {
            return Self::notice(conn, req_id, 101, "Max number of tickers has been reached", now, step);
        }
        step.send(conn, Reply::MarketDataType { req_id, kind });
        let mut feed = TickFeed { instrument, last: None, figures: None };
        if let Some(quote) = self.quote(instrument, now) {
            step.send(
                conn,
                Reply::TickReqParams(TickReqParams {
                    req_id,
                    min_tick: self.market.tick(instrument, quote.last),
                    bbo_exchange: "9c0001".to_owned(),
                    snapshot_permissions: 3,
                }),
            );
            let figures = self.market.day_figures(instrument, now);
            for reply in changed(req_id, kind, &mut feed, &quote, figures.as_ref()) {
                step.send(conn, reply);
            }
        }
        if asked.snapshot {
            step.send(conn, Reply::TickSnapshotEnd { req_id });
        } else if let Some(session) = self.sessions.get_mut(&conn) {
            session.ticks.insert(req_id, feed);
        }
    }

    pub(super) fn cancel_market_data(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.ticks.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 300, &format!("Can't find EId with tickerId:{req_id}"), now, step);
        }
    }

    pub(super) fn set_market_data_type(&mut self, conn: ConnId, number: i32, now: Timestamp, step: &mut Step) {
        let Some(kind) = MarketDataType::from_wire(number) else {
            let text = format!("Error validating request.-'bH' : cause - Unknown market data type: {number}");
            return Self::notice(conn, NO_REQ_ID, 321, &text, now, step);
        };
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.data_type = kind;
        }
    }

    /// Sends every subscriber what changed since it was last told.
    pub(super) fn report_ticks(&mut self, now: Timestamp, step: &mut Step) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            let kind = session.data_type;
            for (req_id, feed) in &mut session.ticks {
                let Some(quote) = self.quote(feed.instrument, now) else {
                    continue;
                };
                if feed.last == Some(quote) {
                    continue;
                }
                let figures = widened(feed, &quote).or_else(|| self.market.day_figures(feed.instrument, now));
                for reply in changed(*req_id, kind, feed, &quote, figures.as_ref()) {
                    step.send(*conn, reply);
                }
            }
        }
        self.sessions = sessions;
    }
}

/// Yesterday's figures widened by this quote; `None` when another session began.
fn widened(feed: &TickFeed, quote: &Quote) -> Option<DayFigures> {
    let (last, figures) = (feed.last?, feed.figures?);
    // A later second may have passed unseen in between: only the next one can be joined on.
    (quote.volume >= last.volume && quote.last_time - last.last_time <= 1).then(|| DayFigures {
        high: figures.high.max(quote.last),
        low: figures.low.min(quote.last),
        ..figures
    })
}

/// The ticks that differ from what a subscriber knows, which it knows from then on.
fn changed(
    req_id: i32,
    kind: MarketDataType,
    feed: &mut TickFeed,
    quote: &Quote,
    figures: Option<&DayFigures>,
) -> Vec<Reply> {
    let delayed = match kind {
        MarketDataType::Live | MarketDataType::Frozen => false,
        MarketDataType::Delayed | MarketDataType::DelayedFrozen => true,
    };
    let pick = |live: i32, late: i32| if delayed { late } else { live };
    let was = feed.last;
    let mut out = Vec::new();
    let mut price = |tick_type: i32, now: Decimal, size: Option<Decimal>, same: bool| {
        if !same {
            let attrib = TickAttrib { can_auto_execute: size.is_some() && quote.open, ..TickAttrib::default() };
            out.push(Reply::TickPrice(TickPrice { req_id, tick_type, price: Some(now), size, attrib }));
        }
    };
    let same = |of: fn(&Quote) -> Decimal| was.as_ref().is_some_and(|w| of(w) == of(quote));
    price(pick(tick::BID, tick::DELAYED_BID), quote.bid, Some(quote.bid_size), same(|q| q.bid));
    price(pick(tick::ASK, tick::DELAYED_ASK), quote.ask, Some(quote.ask_size), same(|q| q.ask));
    price(pick(tick::LAST, tick::DELAYED_LAST), quote.last, Some(quote.last_size), same(|q| q.last));
    if let Some(figures) = figures {
        let before = feed.figures;
        let same = |of: fn(&DayFigures) -> Decimal| before.as_ref().is_some_and(|b| of(b) == of(figures));
        price(pick(tick::OPEN, tick::DELAYED_OPEN), figures.open, None, same(|f| f.open));
        price(pick(tick::HIGH, tick::DELAYED_HIGH), figures.high, None, same(|f| f.high));
        price(pick(tick::LOW, tick::DELAYED_LOW), figures.low, None, same(|f| f.low));
        price(pick(tick::CLOSE, tick::DELAYED_CLOSE), figures.close, None, same(|f| f.close));
    }
    let mut size = |tick_type: i32, now: Decimal, same: bool| {
        if !same {
            out.push(Reply::TickSize(TickSize { req_id, tick_type, size: now }));
        }
    };
    size(pick(tick::BID_SIZE, tick::DELAYED_BID_SIZE), quote.bid_size, same(|q| q.bid_size));
    size(pick(tick::ASK_SIZE, tick::DELAYED_ASK_SIZE), quote.ask_size, same(|q| q.ask_size));
    size(pick(tick::LAST_SIZE, tick::DELAYED_LAST_SIZE), quote.last_size, same(|q| q.last_size));
    size(pick(tick::VOLUME, tick::DELAYED_VOLUME), quote.volume, same(|q| q.volume));
    if was.is_none_or(|w| w.last_time != quote.last_time) {
        out.push(Reply::TickString(TickString {
            req_id,
            tick_type: pick(tick::LAST_TIMESTAMP, tick::DELAYED_LAST_TIMESTAMP),
            value: quote.last_time.to_string(),
        }));
    }
    feed.last = Some(*quote);
    feed.figures = figures.copied();
    out
}
