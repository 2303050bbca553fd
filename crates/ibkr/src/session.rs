//! One connection: made, watched until its first fault, and never repaired.

use crate::bars;
use crate::config::{TimeSource, TwsConfig};
use crate::report;
use domain::broker::LinkFacts;
use domain::contract::PriceIncrement;
use domain::id::{AccountId, BrokerOrderId, Generation};
use domain::market::DataType;
use ibapi::market_data::MarketDataType;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription};
use ibapi::{Client, Error};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, watch};

/// Error 326 of IBKR.
const CLIENT_ID_IN_USE: i32 = 326;
/// What-ifs whose late echoes are still recognised.
const WHAT_IFS_MAX: usize = 1_024;

/// A live connection and what belongs to it alone.
pub(crate) struct Session {
    /// Which connection.
    pub(crate) generation: Generation,
    /// The library's client.
    pub(crate) client: Client,
    /// The first fault, once there is one.
    down: watch::Sender<Option<String>>,
    what_ifs: Mutex<VecDeque<BrokerOrderId>>,
    /// Market rules by id: they never change while connected.
    pub(crate) market_rules: AsyncMutex<BTreeMap<i32, Vec<PriceIncrement>>>,
    /// Held by the one request of each kind whose answer carries no request id.
    pub(crate) turns: Turns,
}

/// Answers without a request id cannot be told apart: one request of a kind at a time. When one is given up, its turn
/// is kept until its end marker comes after all, so that this marker never ends a later request.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    pub(crate) open_orders: Arc<AsyncMutex<()>>,
    pub(crate) completed_orders: Arc<AsyncMutex<()>>,
    pub(crate) positions: Arc<AsyncMutex<()>>,
    pub(crate) account_updates: Arc<AsyncMutex<()>>,
    /// By id, but TWS allows two at a time.
    pub(crate) account_summary: Arc<AsyncMutex<()>>,
}

/// The two streams of a connection that must be read all the time.
pub(crate) struct Streams {
    pub(crate) orders: Subscription<OrderUpdate>,
    pub(crate) notices: NoticeStream,
}

/// Why no connection was made.
pub(crate) struct ConnectFault {
    pub(crate) reason: String,
    pub(crate) code: Option<i32>,
}

impl ConnectFault {
    fn plain(reason: String) -> Self {
        Self { reason, code: None }
    }

    /// Whether another connection holds the client id.
    pub(crate) fn is_client_id_in_use(&self) -> bool {
        self.code == Some(CLIENT_ID_IN_USE)
    }
}

impl Session {
    /// Declares the connection faulty; only the first reason counts.
    pub(crate) fn fail(&self, reason: impl Into<String>) {
        self.down.send_if_modified(|down| {
            let first = down.is_none();
            if first {
                *down = Some(reason.into());
            }
            first
        });
    }

    /// Whether a fault was declared, or the library lost the connection.
    pub(crate) fn is_down(&self) -> bool {
        self.down.borrow().is_some() || !self.client.is_connected()
    }

    /// Waits for the first fault.
    pub(crate) async fn down(&self) -> String {
        let mut down = self.down.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        match down.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => "the session ended".to_owned(),
        }
    }

    /// Remembers the id of a what-if: its echo is no order.
    pub(crate) fn note_what_if(&self, id: BrokerOrderId) {
        let mut ids = self.what_ifs.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() == WHAT_IFS_MAX {
            ids.pop_front();
        }
        ids.push_back(id);
    }

    /// Whether the id was used for a what-if.
    pub(crate) fn is_what_if(&self, id: BrokerOrderId) -> bool {
        let ids = self.what_ifs.lock().unwrap_or_else(PoisonError::into_inner);
        ids.contains(&id)
    }
}

/// Connects, opens the order stream before anything else can be asked, and learns what the login is.
pub(crate) async fn connect(
    config: &TwsConfig,
    generation: Generation,
) -> Result<(Arc<Session>, Streams, LinkFacts), ConnectFault> {
    match tokio::time::timeout(config.handshake_deadline, handshake(config, generation)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ConnectFault::plain(format!(
            "{} did not complete the handshake within {:?}: is it TWS or IB Gateway, logged in, with its API enabled?",
            config.endpoint(),
            config.handshake_deadline
        ))),
    }
}

