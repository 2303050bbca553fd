//! How a caller names an instrument: by `con_id`, or by a full specification; one of them, and completely.

use crate::fields::{FieldError, Fields, checked};
use crate::word::{Right, SecType};
use domain::contract::{Instrument, SymbolSpec};
use domain::id::ConId;
use domain::money::{Currency, Price};
use rust_decimal::Decimal;

/// The fields that name an instrument, each checked alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the order body")]
pub struct InstrumentFields {
    pub con_id: Option<ConId>,
    pub symbol: Option<String>,
    pub sec_type: Option<SecType>,
    pub exchange: Option<String>,
    pub currency: Option<Currency>,
    pub expiry: Option<String>,
    pub strike: Option<Decimal>,
    pub right: Option<Right>,
}

const SPEC: [&str; 4] = ["symbol", "sec_type", "exchange", "currency"];
const DERIVATIVE: [&str; 3] = ["expiry", "strike", "right"];

impl InstrumentFields {
    /// Takes them out of a body.
    pub fn take(fields: &mut Fields) -> Self {
        Self {
            con_id: fields.text("con_id"),
            symbol: fields.text_by("symbol", symbol),
            sec_type: fields.text("sec_type"),
            exchange: fields.text_by("exchange", exchange),
            currency: fields.text("currency"),
            expiry: fields.text_by("expiry", expiry),
            strike: fields.decimal("strike"),
            right: fields.text("right"),
        }
    }

    /// The instrument.
    ///
    /// # Errors
    /// Every field that is missing or too much.
    pub fn instrument(&self) -> Result<Instrument, Vec<FieldError>> {
        let errors = rules(&|name| self.has(name), self.sec_type);
        if !errors.is_empty() {
            return Err(errors);
        }
        if let Some(con_id) = self.con_id {
            return Ok(Instrument::ConId(con_id));
        }
        match (&self.symbol, self.sec_type, &self.exchange, &self.currency) {
            (Some(symbol), Some(sec_type), Some(exchange), Some(currency)) => Ok(Instrument::Spec(SymbolSpec {
                symbol: symbol.clone(),
                sec_type: sec_type.into(),
                exchange: exchange.clone(),
                currency: currency.clone(),
                expiry: self.expiry.clone(),
                strike: self
                    .strike
                    .map(Price::new)
                    .transpose()
                    .map_err(|error| vec![FieldError::new("strike", &format!("must be {}", error.rule))])?,
                right: self.right.map(Into::into),
            })),
            (None, _, _, _) | (_, None, _, _) | (_, _, None, _) | (_, _, _, None) => {
                Err(vec![FieldError::new("con_id", &"is required unless the instrument is specified in full")])
            }
        }
    }

    /// Whether the named field was given.
    pub fn has(&self, name: &str) -> bool {
        match name {
            "con_id" => self.con_id.is_some(),
            "symbol" => self.symbol.is_some(),
            "sec_type" => self.sec_type.is_some(),
            "exchange" => self.exchange.is_some(),
            "currency" => self.currency.is_some(),
            "expiry" => self.expiry.is_some(),
            "strike" => self.strike.is_some(),
            "right" => self.right.is_some(),
            _ => false,
        }
    }
}

/// What is missing and what is too much, by presence alone.
pub fn rules(has: &dyn Fn(&str) -> bool, sec_type: Option<SecType>) -> Vec<FieldError> {
    if has("con_id") {
        let rest = SPEC.iter().chain(&DERIVATIVE).filter(|name| has(name));
        return rest.map(|name| FieldError::new(name, &"must be left out when con_id is given")).collect();
    }
    let missing = SPEC.iter().filter(|name| !has(name));
    let mut errors: Vec<FieldError> =
        missing.map(|name| FieldError::new(name, &"is required unless con_id is given")).collect();
    let allowed: &[&str] = match sec_type {
        None | Some(SecType::Opt) => &DERIVATIVE,
        Some(SecType::Fut | SecType::Bond) => &["expiry"],
        Some(
            SecType::Stk | SecType::Etf | SecType::Ind | SecType::Cash | SecType::Cfd | SecType::Fund | SecType::Crypto,
        ) => &[],
    };
    for name in DERIVATIVE.iter().filter(|name| has(name) && !allowed.contains(name)) {
        errors.push(FieldError::new(
            name,
            &format!("must be left out for sec_type {}", sec_type.map_or("", SecType::word)),
        ));
    }
    errors
}

