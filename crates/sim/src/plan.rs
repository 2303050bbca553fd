//! A seed's plan: weather and steps. The plan is all that a run depends on.

use crate::network::Weather;
use crate::plots::LIES;
use crate::world::{Ask, STOCKS};
use domain::order::Tif;
use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use store::Fault;

/// Steps of an ordinary plan.
const STEPS: usize = 40;
/// Most commits that a planned fault lies ahead.
const AHEAD_MAX: u64 = 6;

/// How a line breaks, in writes that still arrive.
pub type Still = usize;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are what the variant says; a pick counts round")]
pub enum Step {
    /// Somebody sends a new order; a program's needs a person's approval.
    Submit { by_bot: bool, ask: Ask },
    /// The same request again, under its key.
    Repeat { pick: usize },
    /// The key again with another request.
    Conflict { pick: usize },
    /// A change: quantity in percent of now, price by cents.
    Replace { pick: usize, qty_percent: i64, cents: i64 },
    /// A cancel.
    Cancel { pick: usize },
    /// A cancel of everything.
    CancelAll,
    /// Two people answer what waits for approval, at the same time.
    Decide { pick: usize, yes: bool, twice: bool },
    /// A program halts everything, so many milliseconds after an order was asked for.
    Kill { ask: Ask, after_ms: u32 },
    /// A person lifts it.
    Lift,
    /// A person looks at the broker and says what is dead.
    Resolve,
    /// Time passes.
    Pass { ms: u32 },
    /// The machine sleeps: time leaps while nothing runs.
    Leap { minutes: u32 },
    /// An order fills while the line is down, somebody closes its position by hand, and nobody looks before the next day.
    Weekend { stock: usize, buys: bool },
    /// An order works for a while, the line breaks, and the list of open orders never ends on the next one.
    Unended { stock: usize },
    /// Three large orders, of which the broker takes the first without a word: together they are more than the limit.
    Crowd { stock: usize },
    /// Three large purchases whose trades nobody tells, but for the statuses: together they are more than the limit.
    Untold { stock: usize },
    /// The gateway's clock is wrong by so much from now on.
    Skew { seconds: i32 },
    /// Something breaks.
    Trouble(Trouble),
    /// The market of a stock moves.
    Move { stock: usize, percent: i64 },
    /// The market meets a working order.
    Fill { pick: usize },
    /// Somebody trades by hand.
    Manual { stock: usize, buys: bool, qty: i64 },
    /// The broker corrects a trade.
    Correct { pick: usize, cents: i64 },
    /// The broker refuses the next cancels although their orders live.
    DenyCancels { count: u32 },
    /// A working order gets a second permId.
    SecondPermId { pick: usize },
    /// The broker says something that is not so (only in plans with lies).
    Lie { pick: usize, what: u32, salt: u32 },
}

/// One thing that breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are what the variant says")]
pub enum Trouble {
    /// The line between gateway and Gateway breaks.
    Cut { still: Still },
    /// Writes of the library break.
    BreakWrites { count: u32 },
    /// End markers of lists never come.
    LoseEnds { count: u32 },
    /// Orders are taken without a word.
    Silence { count: u32 },
    /// IB Gateway restarts.
    Restart { low: bool, down_ms: u32 },
    /// IB Gateway and the gateway die together.
    Blackout { down_ms: u32, power: bool },
    /// 1100, and later 1101 or 1102.
    Offline { ms: u32, lost: bool },
    /// A farm is away: 2103, and later 2104.
    FarmAway { ms: u32 },
    /// The gateway's process is killed.
    Crash { power: bool },
    /// The gateway ends in order and starts again.
    Stop,
    /// A journal operation ahead fails, or takes the process with it.
    JournalFault { ahead: u64, fault: Fault, die: bool, power: bool },
    /// The process is stopped, another takes its journal, and the first wakes later.
    Usurp { after_ms: u32 },
    /// A process that was stopped wakes.
    Wake,
}

/// Everything that a run depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it was made from.
    pub seed: u64,
    /// How bad the lines are.
    pub weather: Weather,
    /// The broker says things that are not so: agreement with its ledger is not to be had, safety is.
    pub lies: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let weather = match dice.random_range(0..4) {
            0 => Weather { delay_ms_max: 2, ..Weather::default() },
            1 => Weather { lose: 30, double: 30, swap: 50, stall: 5, delay_ms_max: 10 },
            2 => Weather { lose: 150, double: 100, swap: 150, stall: 20, delay_ms_max: 60 },
            _ => Weather { lose: 0, double: 200, swap: 200, stall: 40, delay_ms_max: 400 },
        };
        let lies = seed % 4 == 3;
        let steps = (0..STEPS).map(|_| step(&mut dice, lies)).collect();
        Self { seed, weather, lies, steps }
    }
}

