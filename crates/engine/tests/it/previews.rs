//! How many previews one key may have that count.

use crate::support::*;
use domain::journal::JournalEvent;
use domain::principal::Principal;
use engine::desk::Desk as _;
use jiff::SignedDuration;

/// Previews of one key that may count at a time.
const MOST: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_has_so_many_previews_that_count_and_no_more_until_some_lapse() {
    let rig = Rig::ready().await;
    let made = || rig.log.count(|event| matches!(event, JournalEvent::Previewed { .. }));
    let preview = async |by: &Principal| rig.desk().preview(by, buy("k-1")).await;
    for _ in 0..MOST {
        preview(&alice()).await.unwrap();
    }
    assert_eq!((code_of(&preview(&alice()).await), made()), ("TooMany".to_owned(), MOST));
    assert!(preview(&bob()).await.is_ok(), "another key has its own");
    rig.pass(SignedDuration::from_mins(5));
    assert!(preview(&alice()).await.is_ok());
    let whose = |event: &JournalEvent| matches!(event, JournalEvent::Previewed { by: Some(by), .. } if *by == alice());
    assert_eq!(rig.log.count(whose), MOST + 1, "who asked is on record");
}
