//! The stream runner's decisions: which instruments have a line, what a price counts for, which minutes of history are missing.
//! Pure; the runner in `autopilot` asks the desk, writes the files and keeps the time.

mod history;
mod plan;
mod record;
mod status;

pub use history::{Gap, History, gap};
pub use plan::{Plan, Reason, Wanted, plan};
pub use record::{Price, Source, StreamRecord, file_name, record};
pub use status::{LockOwner, StreamState, StreamStatus, Subscription};
