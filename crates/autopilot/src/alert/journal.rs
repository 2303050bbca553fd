//! Reading the journal as it grows, from where the outbox says that it was read before.

use domain::alert::{AlertBook, AlertKind, Severity};
use domain::alert::{Cursor, Entry, News, news};
use domain::fault::Fault;
use domain::principal::Principal;
use engine::desk::{AuditFilter, AuditRecord};
use engine::{Desk, JournalFeed, Wanted};
use jiff::Timestamp;

/// Records of one reading.
const PAGE_LEN: usize = 500;
/// The kind of the record that a restore leaves.
const RESTORED: &str = "restored";

/// The journal, and how far it was read.
pub(super) struct Reading {
    by: Principal,
    feed: Option<JournalFeed>,
    after: u64,
}

/// What one reading gave.
pub(super) struct Read {
    pub(super) news: Vec<News>,
    /// How far it was read, to be said with what came of it.
    pub(super) cursor: Option<Entry>,
    /// Whether there is more at once.
    pub(super) more: bool,
}

impl Reading {
    pub(super) fn new(by: Principal) -> Self {
        Self { by, feed: None, after: 0 }
    }

    /// What is new since the last reading. What it gives must be said before the next one.
    pub(super) async fn read(&mut self, desk: &dyn Desk, book: &AlertBook, now: Timestamp) -> Result<Read, Fault> {
        let (feed, mut news_before, begun) = match &self.feed {
            Some(feed) => (feed.clone(), Vec::new(), None),
            None => self.begin(desk, book, now).await?,
        };
        let page = feed.page(self.after, &Wanted::default(), PAGE_LEN).await?;
        let last =
            page.records.last().map(|last| Cursor { seq: last.record.record.seq, hash: last.record.hash.clone() });
        news_before.extend(page.records.iter().flat_map(|one| news(&one.record.record)));
        self.after = page.upto;
        self.feed = Some(feed);
        let more = page.records.len() >= PAGE_LEN;
        Ok(Read { news: news_before, cursor: last.or(begun).map(|cursor| Entry::Read { cursor }), more })
    }

    /// What was read and not said is read again.
    pub(super) fn again(&mut self) {
        self.feed = None;
    }

    /// Goes on where the outbox says, if the journal has the same record there; else from the newest restore, and without one from
    /// the present, which is noted at once: what comes behind it and before a crash is told after it.
    async fn begin(
        &mut self,
        desk: &dyn Desk,
        book: &AlertBook,
        now: Timestamp,
    ) -> Result<(JournalFeed, Vec<News>, Option<Cursor>), Fault> {
        let Some(cursor) = &book.cursor else { return self.at_present(desk, Vec::new()).await };
        let known = AuditFilter { after: Some(cursor.seq.saturating_sub(1)), limit: 1, ..filter() };
        let known = desk.audit(&self.by, known).await?;
        let is_same = |record: &AuditRecord| record.record.seq == cursor.seq && record.hash == cursor.hash;
        if known.first().is_some_and(is_same) {
            let (feed, said) = self.at(desk, Some(cursor.seq), Vec::new())?;
            return Ok((feed, said, None));
        }
        let restored = AuditFilter { kind: Some(RESTORED.to_owned()), newest_first: true, limit: 1, ..filter() };
        let restored = desk.audit(&self.by, restored).await?.first().map(|record| record.record.seq);
        if let Some(seq) = restored {
            let (feed, said) = self.at(desk, Some(seq.saturating_sub(1)), Vec::new())?;
            return Ok((feed, said, None));
        }
        let title = "The alerts' place in the journal is of another journal; they go on from the present";
        let what = format!("Record {} is not the one that was read last.", cursor.seq);
        let said = News::new(AlertKind::Audit, Severity::Critical, "alerts", title, now).saying(&what);
        self.at_present(desk, vec![said]).await
    }

    async fn at_present(
        &mut self,
        desk: &dyn Desk,
        said: Vec<News>,
    ) -> Result<(JournalFeed, Vec<News>, Option<Cursor>), Fault> {
        let newest = desk.audit(&self.by, AuditFilter { newest_first: true, ..filter() }).await?;
        let newest = newest.into_iter().next().map(|one| Cursor { seq: one.record.seq, hash: one.hash });
        let (feed, said) = self.at(desk, newest.as_ref().map(|newest| newest.seq), said)?;
        Ok((feed, said, newest))
    }

    fn at(&mut self, desk: &dyn Desk, after: Option<u64>, said: Vec<News>) -> Result<(JournalFeed, Vec<News>), Fault> {
        let feed = desk.follow(&self.by, after)?;
        self.after = feed.after;
        Ok((feed, said))
    }
}

fn filter() -> AuditFilter {
    AuditFilter { kind: None, cl_ord_id: None, correlation_id: None, after: None, newest_first: false, limit: 1 }
}
