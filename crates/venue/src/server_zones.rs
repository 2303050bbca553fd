//! Time zones as a Gateway on Windows names them.

/// IANA names as the venue writes them, and their Windows names.
const ZONES: &[(&str, &str)] = &[
    ("US/Eastern", "Eastern Standard Time"),
    ("America/New_York", "Eastern Standard Time"),
    ("US/Central", "Central Standard Time"),
    ("America/Chicago", "Central Standard Time"),
    ("GB-Eire", "GMT Standard Time"),
    ("Europe/London", "GMT Standard Time"),
    ("MET", "W. Europe Standard Time"),
    ("Europe/Berlin", "W. Europe Standard Time"),
    ("Europe/Zurich", "W. Europe Standard Time"),
    ("Europe/Paris", "Romance Standard Time"),
    ("Asia/Tokyo", "Tokyo Standard Time"),
    ("Japan", "Tokyo Standard Time"),
    ("Asia/Hong_Kong", "China Standard Time"),
    ("Hongkong", "China Standard Time"),
    ("UTC", "Coordinated Universal Time"),
];

/// The Windows name of a zone; the name itself if Windows has no other.
pub(crate) fn windows_name(zone: &str) -> &str {
    ZONES.iter().find(|(name, _)| *name == zone).map_or(zone, |(_, windows)| windows)
}

/// A greeting with its zone named as Windows does. The greeting is `<version>\0<time> <zone>\0` behind
/// its length.
pub(crate) fn windows_greeting(greeting: &[u8]) -> Vec<u8> {
    let body = greeting.get(4..).unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let named = ZONES.iter().find_map(|(name, windows)| {
        text.trim_end_matches('\0').strip_suffix(name).map(|front| format!("{front}{windows}\0"))
    });
    let Some(named) = named else {
        return greeting.to_vec();
    };
    let mut out = u32::try_from(named.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    out.extend_from_slice(named.as_bytes());
    out
}
