//! Sessions: they do what their key may do now, and end with it.

use crate::support::*;
use domain::fault::Fault;
use domain::id::KeyId;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::desk::{CsrfProof, NewSession};
use engine::{Clock as _, Desk as _};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

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
async fn a_restart_ends_every_session() {
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
