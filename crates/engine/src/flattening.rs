//! Control 43: closing positions, as an action of its own. It makes one reduce-only market order for each position, which then
//! passes every gate like any other order. What is not known is not guessed: it is told, position by position.

use crate::asks::Asker;
use crate::core::{Batch, Core};
use crate::desk::{Desk as _, FlattenAnswer, FlattenWish, Flattened, OrderAnswer};
use crate::input::{Booked, FlattenAsk, Input};
use crate::limits::in_force;
use crate::service::{Service, is_answered, need_trade};
use crate::use_cases::{check_reason, request_hash};
use domain::contract::{Instrument, SecType};
use domain::fault::Fault;
use domain::id::{AccountId, ClOrdId, ConId};
use domain::journal::JournalEvent;
use domain::money::Qty;
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::principal::Principal;
use futures::future::join_all;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::time::Duration;

/// Every closing order of a request begins its key with this and a hash of the request's key.
const KEY_BEGINS: &str = "flat-";
/// Hex digits of that hash: with a contract id behind it the key stays within forty characters.
const KEY_HASH_LEN: usize = 16;
/// Between two groups of orders, so that many positions keep within the messages of a second.
const GROUP_EVERY: Duration = Duration::from_millis(1_100);

/// A position that is to be closed.
struct Target {
    con_id: ConId,
    symbol: Option<String>,
    held: Decimal,
    /// Whether it is surely meant; an unknown contract may be another one than was asked for.
    meant: Result<(), Fault>,
}

impl Core {
    /// Makes the request durable before anything follows from it.
    pub(crate) fn note_flatten(&mut self, batch: &mut Batch, now: Timestamp, ask: FlattenAsk) {
        let FlattenAsk { by, key, request_hash, wish, reply } = ask;
        let answer = match self.known(&key, &request_hash) {
            Ok(Some(known)) => Ok(known),
            Ok(None) => {
                let FlattenWish { account, symbol, reason } = wish;
                self.push(
                    batch,
                    now,
                    JournalEvent::FlattenRequested { key, request_hash, account, symbol, by, reason },
                );
                Ok(Booked::New)
            }
            Err(fault) => Err(fault),
        };
        batch.owe(reply, answer);
    }
}

impl Service {
    pub(crate) async fn flatten_positions(
        &self,
        by: &Principal,
        key: ClOrdId,
        wish: FlattenWish,
        wait: Duration,
    ) -> Result<FlattenAnswer, Fault> {
        need_trade(by)?;
        self.be_writer()?;
        let wish = FlattenWish { reason: check_reason(wish.reason)?, ..wish };
        if let Some(account) = &wish.account {
            self.own_account(account)?;
        }
        self.be_ready()?;
        let account = self.account_in_use()?;
        let request_hash = request_hash(&("flatten", &wish.account, &wish.symbol))?;
        let mut targets = self.targets(wish.symbol.as_deref()).await?;
        let (asker, id) = (by.clone(), key.clone());
        let ask = |reply| Input::Flatten(Box::new(FlattenAsk { by: asker, key: id, request_hash, wish, reply }));
        let booked = self.tell(ask).await?;
        targets.extend(self.closed_before(&key, &targets)?);
        let group = self.group_len();
        let mut items = Vec::with_capacity(targets.len());
        while !targets.is_empty() {
            if !items.is_empty() {
                // tidy: sleep — many positions are closed in groups, to keep within the messages of a second
                tokio::time::sleep(GROUP_EVERY).await;
            }
            let now: Vec<Target> = targets.drain(..group.min(targets.len())).collect();
            items.extend(join_all(now.into_iter().map(|target| self.close(by, &key, &account, target))).await);
        }
        // Only now: no position stays open because the broker is slow about another one.
        let items = join_all(items.into_iter().map(|item| self.answered(&key, item, wait))).await;
        Ok(FlattenAnswer { items, replayed: booked == Booked::Known })
    }

    /// The same once the broker has answered, or as it is when the time is over.
    async fn answered(&self, key: &ClOrdId, item: Flattened, wait: Duration) -> Flattened {
        let replayed = match &item.answer {
            Ok(answer) if is_answered(&answer.order) => return item,
            Ok(answer) => answer.replayed,
            Err(Fault::InFlight(_)) => true,
            Err(_refused) => return item,
        };
        let answer = match closing_key(key, item.con_id) {
            Ok(closing) => self.repeated(&closing, wait).await,
            Err(fault) => Err(fault),
        };
        Flattened { answer: answer.map(|answer| OrderAnswer { replayed, ..answer }), ..item }
    }

    /// Half of what a second may hold by the tightest section, whatever it is for: others send too.
    fn group_len(&self) -> usize {
        let in_a_second = self.look(|book, _| {
            let policy = in_force(book, &self.config);
            let sections = policy.sections.values().filter_map(|patch| patch.messages_per_second_max);
            sections.fold(policy.base.messages_per_second_max, u32::min)
        });
        usize::try_from(in_a_second / 2).unwrap_or(usize::MAX).max(1)
    }

