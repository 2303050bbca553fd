use super::*;

fn rules(error: ParseError) -> Vec<String> {
    let ParseError::Fields(fields) = error;
    fields.into_iter().map(|field| field.field).collect()
}

#[test]
fn a_fault_names_what_it_needs_and_nothing_else() {
    let read = |body: &str| InjectFault::parse(body.as_bytes());
    let halt = read(r#"{"fault":"halt","symbol":"AAPL","seconds":60}"#).unwrap();
    assert_eq!(halt, InjectFault { fault: VenueTrouble::Halt, symbol: Some("AAPL".to_owned()), seconds: Some(60) });
    assert!(read(r#"{"fault":"lose_ack"}"#).is_ok());
    let cases = [
        (r#"{"fault":"halt"}"#, &["symbol", "seconds"][..]),
        (r#"{"fault":"lose_ack","seconds":5}"#, &["seconds"]),
        (r#"{"fault":"restart","symbol":"AAPL","seconds":5}"#, &["symbol"]),
        (r#"{"fault":"restart","seconds":601}"#, &["seconds"]),
        (r#"{"fault":"restart","seconds":0}"#, &["seconds"]),
        (r#"{"fault":"earthquake"}"#, &["fault"]),
        (r#"{"fault":"halt","symbol":"aapl","seconds":5}"#, &["symbol"]),
        ("{}", &["fault"]),
        (r#"{"fault":"lose_ack","more":1}"#, &["more"]),
    ];
    for (body, wrong) in cases {
        let mut found = rules(read(body).unwrap_err());
        found.sort();
        let mut wrong = wrong.to_vec();
        wrong.sort_unstable();
        assert_eq!(found, wrong, "{body}");
    }
}

#[test]
fn speeds_and_prices_are_above_zero() {
    assert_eq!(SetVenueSpeed::parse(br#"{"speed":60}"#).unwrap().speed, 60);
    for body in [r#"{"speed":0}"#, r#"{"speed":1001}"#, r#"{"speed":1.5}"#, r#"{"speed":"60"}"#, "{}"] {
        assert_eq!(rules(SetVenueSpeed::parse(body.as_bytes()).unwrap_err()), ["speed"], "{body}");
    }
    assert!(MoveVenuePrice::parse(br#"{"symbol":"AAPL","price":"190.5"}"#).is_ok());
    for price in ["0", "-1"] {
        let body = format!(r#"{{"symbol":"AAPL","price":"{price}"}}"#);
        assert_eq!(rules(MoveVenuePrice::parse(body.as_bytes()).unwrap_err()), ["price"], "{body}");
    }
}
