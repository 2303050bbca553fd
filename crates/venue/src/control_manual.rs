//! `POST /orders`: an order entered by hand, as a trader does in TWS.

use rust_decimal::Decimal;
use serde::Deserialize;
use tws::model::{Contract, Order};

use crate::control::DecimalBody;
use crate::server_control::Refusal;

/// The body. A stock of that symbol at SMART, unless it says otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManualBody {
    symbol: String,
    sec_type: Option<String>,
    exchange: Option<String>,
    currency: Option<String>,
    side: String,
    quantity: DecimalBody,
    order_type: String,
    limit_price: Option<DecimalBody>,
    stop_price: Option<DecimalBody>,
    tif: Option<String>,
    account: Option<String>,
    order_ref: Option<String>,
}

/// An order to enter by hand.
#[derive(Debug)]
pub(crate) struct ManualOrder {
    pub(crate) contract: Contract,
    pub(crate) order: Order,
}

impl ManualBody {
    /// The order it means.
    pub(crate) fn read(self) -> Result<ManualOrder, Refusal> {
        let price = |body: Option<DecimalBody>| -> Result<Option<Decimal>, Refusal> {
            body.map(|price| price.read()).transpose()
        };
        let or = |text: Option<String>, default: &str| text.unwrap_or_else(|| default.to_owned());
        Ok(ManualOrder {
            contract: Contract {
                symbol: self.symbol,
                sec_type: or(self.sec_type, "STK"),
                exchange: or(self.exchange, "SMART"),
                currency: or(self.currency, "USD"),
                ..Contract::default()
            },
            order: Order {
                action: self.side,
                total_quantity: Some(self.quantity.read()?),
                order_type: self.order_type,
                lmt_price: price(self.limit_price)?,
                aux_price: price(self.stop_price)?,
                tif: or(self.tif, "DAY"),
                account: or(self.account, ""),
                order_ref: or(self.order_ref, ""),
                transmit: true,
                ..Order::default()
            },
        })
    }
}
