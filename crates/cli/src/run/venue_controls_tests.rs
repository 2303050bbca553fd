use super::*;

#[test]
fn every_trouble_is_a_fault_of_the_venue_and_is_told_in_words() {
    let cases = [
        (Trouble::RejectOrder, "reject: code 201, message Order rejected - reason: asked for at the venue's controls"),
        (Trouble::LoseAck, "lose ack"),
        (Trouble::DropAfterAccept, "drop: after accept"),
        (Trouble::DropConnections, "drop connections"),
        (Trouble::Restart, "restart: "),
        (Trouble::ConnectivityLost, "connectivity lost: "),
        (Trouble::FarmOutage, "farm outage: farm market data, for "),
        (Trouble::FreezeData, "freeze data: for "),
        (Trouble::Halt, "halt: "),
        (Trouble::NeverAnswers, "never answers: for "),
    ];
    for (trouble, words) in cases {
        let (symbol, seconds) = (trouble.is_of_a_symbol().then(|| "AAPL".to_owned()), trouble.lasts().then_some(7));
        let made = spec(Injection { trouble, symbol, seconds }).unwrap();
        let said = serde_json::to_value(&made).unwrap();
        assert!(in_words(&said["do"]).starts_with(words), "{said}");
        assert_eq!(in_words(&said["do"]).contains("symbol AAPL"), trouble.is_of_a_symbol(), "{said}");
        assert_eq!(said.to_string().contains('7'), trouble.lasts(), "{said}");
    }
}
