//! One writes; whoever lost the lease, or only may have lost it, sends nothing.

use crate::support::*;
use domain::broker::NotSentReason;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::trading_state::{KillScope, TradingState};
use engine::Ended;
use engine::desk::Desk as _;
use jiff::SignedDuration;

fn memory(rig: &Rig) -> store::MemoryDisk {
    let Disk::Memory(disk) = &rig.disk else { unreachable!("these scenarios are in memory") };
    disk.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_to_be_written_while_another_process_takes_over_never_leaves() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the order is at the socket", || rig.broker.held() == 1).await;
    // The process is stopped between its commit and its write; it wakes when another one is the writer.
    let taken = memory(&rig).open().unwrap();
    rig.pass(SignedDuration::from_secs(11));
    rig.broker.release(&rig.interlock).await;
    assert_eq!(rig.broker.submits(), Vec::<String>::new());
    let refused = rig.broker.refused();
    assert!(
        matches!(refused.as_slice(), [(key, NotSentReason::LeaseUnproven | NotSentReason::LeaseLost)] if key == "k-1"),
        "{refused:?}"
    );
    assert!(matches!(rig.ended().await, Ended::LeaseLost(_)));
    drop(taken);
    // The one that follows knows no more than that it may be live.
    rig.end().await;
    rig.boot();
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_has_nothing_to_write_finds_out_that_it_lost_the_lease() {
    let rig = Rig::ready().await;
    let taken = memory(&rig).open().unwrap();
    rig.pass(SignedDuration::from_secs(2));
    assert!(matches!(rig.ended().await, Ended::LeaseLost(_)));
    assert_eq!(rig.desk().not_ready().len(), 1, "{:?}", rig.desk().not_ready());
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-1")).await), "LeaseNotHeld");
    let desk = rig.desk();
    let cancel = desk.cancel(&alice(), key("k-0"), None, None, std::time::Duration::ZERO).await;
    assert_eq!(code_of(&cancel), "LeaseNotHeld");
    drop(taken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_is_dropped_lets_go_of_the_journal_though_a_question_is_under_way() {
    let mut rig = Rig::ready().await;
    rig.broker.hold_reads(true);
    let desk = rig.desk();
    let asking = tokio::spawn({
        let desk = rig.desk();
        async move { desk.search_contracts(&carol(), "AAPL".to_owned()).await }
    });
    rig.until("the adapter has the question", || rig.broker.held() == 1).await;
    // Nobody but those who ask and read holds the desk now: the journal is free for the next process.
    rig.end().await;
    rig.boot();
    let halted = desk.set_trading_state(&alice(), KillScope::Global, TradingState::Halted, "late".to_owned()).await;
    assert!(matches!(halted, Err(Fault::Storage(_))), "{halted:?}");
    let unanswered = asking.await.unwrap();
    assert!(matches!(unanswered, Err(Fault::BrokerUnreachable(_))), "{unanswered:?}");
}
