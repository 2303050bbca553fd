use super::*;

fn content() -> Content<'static> {
    Content {
        seq: 7,
        at_ns: 9,
        kind: "order",
        cl_ord_id: Some("a"),
        correlation_id: None,
        principal: Some("k"),
        body: b"{}",
    }
}

#[test]
fn every_field_of_a_record_moves_its_hash() {
    let key = ChainKey::new(&[1; 32]);
    let base = content();
    let prev = RecordHash([5; 32]);
    let variants = [
        key.seal(&base, &prev),
        key.seal(&base, &RecordHash::ZERO),
        key.seal(&Content { seq: 8, ..base }, &prev),
        key.seal(&Content { at_ns: 8, ..base }, &prev),
        key.seal(&Content { kind: "orders", ..base }, &prev),
        key.seal(&Content { cl_ord_id: None, ..base }, &prev),
        key.seal(&Content { cl_ord_id: None, correlation_id: Some("a"), ..base }, &prev),
        key.seal(&Content { correlation_id: Some(""), ..base }, &prev),
        key.seal(&Content { principal: None, ..base }, &prev),
        key.seal(&Content { body: b"{ }", ..base }, &prev),
        ChainKey::new(&[2; 32]).seal(&base, &prev),
    ];
    let distinct: std::collections::HashSet<_> = variants.iter().collect();
    assert_eq!(distinct.len(), variants.len());
}

#[test]
fn a_hash_reads_back_from_its_text() {
    let hash = ChainKey::new(&[1; 32]).seal(&content(), &RecordHash::ZERO);
    assert_eq!(hash.to_string().parse::<RecordHash>().unwrap(), hash);
}
