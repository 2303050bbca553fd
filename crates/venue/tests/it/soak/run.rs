//! The run: day after day, step after step, and the reckoning after each day.

use std::io::Write;
use std::time::Instant;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use venue::Sessions;
use venue::market::{Market, MarketConfig, SecType};

use super::ask::Ask;
use super::books::{self, Figures};
use super::deeds::Scene;
use super::trader::Trader;
use super::{Failure, VenueProcess, control, memory};

/// Versions of the five clients: the oldest and the newest of each encoding, and what is most used.
const VERSIONS: [i32; 5] = [157, 178, 200, 213, 222];
const ACCOUNTS: u32 = 3;
/// The day on which the real closes end.
const LAST_REAL_CLOSE: Date = date(2022, 12, 28);

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Days with a session.
    pub(crate) days: usize,
    pub(crate) first: Date,
    /// Venue time between two rounds of deeds.
    pub(crate) stride: SignedDuration,
    /// Deeds of each client in a round.
    pub(crate) deeds: usize,
    /// Most bytes of memory that an order may leave behind, once the venue is warm.
    pub(crate) bytes_per_order: u64,
}

/// What one day left.
struct Day {
    orders: u64,
    resident: u64,
}

struct Soak<'a> {
    plan: Plan,
    venue: &'a VenueProcess,
    market: Market,
    accounts: Vec<String>,
    /// What is listed today, by security type.
    listed: Vec<Vec<usize>>,
    traders: Vec<Trader>,
}

