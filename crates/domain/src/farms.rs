//! The broker's farms, as its notices tell them: while one of them is away, a look that does not show an order proves
//! nothing.
//!
//! Source: IBKR, TWS API, message codes 1101, 1102, 2103-2106, 2157, 2158.

use std::collections::BTreeSet;

/// Between the words of a restored line and the names of the farms that are still away.
const NOT_CONNECTED: &str = "not connected:";

/// The farms that are away on one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farms {
    away: BTreeSet<String>,
}

impl Farms {
    /// Takes in a message about no order.
    pub fn hear(&mut self, code: i32, message: &str) {
        match code {
            // A line that is back names the farms that are not.
            1101 | 1102 => self.away = not_connected(message).collect(),
            2103 | 2105 | 2157 => {
                self.away.insert(name(message));
            }
            2104 | 2106 | 2158 => {
                self.away.remove(&name(message));
            }
            // Inactive farms (2107, 2108) come when they are asked; the rest is about no farm.
            _ => {}
        }
    }

    /// Why this connection is not settled, if it is not.
    pub fn unsettled(&self) -> Option<String> {
        let names: Vec<&str> = self.away.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| format!("the broker's farm {} is away", names.join(", ")))
    }
}

/// The farm's name stands behind the last colon; a message without one names the farm as a whole.
fn name(message: &str) -> String {
    message.rsplit(':').next().unwrap_or(message).trim().to_owned()
}

fn not_connected(message: &str) -> impl Iterator<Item = String> {
    let names = message.split_once(NOT_CONNECTED).map_or("", |(_, names)| names);
    names.split(';').map(|name| name.trim().trim_end_matches('.').to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
#[path = "farms_tests.rs"]
mod tests;
