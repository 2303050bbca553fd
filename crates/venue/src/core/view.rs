//! What the control API shows of the core.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use tws::model::Status;

use super::desk::Core;
use super::session::Session;
use super::view_book::BookView;
use super::{CashLedger, Currency, Side};

/// The core at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateView {
    /// Venue time.
    pub now: Timestamp,
    /// Whether the US stock market is open.
    pub market_open: bool,
    /// The last day with real closes; prices of later days are synthetic.
    pub last_real_close_on: jiff::civil::Date,
    /// Accounts with their holdings.
    pub accounts: Vec<AccountView>,
    /// Books with orders, and of what is held, watched or halted.
    pub books: Vec<BookView>,
    /// Working orders, oldest first, as many as were asked for.
    pub working_orders: Vec<WorkingOrderView>,
    /// How many there are.
    pub working_orders_total: usize,
    /// Connected clients.
    pub connections: Vec<ConnectionView>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Name.
    pub account: String,
    /// Deposits. This and the figures up to `balances` are in the base currency.
    pub deposit: Decimal,
    /// Cash of all currencies.
    pub cash: Decimal,
    /// Net liquidation value.
    pub net_liquidation: Decimal,
    /// Realised profit since the account was opened.
    pub realized_pnl: Decimal,
    /// Commissions since the account was opened.
    pub commissions: Decimal,
    /// Initial margin, working orders included.
    pub initial_margin: Decimal,
    /// Buying power.
    pub buying_power: Decimal,
    /// Money by currency.
    pub balances: Vec<BalanceView>,
    /// Holdings.
    pub positions: Vec<HoldingView>,
}

/// The money of an account in one currency. At any time
/// `cash = deposited + traded + converted − commissions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BalanceView {
    /// Currency.
    pub currency: Currency,
    /// Units of the base currency for one of this.
    pub rate: Decimal,
    /// Cash.
    pub cash: Decimal,
    /// Put in from outside.
    pub deposited: Decimal,
    /// Paid and received for what was traded, and profit of what was held on margin.
    pub traded: Decimal,
    /// Bought and sold against other currencies.
    pub converted: Decimal,
    /// Commissions paid.
    pub commissions: Decimal,
    /// Realised profit, commissions taken off, without that of currencies.
    pub realized_pnl: Decimal,
    /// Realised profit of exchanging currencies that are priced in this one.
    pub realized_fx_pnl: Decimal,
}

/// A holding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldingView {
    /// Contract.
    pub con_id: i32,
    /// Symbol.
    pub symbol: String,
    /// `STK`, `OPT` …
    pub sec_type: &'static str,
    /// Currency of its figures.
    pub currency: Currency,
    /// Units, negative when short.
    pub quantity: Decimal,
    /// Total cost, commissions included.
    pub cost: Decimal,
    /// Average cost.
    pub average_cost: Decimal,
}

/// A working order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkingOrderView {
    /// The broker's id.
    pub perm_id: i64,
    /// Owner.
    pub client_id: i32,
    /// The owner's id.
    pub order_id: i32,
    /// The client's own reference.
    pub order_ref: String,
    /// Account.
    pub account: String,
    /// Symbol.
    pub symbol: String,
    /// Side.
    pub side: Side,
    /// Type.
    pub order_type: String,
    /// Still to fill.
    pub remaining: Decimal,
    /// Status.
    pub status: Status,
    /// Not transmitted by its client yet.
    pub held: bool,
}

/// A connected client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectionView {
    /// Connection.
    pub connection: u64,
    /// Client id.
    pub client_id: i32,
    /// Since when.
    pub connected_at: Timestamp,
    /// Market data lines in use.
    pub market_data_lines: usize,
    /// What it has subscribed to, in words: `ticks 5 AAPL`.
    pub subscriptions: Vec<String>,
}

impl Core {
    /// Accounts, positions, books, working orders, connections and clock.
    pub fn state_view(&self, now: Timestamp) -> StateView {
        self.state_view_of(usize::MAX, now)
    }

