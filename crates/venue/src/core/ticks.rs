//! Live quotes to subscribers.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{
    MarketDataRequest, MarketDataType, Reply, TickAttrib, TickPrice, TickReqParams, TickSize, TickString, tick,
};

use super::data_type::{Delivery, grant};
use super::desk::{ConnId, Core, Step};
use super::generic_ticks::GenericTicks;
use super::reference::BBO_EXCHANGE;
use crate::market::{DayFigures, Quote};

/// Most market data lines of a client, as IBKR grants at least.
const LINES_MAX: usize = 100;

/// Streaming market data.
#[derive(Clone, Debug)]
pub(super) struct TickFeed {
    pub(super) instrument: usize,
    wanted: MarketDataType,
    /// Kind told last.
    kind: MarketDataType,
    generics: GenericTicks,
    last: Option<Quote>,
    /// Whether bid and ask were shown last.
    two_sided: bool,
    figures: Option<DayFigures>,
}

impl TickFeed {
    /// Everything is news again.
    pub(super) fn forget(&mut self) {
        self.last = None;
        self.figures = None;
    }
}

impl Core {
    pub(super) fn market_data(&mut self, conn: ConnId, asked: &MarketDataRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let is_snapshot = asked.snapshot || asked.regulatory_snapshot;
        let mut feed = match self.tick_feed(conn, asked, instrument, is_snapshot, now) {
            Ok(feed) => feed,
            Err((code, text)) => return Self::notice(conn, req_id, code, &text, now, step),
        };
        let wanted = self.sessions.get(&conn).and_then(|s| s.data.wanted);
        match grant(self.data_rights, wanted) {
            Ok(None) => {}
            Ok(Some((code, text))) => Self::notice(conn, req_id, code, text, now, step),
            Err((code, text)) => return Self::notice(conn, req_id, code, text, now, step),
        }
        step.send(conn, Reply::MarketDataType { req_id, kind: feed.kind });
        if let Some(quote) = self.quote(instrument, now) {
            let min_tick = self.market.tick(instrument, quote.last);
            let bbo_exchange = BBO_EXCHANGE.to_owned();
            let params = TickReqParams { req_id, min_tick, bbo_exchange, snapshot_permissions: 3 };
            step.send(conn, Reply::TickReqParams(params));
        }
        self.tell_ticks(conn, req_id, &mut feed, now, step);
        if is_snapshot {
            step.send(conn, Reply::TickSnapshotEnd { req_id });
        } else if let Some(session) = self.sessions.get_mut(&conn) {
            session.ticks.insert(req_id, feed);
        }
    }

    fn tick_feed(
        &self,
        conn: ConnId,
        asked: &MarketDataRequest,
        instrument: usize,
        is_snapshot: bool,
        now: Timestamp,
    ) -> Result<TickFeed, (i32, String)> {
        let invalid = |cause: &str| (321, format!("Error validating request.-'bH' : cause - {cause}"));
        let generics =
            GenericTicks::read(&asked.generic_ticks, self.instrument(instrument)).map_err(|cause| invalid(&cause))?;
        if is_snapshot && !asked.generic_ticks.trim().is_empty() {
            return Err(invalid("Snapshot market data subscription is not applicable to generic ticks"));
        }
        if let Some(session) = self.sessions.get(&conn).filter(|_| !is_snapshot) {
            if session.ticks.contains_key(&asked.req_id) {
                return Err((322, "Error processing request. Duplicate ticker id".to_owned()));
            }
            if session.ticks.len() >= LINES_MAX {
                return Err((101, "Max number of tickers has been reached".to_owned()));
            }
        }
        let wanted = self.sessions.get(&conn).and_then(|s| s.data.wanted).unwrap_or(MarketDataType::Live);
        let kind = self.delivery(instrument, wanted, now).kind;
        Ok(TickFeed { instrument, wanted, kind, generics, last: None, two_sided: false, figures: None })
    }

    pub(super) fn cancel_market_data(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.ticks.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 300, &format!("Can't find EId with tickerId:{req_id}"), now, step);
        }
    }

    /// Sends every subscriber what changed since it was last told.
    pub(super) fn report_ticks(&mut self, now: Timestamp, step: &mut Step) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.ticks {
                self.tell_ticks(*conn, *req_id, feed, now, step);
            }
        }
        self.sessions = sessions;
    }

    fn tell_ticks(&mut self, conn: ConnId, req_id: i32, feed: &mut TickFeed, now: Timestamp, step: &mut Step) {
        let delivery = self.delivery(feed.instrument, feed.wanted, now);
        if delivery.kind != feed.kind {
            feed.kind = delivery.kind;
            step.send(conn, Reply::MarketDataType { req_id, kind: delivery.kind });
        }
        let quote = if delivery.at == now {
            self.quote(feed.instrument, now)
        } else {
            self.market.quote(feed.instrument, delivery.at)
        };
        let Some(quote) = quote else {
            return;
        };
        if feed.last != Some(quote) || feed.two_sided != delivery.two_sided {
            let figures = widened(feed, &quote).or_else(|| self.market.day_figures(feed.instrument, delivery.at));
            let quoted = self.instrument(feed.instrument).has_quotes();
            let mut ticks = Ticks { req_id, delayed: delivery.is_delayed(), out: Vec::new() };
            if quoted {
                ticks.sides(feed, &quote, &delivery);
            }
            let printed = self.instrument(feed.instrument).has_trades();
            ticks.trades(feed, &quote, figures.as_ref(), printed);
            let two_sided = delivery.two_sided && quoted;
            let computed =
                self.option_ticks(req_id, feed.instrument, &quote, two_sided, delivery.is_delayed(), delivery.at);
            ticks.out.extend(computed);
            feed.last = Some(quote);
            feed.two_sided = delivery.two_sided;
            feed.figures = figures;
            for reply in ticks.out {
                step.send(conn, reply);
            }
        }
        for reply in self.generic_ticks(req_id, feed.instrument, &mut feed.generics, &delivery) {
            step.send(conn, reply);
        }
    }
}

