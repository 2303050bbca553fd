//! The thread that the adapter runs on.
//!
//! One thread, and one only: the library hands each frame of a list to its reader through a ring of bounded length, and
//! drops the oldest when the reader falls behind. On several threads the socket is read faster than a long list is taken
//! in, and a day with some thousand trades could never be compared. On one thread the two take turns after at most a few
//! hundred frames each.

use std::io;
use std::thread;
use tokio::sync::oneshot;

/// A running adapter.
#[derive(Debug)]
pub struct Adapter {
    ending: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Adapter {
    pub(crate) fn seat(life: impl Future<Output = ()> + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (ending, word) = oneshot::channel();
        let (gone, ended) = oneshot::channel();
        thread::Builder::new().name("tws-adapter".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = life => {}
                    // Nobody holds the handle any more, or it was asked to end.
                    _word = word => {}
                }
            });
            // What the library still runs ends here, and its socket closes, before anybody is told.
            drop(runtime);
            // Nobody may be waiting.
            gone.send(()).unwrap_or(());
        })?;
        Ok(Self { ending, ended })
    }

    /// Waits until it has ended by itself; `false` if its thread panicked.
    pub async fn ended(self) -> bool {
        let Self { ending, ended } = self;
        let whole = ended.await.is_ok();
        drop(ending);
        whole
    }

    /// Ends it, its connection included; `false` if its thread panicked.
    pub async fn end(self) -> bool {
        let Self { ending, ended } = self;
        drop(ending);
        ended.await.is_ok()
    }
}
