//! What a trader does next: drawn from its own seeded stream, near the market's prices.

use jiff::{Timestamp, ToSpan};
use rand::RngExt;
use rust_decimal::Decimal;
use venue::market::{Market, Quote};

use super::Failure;
use super::ask::{Ask, Ticket};
use super::trader::Trader;

/// What every trader sees: instruments, prices, accounts, the time.
pub(crate) struct Scene<'a> {
    pub(crate) market: &'a Market,
    pub(crate) accounts: &'a [String],
    /// What is listed, by security type, stocks first.
    pub(crate) listed: &'a [Vec<usize>],
    pub(crate) now: Timestamp,
}

/// Kinds of orders, the plain ones more often.
const KINDS: [&str; 16] = [
    "LMT",
    "LMT",
    "LMT",
    "LMT",
    "MKT",
    "MKT",
    "STP",
    "STP LMT",
    "TRAIL",
    "TRAIL LIMIT",
    "MIT",
    "LIT",
    "MOC",
    "LOC",
    "MIDPRICE",
    "LMT",
];
const TIFS: [&str; 10] = ["DAY", "DAY", "DAY", "DAY", "GTC", "GTC", "IOC", "FOK", "GTD", "OPG"];

impl Trader {
    /// One deed.
    pub(crate) fn act(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        if !self.is_connected() {
            return if self.rng.random_ratio(1, 10) { self.connect() } else { Ok(()) };
        }
        match self.rng.random_range(0..1_000) {
            0..600 => self.place_one(scene),
            600..660 => self.place_bracket(scene),
            660..700 => self.place_group(scene),
            700..800 => self.modify(scene),
            800..930 => self.cancel(),
            930..931 => self.say(&Ask::GlobalCancel),
            931..985 => self.look(scene),
            985..995 => self.preview(scene),
            _ => {
                self.leave();
                Ok(())
            }
        }
    }

    /// An instrument that trades now, with its quote and account to trade it in.
    fn draw(&mut self, scene: &Scene<'_>) -> Option<(usize, Quote, String)> {
        // Half of all trades are in stocks, the rest in every other type alike.
        let kind = if self.rng.random() { 0 } else { self.rng.random_range(0..scene.listed.len()) };
        let instrument = scene.listed[kind][self.rng.random_range(0..scene.listed[kind].len())];
        let account = self.rng.random_range(0..scene.accounts.len());
        let quote = scene.market.quote(instrument, scene.now)?;
        (quote.last > Decimal::ZERO).then(|| (instrument, quote, scene.accounts[account].clone()))
    }

    fn ticket(&mut self, scene: &Scene<'_>) -> Option<Ticket> {
        let (instrument, quote, account) = self.draw(scene)?;
        let of = scene.market.universe().get(instrument);
        // What it holds, it rather sells.
        let held: Decimal = self
            .trades
            .values()
            .rev()
            .take(200)
            .filter(|t| t.con_id == of.con_id && t.account == account)
            .map(|t| if t.bought { t.shares } else { -t.shares })
            .sum();
        let buys = match held {
            held if held > Decimal::ZERO => self.rng.random_ratio(3, 10),
            held if held < Decimal::ZERO => self.rng.random_ratio(7, 10),
            _ => self.rng.random_ratio(6, 10),
        };
        let kind = KINDS[self.rng.random_range(0..KINDS.len())];
        let tif = match kind {
            // What does not go together is tried all the same, but rarely.
            _ if self.rng.random_ratio(1, 50) => TIFS[self.rng.random_range(0..TIFS.len())],
            "MOC" | "LOC" => "DAY",
            "LMT" | "MKT" => TIFS[self.rng.random_range(0..TIFS.len())],
            _ => TIFS[self.rng.random_range(0..6)],
        };
        let order_id = self.next_order_id;
        self.next_order_id += 1;
        // About two thousand dollars' worth.
        let value = (quote.last * of.multiplier).max(Decimal::new(1, 2));
        let step = of.size_increment;
        let share = Decimal::from(self.rng.random_range(1..=20_u32)) / Decimal::from(20);
        let quantity = ((Decimal::from(4_000) / value * share / step).round() * step).max(of.min_size).max(step);
        let mut ticket = Ticket {
            order_id,
            con_id: of.con_id,
            exchange: of.exchanges.first().map_or_else(|| "SMART".to_owned(), |e| (*e).to_owned()),
            account,
            action: if buys { "BUY" } else { "SELL" },
            quantity,
            kind,
            tif,
            reference: format!("soak-{}-{order_id}", self.id),
            transmit: true,
            outside_rth: self.rng.random_ratio(1, 20),
            ..Ticket::default()
        };
        if tif == "GTD" {
            let until = scene.now + self.rng.random_range(60..100_000_i64).seconds();
            ticket.good_till = until.strftime("%Y%m%d-%H:%M:%S").to_string();
        }
        self.price(scene, instrument, &quote, &mut ticket);
        Some(ticket)
    }