/// Runs a plan; `args` start this program again as the venue.
pub(crate) fn run(plan: Plan, args: &[&str], out: &mut dyn Write) -> Result<(), Failure> {
    let began = Instant::now();
    let venue = VenueProcess::start(args, plan.seed, ACCOUNTS, plan.first)?;
    let market = Market::new(MarketConfig {
        seed: plan.seed,
        sessions: Sessions::Exchange,
        opened_on: plan.first,
        last_close_on: LAST_REAL_CLOSE,
        intraday: venue::Intraday::Bridge,
    })?;
    let traders = (1..)
        .zip(VERSIONS)
        .map(|(id, version)| {
            Trader::new(
                id,
                version,
                venue.tws,
                ChaCha8Rng::seed_from_u64(plan.seed * 100 + u64::from(id.unsigned_abs())),
            )
        })
        .collect();
    let accounts = (1..=ACCOUNTS).map(|n| format!("DUV{n:07}")).collect();
    let mut soak = Soak { plan, venue: &venue, market, accounts, listed: Vec::new(), traders };
    let mut days = Vec::new();
    let mut day = plan.first;
    writeln!(out, "seed {}, {} days from {}, clients at versions {VERSIONS:?}", plan.seed, plan.days, plan.first)?;
    while days.len() < plan.days {
        if soak.market.calendar().session(day).is_some() {
            soak.trade(day)?;
            let figures = soak.reckon()?;
            let resident = memory::resident(venue.pid())?;
            days.push(Day { orders: figures.orders, resident });
            writeln!(
                out,
                "{day}: {figures}; {:.1} MB in memory, {:.0} s so far",
                mega(resident),
                began.elapsed().as_secs_f64()
            )?;
        }
        day = day.tomorrow()?;
    }
    soak.part()?;
    soak.report(out)?;
    weigh(&days, plan.bytes_per_order, out)
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Days with a session after which executions begin to be let go of, and the allocator has found its size.
const WARM_DAYS: usize = 7;

/// Whether memory grew by no more than the orders that must be kept.
///
/// What is compared is the least of two stretches of days: how much the allocator holds in reserve at
/// the end of a day goes up and down by tens of megabytes.
fn weigh(days: &[Day], bytes_per_order: u64, out: &mut dyn Write) -> Result<(), Failure> {
    let warm = days.get(WARM_DAYS..).unwrap_or_default();
    let (early, late) = warm.split_at(warm.len() / 2);
    let least = |of: &[Day]| of.iter().map(|day| day.resident).min();
    let (Some(before), Some(after), [first, .., last]) = (least(early), least(late), warm) else {
        writeln!(out, "memory: too few days to judge")?;
        return Ok(());
    };
    let (orders, grown) = ((last.orders - first.orders).max(1), after.saturating_sub(before));
    writeln!(
        out,
        "memory: least {:.1} MB in the first half since day {}, {:.1} MB in the second, {orders} orders",
        mega(before),
        WARM_DAYS + 1,
        mega(after)
    )?;
    if grown / orders > bytes_per_order {
        return Err(format!("memory grew by {grown} bytes in {orders} orders, more than {bytes_per_order} each").into());
    }
    Ok(())
}

impl Soak<'_> {
    /// One day: before the open, through the session, after the close.
    fn trade(&mut self, day: Date) -> Result<(), Failure> {
        let zone = TimeZone::get("America/New_York")?;
        let at = |hour, minute| -> Result<Timestamp, Failure> {
            Ok(day.at(hour, minute, 0, 0).to_zoned(zone.clone())?.timestamp())
        };
        let session = *self.market.calendar().session(day).ok_or("a session")?;
        let (before, after) = (at(9, 20)?, Timestamp::from_second(session.close)? + SignedDuration::from_mins(10));
        self.listed = self.listed_at(after);
        let mut now = before;
        while now <= after {
            self.round(now)?;
            now += self.plan.stride;
        }
        self.round(after)
    }

    /// What still trades at the end of a day, by security type; an index cannot be traded.
    fn listed_at(&self, at: Timestamp) -> Vec<Vec<usize>> {
        let mut by_type = std::collections::BTreeMap::<SecType, Vec<usize>>::new();
        for (instrument, of) in self.market.universe().iter() {
            if of.sec_type != SecType::Ind && self.market.is_listed(instrument, at) {
                by_type.entry(of.sec_type).or_default().push(instrument);
            }
        }
        by_type.into_values().collect()
    }

    fn round(&mut self, now: Timestamp) -> Result<(), Failure> {
        control::step_to(self.venue.control, now)?;
        let scene = Scene { market: &self.market, accounts: &self.accounts, listed: &self.listed, now };
        for trader in &mut self.traders {
            trader.settle()?;
            for _ in 0..self.plan.deeds {
                trader.act(&scene)?;
            }
            // One after another, so that the same seed gives the same run.
            trader.settle()?;
        }
        self.traders.iter_mut().try_for_each(Trader::settle)
    }

    /// Everybody comes back and hears what it missed; then the books.
    fn reckon(&mut self) -> Result<Figures, Failure> {
        for trader in &mut self.traders {
            trader.connect()?;
            let req_id = trader.req_id();
            trader.say(&Ask::Executions { req_id })?;
            trader.settle()?;
        }
        let audit = control::get(self.venue.control, "/audit")?;
        if audit["violations"].as_array().is_none_or(|violations| !violations.is_empty()) {
            return Err(format!("the venue's own audit: {audit}").into());
        }
        let ledger = control::get(self.venue.control, "/ledger")?;
        let state = control::get(self.venue.control, "/state")?;
        books::audit(&state, &ledger, &self.traders, &self.market)
    }

    /// Everybody leaves, and nothing of them stays.
    fn part(&mut self) -> Result<(), Failure> {
        self.traders.iter_mut().for_each(Trader::leave);
        let began = Instant::now();
        loop {
            let state = control::get(self.venue.control, "/state")?;
            match state["connections"].as_array() {
                Some(connections) if connections.is_empty() => return Ok(()),
                Some(_) | None if began.elapsed().as_secs() > 10 => {
                    return Err(format!("connections that stay: {}", state["connections"]).into());
                }
                Some(_) | None => {}
            }
        }
    }

    fn report(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let mut codes = std::collections::BTreeMap::<i32, (u64, &str)>::new();
        for trader in &self.traders {
            for (code, count) in &trader.notices {
                let entry = codes.entry(*code).or_insert((0, trader.texts.get(code).map_or("", String::as_str)));
                entry.0 += count;
            }
        }
        for (code, (count, text)) in codes {
            writeln!(out, "  {count:>7} × {code}: {}", text.replace('\n', " "))?;
        }
        Ok(())
    }
}
