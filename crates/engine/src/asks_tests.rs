use super::*;

#[tokio::test]
async fn a_question_to_an_adapter_that_ends_is_over_with_it() {
    let (commands, mut heard) = mpsc::channel(1);
    let asks = Arc::new(Asks::new(commands));
    let asking = tokio::spawn({
        let asks = Arc::clone(&asks);
        async move { asks.ask(Asker::Reader, Question::Time).await }
    });
    assert!(matches!(heard.recv().await, Some(BrokerCommand::Ask { .. })));
    asks.adapter_ended();
    assert!(matches!(asking.await.unwrap(), Err(Fault::BrokerUnreachable(_))));
    // The way to it may still stand, with nobody at its end who listens.
    let later = asks.ask(Asker::Reader, Question::Time).await;
    assert!(matches!(later, Err(Fault::BrokerUnreachable(_))));
    assert!(heard.try_recv().is_err(), "it is not asked any more");
}
