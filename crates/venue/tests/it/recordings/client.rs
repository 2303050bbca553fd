//! A client of the text wire at version 200, written from the layout of its messages.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use venue::Venue;

use crate::support::{framed, hello, within};

/// A connected client.
pub(super) struct TextClient {
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl TextClient {
    /// Connects as the Gateway's clients of version 200 do, and asks for a session.
    pub(super) async fn begin(venue: &Venue, client_id: i32) -> Self {
        let mut socket = TcpStream::connect(venue.tws_addr()).await.unwrap();
        socket.write_all(&hello("v200..200")).await.unwrap();
        let mut client = Self { socket, buffer: Vec::new() };
        let greeting = client.next().await;
        assert_eq!((greeting.len(), greeting[0].as_str()), (2, "200"), "{greeting:?}");
        client.send(&format!("71|2|{client_id}|")).await;
        client
    }

    /// The same, with the messages that begin every session read.
    pub(super) async fn connect(venue: &Venue, client_id: i32) -> Self {
        let mut client = Self::begin(venue, client_id).await;
        client.expect(&["accounts DUV0000001", "next id 1", "error -1 2104", "error -1 2106", "error -1 2158"]).await;
        client
    }

    /// Sends one message, its fields between bars.
    pub(super) async fn send(&mut self, fields: &str) {
        let body = format!("{}\0", fields.replace('|', "\0"));
        self.socket.write_all(&framed(body.as_bytes())).await.unwrap();
    }

    /// The fields of the next message.
    pub(super) async fn next(&mut self) -> Vec<String> {
        let read = async {
            loop {
                if let Some(fields) = self.take() {
                    return fields;
                }
                let mut bytes = [0; 4_096];
                let len = self.socket.read(&mut bytes).await.unwrap();
                assert!(len > 0, "the venue closed the connection");
                self.buffer.extend_from_slice(&bytes[..len]);
            }
        };
        within("a message", read).await
    }

    fn take(&mut self) -> Option<Vec<String>> {
        let len = usize::try_from(u32::from_be_bytes(*self.buffer.first_chunk()?)).unwrap();
        let frame = self.buffer.get(4..4 + len)?;
        let text = str::from_utf8(frame).unwrap().strip_suffix('\0').expect("ended by a NUL");
        let fields = text.split('\0').map(str::to_owned).collect();
        self.buffer.drain(..4 + len);
        Some(fields)
    }

    /// Reads messages until every expected word has come, and makes sure that nothing else has.
    ///
    /// A word that begins with `?` may come or not; one with ` or ` in it is either.
    pub(super) async fn expect(&mut self, expected: &[&str]) -> Vec<Vec<String>> {
        // The answer to this comes after everything that was on its way.
        self.send("49|1").await;
        let mut seen = Vec::new();
        let mut messages = Vec::new();
        let mut due = expected.iter().peekable();
        loop {
            let fields = self.next().await;
            let word = word(&fields);
            if word == "time" {
                let missing: Vec<_> = due.filter(|word| !word.starts_with('?')).collect();
                assert!(missing.is_empty(), "missing {missing:?} after {seen:#?}");
                return messages;
            }
            seen.push(word.clone());
            messages.push(fields);
            loop {
                let Some(next) = due.next() else { panic!("one too many: {seen:#?}, expected {expected:#?}") };
                let optional = next.strip_prefix('?');
                if optional.unwrap_or(next).split(" or ").any(|either| either == word) {
                    break;
                }
                assert!(optional.is_some(), "expected {next:?} last: {seen:#?}");
            }
        }
    }
}

/// Where the status of an order stands in an open order of version 200 without legs, conditions or algorithm.
const OPEN_ORDER_STATUS: usize = 93;

/// A message as a short text: what it is, whom it is about, and what a scenario looks at.
pub(super) fn word(fields: &[String]) -> String {
    let f = |at: usize| fields.get(at).map_or("", String::as_str);
    match f(0) {
        "3" => format!("status {} {} {}+{}{}", f(1), f(2), f(3), f(4), spaced(f(10))),
        "4" => format!("error {} {}", f(1), f(2)),
        "5" => format!("open {} {}", f(1), f(OPEN_ORDER_STATUS)),
        "9" => format!("next id {}", f(2)),
        "10" => format!("details {} {}", f(2), f(3)),
        "11" => format!("execution {} {} {}", f(2), f(18), f(19)),
        "15" => format!("accounts {}", f(2)),
        "17" => format!("bars {}", f(2)),
        "49" => "time".to_owned(),
        "1" => format!("price {} {}", f(2), f(3)),
        "2" => format!("size {} {}", f(2), f(3)),
        "46" => format!("text tick {} {}", f(2), f(3)),
        "52" => format!("details end {}", f(2)),
        "53" => "open end".to_owned(),
        "57" => format!("snapshot end {}", f(2)),
        "58" => format!("data type {} {}", f(2), f(3)),
        "59" => "commission".to_owned(),
        "61" => format!("position {} {}", f(4), f(5)),
        "62" => "positions end".to_owned(),
        "63" => format!("summary {}", f(4)),
        "64" => format!("summary end {}", f(2)),
        "81" => format!("tick parameters {}", f(1)),
        "106" => "schedule".to_owned(),
        "108" => "bars end".to_owned(),
        other => format!("message {other}"),
    }
}

fn spaced(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" {text}") }
}

