//! Small reference data that clients ask for on connect or in passing.

/// The family an account belongs to (message 78).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyCode {
    /// Account.
    pub account: String,
    /// Family, empty for none.
    pub family_code: String,
}

/// An exchange behind a letter of a best bid or offer (message 82).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmartComponent {
    /// Bit of the exchange in a mask.
    pub bit_number: i32,
    /// Exchange.
    pub exchange: String,
    /// Its letter.
    pub exchange_letter: String,
}

/// A soft-dollar tier (message 77).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoftDollarTier {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Name shown to people.
    pub display_name: String,
}

/// A news provider (message 85).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewsProvider {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// An order id given to an order by its permanent id (message 100).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderBound {
    /// The broker's id of the order.
    pub perm_id: i64,
    /// Client that owns it now.
    pub client_id: i32,
    /// Its id there.
    pub order_id: i32,
}
