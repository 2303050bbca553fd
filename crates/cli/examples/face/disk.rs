//! The disk by itself.

use crate::process::Trouble;
use crate::spread::Spread;
use std::io::Write as _;
use std::time::Instant;

/// As long as a record of an order with its row.
const BYTES: usize = 1_024;

/// One append and one `fdatasync` after the other, in the directory where the gateway's journal lies in this benchmark.
pub(crate) fn fdatasyncs(times: usize) -> Result<Spread, Trouble> {
    let dir = tempfile::TempDir::new()?;
    let mut file = std::fs::File::create(dir.path().join("appended"))?;
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        file.write_all(&[7; BYTES])?;
        file.sync_data()?;
        took.push(began.elapsed());
    }
    Ok(Spread::of(took))
}
