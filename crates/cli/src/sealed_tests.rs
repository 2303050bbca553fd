use super::*;

const PHRASE: &str = "correct horse, battery";

#[test]
fn what_is_sealed_comes_out_with_its_phrase_and_with_no_other() {
    let key = format!("tg_{}", "5a".repeat(32));
    let sealed = seal(&key, PHRASE).unwrap();
    assert!(is_sealed(&sealed) && !is_sealed(&key));
    assert!(!sealed.contains(&key) && !sealed.contains('\n'), "{sealed}");
    assert_eq!(open(&format!("{sealed}\n"), PHRASE), Ok(key.clone()));
    for wrong in ["", "correct horse, batterY", "correct horse, battery "] {
        assert_eq!(open(&sealed, wrong), Err(SealError::Phrase));
    }
    assert_ne!(seal(&key, PHRASE).unwrap(), sealed, "salt and nonce are new each time");
}

#[test]
fn a_changed_file_is_not_opened_whatever_was_changed() {
    let sealed = seal("secret", PHRASE).unwrap();
    let parts: Vec<&str> = sealed.split('$').collect();
    let with = |nth: usize, part: &str| {
        let mut parts = parts.clone();
        parts[nth] = part;
        open(&parts.join("$"), PHRASE)
    };
    let flipped = |text: &str| {
        let first = if text.starts_with('0') { '1' } else { '0' };
        format!("{first}{}", &text[1..])
    };
    for (nth, part) in parts.iter().enumerate().skip(2) {
        assert_eq!(with(nth, &flipped(part)), Err(SealError::Phrase), "part {nth}");
        assert_eq!(with(nth, "zz"), Err(SealError::Form));
    }
    assert_eq!(with(1, "m=65536,t=4,p=1"), Err(SealError::Phrase));
    for cost in ["m=4000000000,t=3,p=1", "m=65536,t=99,p=1", "m=65536,t=3", "m=65536,t=3,p=1,x=1", "m=1,t=3,p=1", ""] {
        assert_eq!(with(1, cost), Err(SealError::Form), "{cost}");
    }
    assert_eq!(with(0, "tgsealed2"), Err(SealError::Form));
    assert_eq!(open("tgsealed1$", PHRASE), Err(SealError::Form));
}
