use super::*;

fn slot(number: usize) -> SlotKey {
    format!("weekly-{number}").parse().unwrap()
}

/// What a deck deals over so many slots, where everything occurs that `occurs`.
fn dealt(deck: &mut Deck, slots: usize, occurs: impl Fn(Mishap) -> bool) -> Vec<Option<Mishap>> {
    let one = |number| {
        let mishap = deck.deal()?;
        deck.note(&slot(number), Met { occurred: occurs(mishap), ..Met::new(mishap) });
        Some(mishap)
    };
    (0..slots).map(one).collect()
}

#[test]
fn half_a_year_has_every_kind_and_leaves_slots_alone() {
    for seed in 0..200 {
        let mut deck = Deck::new(FaultsWord::All, seed, 26);
        let dealt = dealt(&mut deck, 26, |_| true);
        assert_eq!(deck.never(), Vec::<&str>::new(), "seed {seed}");
        assert!(dealt.iter().filter(|one| one.is_none()).count() >= 8, "seed {seed}");
    }
}

#[test]
fn a_long_span_has_every_kind_equally_often_at_one_slot_in_three() {
    let mut deck = Deck::new(FaultsWord::All, 1, 1_722);
    let dealt = dealt(&mut deck, 1_722, |_| true);
    assert_eq!(dealt.iter().flatten().count(), 574);
    for kind in Mishap::ALL {
        let count = dealt.iter().flatten().filter(|one| **one == kind).count();
        assert!((44..=45).contains(&count), "{} {count} times", kind.word());
    }
}

#[test]
fn a_kind_that_found_nothing_comes_again_and_is_told_until_it_occurred() {
    let mut deck = Deck::new(FaultsWord::Harmless, 7, 40);
    let dealt = dealt(&mut deck, 40, |kind| kind != Mishap::Cut);
    assert_eq!(deck.never(), ["cut"]);
    let dealt: Vec<Mishap> = dealt.into_iter().flatten().collect();
    let (round, behind) = dealt.split_at(6);
    assert_eq!(round.iter().filter(|one| **one == Mishap::Cut).count(), 1);
    assert!(behind.len() > 15 && behind.iter().all(|one| *one == Mishap::Cut), "{dealt:?}");
}

#[test]
fn the_same_seed_deals_the_same_and_without_faults_there_is_nothing() {
    let deal = |seed| dealt(&mut Deck::new(FaultsWord::All, seed, 50), 50, |_| true);
    assert_eq!(deal(3), deal(3));
    assert_ne!(deal(3), deal(4));
    let mut none = Deck::new(FaultsWord::None, 1, 50);
    assert_eq!(dealt(&mut none, 50, |_| true), vec![None; 50]);
    assert_eq!(none.never(), Vec::<&str>::new());
}