    /// Prices near the market: some meet it, most wait.
    fn price(&mut self, scene: &Scene<'_>, instrument: usize, quote: &Quote, ticket: &mut Ticket) {
        let mut near = |bias: i64| {
            let off = Decimal::new(self.rng.random_range(-40..80) * bias, 4);
            let price = quote.last * (Decimal::ONE + off);
            let tick = scene.market.tick(instrument, price);
            ((price / tick).round() * tick).max(tick).normalize()
        };
        let with = if ticket.action == "BUY" { 1 } else { -1 };
        match ticket.kind {
            "LMT" | "LOC" => ticket.limit = Some(near(-with)),
            "STP" => ticket.aux = Some(near(with)),
            "STP LMT" => (ticket.aux, ticket.limit) = (Some(near(with)), Some(near(with))),
            "MIT" => ticket.aux = Some(near(-with)),
            "LIT" => (ticket.aux, ticket.limit) = (Some(near(-with)), Some(near(-with))),
            "TRAIL" | "TRAIL LIMIT" => {
                let tick = scene.market.tick(instrument, quote.last);
                let amount = tick * Decimal::from(self.rng.random_range(5..200_u32));
                ticket.trail_stop = Some(if with > 0 { quote.last + amount } else { (quote.last - amount).max(tick) });
                if ticket.kind == "TRAIL" && self.rng.random_ratio(1, 3) {
                    (ticket.trailing_percent, ticket.aux) =
                        (Some(Decimal::new(self.rng.random_range(10..300), 2)), None);
                } else {
                    (ticket.trailing_percent, ticket.aux) = (None, Some(amount));
                }
                if ticket.kind == "TRAIL LIMIT" {
                    ticket.limit_offset = Some(tick * Decimal::from(self.rng.random_range(1..20_u32)));
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, ticket: Ticket) -> Result<(), Failure> {
        self.placed += 1;
        self.say(&Ask::Place(Box::new(ticket.clone())))?;
        self.working.insert(ticket.order_id, ticket);
        Ok(())
    }

    fn place_one(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        match self.ticket(scene) {
            Some(ticket) => self.send(ticket),
            None => Ok(()),
        }
    }

    /// An entry with a profit taker and a stop, the last of which lets all three out.
    fn place_bracket(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        let Some(entry) = self.ticket(scene) else {
            return Ok(());
        };
        let Some(limit) = entry.limit.filter(|_| entry.kind == "LMT" && matches!(entry.tif, "DAY" | "GTC")) else {
            return self.send(entry);
        };
        let exit = if entry.action == "BUY" { "SELL" } else { "BUY" };
        let instrument = scene.market.universe().find_con_id(entry.con_id).ok_or("an instrument")?;
        let at = |percent: i64| {
            let price = limit * Decimal::new(if exit == "SELL" { 1_000 + percent } else { 1_000 - percent }, 3);
            let tick = scene.market.tick(instrument, price);
            ((price / tick).round() * tick).max(tick).normalize()
        };
        let parent_id = entry.order_id;
        let child = |order_id: i32| Ticket { order_id, parent_id, action: exit, tif: "GTC", ..entry.clone() };
        let taker = Ticket { limit: Some(at(3)), transmit: false, ..child(parent_id + 1) };
        let stop = Ticket { kind: "STP", limit: None, aux: Some(at(-3)), ..child(parent_id + 2) };
        self.next_order_id += 2;
        self.send(Ticket { transmit: false, ..entry })?;
        self.send(taker)?;
        self.send(stop)
    }

    /// Two orders of which the first to fill ends the other.
    fn place_group(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        let group = format!("group-{}-{}", self.id, self.next_order_id);
        for _ in 0..2 {
            if let Some(ticket) = self.ticket(scene).filter(|t| matches!(t.tif, "DAY" | "GTC")) {
                self.send(Ticket { group: group.clone(), ..ticket })?;
            }
        }
        Ok(())
    }

    fn any_working(&mut self) -> Option<Ticket> {
        if self.working.is_empty() {
            return None;
        }
        let nth = self.rng.random_range(0..self.working.len());
        self.working.values().nth(nth).cloned()
    }

    fn modify(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        let Some(mut ticket) = self.any_working() else {
            return Ok(());
        };
        let instrument = scene.market.universe().find_con_id(ticket.con_id).ok_or("an instrument")?;
        if let Some(quote) = scene.market.quote(instrument, scene.now) {
            self.price(scene, instrument, &quote, &mut ticket);
        }
        if self.rng.random_ratio(1, 3) {
            ticket.quantity += scene.market.universe().get(instrument).size_increment;
        }
        self.say(&Ask::Place(Box::new(ticket.clone())))?;
        self.working.insert(ticket.order_id, ticket);
        Ok(())
    }

    fn cancel(&mut self) -> Result<(), Failure> {
        match self.any_working() {
            // Sometimes an order that there is not.
            None => self.say(&Ask::Cancel(2_000_000_000)),
            Some(ticket) => self.say(&Ask::Cancel(ticket.order_id)),
        }
    }

    fn preview(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        match self.ticket(scene) {
            Some(ticket) => self.say(&Ask::Place(Box::new(Ticket { what_if: true, ..ticket }))),
            None => Ok(()),
        }
    }

    /// Opens and closes feeds, asks for lists.
    fn look(&mut self, scene: &Scene<'_>) -> Result<(), Failure> {
        let req_id = self.req_id();
        let account = scene.accounts[self.rng.random_range(0..scene.accounts.len())].clone();
        match self.rng.random_range(0..10) {
            0..3 if self.lines.len() < 20 => {
                let Some((instrument, ..)) = self.draw(scene) else {
                    return Ok(());
                };
                let of = scene.market.universe().get(instrument);
                let exchange = of.exchanges.first().map_or_else(|| "SMART".to_owned(), |e| (*e).to_owned());
                self.lines.insert(req_id);
                self.say(&Ask::MarketData { req_id, con_id: of.con_id, exchange })
            }
            0..4 => match self.lines.pop_first() {
                Some(req_id) => self.say(&Ask::CancelMarketData { req_id }),
                None => Ok(()),
            },
            4 if self.summaries.is_empty() => {
                self.summaries.insert(req_id);
                self.say(&Ask::Summary { req_id })
            }
            4 => match self.summaries.pop_first() {
                Some(req_id) => self.say(&Ask::CancelSummary { req_id }),
                None => Ok(()),
            },
            5 if self.profits.len() < 3 => {
                self.profits.insert(req_id);
                self.say(&Ask::PnL { req_id, account })
            }
            5 => match self.profits.pop_first() {
                Some(req_id) => self.say(&Ask::CancelPnL { req_id }),
                None => Ok(()),
            },
            6 => {
                let subscribe = self.rng.random();
                self.say(&Ask::AccountUpdates { subscribe, account })
            }
            7 if self.rng.random() => self.say(&Ask::Positions),
            7 => self.say(&Ask::CancelPositions),
            8 => self.say(&Ask::CompletedOrders),
            _ => self.say(&Ask::Executions { req_id }),
        }
    }
}
