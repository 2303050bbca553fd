//! Reads the streams of a connection until they end, and turns what they say into events.

use crate::adapter::{Deaf, Outbox};
use crate::config::{TimeSource, TwsConfig};
use crate::fault;
use crate::report::{self, Trade};
use crate::session::{Session, measure_skew_ms};
use domain::broker::BrokerEvent;
use futures::StreamExt;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use ibapi::{Client, Error, Notice};

/// Orders, statuses, trades, commissions, and every error that names an order id: the library copies all of them here.
/// What it cannot decode, and what it dropped because we were slow, is a gap.
pub(crate) async fn orders(
    session: &Session,
    mut stream: Subscription<OrderUpdate>,
    events: &Outbox,
) -> Result<(), Deaf> {
    while let Some(item) = stream.next().await {
        match item {
            Ok(SubscriptionItem::Data(update)) => {
                if let Some(event) = order_event(session, &update) {
                    events.send(event).await?;
                }
            }
            Ok(SubscriptionItem::Notice(notice)) if fault::is_gap(&notice) => {
                session.fail(format!("the order stream has a gap: {}", notice.message));
            }
            Ok(SubscriptionItem::Notice(notice)) => {
                if let Some(event) = order_notice(session, notice) {
                    events.send(event).await?;
                }
            }
            Err(error) => session.fail(stream_fault(&error)),
        }
    }
    session.fail("the order stream ended");
    Ok(())
}

fn stream_fault(error: &Error) -> String {
    if matches!(error, Error::Shutdown | Error::ConnectionReset | Error::ConnectionFailed) {
        "the connection was lost".to_owned()
    } else {
        format!("the order stream could not be read: {error}")
    }
}

fn order_event(session: &Session, update: &OrderUpdate) -> Option<BrokerEvent> {
    let generation = session.generation;
    match update {
        // The echo of a what-if places nothing. Only the broker's own flag says so: an order that bears the id of a
        // what-if but not the flag is a real one, and must be seen.
        OrderUpdate::OpenOrder(data) => (!data.order.what_if)
            .then(|| BrokerEvent::OpenOrder { generation, order: Box::new(report::open_order(data)) }),
        OrderUpdate::OrderStatus(status) => {
            report::status(status).map(|report| BrokerEvent::Status { generation, report })
        }
        OrderUpdate::ExecutionData(data) => Some(match report::trade(data) {
            Ok(Trade::Done(execution)) => BrokerEvent::Executed { generation, execution },
            Ok(Trade::Busted(exec_id)) => BrokerEvent::Busted { generation, exec_id },
            Err(message) => BrokerEvent::Notice { generation, code: report::UNREADABLE, message },
        }),
        OrderUpdate::CommissionReport(wire) => {
            let known = report::commission(wire);
            if known.is_none() {
                tracing::debug!(execution = wire.execution_id, "a commission is not known yet");
            }
            known.map(|(exec_id, commission)| BrokerEvent::CommissionReported { exec_id, commission })
        }
        // Client id 0 binding a manual order: its open-order message says the same.
        OrderUpdate::OrderBound(_) => None,
    }
}

fn order_notice(session: &Session, notice: Notice) -> Option<BrokerEvent> {
    let generation = session.generation;
    let Notice { request_id, code, message, .. } = notice;
    match request_id.and_then(report::broker_order_id) {
        // Its question gets the answer.
        Some(id) if session.is_what_if(id) => None,
        Some(broker_order_id) => Some(BrokerEvent::OrderError { generation, broker_order_id, code, message }),
        None => Some(BrokerEvent::Notice { generation, code, message }),
    }
}

/// Messages about no request: farms, 1100, 1101, 1102, 1300. The stream begins with those of the handshake.
pub(crate) async fn notices(session: &Session, mut stream: NoticeStream, events: &Outbox) -> Result<(), Deaf> {
    while let Some(notice) = stream.next().await {
        if fault::is_gap(&notice) {
            session.fail(format!("messages were lost or not understood: {}", notice.message));
            continue;
        }
        let event = BrokerEvent::Notice { generation: session.generation, code: notice.code, message: notice.message };
        events.send(event).await?;
    }
    session.fail("the connection was lost");
    Ok(())
}

/// Asks for the time; of a Gateway that did not tell the skew at first, in seconds, which tell none either.
async fn beat(client: &Client, time: &TimeSource, tells_skew: bool) -> Result<Option<i64>, Error> {
    if tells_skew { measure_skew_ms(client, time).await } else { client.server_time().await.map(|_| None) }
}

/// Finds connections that stand but no longer answer, and tells how far the clocks are apart. Ends with the connection.
pub(crate) async fn heartbeat(
    session: &Session,
    config: &TwsConfig,
    tells_skew: bool,
    events: &Outbox,
) -> Result<(), Deaf> {
    let Some(every) = config.heartbeat else {
        return std::future::pending().await;
    };
    loop {
        // tidy: sleep — the beat itself
        tokio::time::sleep(every).await;
        let answer = tokio::time::timeout(config.ask_deadline, beat(&session.client, &config.time, tells_skew)).await;
        match answer {
            Err(_) | Ok(Err(Error::Timeout)) => {
                session.fail(format!("no answer to a heartbeat within {:?}", config.ask_deadline));
                return Ok(());
            }
            Ok(Ok(Some(skew_ms))) => {
                events.send(BrokerEvent::ClockSkew { generation: session.generation, skew_ms }).await?;
            }
            // Any other refusal is an answer too; a lost connection is told by the streams.
            Ok(Ok(None) | Err(_)) => {}
        }
    }
}