fn ask(dice: &mut ChaCha8Rng) -> Ask {
    let tif = match dice.random_range(0..10) {
        0 => Tif::Ioc,
        1 => Tif::Fok,
        2..=4 => Tif::Gtc,
        _ => Tif::Day,
    };
    Ask {
        stock: dice.random_range(0..STOCKS.len()),
        buys: dice.random_range(0..3) > 0,
        qty: [1, 5, 20, 60, 100, 200][dice.random_range(0..6)],
        // Cents beside the touch; the run adds the market's price.
        limit_cents: (dice.random_range(0..6) > 0).then(|| dice.random_range(-400..100)),
        tif,
        exits_cents: (dice.random_range(0..6) == 0).then(|| dice.random_range(50..600)),
    }
}

fn fault(dice: &mut ChaCha8Rng) -> Fault {
    [Fault::BeforeCommit, Fault::InsideCommit, Fault::AfterCommit][dice.random_range(0..3)]
}

fn step(dice: &mut ChaCha8Rng, lies: bool) -> Step {
    let pick = dice.random_range(0..1_000);
    if lies && dice.random_range(0..3) == 0 {
        return Step::Lie { pick, what: dice.random_range(0..LIES), salt: dice.random_range(0..1_000) };
    }
    match dice.random_range(0..100) {
        0..=25 => Step::Submit { by_bot: dice.random_range(0..5) == 0, ask: ask(dice) },
        26..=27 => Step::Repeat { pick },
        28 => Step::Conflict { pick },
        29..=34 => Step::Replace {
            pick,
            qty_percent: [50, 100, 120, 200][dice.random_range(0..4)],
            cents: dice.random_range(-100..100),
        },
        35..=41 => Step::Cancel { pick },
        42 => Step::CancelAll,
        43..=47 => Step::Decide { pick, yes: dice.random_range(0..4) > 0, twice: dice.random_range(0..2) == 0 },
        48 => Step::Kill { ask: ask(dice), after_ms: dice.random_range(0..8) },
        49..=50 => Step::Lift,
        51..=52 => Step::Resolve,
        53..=64 => Step::Pass { ms: [20, 200, 1_000, 3_000, 6_000, 12_000][dice.random_range(0..6)] },
        65 => match dice.random_range(0..4) {
            0 => Step::Weekend { stock: pick, buys: dice.random_range(0..2) == 0 },
            _ => Step::Leap { minutes: [10, 180, 1_440][dice.random_range(0..3)] },
        },
        66 => Step::Skew { seconds: [-3_600, -5, 0, 0, 5, 3_600][dice.random_range(0..6)] },
        67 | 69 => Step::Trouble(Trouble::Cut { still: dice.random_range(0..3) }),
        68 => Step::Trouble(Trouble::Silence { count: dice.random_range(1..4) }),
        70 => Step::Trouble(Trouble::BreakWrites { count: dice.random_range(1..3) }),
        71..=72 => {
            Step::Trouble(Trouble::Restart { low: dice.random_range(0..2) == 0, down_ms: dice.random_range(0..2_000) })
        }
        73 => Step::Trouble(Trouble::Blackout {
            down_ms: dice.random_range(0..2_000),
            power: dice.random_range(0..2) == 0,
        }),
        74..=75 => {
            Step::Trouble(Trouble::Offline { ms: dice.random_range(50..4_000), lost: dice.random_range(0..2) == 0 })
        }
        76 => match dice.random_range(0..2) {
            0 => Step::Trouble(Trouble::FarmAway { ms: dice.random_range(500..20_000) }),
            _ => Step::Trouble(Trouble::Crash { power: dice.random_range(0..2) == 0 }),
        },
        77 => Step::Trouble(Trouble::Crash { power: dice.random_range(0..2) == 0 }),
        78 => Step::Trouble(Trouble::Stop),
        79..=81 => Step::Trouble(Trouble::JournalFault {
            ahead: dice.random_range(1..=AHEAD_MAX),
            fault: fault(dice),
            die: dice.random_range(0..2) == 0,
            power: dice.random_range(0..2) == 0,
        }),
        82 => Step::Trouble(Trouble::Usurp { after_ms: dice.random_range(0..3_000) }),
        83 => Step::Trouble(Trouble::Wake),
        84..=85 => Step::Move { stock: pick, percent: dice.random_range(-3..=3) },
        86..=91 => Step::Fill { pick },
        92..=93 => Step::Manual { stock: pick, buys: dice.random_range(0..2) == 0, qty: dice.random_range(1..20) },
        94..=95 => Step::Correct { pick, cents: dice.random_range(-50..50) },
        96..=97 => Step::DenyCancels { count: dice.random_range(1..3) },
        98 => match dice.random_range(0..4) {
            0 => Step::SecondPermId { pick },
            1 => match dice.random_range(1..4) {
                3 => Step::Unended { stock: pick },
                count => Step::Trouble(Trouble::LoseEnds { count }),
            },
            _ => Step::Trouble(Trouble::Silence { count: dice.random_range(1..4) }),
        },
        _ if dice.random_range(0..4) == 0 => Step::Crowd { stock: pick },
        _ if dice.random_range(0..4) == 0 => Step::Untold { stock: pick },
        _ => Step::Pass { ms: 35_000 },
    }
}
