//! A thread of its own for what must cost the gateway nothing: whatever it waits for, only it waits.

use crate::failure::Failure;
use std::future::Future;
use std::time::Duration;
use tokio::sync::oneshot;

/// Such a thread. What it works at is dropped where it stands once this is gone.
pub(super) struct Aside {
    name: &'static str,
    over: oneshot::Receiver<()>,
    _wanted: oneshot::Sender<()>,
}

impl Aside {
    /// Runs some work on a thread of its own: to its end, or as long as anybody wants it.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn begin(name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| {
            Failure::unavailable(format!("the system refused a thread: {error}"), "start again")
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
        let (done, over) = oneshot::channel::<()>();
        let (wanted, unwanted) = oneshot::channel::<()>();
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = work => {}
                    _gone = unwanted => {}
                }
            });
            // What it left to itself ends before its end is told.
            drop(runtime);
            drop(done);
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(refused)?;
        Ok(Self { name, over, _wanted: wanted })
    }

    /// Waits for its end, for so long; then it is ended.
    pub(super) async fn ended(self, within: Duration) {
        // The thread says nothing: it closes.
        if tokio::time::timeout(within, self.over).await.is_err() {
            tracing::warn!(thread = self.name, "it did not end in time");
        }
    }
}
