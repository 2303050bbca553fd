//! A thread of its own for what must cost the gateway nothing: whatever it waits for, only it waits.

use crate::failure::Failure;
use std::future::Future;
use std::time::Duration;
use tokio::sync::oneshot;

/// The end of such a thread.
pub(super) struct Aside {
    name: &'static str,
    over: oneshot::Receiver<()>,
}

impl Aside {
    /// Runs some work to its end on a thread of its own.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn begin(name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| {
            Failure::unavailable(format!("the system refused a thread: {error}"), "start again")
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
        let (done, over) = oneshot::channel::<()>();
        let run = move || {
            runtime.block_on(work);
            drop(done);
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(refused)?;
        Ok(Self { name, over })
    }

    /// Waits for its end, for so long.
    pub(super) async fn ended(self, within: Duration) {
        // The thread says nothing: it closes.
        if tokio::time::timeout(within, self.over).await.is_err() {
            tracing::warn!(thread = self.name, "it did not end in time");
        }
    }
}
