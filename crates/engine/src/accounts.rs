//! What is known of an account beside what the broker says at this moment: its history, its periods, what it may do.

use crate::archive::Archive;
use crate::asks::{Asker, only};
use crate::desk::AuditFilter;
use crate::service::{SCAN_MAX, Service, need};
use crate::use_cases::invalid;
use domain::account::{AccountPnl, Position};
use domain::activity::{AccountMark, AccountValue};
use domain::book::{Book, TradePlace};
use domain::broker::{Answer, Question};
use domain::contract::SecType;
use domain::execution::Execution;
use domain::fault::Fault;
use domain::id::{AccountId, ClOrdId, ExecId};
use domain::journal::JournalEvent;
use domain::market::DataType;
use domain::mode::{Mode, ModeProof, Trading};
use domain::order_ref::OrderRef;
use domain::principal::{Principal, Scope};
use jiff::Timestamp;

/// Records read at a time.
const PAGE: usize = 1_000;

/// What an account was worth at one moment, as the journal noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPoint {
    /// Its place in the journal.
    pub seq: u64,
    /// When it was noted.
    pub at: Timestamp,
    /// What the broker told.
    pub mark: AccountMark,
}

/// Which points of an account's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of this account.
    pub account: AccountId,
    /// Begin behind this place; `None` is the beginning, or the end for `newest_first`.
    pub after: Option<u64>,
    /// Newest first.
    pub newest_first: bool,
    /// At most so many.
    pub limit: usize,
}

/// Profit and loss in every cut that we know; what nobody told is not made up.
#[derive(Clone, Debug, PartialEq)]
pub struct PnlView {
    /// As the broker counts at this moment.
    pub now: AccountPnl,
    /// By position, as the broker counts, or why it is not known.
    pub positions: Result<Vec<Position>, String>,
    /// Since day and week began and below the peak, as the journal knows it; `None` before the first word of the broker.
    pub value: Option<AccountValue>,
}

/// What is proven about trading one kind of security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The kind.
    pub sec_type: SecType,
    /// The newest order of the kind that the broker took, and when: such orders may be sent.
    pub taken: Option<(ClOrdId, Timestamp)>,
    /// The newest order of the kind that the broker rejected, and its words.
    pub rejected: Option<(ClOrdId, String)>,
    /// The best kind of market data that a quote of the kind came with in this session.
    pub data: Option<DataType>,
}

/// What an account may do as far as there is proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whose.
    pub account: AccountId,
    /// Whether it is the one that orders use.
    pub pinned: bool,
    /// The proven mode of the login, or why none is.
    pub mode: Result<Mode, String>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// Owner's setting.
    pub trading: Trading,
    /// Kind by kind.
    pub items: Vec<Capability>,
}

/// Which trades to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Only at or after this moment; a trade whose time nobody knows is left out then.
    pub since: Option<Timestamp>,
    /// Only in this symbol.
    pub symbol: Option<String>,
    /// Only of this order, its exits included.
    pub cl_ord_id: Option<ClOrdId>,
    /// Begin behind this trade, in the order of the list (newest first).
    pub after: Option<ExecId>,
    /// At most so many; `None` is no bound.
    pub limit: Option<usize>,
}

impl Service {
    /// Whether anything is known of the account.
    fn known_account(&self, account: &AccountId) -> Result<(), Fault> {
        let known = self.look(|book, session| {
            let connected = session.mode.as_ref().is_some_and(|mode| mode.connected.contains(account));
            connected || book.activity.value(account).is_some()
        });
        let missing = || Fault::NotFound { what: "account", id: account.to_string() };
        known.then_some(()).ok_or_else(missing)
    }

    pub(crate) async fn history_of(&self, by: &Principal, filter: HistoryFilter) -> Result<Vec<AccountPoint>, Fault> {
        need(by, Scope::Read)?;
        self.known_account(&filter.account)?;
        self.archive.read(move |archive| history(archive, &filter)).await
    }

    /// Profit and loss in every cut.
    pub(crate) async fn pnl_view(&self, account: AccountId) -> Result<PnlView, Fault> {
        let now = only!(Answer::Pnl, self.asks.ask(Asker::Reader, Question::Pnl(account.clone())).await?)?;
        let positions = self.positions_now(&account).await.map_err(|fault| fault.to_string());
        let value = self.look(|book, _| book.activity.value(&account).cloned());
        Ok(PnlView { now, positions, value })
    }

    pub(crate) async fn positions_now(&self, account: &AccountId) -> Result<Vec<Position>, Fault> {
        only!(Answer::Positions, self.asks.ask(Asker::Reader, Question::Positions(account.clone())).await?)
    }

