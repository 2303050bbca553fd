//! Messages from one side to the other, in order, until one side is gone.

use super::unsent::Unsent;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, RequestId, ServerJsonRpcMessage,
};
use rmcp::transport::Transport;
use rmcp::{RoleClient, RoleServer};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Messages on their way to the gateway at a time; an agent that sends more waits.
pub(super) const SENDING_MAX: usize = 64;
/// How long answers are waited for whose asker has closed his side.
const DRAIN: Duration = Duration::from_secs(35);

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The agent's program has closed its side.
    AgentLeft,
    /// The gateway's side is closed.
    GatewayLeft,
}

type Sent = (Option<RequestId>, Result<(), Unsent>);

/// What is under way.
struct Pump<A, G> {
    agent: A,
    gateway: G,
    sending: FuturesUnordered<BoxFuture<'static, Sent>>,
    /// Requests without an answer, by their id as text.
    open: BTreeMap<String, Open>,
}

/// A request without an answer.
struct Open {
    id: RequestId,
    /// Its answer comes when its asker is gone: nobody waits for it then.
    listens: bool,
}

/// Passes messages on.
pub(super) async fn pump<A, G>(agent: A, gateway: G) -> End
where
    A: Transport<RoleServer>,
    G: Transport<RoleClient>,
    Unsent: From<G::Error>,
{
    let mut pump = Pump { agent, gateway, sending: FuturesUnordered::new(), open: BTreeMap::new() };
    let end = pump.run().await;
    // Ends the session at the gateway.
    if let Err(error) = pump.gateway.close().await {
        tracing::debug!(%error, "the gateway's side did not close in order");
    }
    end
}

impl<A, G> Pump<A, G>
where
    A: Transport<RoleServer>,
    G: Transport<RoleClient>,
    Unsent: From<G::Error>,
{
    async fn run(&mut self) -> End {
        let mut left: Option<Instant> = None;
        loop {
            if left.is_some() && self.sending.is_empty() && self.open.values().all(|open| open.listens) {
                return End::AgentLeft;
            }
            let may_take = left.is_none() && self.sending.len() < SENDING_MAX;
            let drained = left.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                Some((id, sent)) = self.sending.next(), if !self.sending.is_empty() => {
                    if let (Some(id), Err(why)) = (id, sent) && self.tell(why.answer(id)).await.is_err() {
                        return End::AgentLeft;
                    }
                }
                told = self.gateway.receive() => match told {
                    Some(message) => if self.tell(message).await.is_err() {
                        return End::AgentLeft;
                    },
                    None => return self.gateway_left().await,
                },
                asked = self.agent.receive(), if may_take => match asked {
                    Some(message) => self.ask(message),
                    None => left = Some(Instant::now() + DRAIN),
                },
                () = tokio::time::sleep_until(drained), if left.is_some() => return End::AgentLeft,
            }
        }
    }

    fn ask(&mut self, message: ClientJsonRpcMessage) {
        let mut listens = false;
        let id = match &message {
            JsonRpcMessage::Request(request) => {
                listens = matches!(request.request, ClientRequest::SubscriptionsListenRequest(_));
                Some(request.id.clone())
            }
            JsonRpcMessage::Notification(told) => {
                if let ClientNotification::CancelledNotification(canceled) = &told.notification
                    && let Some(id) = &canceled.params.request_id
                {
                    self.open.remove(&id.to_string());
                }
                None
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => None,
        };
        self.open.extend(id.iter().map(|id| (id.to_string(), Open { id: id.clone(), listens })));
        let sent = self.gateway.send(message);
        self.sending.push(Box::pin(async move { (id, sent.await.map_err(Unsent::from)) }));
    }

    async fn tell(&mut self, message: ServerJsonRpcMessage) -> Result<(), ()> {
        let answered = match &message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
        };
        if let Some(id) = answered {
            self.open.remove(&id.to_string());
        }
        self.agent.send(message).await.map_err(|error| tracing::debug!(%error, "the agent's program cannot be told"))
    }

    /// Everybody who still waits is told.
    async fn gateway_left(&mut self) -> End {
        for open in std::mem::take(&mut self.open).into_values() {
            if self.tell(Unsent::ended().answer(open.id)).await.is_err() {
                return End::AgentLeft;
            }
        }
        End::GatewayLeft
    }
}
