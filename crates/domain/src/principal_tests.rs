use super::*;

fn key(kind: PrincipalKind) -> KeyRecord {
    KeyRecord {
        id: "owner".parse().unwrap(),
        kind,
        scopes: Scope::WORDS.iter().map(|(_, scope)| *scope).collect(),
        hash: String::new(),
        expires_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        revoked_at: None,
    }
}

#[test]
fn whoever_owns_a_key_over_mcp_an_agent_asks_without_approve_and_admin() {
    for kind in [PrincipalKind::Human, PrincipalKind::Agent] {
        let by = Principal::of_key(&key(kind), Face::Mcp, "c".parse().unwrap());
        assert_eq!((by.kind, by.is_human()), (PrincipalKind::Agent, false));
        let left: Vec<&str> = by.scopes.iter().map(|scope| scope.word()).collect();
        assert_eq!(left, ["read", "preview", "trade:paper", "trade:live", "kill"]);
    }
}

#[test]
fn at_every_other_face_a_key_is_what_it_is() {
    for face in [Face::Rest, Face::Cli, Face::Dashboard, Face::Loop, Face::File, Face::Engine] {
        let key = key(PrincipalKind::Human);
        let by = Principal::of_key(&key, face, "c".parse().unwrap());
        assert_eq!((by.kind, by.scopes, by.face), (PrincipalKind::Human, key.scopes, face));
    }
}
