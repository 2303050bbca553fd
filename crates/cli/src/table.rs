//! JSON lists as tables for people: columns by field name, numbers to the right.

use serde_json::Value;

/// One column: its heading and where its value stands.
pub(crate) struct Column {
    heading: &'static str,
    field: &'static str,
}

/// A column of a field; a dot reaches into an object.
pub(crate) const fn column(heading: &'static str, field: &'static str) -> Column {
    Column { heading, field }
}

/// The value at a dotted field name.
pub(crate) fn at<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    field.split('.').try_fold(value, |inner, part| inner.get(part)).filter(|found| !found.is_null())
}

/// A value in words; what is not known is a dash, never a zero.
pub(crate) fn word(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => plain(text),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(items)) => {
            let words: Vec<String> = items.iter().map(|item| word(Some(item))).collect();
            words.join(", ")
        }
        Some(Value::Object(fields)) => {
            let words: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} {}", word(Some(value)))).collect();
            words.join(", ")
        }
    }
}

/// The word at a field.
pub(crate) fn field(value: &Value, name: &str) -> String {
    word(at(value, name))
}

/// What is named `contract` in a table: the symbol, and of a future or an option what tells it from others, as in `AAPL 20261218 190 call`.
pub(crate) fn named(rows: &[Value]) -> Vec<Value> {
    let name = |row: &Value| {
        let parts = ["symbol", "expiry", "strike", "right"].iter().filter_map(|part| at(row, part));
        Value::String(parts.map(|part| word(Some(part))).collect::<Vec<_>>().join(" "))
    };
    let with_name = |row: &Value| {
        let mut named = row.clone();
        if let Some(fields) = named.as_object_mut() {
            fields.insert("contract".to_owned(), name(row));
        }
        named
    };
    rows.iter().map(with_name).collect()
}

/// Broker text must not move the cursor or paint the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The items of a list answer, `{items, …}` or a bare array.
pub(crate) fn items(answer: &Value) -> &[Value] {
    match answer.get("items").unwrap_or(answer) {
        Value::Array(items) => items,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => &[],
    }
}

/// A table, or the sentence for an empty one.
pub(crate) fn table(rows: &[Value], columns: &[Column], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|column| field(row, column.field)).collect()).collect();
    let headings: Vec<String> = columns.iter().map(|column| column.heading.to_owned()).collect();
    lines(&headings, &cells)
}

/// A table of texts.
pub(crate) fn lines(headings: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain(std::iter::once(&headings.to_vec()))
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max();
        cells.unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let right: Vec<bool> = (0..headings.len())
        .map(|column| rows.iter().filter_map(|row| row.get(column)).all(|cell| is_figure(cell)))
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&headings.to_vec()).chain(rows) {
        let mut line = String::new();
        for ((cell, width), right) in row.iter().zip(&widths).zip(&right) {
            let blank = " ".repeat(width.saturating_sub(cell.chars().count()));
            let padded = if *right { format!("{blank}{cell}") } else { format!("{cell}{blank}") };
            line.push_str(&padded);
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn is_figure(cell: &str) -> bool {
    cell == "–" || cell.parse::<rust_decimal::Decimal>().is_ok()
}

/// `name value` lines, the names padded.
pub(crate) fn sheet(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in rows {
        let blank = " ".repeat(width - name.chars().count());
        text.push_str(format!("{name}{blank}  {value}").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
