use super::*;

const TEXT: &str = "retry: 1000\n: behind record 4\nid: 4\n\nid: 5\nevent: order\ndata: {\"seq\":5}\n\n: alive\n\nevent: two\r\ndata: a\r\ndata:b\r\n\r\nid: 6";

fn event(id: Option<&str>, name: Option<&str>, data: Option<&str>) -> Event {
    Event { id: id.map(str::to_owned), name: name.map(str::to_owned), data: data.map(str::to_owned) }
}

#[test]
fn events_come_out_whole_however_the_bytes_are_cut() {
    let wanted = [
        event(Some("4"), None, None),
        event(Some("5"), Some("order"), Some("{\"seq\":5}")),
        event(None, Some("two"), Some("a\nb")),
    ];
    for size in 1..TEXT.len() {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in TEXT.as_bytes().chunks(size) {
            events.extend(parser.take(piece).unwrap());
        }
        assert_eq!(events, wanted, "{size}");
    }
}

#[test]
fn a_line_without_an_end_is_refused() {
    let mut parser = Parser::default();
    let piece = vec![b'x'; 1024 * 1024];
    assert!((0..20).any(|_| parser.take(&piece).is_err()));
}