async fn handshake(
    config: &TwsConfig,
    generation: Generation,
) -> Result<(Arc<Session>, Streams, LinkFacts), ConnectFault> {
    let fault = |error: Error| connect_fault(config, &error);
    let (client, notices) = Client::builder()
        .address(config.endpoint())
        .client_id(config.client_id.get())
        .max_reconnect_attempts(0)
        .tcp_no_delay(true)
        .one_shot_timeout(config.ask_deadline)
        .connect_with_notice_stream()
        .await
        .map_err(fault)?;
    let orders = client.order_update_stream().await.map_err(fault)?;
    if let Some(kind) = lesser_data(config.data_type) {
        client.switch_market_data_type(kind).await.map_err(fault)?;
    }
    let accounts = accounts(config, client.handshake_managed_accounts())?;
    let facts = LinkFacts {
        generation,
        server_version: client.server_version(),
        accounts,
        // The first id that the library hands out is the broker's own; nothing else ever takes one from it.
        next_valid_id: i64::from(client.next_order_id()),
        clock_skew_ms: clock_skew_ms(config, &client).await,
        endpoint: config.endpoint(),
        port: config.port,
    };
    let session = Session {
        generation,
        client,
        down: watch::Sender::new(None),
        what_ifs: Mutex::default(),
        market_rules: AsyncMutex::default(),
        turns: Turns::default(),
    };
    Ok((Arc::new(session), Streams { orders, notices }, facts))
}

/// What to ask for when live data is not wanted; live is what TWS sends unasked.
fn lesser_data(kind: DataType) -> Option<MarketDataType> {
    match kind {
        DataType::Live | DataType::Close => None,
        DataType::Frozen => Some(MarketDataType::Frozen),
        DataType::Delayed => Some(MarketDataType::Delayed),
        DataType::DelayedFrozen => Some(MarketDataType::DelayedFrozen),
    }
}

fn accounts(config: &TwsConfig, offered: &[String]) -> Result<Vec<AccountId>, ConnectFault> {
    let accounts: Vec<AccountId> = offered
        .iter()
        .filter_map(|name| match name.parse() {
            Ok(account) => Some(account),
            Err(error) => {
                tracing::warn!(code = report::UNREADABLE, %error, "the login offers an account of an odd name");
                None
            }
        })
        .collect();
    if accounts.is_empty() {
        return Err(ConnectFault::plain("the login offers no account".to_owned()));
    }
    match &config.account {
        Some(pinned) if !accounts.contains(pinned) => Err(ConnectFault::plain(format!(
            "the login does not offer the pinned account {pinned}: log in as its owner or change the configuration"
        ))),
        Some(_) | None => Ok(accounts),
    }
}

/// The broker's clock minus the middle of asking and hearing; `None` for a time that cannot be.
pub(crate) async fn measure_skew_ms(client: &Client, time: &TimeSource) -> Result<Option<i64>, Error> {
    let asked = time.now();
    let theirs = client.server_time_millis().await?;
    let ours = asked.as_millisecond().midpoint(time.now().as_millisecond());
    Ok(bars::timestamp(theirs).map(|theirs| theirs.as_millisecond() - ours))
}

async fn clock_skew_ms(config: &TwsConfig, client: &Client) -> Option<i64> {
    match tokio::time::timeout(config.handshake_deadline / 2, measure_skew_ms(client, &config.time)).await {
        Ok(Ok(skew)) => skew,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the broker does not tell the time");
            None
        }
        Err(_) => {
            tracing::warn!("the broker does not tell the time in time");
            None
        }
    }
}

fn connect_fault(config: &TwsConfig, error: &Error) -> ConnectFault {
    if matches!(error, Error::ClientIdInUse { .. }) {
        return ConnectFault {
            reason: format!(
                "client id {} is in use at {}: another Tollgate or client holds it, or the broker has not noticed yet that it is gone",
                config.client_id,
                config.endpoint()
            ),
            code: Some(CLIENT_ID_IN_USE),
        };
    }
    let is_refused = matches!(error, Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused);
    let remedy = if is_refused {
        "; is TWS or IB Gateway running there, logged in, with its API enabled on this port?"
    } else {
        ""
    };
    ConnectFault::plain(format!("{}: {error}{remedy}", config.endpoint()))
}