    /// What is held in the symbol, or at all. Cash of another currency is no position.
    async fn targets(&self, symbol: Option<&str>) -> Result<Vec<Target>, Fault> {
        let known = self.look(|_, session| {
            let told = session.positions.as_ref()?;
            let told = told.iter().map(|one| (one.con_id, (one.symbol.clone(), one.is_cash))).collect();
            Some((session.held.clone(), told))
        });
        let (held, told): (BTreeMap<ConId, Decimal>, BTreeMap<ConId, (String, bool)>) =
            known.ok_or_else(|| Fault::NotReady(vec!["the positions are not known".to_owned()]))?;
        let mut targets = Vec::new();
        for (con_id, held) in held.into_iter().filter(|(_, held)| !held.is_zero()) {
            let (name, meant) = match told.get(&con_id) {
                Some((_, true)) => continue,
                Some((name, false)) => (Some(name.clone()), Ok(())),
                // Traded since the positions were told.
                None => match self.market.contract(Asker::Order, &Instrument::ConId(con_id)).await {
                    Ok(contract) if contract.sec_type == SecType::Cash => continue,
                    Ok(contract) => (Some(contract.symbol), Ok(())),
                    Err(fault) => (None, Err(fault)),
                },
            };
            let other = |name: &String| symbol.is_some_and(|symbol| !name.eq_ignore_ascii_case(symbol));
            if !name.as_ref().is_some_and(other) {
                targets.push(Target { con_id, symbol: name, held, meant });
            }
        }
        Ok(targets)
    }

    /// What an earlier try of the same request has closed already.
    fn closed_before(&self, key: &ClOrdId, targets: &[Target]) -> Result<Vec<Target>, Fault> {
        let begins = key_beginning(key);
        let from: ClOrdId = begins.parse().map_err(|error: domain::id::IdError| Fault::Internal(error.to_string()))?;
        Ok(self.look(|book, _| {
            let orders = book.orders.range(from..).take_while(|(key, _)| key.as_str().starts_with(&begins));
            let gone = orders.filter_map(|(_, order)| {
                let Instrument::ConId(con_id) = order.intent.instrument else { return None };
                let symbol = order.contract.as_ref().map(|contract| contract.symbol.clone());
                order.intent.flatten.then_some(Target { con_id, symbol, held: Decimal::ZERO, meant: Ok(()) })
            });
            gone.filter(|gone| targets.iter().all(|target| target.con_id != gone.con_id)).collect()
        }))
    }

    async fn close(&self, by: &Principal, key: &ClOrdId, account: &AccountId, target: Target) -> Flattened {
        let Target { con_id, symbol, held, meant } = target;
        let closing = match (meant, closing_key(key, con_id)) {
            (Ok(()), Ok(closing)) => closing,
            (Err(fault), _) | (_, Err(fault)) => {
                return Flattened { con_id, symbol, position: held, other_orders: 0, answer: Err(fault) };
            }
        };
        let other_orders = self.look(|book, _| book.own_orders(con_id, &closing).len());
        let answer = self.close_with(by, &closing, account, (con_id, held)).await;
        Flattened { con_id, symbol, position: held, other_orders, answer }
    }

    /// The order under that key, made now unless it was made before: then it is told as it stands, whatever is held by now.
    async fn close_with(
        &self,
        by: &Principal,
        closing: &ClOrdId,
        account: &AccountId,
        (con_id, held): (ConId, Decimal),
    ) -> Result<OrderAnswer, Fault> {
        if self.is_closing(closing) {
            return self.repeated(closing, Duration::ZERO).await;
        }
        let qty = Qty::new(held.abs()).map_err(|error| Fault::Internal(error.to_string()))?;
        let intent = OrderIntent {
            cl_ord_id: closing.clone(),
            account: Some(account.clone()),
            instrument: Instrument::ConId(con_id),
            side: if held.is_sign_negative() { Side::BuyToCover } else { Side::Sell },
            qty,
            order_type: OrderType::Market,
            tif: Tif::Day,
            outside_rth: false,
            reduce_only: true,
            strategy: None,
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: true,
        };
        match self.submit(by, intent, Duration::ZERO).await {
            // Another try of the same request was quicker, when something else was held.
            Err(Fault::IdempotencyConflict(_)) if self.is_closing(closing) => {
                self.repeated(closing, Duration::ZERO).await
            }
            answer => answer,
        }
    }

    fn is_closing(&self, closing: &ClOrdId) -> bool {
        self.look(|book, _| book.order(closing).is_some_and(|order| order.intent.flatten))
    }
}

fn key_beginning(key: &ClOrdId) -> String {
    let hash = blake3::hash(key.as_str().as_bytes()).to_hex();
    let short = hash.get(..KEY_HASH_LEN).unwrap_or(hash.as_str());
    format!("{KEY_BEGINS}{short}-")
}

/// The key of the order that closes a position for this request, whoever asks again and whenever.
fn closing_key(key: &ClOrdId, con_id: ConId) -> Result<ClOrdId, Fault> {
    let text = format!("{}{con_id}", key_beginning(key));
    text.parse().map_err(|error: domain::id::IdError| Fault::Internal(error.to_string()))
}
