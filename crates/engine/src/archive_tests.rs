use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// Readings that end when the test says so.
#[derive(Debug, Default)]
struct Slow {
    under_way: AtomicUsize,
    most: AtomicUsize,
    begun: AtomicUsize,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Slow {
    fn read(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        let is_open = self.is_open.lock().unwrap();
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
        self.under_way.fetch_sub(1, Ordering::SeqCst);
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Archive for Slow {
    fn page(&self, _filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        self.read();
        Ok(Vec::new())
    }

    fn verify(&self) -> Result<AuditVerification, Fault> {
        self.read();
        Ok(AuditVerification {
            ok: true,
            records: 0,
            head_hash: String::new(),
            findings_total: 0,
            findings: Vec::new(),
        })
    }
}

fn everything() -> AuditFilter {
    AuditFilter { kind: None, cl_ord_id: None, correlation_id: None, after: None, newest_first: false, limit: 1 }
}

/// Looks again until it holds; every task and thread gets its turn meanwhile.
async fn until(holds: impl Fn() -> bool) {
    let looking = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("it holds in the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_readings_are_under_way_and_no_more_though_their_callers_hang_up() {
    let slow = Arc::new(Slow::default());
    let reading = Reading::new(Arc::clone(&slow) as Arc<dyn Archive>);
    let read = || {
        let reading = reading.clone();
        tokio::spawn(async move { reading.read(|archive| archive.page(&everything())).await })
    };
    let gone: Vec<_> = (0..READINGS_MAX).map(|_| read()).collect();
    until(|| slow.under_way.load(Ordering::SeqCst) == READINGS_MAX).await;
    for one in gone {
        one.abort();
        assert!(one.await.unwrap_err().is_cancelled());
    }
    let next: Vec<_> = (0..20).map(|_| read()).collect();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(slow.begun.load(Ordering::SeqCst), READINGS_MAX, "the others wait for those to end");
    slow.open();
    for one in next {
        assert_eq!(one.await.unwrap(), Ok(Vec::new()));
    }
    assert_eq!(slow.most.load(Ordering::SeqCst), READINGS_MAX);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_walk_is_under_way_for_all_who_want_one() {
    let slow = Arc::new(Slow::default());
    let reading = Reading::new(Arc::clone(&slow) as Arc<dyn Archive>);
    let walk = || {
        let reading = reading.clone();
        tokio::spawn(async move { reading.verify().await })
    };
    let first = walk();
    until(|| slow.under_way.load(Ordering::SeqCst) == 1).await;
    let others: Vec<_> = (0..50).map(|_| walk()).collect();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    slow.open();
    assert!(first.await.unwrap().unwrap().ok);
    for other in others {
        assert!(other.await.unwrap().unwrap().ok);
    }
    assert_eq!(slow.most.load(Ordering::SeqCst), 1);
    assert_eq!(slow.begun.load(Ordering::SeqCst), 2, "one for the first, one for those who came while it walked");
}