/// The rule of a symbol.
///
/// # Errors
/// The rule, where the text breaks it.
pub fn symbol(text: &str) -> Result<(), &'static str> {
    let plain = text.chars().all(|c| c.is_ascii_graphic() || c == ' ') && text.trim() == text;
    if plain && (1..=40).contains(&text.len()) {
        Ok(())
    } else {
        Err("must be 1 to 40 printable characters without blanks at the ends")
    }
}

fn exchange(text: &str) -> Result<(), &'static str> {
    let plain = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '.' | '_'));
    if plain && (1..=20).contains(&text.len()) {
        Ok(())
    } else {
        Err("must be IBKR's name of an exchange in capitals, such as SMART")
    }
}

fn expiry(text: &str) -> Result<(), &'static str> {
    let month = text.get(4..6).and_then(|month| month.parse::<u8>().ok());
    let plain = text.chars().all(|c| c.is_ascii_digit()) && matches!(text.len(), 6 | 8);
    if plain && month.is_some_and(|month| (1..=12).contains(&month)) {
        Ok(())
    } else {
        Err("must be YYYYMM or YYYYMMDD")
    }
}

/// An instrument as query parameters say it: like a body, and a bare `symbol` means stk, SMART, USD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the order body")]
pub struct InstrumentQuery<'a> {
    pub con_id: Option<&'a str>,
    pub symbol: Option<&'a str>,
    pub sec_type: Option<&'a str>,
    pub exchange: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub expiry: Option<&'a str>,
    pub strike: Option<&'a str>,
    pub right: Option<&'a str>,
}

impl InstrumentQuery<'_> {
    /// The instrument.
    ///
    /// # Errors
    /// Every parameter that breaks a rule.
    pub fn instrument(&self) -> Result<Instrument, Vec<FieldError>> {
        let mut errors = Vec::new();
        let plain = |name: &str,
                     text: Option<&str>,
                     check: fn(&str) -> Result<(), &'static str>,
                     errors: &mut Vec<FieldError>| {
            let text = text?;
            check(text).map_err(|rule| errors.push(FieldError::new(name, &rule))).ok()?;
            Some(text.to_owned())
        };
        let mut fields = InstrumentFields {
            con_id: one("con_id", self.con_id, &mut errors),
            symbol: plain("symbol", self.symbol, symbol, &mut errors),
            sec_type: one("sec_type", self.sec_type, &mut errors),
            exchange: plain("exchange", self.exchange, exchange, &mut errors),
            currency: one("currency", self.currency, &mut errors),
            expiry: plain("expiry", self.expiry, expiry, &mut errors),
            strike: one::<Price>("strike", self.strike, &mut errors).map(Price::get),
            right: one("right", self.right, &mut errors),
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let names = SPEC.iter().chain(&DERIVATIVE);
        let bare =
            fields.has("symbol") && names.filter(|name| fields.has(name)).count() == 1 && fields.con_id.is_none();
        if bare {
            fields.sec_type = Some(SecType::Stk);
            fields.exchange = Some("SMART".to_owned());
            fields.currency = one("currency", Some("USD"), &mut errors);
        }
        fields.instrument()
    }
}

/// Parses one named text, collecting the error.
pub fn one<T>(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    checked(text?).map_err(|rule| errors.push(FieldError::new(name, &rule))).ok()
}
