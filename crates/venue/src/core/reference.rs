//! Small reference data that clients ask for in passing.

use jiff::Timestamp;
use tws::model::{DepthExchange, FamilyCode, Reply, SmartComponent};

use super::desk::{ConnId, Core, Step};

/// The map code of the exchanges behind the best bid and offer of every instrument here.
pub(super) const BBO_EXCHANGE: &str = "9c0001";

/// Exchanges by bit, with the letter ticks name them by.
const COMPONENTS: [(i32, &str, &str); 6] =
    [(0, "NYSE", "N"), (1, "NASDAQ", "Q"), (2, "ARCA", "P"), (3, "BATS", "Z"), (4, "IEX", "V"), (5, "CBOE", "C")];

impl Core {
    pub(super) fn family_codes(&self, conn: ConnId, step: &mut Step) {
        let codes = self
            .state
            .accounts
            .iter()
            .map(|account| FamilyCode { account: account.id.clone(), family_code: String::new() })
            .collect();
        step.send(conn, Reply::FamilyCodes { codes });
    }

    pub(super) fn smart_components(conn: ConnId, req_id: i32, bbo_exchange: &str, now: Timestamp, step: &mut Step) {
        if bbo_exchange != BBO_EXCHANGE {
            let text = "Error validating request.-'bG' : cause - Invalid BBO exchange";
            return Self::notice(conn, req_id, 321, text, now, step);
        }
        let components = COMPONENTS
            .iter()
            .map(|(bit_number, exchange, letter)| SmartComponent {
                bit_number: *bit_number,
                exchange: (*exchange).to_owned(),
                exchange_letter: (*letter).to_owned(),
            })
            .collect();
        step.send(conn, Reply::SmartComponents { req_id, components });
    }

    /// Every destination of every kind of instrument that has a book.
    pub(super) fn depth_exchanges(&self, conn: ConnId, step: &mut Step) {
        let mut found: Vec<DepthExchange> = Vec::new();
        for (_, of) in self.market.universe().iter().filter(|(_, of)| super::depth::has_book(of.sec_type)) {
            for exchange in of.exchanges.iter().filter(|e| **e != "SMART") {
                let row = DepthExchange {
                    exchange: (*exchange).to_owned(),
                    sec_type: of.sec_type.as_str().to_owned(),
                    listing_exchange: String::new(),
                    service_data_type: "Deep".to_owned(),
                    agg_group: None,
                };
                if !found.contains(&row) {
                    found.push(row);
                }
            }
        }
        step.send(conn, Reply::MarketDepthExchanges { exchanges: found });
    }
}