    /// The same with so many working orders at most.
    pub fn state_view_of(&self, orders_max: usize, now: Timestamp) -> StateView {
        StateView {
            now,
            market_open: self.market.is_open(0, now),
            last_real_close_on: self.market.config().last_close_on,
            accounts: (0..self.state.accounts.len()).map(|a| self.account_view(a, now)).collect(),
            books: self.book_views(now),
            working_orders: self.working_orders(orders_max),
            working_orders_total: self.state.live.len(),
            connections: self
                .sessions
                .iter()
                .map(|(conn, session)| ConnectionView {
                    connection: conn.0,
                    client_id: session.client_id,
                    connected_at: session.connected_at,
                    market_data_lines: session.ticks.len(),
                    subscriptions: self.subscriptions(session),
                })
                .collect(),
        }
    }

    fn account_view(&self, account: usize, now: Timestamp) -> AccountView {
        let a = &self.state.accounts[account];
        let margin = self.margin(account, now);
        let rate = |currency| self.rate(currency, now);
        let in_base = |of: fn(&CashLedger) -> Decimal| a.ledgers.iter().map(|(c, l)| of(l) * rate(*c)).sum::<Decimal>();
        AccountView {
            account: a.id.clone(),
            deposit: in_base(|l| l.deposited),
            cash: margin.cash,
            net_liquidation: margin.net_liquidation(),
            realized_pnl: in_base(|l| l.realized + l.realized_fx),
            commissions: in_base(|l| l.commissions),
            initial_margin: margin.initial,
            buying_power: margin.buying_power(),
            balances: a.ledgers.iter().map(|(currency, l)| balance(*currency, rate(*currency), l)).collect(),
            positions: a
                .holdings
                .iter()
                .filter(|(_, h)| !h.quantity.is_zero())
                .map(|(instrument, h)| HoldingView {
                    con_id: self.instrument(*instrument).con_id,
                    symbol: self.instrument(*instrument).symbol.clone(),
                    sec_type: self.instrument(*instrument).sec_type.as_str(),
                    currency: self.state.asset(*instrument).currency,
                    quantity: h.quantity,
                    cost: h.cost,
                    average_cost: h.average_cost(),
                })
                .collect(),
        }
    }

    fn subscriptions(&self, session: &Session) -> Vec<String> {
        let ticks = session.ticks.iter();
        let mut all: Vec<String> =
            ticks.map(|(id, feed)| format!("ticks {id} {}", self.instrument(feed.instrument).symbol)).collect();
        all.extend(session.bars.keys().map(|id| format!("bars {id}")));
        all.extend(session.positions.then(|| "positions".to_owned()));
        all.extend(session.positions_multi.keys().map(|id| format!("positions {id}")));
        all.extend(session.summaries.keys().map(|id| format!("account summary {id}")));
        all.extend(session.account_updates.as_ref().map(|_| "account updates".to_owned()));
        all.extend(session.account_updates_multi.keys().map(|id| format!("account updates {id}")));
        all.extend(session.pnl.keys().map(|id| format!("pnl {id}")));
        all.extend(session.pnl_single.keys().map(|id| format!("pnl of a position {id}")));
        all
    }

    fn working_orders(&self, orders_max: usize) -> Vec<WorkingOrderView> {
        self.state
            .live
            .iter()
            .take(orders_max)
            .map(|perm_id| {
                let record = self.state.order(*perm_id);
                WorkingOrderView {
                    perm_id: record.perm_id,
                    client_id: record.client_id,
                    order_id: record.order_id,
                    order_ref: record.order.order_ref.clone(),
                    account: self.state.accounts[record.account].id.clone(),
                    symbol: self.instrument(record.instrument).symbol.clone(),
                    side: record.terms.side,
                    order_type: record.terms.kind.as_str().to_owned(),
                    remaining: record.remaining(),
                    status: record.status,
                    held: record.held,
                }
            })
            .collect()
    }
}

fn balance(currency: Currency, rate: Decimal, l: &CashLedger) -> BalanceView {
    BalanceView {
        currency,
        rate,
        cash: l.cash,
        deposited: l.deposited,
        traded: l.traded,
        converted: l.converted,
        commissions: l.commissions,
        realized_pnl: l.realized,
        realized_fx_pnl: l.realized_fx,
    }
}