/// Yesterday's figures widened by this quote; `None` when another session began.
fn widened(feed: &TickFeed, quote: &Quote) -> Option<DayFigures> {
    let (last, figures) = (feed.last?, feed.figures?);
    // A later second may have passed unseen in between: only the next one can be joined on.
    // Out of regular hours the figures are those of another stretch of the day.
    let regular = quote.open && last.open;
    (regular && quote.volume >= last.volume && quote.last_time - last.last_time <= 1).then(|| DayFigures {
        high: figures.high.max(quote.last),
        low: figures.low.min(quote.last),
        ..figures
    })
}

/// Types of a side's price and size, live and delayed, and where they are in a quote.
type Side = ((i32, i32), (i32, i32), fn(&Quote) -> Decimal, fn(&Quote) -> Decimal);

/// Collects the ticks that differ from what a subscriber knows.
struct Ticks {
    req_id: i32,
    delayed: bool,
    out: Vec<Reply>,
}

impl Ticks {
    fn pick(&self, live: i32, late: i32) -> i32 {
        if self.delayed { late } else { live }
    }

    fn price(&mut self, (live, late): (i32, i32), price: Option<Decimal>, size: Option<Decimal>, executes: bool) {
        let attrib = TickAttrib { can_auto_execute: executes, ..TickAttrib::default() };
        let tick_type = self.pick(live, late);
        self.out.push(Reply::TickPrice(TickPrice { req_id: self.req_id, tick_type, price, size, attrib }));
    }

    fn size(&mut self, (live, late): (i32, i32), size: Decimal) {
        let tick_type = self.pick(live, late);
        self.out.push(Reply::TickSize(TickSize { req_id: self.req_id, tick_type, size }));
    }

    /// Bid and ask; none (-1, and a size of 0) while the market is shut.
    fn sides(&mut self, feed: &TickFeed, quote: &Quote, delivery: &Delivery) {
        // Nobody bids for an option that is worth nothing.
        let shown = |of: fn(&Quote) -> Decimal, quote: &Quote, shown: bool| {
            shown.then(|| of(quote)).filter(|figure| !figure.is_zero())
        };
        let sides: [Side; 2] = [
            ((tick::BID, tick::DELAYED_BID), (tick::BID_SIZE, tick::DELAYED_BID_SIZE), |q| q.bid, |q| q.bid_size),
            ((tick::ASK, tick::DELAYED_ASK), (tick::ASK_SIZE, tick::DELAYED_ASK_SIZE), |q| q.ask, |q| q.ask_size),
        ];
        for (price_types, size_types, price, size) in sides {
            let (price_now, size_now) =
                (shown(price, quote, delivery.two_sided), shown(size, quote, delivery.two_sided));
            let was = feed.last.map(|w| (shown(price, &w, feed.two_sided), shown(size, &w, feed.two_sided)));
            if was.is_none_or(|(p, _)| p != price_now) {
                let size = Some(size_now.unwrap_or_default());
                self.price(price_types, price_now, size, price_now.is_some() && quote.open);
            }
            if was.is_none_or(|(_, s)| s != size_now) {
                self.size(size_types, size_now.unwrap_or_default());
            }
        }
    }

    /// Figures of the day, and where trades are printed the last one, volume and time.
    fn trades(&mut self, feed: &TickFeed, quote: &Quote, figures: Option<&DayFigures>, printed: bool) {
        let was = feed.last;
        let same = |of: fn(&Quote) -> Decimal| was.as_ref().is_some_and(|w| of(w) == of(quote));
        if printed && !same(|q| q.last) {
            self.price((tick::LAST, tick::DELAYED_LAST), Some(quote.last), Some(quote.last_size), quote.open);
        }
        if let Some(figures) = figures {
            type Figure = ((i32, i32), fn(&DayFigures) -> Decimal);
            let each: [Figure; 4] = [
                ((tick::OPEN, tick::DELAYED_OPEN), |f| f.open),
                ((tick::HIGH, tick::DELAYED_HIGH), |f| f.high),
                ((tick::LOW, tick::DELAYED_LOW), |f| f.low),
                ((tick::CLOSE, tick::DELAYED_CLOSE), |f| f.close),
            ];
            for (types, of) in each {
                if feed.figures.as_ref().is_none_or(|before| of(before) != of(figures)) {
                    self.price(types, Some(of(figures)), None, false);
                }
            }
        }
        if !printed {
            return;
        }
        if !same(|q| q.last_size) {
            self.size((tick::LAST_SIZE, tick::DELAYED_LAST_SIZE), quote.last_size);
        }
        if !same(|q| q.volume) {
            self.size((tick::VOLUME, tick::DELAYED_VOLUME), quote.volume);
        }
        if was.is_none_or(|w| w.last_time != quote.last_time) {
            let tick_type = self.pick(tick::LAST_TIMESTAMP, tick::DELAYED_LAST_TIMESTAMP);
            let value = quote.last_time.to_string();
            self.out.push(Reply::TickString(TickString { req_id: self.req_id, tick_type, value }));
        }
    }
}
