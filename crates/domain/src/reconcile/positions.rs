//! R9: the positions that the broker shows against what the journal's trades add up to.

use super::report::PositionGap;
use crate::account::Position;
use crate::book::Book;
use crate::broker::{BrokerSnapshot, Section};
use crate::holding::{HeldPosition, Holding};
use crate::id::{AccountId, ConId};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Positions may lag their trades: a contract that traded less than this before a look is not compared by it, and a
/// difference counts once two looks so far apart show the same one.
pub const POSITIONS_LAG: SignedDuration = SignedDuration::from_secs(10);

/// What became of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positions {
    /// Taken over: the account's first look.
    pub(super) adopted: Option<Vec<HeldPosition>>,
    /// Where journal and broker differ.
    pub(super) gaps: Vec<PositionGap>,
    /// Contracts whose position is the broker's and the journal's.
    agreed: BTreeMap<ConId, Decimal>,
    /// Contracts that traded too shortly before the look.
    unsettled: BTreeSet<ConId>,
    /// Whether the comparison was made at all.
    pub(super) compared: bool,
}

impl Positions {
    /// The position that both agree upon; nothing held by either is zero.
    pub(super) fn agreed(&self, con_id: ConId) -> Option<Decimal> {
        let differs = self.gaps.iter().any(|gap| gap.con_id == con_id);
        let is_known = self.compared && !differs && !self.unsettled.contains(&con_id);
        is_known.then(|| self.agreed.get(&con_id).copied().unwrap_or(Decimal::ZERO))
    }
}

/// Compares. `quiet` says that no trade was heard since the look began: otherwise nobody can say which trades its
/// positions count, and what was known before stands.
pub(super) fn compare(book: &Book, snapshot: &BrokerSnapshot, account: &AccountId, quiet: bool) -> Positions {
    let before = gaps_before(book, account);
    let (Section::Complete(positions), Section::Complete(_), true) = (&snapshot.positions, &snapshot.executions, quiet)
    else {
        return Positions { gaps: before.into_values().collect(), ..Positions::default() };
    };
    let theirs: BTreeMap<ConId, &Position> = positions
        .iter()
        .filter(|position| position.account == *account && !position.is_cash)
        .map(|position| (position.con_id, position))
        .collect();
    let Some(ours) = book.holdings.of(account) else {
        let adopted =
            theirs.iter().map(|(con_id, position)| HeldPosition { con_id: *con_id, qty: position.qty }).collect();
        return Positions { adopted: Some(adopted), ..Positions::default() };
    };
    let mut outcome = Positions { compared: true, ..Positions::default() };
    let con_ids: BTreeSet<ConId> = ours.keys().chain(theirs.keys()).copied().collect();
    for con_id in con_ids {
        let position = theirs.get(&con_id).copied();
        let holding = ours.get(&con_id);
        let broker = position.map_or(Decimal::ZERO, |position| position.qty);
        let expected = holding.map_or(Decimal::ZERO, |holding| holding.qty);
        if !is_settled(holding, snapshot.taken_at) {
            outcome.unsettled.insert(con_id);
            outcome.gaps.extend(before.get(&con_id).cloned());
        } else if broker == expected {
            outcome.agreed.insert(con_id, broker);
        } else {
            let symbol = position.map_or_else(String::new, |position| position.symbol.clone());
            let gap = PositionGap {
                account: account.clone(),
                con_id,
                symbol,
                expected,
                broker,
                since: snapshot.taken_at,
                confirmed: false,
            };
            outcome.gaps.push(grown(gap, before.get(&con_id), snapshot.taken_at));
        }
    }
    outcome
}

/// What the journal's trades say is held where a trade is too young for the broker's positions to count it, by
/// contract. A difference that was known before is the broker's word.
pub fn lagging(book: &Book, account: &AccountId, taken_at: Timestamp) -> BTreeMap<ConId, Decimal> {
    let gaps = gaps_before(book, account);
    let differs = |con_id| gaps.get(&con_id).map_or(Decimal::ZERO, |gap| gap.broker - gap.expected);
    let holdings = book.holdings.of(account).into_iter().flatten();
    let young = holdings.filter(|(_, holding)| !is_settled(Some(holding), taken_at));
    young.map(|(con_id, holding)| (*con_id, holding.qty + differs(*con_id))).collect()
}

fn is_settled(holding: Option<&Holding>, taken_at: Timestamp) -> bool {
    holding.is_none_or(|holding| holding.changed_at.checked_add(POSITIONS_LAG).is_ok_and(|settled| settled <= taken_at))
}

/// The same difference as before is as old as it was, and counts once it has lasted.
fn grown(gap: PositionGap, before: Option<&PositionGap>, taken_at: Timestamp) -> PositionGap {
    let Some(before) = before.filter(|before| before.broker - before.expected == gap.broker - gap.expected) else {
        return gap;
    };
    let lasted = before.since.checked_add(POSITIONS_LAG).is_ok_and(|end| end <= taken_at);
    PositionGap { since: before.since, confirmed: before.confirmed || lasted, ..gap }
}

fn gaps_before(book: &Book, account: &AccountId) -> BTreeMap<ConId, PositionGap> {
    let report = book.last_reconciliation.iter();
    let gaps = report.flat_map(|report| report.positions.iter()).filter(|gap| gap.account == *account);
    gaps.filter(|gap| book.position_gap(gap).is_some()).map(|gap| (gap.con_id, gap.clone())).collect()
}
