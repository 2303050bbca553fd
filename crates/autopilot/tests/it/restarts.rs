//! The process dies at every single thing that a run does, before it and behind it; the next one goes on.

use crate::world::*;
use domain::approval::ApprovalStatus;
use domain::looping::event::LoopEvent;
use domain::looping::execution::Style;
use domain::looping::run::RunState;
use engine::Pilot as _;
use engine::pilot::RunWish;
use jiff::SignedDuration;
use std::sync::Arc;

/// A run from cash to half and half, then to something else, so that there are sells before buys; it dies once on the way.
async fn with_death(death: Death, style: Style, asks: bool) -> (Arc<World>, bool) {
    let world = World::new();
    let mut first = settings();
    first.terms.style = style;
    let pilot = world.pilot(first.clone());
    pilot.begin(&person(), RunWish { id: Some("one".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    world.with(|world| (world.death, world.asks) = (death, asks));
    let mut second = first;
    second.signal = fixed(&[("BBB", "0.4"), ("CCC", "0.4")]);
    let wish = RunWish { id: Some("two".parse().unwrap()), decision: None };
    let mut died = false;
    let mut pilot = world.pilot(second.clone());
    for _ in 0..10 {
        // Whoever asked asks again: the id makes it one run.
        let begun = pilot.begin(&person(), wish.clone()).await;
        let turned = pilot.turn().await;
        if begun.is_err() || turned.is_err() {
            died = true;
            world.with(|world| world.death = Death::Never);
            pilot = world.pilot(second.clone());
        }
        world.pass(SignedDuration::from_secs(1));
        let two = world.book().runs.get(&"two".parse().unwrap()).cloned();
        let waits = two.and_then(|run| Some(run.approval.as_ref()?.status == ApprovalStatus::Pending));
        if waits == Some(true) {
            world.answer("two", ApprovalStatus::Approved, None);
        }
    }
    (world, died)
}

/// What matters in the end, and what was noted on the way.
fn outcome(world: &World) -> (Vec<String>, Vec<(i32, rust_decimal::Decimal)>, Vec<&'static str>) {
    let book = world.book();
    let run = book.run(&"two".parse().unwrap()).unwrap();
    assert_eq!(run.state, RunState::Done, "{}", run.reason);
    // A signal that was asked and not heard is asked again, and may say another thing by then.
    let of_runs = |event: &&LoopEvent| event.run().is_some();
    let words = world.with(|world| world.events.iter().filter(of_runs).map(LoopEvent::word).collect());
    (world.sent(), world.held(), words)
}

#[tokio::test]
async fn a_run_goes_on_where_it_stopped_and_repeats_nothing() {
    let marketable = Style::Marketable { collar: dec("0.001") };
    for (style, asks) in [(marketable, false), (Style::Moc, false), (marketable, true)] {
        let (world, _) = with_death(Death::Never, style, asks).await;
        let expected = outcome(&world);
        assert_eq!(expected.0.len(), 5, "two buys, then two sells and a buy: {:?}", expected.0);
        let mut deaths = 0;
        for at in 0..30 {
            for death in [Death::Before(at), Death::Behind(at)] {
                let (world, died) = with_death(death, style, asks).await;
                assert_eq!(outcome(&world), expected, "{death:?}");
                deaths += usize::from(died);
            }
        }
        assert!(deaths > 20, "only {deaths} deaths");
    }
}