    /// What is proven: by the login, by orders that the broker took or refused, by quotes that it sent.
    pub(crate) fn capabilities_of(&self, by: &Principal, account: AccountId) -> Result<Capabilities, Fault> {
        need(by, Scope::Read)?;
        self.known_account(&account)?;
        let data = self.market.data_seen();
        Ok(self.look(|book, session| {
            let item = |sec_type: SecType| Capability {
                sec_type,
                taken: book.index().taken(&account, sec_type).map(|(at, key)| (key.clone(), *at)),
                rejected: book.index().rejected(&account, sec_type).map(|(_, key)| (key.clone(), words_of(book, key))),
                data: data.get(&sec_type).copied(),
            };
            let mode = session.mode.as_ref();
            Capabilities {
                pinned: mode.and_then(ModeProof::account) == Some(&account),
                mode: mode.map_or_else(|| Err("no connection yet".to_owned()), ModeProof::mode),
                simulated: mode.is_some_and(|mode| mode.simulated),
                trading: self.config.trading,
                items: SecType::ALL.into_iter().map(item).collect(),
                account,
            }
        }))
    }

    /// Trades, newest first. So many are looked at a time: nobody who writes waits for a long list.
    pub(crate) fn list_executions(&self, filter: &ExecutionFilter) -> Result<Vec<Execution>, Fault> {
        let mut place = None;
        if let Some(after) = &filter.after {
            let found = self.look(|book, _| book.trade_place(after));
            place = Some(found.ok_or_else(|| invalid("cursor", "must be a next_cursor of this list"))?);
        }
        let limit = filter.limit.unwrap_or(usize::MAX);
        if let Some(of_order) = self.look(|book, _| executions_of(book, filter)) {
            let behind = |one: &Execution| {
                let own = (one.executed_at, &one.exec_id);
                place.as_ref().is_none_or(|(at, id)| own < (*at, id))
            };
            return Ok(of_order.into_iter().filter(behind).take(limit).collect());
        }
        let mut found = Vec::new();
        loop {
            let seen = found.len();
            let scan = self.look(|book, _| {
                let mut scan = Scan::default();
                for (at, one) in book.newest_trades(place.as_ref()).take(SCAN_MAX) {
                    if seen + scan.found.len() >= limit || is_before(at, filter.since) {
                        scan.is_over = true;
                        return scan;
                    }
                    scan.last = Some(at.clone());
                    if is_wanted(book, one, filter) {
                        scan.found.push(one.clone());
                    }
                }
                scan
            });
            found.extend(scan.found);
            if scan.is_over || scan.last.is_none() {
                return Ok(found);
            }
            place = scan.last;
        }
    }
}

/// What one look at the list found, and how far it went.
#[derive(Default)]
struct Scan {
    found: Vec<Execution>,
    last: Option<TradePlace>,
    is_over: bool,
}

/// Those without a time stand last: they too are before any moment.
fn is_before((at, _): &TradePlace, since: Option<Timestamp>) -> bool {
    since.is_some_and(|since| at.is_none_or(|at| at < since))
}

fn is_wanted(book: &Book, one: &Execution, filter: &ExecutionFilter) -> bool {
    let is_of = |wanted: &ClOrdId| {
        OrderRef::parse(&one.order_ref).is_some_and(|reference| {
            book.installation.as_ref() == Some(&reference.installation) && reference.cl_ord_id.group() == *wanted
        })
    };
    filter.symbol.as_ref().is_none_or(|symbol| one.symbol == *symbol) && filter.cl_ord_id.as_ref().is_none_or(is_of)
}

/// The trades of an order that is known, newest first: they lie with it.
fn executions_of(book: &Book, filter: &ExecutionFilter) -> Option<Vec<Execution>> {
    let key = filter.cl_ord_id.as_ref()?;
    let order = book.order(key)?;
    let all = std::iter::once(order).chain(book.exits(key)).flat_map(|order| order.executions.values());
    let wanted = all.map(Box::as_ref).filter(|one| {
        is_wanted(book, one, filter) && !is_before(&(one.executed_at, one.exec_id.clone()), filter.since)
    });
    let mut found: Vec<Execution> = wanted.cloned().collect();
    found.sort_by(|a, b| (b.executed_at, &b.exec_id).cmp(&(a.executed_at, &a.exec_id)));
    Some(found)
}

/// Why the broker rejected an order. It is for a human to read: a missing permission has no code of its own.
fn words_of(book: &Book, key: &ClOrdId) -> String {
    let said = book.order(key).and_then(|order| order.broker_messages.last());
    said.map_or_else(|| "the broker gave no reason".to_owned(), |(code, said)| format!("{code}: {said}"))
}

/// The marks of one account. A page may hold none of it: then the next one is read.
fn history(archive: &dyn Archive, filter: &HistoryFilter) -> Result<Vec<AccountPoint>, Fault> {
    let mut found = Vec::new();
    let mut after = filter.after;
    loop {
        let page = archive.page(&AuditFilter {
            kind: Some("account_marked".to_owned()),
            cl_ord_id: None,
            correlation_id: None,
            after,
            newest_first: filter.newest_first,
            limit: PAGE,
        })?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|one| one.record.seq);
        for one in page {
            let (seq, at) = (one.record.seq, one.record.at);
            if let JournalEvent::AccountMarked { account, mark } = one.record.event
                && account == filter.account
            {
                found.push(AccountPoint { seq, at, mark });
            }
            if found.len() >= filter.limit {
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}
