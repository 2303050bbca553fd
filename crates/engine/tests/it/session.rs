//! Sessions: they do what their key may do now, and end with it; a restart ends them where nothing keeps them.

use crate::support::*;
use domain::fault::Fault;
use domain::id::KeyId;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::desk::{CsrfProof, NewSession};
use engine::{Clock as _, Desk as _, KeptSession, SessionShelf};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

const LOOK: CsrfProof<'static> = CsrfProof::NotNeeded;

async fn key_named(rig: &Rig, name: &str, scopes: &[Scope], expires_at: Option<Timestamp>) -> (KeyId, Principal) {
    let id: KeyId = name.parse().unwrap();
    let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
    let made = rig.desk().create_key(&alice(), id.clone(), PrincipalKind::Human, scopes, expires_at).await.unwrap();
    let by = rig.desk().authenticate(&made.secret, Face::Rest, "c".parse().unwrap()).unwrap();
    (id, by)
}

fn begin(rig: &Rig, by: &Principal) -> NewSession {
    rig.desk().sign_in(by).unwrap()
}

fn asks(rig: &Rig, secret: &str, proof: CsrfProof<'_>) -> Result<Principal, Fault> {
    rig.desk().authenticate_session(secret, proof, "c".parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_has_the_scopes_of_its_key_and_its_own_token() {
    let rig = Rig::ready().await;
    let (id, by) = key_named(&rig, "boss", &[Scope::Read, Scope::Approve], None).await;
    let (one, other) = (begin(&rig, &by), begin(&rig, &by));
    assert!(one.secret.len() == 64 && one.secret != other.secret);
    assert_ne!(one.view.csrf_token, other.view.csrf_token);
    assert_ne!(one.view.csrf_token, one.secret);
    let seen = asks(&rig, &one.secret, LOOK).unwrap();
    assert_eq!((&seen.key_id, seen.face, &seen.scopes), (&id, Face::Dashboard, &by.scopes));
    assert!(seen.is_human());
    let token = CsrfProof::Given(&one.view.csrf_token);
    assert!(asks(&rig, &one.secret, token).is_ok());
    for proof in [CsrfProof::Missing, CsrfProof::Given(""), CsrfProof::Given(&other.view.csrf_token)] {
        assert_eq!(asks(&rig, &one.secret, proof).unwrap_err(), Fault::CsrfRefused);
    }
    assert_eq!(rig.desk().session(&one.secret).unwrap().csrf_token, one.view.csrf_token);
    assert_eq!(rig.desk().sign_in(&seen).err(), Some(Fault::Unauthorized), "a session begins no session");
    for forged in ["", "0", &one.view.csrf_token, &"0".repeat(64)] {
        assert_eq!(asks(&rig, forged, LOOK).unwrap_err(), Fault::Unauthorized);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_by_its_holder_its_key_s_end_and_its_age() {
    let rig = Rig::ready().await;
    let (id, by) = key_named(&rig, "revoked", &[Scope::Read], None).await;
    let (left, revoked) = (begin(&rig, &by), begin(&rig, &by));
    rig.desk().sign_out(&left.secret).unwrap();
    assert_eq!(asks(&rig, &left.secret, LOOK).unwrap_err(), Fault::Unauthorized);
    assert!(asks(&rig, &revoked.secret, LOOK).is_ok(), "another session of the key goes on");
    rig.desk().revoke_key(&alice(), id).await.unwrap();
    assert_eq!(asks(&rig, &revoked.secret, LOOK).unwrap_err(), Fault::Unauthorized);
    assert_eq!(rig.desk().sign_in(&by).err(), Some(Fault::Unauthorized));

    let end = rig.clock.now() + SignedDuration::from_mins(20);
    let (_, by) = key_named(&rig, "expiring", &[Scope::Read], Some(end)).await;
    let expiring = begin(&rig, &by);
    assert_eq!(expiring.view.ends_at, end);
    let (_, by) = key_named(&rig, "lasting", &[Scope::Read], None).await;
    let (idle, used) = (begin(&rig, &by), begin(&rig, &by));
    rig.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(asks(&rig, &expiring.secret, LOOK).unwrap_err(), Fault::Unauthorized);
    assert!(asks(&rig, &used.secret, LOOK).is_ok());
    rig.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(asks(&rig, &idle.secret, LOOK).unwrap_err(), Fault::Unauthorized);
    assert!(asks(&rig, &used.secret, LOOK).is_ok());
    for _ in 0..23 {
        rig.clock.advance(SignedDuration::from_mins(29));
        assert!(asks(&rig, &used.secret, LOOK).is_ok());
    }
    rig.clock.advance(SignedDuration::from_mins(29));
    assert_eq!(asks(&rig, &used.secret, LOOK).unwrap_err(), Fault::Unauthorized, "twelve hours after the sign-in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_shelf_a_restart_ends_every_session() {
    let mut rig = Rig::ready().await;
    let (_, by) = key_named(&rig, "boss", &[Scope::Read], None).await;
    let session = begin(&rig, &by);
    rig.crash().await;
    rig.boot();
    assert_eq!(asks(&rig, &session.secret, LOOK).unwrap_err(), Fault::Unauthorized);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_s_key_begins_no_session() {
    let rig = Rig::ready().await;
    let scopes = BTreeSet::from([Scope::Read]);
    let made = rig.desk().create_key(&alice(), id("program"), PrincipalKind::Agent, scopes, None).await.unwrap();
    let by = rig.desk().authenticate(&made.secret, Face::Rest, "c".parse().unwrap()).unwrap();
    assert_eq!(rig.desk().sign_in(&by).err(), Some(Fault::HumansOnly));
}

/// A shelf that a process leaves to the next, and that can break.
#[derive(Debug, Default)]
struct Shelf {
    kept: watch::Sender<Vec<KeptSession>>,
    cannot_write: AtomicBool,
    cannot_clear: AtomicBool,
}

impl SessionShelf for Shelf {
    fn read(&self) -> Result<Vec<KeptSession>, String> {
        Ok(self.kept.borrow().clone())
    }

    fn write(&self, sessions: &[KeptSession]) -> Result<(), String> {
        if self.cannot_write.load(Ordering::Relaxed) {
            return Err("the disk is full".to_owned());
        }
        self.kept.send_replace(sessions.to_vec());
        Ok(())
    }

    fn clear(&self) -> Result<(), String> {
        if self.cannot_clear.load(Ordering::Relaxed) {
            return Err("the disk is gone".to_owned());
        }
        self.kept.send_replace(Vec::new());
        Ok(())
    }
}

async fn shelved() -> (Rig, Arc<Shelf>) {
    let shelf = Arc::new(Shelf::default());
    let place = Arc::clone(&shelf) as Arc<dyn SessionShelf>;
    (Rig::ready_with(|config| config.session_shelf = Some(place)).await, shelf)
}

async fn restart(rig: &mut Rig) {
    rig.crash().await;
    rig.boot();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_shelf_a_session_outlives_a_crash_with_its_token_and_what_is_kept_proves_nothing() {
    let (mut rig, shelf) = shelved().await;
    let (id, by) = key_named(&rig, "boss", &[Scope::Read, Scope::Kill], None).await;
    let session = begin(&rig, &by);
    let kept = format!("{:?}", shelf.read().unwrap());
    assert!(!kept.contains(&session.secret) && !kept.contains(&session.view.csrf_token), "{kept}");
    restart(&mut rig).await;
    let seen = asks(&rig, &session.secret, CsrfProof::Given(&session.view.csrf_token)).unwrap();
    assert_eq!((&seen.key_id, &seen.scopes), (&id, &by.scopes));
    assert_eq!(asks(&rig, &session.secret, CsrfProof::Missing).unwrap_err(), Fault::CsrfRefused);
    let view = rig.desk().session(&session.secret).unwrap();
    assert_eq!((view.began_at, view.ends_at), (session.view.began_at, session.view.ends_at), "no longer than before");
    for forged in [&shelf.read().unwrap()[0].hash, &"0".repeat(64)] {
        assert_eq!(asks(&rig, forged, LOOK).unwrap_err(), Fault::Unauthorized);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_over_before_a_crash_is_over_after_it() {
    let (mut rig, shelf) = shelved().await;
    let (id, by) = key_named(&rig, "revoked", &[Scope::Read], None).await;
    let revoked = begin(&rig, &by);
    let (_, by) = key_named(&rig, "boss", &[Scope::Read], None).await;
    let (left, idle, stays) = (begin(&rig, &by), begin(&rig, &by), begin(&rig, &by));
    rig.desk().sign_out(&left.secret).unwrap();
    rig.desk().revoke_key(&alice(), id).await.unwrap();
    rig.clock.advance(SignedDuration::from_mins(20));
    assert!(asks(&rig, &stays.secret, LOOK).is_ok());
    let now = rig.clock.now();
    // Its use is kept beside whoever asks.
    shelf.kept.subscribe().wait_for(|kept| kept.iter().any(|one| one.used_at == now)).await.unwrap();
    rig.clock.advance(SignedDuration::from_mins(10));
    restart(&mut rig).await;
    for (secret, why) in
        [(&left.secret, "signed out"), (&revoked.secret, "its key was revoked"), (&idle.secret, "idle")]
    {
        assert_eq!(asks(&rig, secret, LOOK).unwrap_err(), Fault::Unauthorized, "{why}");
    }
    assert!(asks(&rig, &stays.secret, LOOK).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_does_not_come_back() {
    let (mut rig, shelf) = shelved().await;
    let (_, by) = key_named(&rig, "boss", &[Scope::Read], None).await;
    let (left, other) = (begin(&rig, &by), begin(&rig, &by));
    shelf.cannot_write.store(true, Ordering::Relaxed);
    rig.desk().sign_out(&left.secret).unwrap();
    assert!(shelf.read().unwrap().is_empty(), "rather none than one that is over");
    assert!(asks(&rig, &other.secret, LOOK).is_ok(), "it goes on as long as the process");
    shelf.cannot_clear.store(true, Ordering::Relaxed);
    assert!(matches!(rig.desk().sign_in(&by), Err(Fault::Storage(_))));
    assert!(matches!(rig.desk().sign_out(&other.secret), Err(Fault::Storage(_))), "nobody is told a lie");
    assert_eq!(asks(&rig, &other.secret, LOOK).unwrap_err(), Fault::Unauthorized);
    restart(&mut rig).await;
    assert_eq!(asks(&rig, &left.secret, LOOK).unwrap_err(), Fault::Unauthorized);
}