/// An order for AAPL as clients write it at version 200; more terms can be set by name.
pub(super) fn place(order_id: i32, action: &str, quantity: &str, order_type: &str, terms: &[(&str, &str)]) -> String {
    place_of("265598|AAPL|STK||0.0|||SMART||USD||", order_id, action, quantity, order_type, terms)
}

/// An order for any contract, which is its twelve fields.
pub(super) fn place_of(
    contract: &str,
    order_id: i32,
    action: &str,
    quantity: &str,
    order_type: &str,
    terms: &[(&str, &str)],
) -> String {
    const LAYOUT: &str = "transmit=1 parentId=0 blockOrder=0 sweepToFill=0 displaySize=0 triggerMethod=0 outsideRth=0 \
        hidden=0 sharesAllocation= discretionaryAmt=0 goodAfterTime= goodTillDate= faGroup= faMethod= faPercentage= \
        modelCode= shortSaleSlot=0 designatedLocation= exemptCode=-1 ocaType=0 rule80A= settlingFirm= allOrNone=0 \
        minQty= percentOffset= eTradeOnly=0 firmQuoteOnly=0 nbboPriceCap= auctionStrategy=0 startingPrice= \
        stockRefPrice= delta= stockRangeLower= stockRangeUpper= overridePercentageConstraints=0 volatility= \
        volatilityType= deltaNeutralOrderType= deltaNeutralAuxPrice= continuousUpdate=0 referencePriceType= \
        trailStopPrice= trailingPercent= scaleInitLevelSize= scaleSubsLevelSize= scalePriceIncrement= scaleTable= \
        activeStartTime= activeStopTime= hedgeType= optOutSmartRouting=0 clearingAccount= clearingIntent= notHeld=0 \
        deltaNeutralContract=0 algoStrategy= algoId= whatIf=0 orderMiscOptions= solicited=0 randomizeSize=0 \
        randomizePrice=0 conditions=0 adjustedOrderType= triggerPrice= lmtPriceOffset= adjustedStopPrice= \
        adjustedStopLimitPrice= adjustedTrailingAmount= adjustableTrailingUnit=0 extOperator= tierName= tierValue= \
        cashQty= decisionMaker= decisionAlgo= executionTrader= executionAlgo= dontUseAutoPriceForHedge=0 \
        isOmsContainer=0 discretionaryUpToLimitPrice=0 usePriceMgmtAlgo= duration= postToAts= autoCancelParent=0 \
        advancedErrorOverride= manualOrderTime= customerAccount= professionalCustomer=0 includeOvernight=0 \
        manualOrderIndicator= imbalanceOnly=0";
    let set = |name: &str| terms.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
    let (limit, tif) = (set("lmtPrice").unwrap_or(""), set("tif").unwrap_or("DAY"));
    let head = format!("3|{order_id}|{contract}|||{action}|{quantity}|{order_type}|{limit}||{tif}||DUV0000001||0|");
    let rest = LAYOUT.split_whitespace().map(|field| {
        let (name, neutral) = field.split_once('=').unwrap();
        set(name).unwrap_or(neutral)
    });
    format!("{head}|{}", rest.collect::<Vec<_>>().join("|"))
}

/// A cancel as clients write it at version 200.
pub(super) fn cancel(order_id: i32) -> String {
    format!("4|{order_id}|||2147483647")
}
