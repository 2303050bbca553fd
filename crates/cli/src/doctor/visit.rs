//! A connection of the doctor's own to the broker: it can send no order, and is ended at once.

use crate::config::Config;
use crate::run::witness::Shut;
use domain::broker::{Answer, AskError, BrokerCommand, BrokerEvent, LinkFacts, Question, Section};
use domain::contract::Instrument;
use domain::id::{AccountId, ClientId, ConId, IdError};
use domain::market::Quote;
use ibkr::{Adapter, TwsConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

const QUEUE: usize = 64;
/// For the log-in.
const LOGIN_WITHIN: Duration = Duration::from_secs(5);
/// For one question.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// For all questions.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// Error 326 of IBKR.
const CLIENT_ID_IN_USE: i32 = 326;
/// Error 321 of IBKR: also of a Gateway that is set to take no orders.
const REFUSED: i32 = 321;
/// AAPL: what nobody has a subscription for is seen at what everybody trades.
const EXAMPLE: i64 = 265_598;
/// The questions' numbers.
const ORDERS: u64 = 1;
const CONTRACT: u64 = 2;
const QUOTE: u64 = 3;

/// Why there was no connection.
#[derive(Clone, Debug)]
pub(super) enum NoVisit {
    /// Another connection has the client id.
    ClientIdInUse(String),
    /// Anything else, in words.
    Failed(String),
}

/// What was heard on a connection.
#[derive(Debug)]
pub(super) struct Heard {
    /// What the connection says about itself.
    pub(super) facts: LinkFacts,
    /// Messages about no order, by IBKR's code.
    pub(super) notices: Vec<(i32, String)>,
    /// Whether the open orders could be listed; `None` when nothing came.
    pub(super) orders: Option<Result<(), String>>,
    /// A quote of [`EXAMPLE`]; `None` when nothing came.
    pub(super) quote: Option<Result<Quote, AskError>>,
}

impl Heard {
    fn new(facts: LinkFacts) -> Self {
        Self { facts, notices: Vec::new(), orders: None, quote: None }
    }

    /// Whether the Gateway takes no orders.
    pub(super) fn is_read_only(&self) -> bool {
        let says = |text: &str| text.to_ascii_lowercase().contains("read-only");
        let in_orders = self.orders.as_ref().and_then(|orders| orders.as_ref().err()).is_some_and(|why| says(why));
        in_orders || self.notices.iter().any(|(code, text)| *code == REFUSED && says(text))
    }

    fn is_all(&self) -> bool {
        self.quote.is_some() && (self.orders.is_some() || self.is_read_only())
    }

    /// Takes in what came; the question that it leads to.
    fn take(&mut self, event: BrokerEvent) -> Option<(u64, Question)> {
        if let BrokerEvent::Notice { code, message, .. } = event {
            self.notices.push((code, message));
        } else if let BrokerEvent::LinkDown { reason, .. } = event {
            self.orders.get_or_insert(Err(reason));
            self.quote.get_or_insert(Err(AskError::NoLink));
        } else if let BrokerEvent::Answer { id, answer } = event {
            match (id, answer) {
                (ORDERS, Ok(Answer::Snapshot(snapshot))) => {
                    self.orders = Some(match snapshot.open_orders {
                        Section::Complete(_) => Ok(()),
                        Section::Unknown(why) => Err(why),
                    });
                }
                (ORDERS, Err(error)) => self.orders = Some(Err(error.to_string())),
                (CONTRACT, Ok(Answer::Contracts(mut found))) if !found.is_empty() => {
                    return Some((QUOTE, Question::Quote(Box::new(found.swap_remove(0)))));
                }
                (CONTRACT, Ok(_)) => {
                    self.quote = Some(Err(AskError::Garbled("the broker knows no AAPL".to_owned())));
                }
                (QUOTE, Ok(Answer::Quote(quote))) => self.quote = Some(Ok(quote)),
                (CONTRACT | QUOTE, Err(error)) => self.quote = Some(Err(error)),
                (_, Ok(_) | Err(_)) => {}
            }
        }
        None
    }
}

/// A connection.
struct Visit {
    commands: mpsc::Sender<BrokerCommand>,
    events: mpsc::Receiver<BrokerEvent>,
    adapter: Adapter,
}

impl Visit {
    fn begin(config: &Config, client_id: ClientId) -> Result<Self, NoVisit> {
        let mut tws = TwsConfig::new(config.broker.host.clone(), config.broker.port, client_id);
        tws.heartbeat = None;
        tws.handshake_deadline = LOGIN_WITHIN;
        tws.ask_deadline = ANSWER_WITHIN;
        let (commands, commanded) = mpsc::channel(QUEUE);
        let (told, events) = mpsc::channel(QUEUE);
        let started = ibkr::start(tws, Arc::new(Shut), commanded, told);
        let adapter = started.map_err(|error| NoVisit::Failed(error.to_string()))?;
        Ok(Self { commands, events, adapter })
    }

    /// Waits for the first word about the connection.
    async fn up(&mut self) -> Result<LinkFacts, NoVisit> {
        while let Some(event) = self.events.recv().await {
            if let BrokerEvent::LinkUp(facts) = event {
                return Ok(facts);
            }
            if let BrokerEvent::LinkFailed { reason, code } = event {
                return Err(match code {
                    Some(CLIENT_ID_IN_USE) => NoVisit::ClientIdInUse(reason),
                    Some(_) | None => NoVisit::Failed(reason),
                });
            }
        }
        Err(NoVisit::Failed("the connection ended by itself".to_owned()))
    }

    async fn ask(&self, id: u64, question: Question) {
        // An adapter that is gone says so by the end of its events.
        drop(self.commands.send(BrokerCommand::Ask { id, question }).await);
    }

    async fn hear(&mut self, facts: LinkFacts, account: AccountId, example: Instrument) -> Heard {
        let mut heard = Heard::new(facts);
        self.ask(ORDERS, Question::Snapshot { account }).await;
        self.ask(CONTRACT, Question::Contracts(example)).await;
        let hearing = async {
            while !heard.is_all() {
                let Some(event) = self.events.recv().await else { break };
                if let Some((id, question)) = heard.take(event) {
                    self.ask(id, question).await;
                }
            }
        };
        // What has not come by then stays unknown.
        drop(tokio::time::timeout(ANSWERS_WITHIN, hearing).await);
        heard
    }

    async fn end(self) {
        let Self { commands, events, adapter } = self;
        drop(commands);
        drop(events);
        if !adapter.end().await {
            tracing::error!("the adapter of the doctor's connection panicked");
        }
    }
}

/// Connects under a client id and leaves again.
pub(super) async fn knock(config: &Config, client_id: ClientId) -> Result<(), NoVisit> {
    let mut visit = Visit::begin(config, client_id)?;
    let came = visit.up().await.map(drop);
    visit.end().await;
    came
}

/// Connects under a client id that nobody else uses, and asks.
pub(super) async fn hear(config: &Config) -> Result<Heard, NoVisit> {
    let odd = |error: IdError| NoVisit::Failed(error.to_string());
    let example = Instrument::ConId(ConId::new(EXAMPLE).map_err(odd)?);
    let mut visit = Visit::begin(config, client_id_of_nobody()?)?;
    let heard = match visit.up().await {
        Err(why) => Err(why),
        Ok(facts) => {
            let account = config.broker.account.clone().filter(|pinned| facts.accounts.contains(pinned));
            match account.or_else(|| facts.accounts.first().cloned()) {
                Some(account) => Ok(visit.hear(facts, account, example).await),
                None => Ok(Heard::new(facts)),
            }
        }
    };
    visit.end().await;
    heard
}

/// Far above what people give to their programs.
fn client_id_of_nobody() -> Result<ClientId, NoVisit> {
    let failed = |error: String| NoVisit::Failed(error);
    let chance = getrandom::u32().map_err(|error| failed(error.to_string()))?;
    ClientId::new(1_500_000_000 + i64::from(chance % 500_000_000)).map_err(|error| failed(error.to_string()))
}
