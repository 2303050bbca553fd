//! The way out to one client: bounded, so that a client that does not read cannot hold memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Most bytes that wait for one client. The longest answer, a year of minute bars, is some 10 MB.
const QUEUED_BYTES_MAX: usize = 32 << 20;

/// Most pieces that wait for one client; each holds the messages of one group commit.
const QUEUED_PIECES_MAX: usize = 4_096;

/// The sending half.
#[derive(Debug)]
pub(crate) struct Outbox {
    pieces: mpsc::Sender<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
    broken: CancellationToken,
}

/// The half that the socket's writer empties.
#[derive(Debug)]
pub(crate) struct OutboxReader {
    pieces: mpsc::Receiver<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
}

/// The client does not read fast enough, or is gone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overflow;

/// An empty outbox. `broken` is cancelled when the client is to be dropped with what still waits.
pub(crate) fn outbox(broken: CancellationToken) -> (Outbox, OutboxReader) {
    let (tx, rx) = mpsc::channel(QUEUED_PIECES_MAX);
    let queued_bytes = Arc::new(AtomicUsize::new(0));
    (Outbox { pieces: tx, queued_bytes: Arc::clone(&queued_bytes), broken }, OutboxReader { pieces: rx, queued_bytes })
}

impl Outbox {
    /// Queues bytes without waiting.
    pub(crate) fn push(&self, piece: Vec<u8>) -> Result<(), Overflow> {
        let len = piece.len();
        let queued = self.queued_bytes.fetch_add(len, Ordering::Relaxed) + len;
        if queued > QUEUED_BYTES_MAX {
            return Err(Overflow);
        }
        self.pieces.try_send(piece).map_err(|_| Overflow)
    }

    /// Drops the connection at once, with what still waits.
    pub(crate) fn break_off(&self) {
        self.broken.cancel();
    }
}

impl OutboxReader {
    /// The next piece; `None` when the sender is gone and everything was given out.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        let piece = self.pieces.recv().await?;
        self.queued_bytes.fetch_sub(piece.len(), Ordering::Relaxed);
        Some(piece)
    }
}

#[cfg(test)]
#[path = "server_outbox_tests.rs"]
mod tests;
