//! How each class of instruments is quoted: spread, sizes, turnover.

use rust_decimal::Decimal;

/// Instruments that are quoted alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    Stock,
    Etf,
    Forex,
    ForexYen,
    Future,
    Index,
    OptionNickel,
    OptionPenny,
    Cfd,
    Treasury,
    Fund,
    Bitcoin,
    Ether,
}

/// How the prices of a class stand around their middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Half the spread: a share of the price and a part that is the same at every price.
    pub(super) half_share: f64,
    pub(super) half_flat: f64,
    /// Size of one unit displayed; sides show 1 to `lots_max` of them.
    pub(super) lot: Decimal,
    pub(super) lots_max: u64,
    /// Whether it can be bought: an index has a value and no quotes.
    pub(super) quoted: bool,
    /// Whether bid and ask are one: a fund's.
    pub(super) one_price: bool,
    /// Unit in which traded sizes are counted.
    pub(super) unit: Decimal,
}

const STOCK: Style = Style {
    half_share: 0.000_05,
    half_flat: 0.0,
    lot: Decimal::ONE_HUNDRED,
    lots_max: 12,
    quoted: true,
    one_price: false,
    unit: Decimal::ONE,
};

impl Class {
    /// The figures of a class.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Stock | Self::Cfd => STOCK,
            Self::Etf => Style { half_share: 0.000_01, lots_max: 40, ..STOCK },
            Self::Forex => Style {
                half_share: 0.0,
                half_flat: 0.000_03,
                lot: Decimal::from_parts(500_000, 0, 0, false, 0),
                ..STOCK
            },
            Self::ForexYen => {
                Style { half_share: 0.0, half_flat: 0.003, lot: Decimal::from_parts(500_000, 0, 0, false, 0), ..STOCK }
            }
            Self::Future => Style { half_share: 0.000_001, lot: Decimal::ONE, lots_max: 60, ..STOCK },
            Self::Index => Style { quoted: false, one_price: true, half_share: 0.0, ..STOCK },
            Self::OptionNickel => {
                Style { half_share: 0.01, half_flat: 0.005, lot: Decimal::ONE, lots_max: 150, ..STOCK }
            }
            Self::OptionPenny => {
                Style { half_share: 0.004, half_flat: 0.005, lot: Decimal::ONE, lots_max: 400, ..STOCK }
            }
            Self::Treasury => {
                Style { half_share: 0.0, half_flat: 0.01, lot: Decimal::ONE_HUNDRED, lots_max: 50, ..STOCK }
            }
            Self::Fund => Style {
                half_share: 0.0,
                one_price: true,
                lot: Decimal::from_parts(100_000_000, 0, 0, false, 0),
                lots_max: 1,
                ..STOCK
            },
            Self::Bitcoin => Style {
                half_share: 0.000_1,
                lot: Decimal::from_parts(5, 0, 0, false, 2),
                lots_max: 40,
                unit: Decimal::from_parts(1, 0, 0, false, 4),
                ..STOCK
            },
            Self::Ether => Style {
                half_share: 0.000_15,
                lot: Decimal::from_parts(5, 0, 0, false, 1),
                lots_max: 60,
                unit: Decimal::from_parts(1, 0, 0, false, 3),
                ..STOCK
            },
        }
    }

    /// Fewest steps a bid may stand at: an option that is worth nothing has no bid.
    pub(super) fn least_bid(self) -> i64 {
        match self {
            Self::OptionNickel | Self::OptionPenny => 0,
            Self::Stock
            | Self::Etf
            | Self::Forex
            | Self::ForexYen
            | Self::Future
            | Self::Index
            | Self::Cfd
            | Self::Treasury
            | Self::Fund
            | Self::Bitcoin
            | Self::Ether => 1,
        }
    }
}
