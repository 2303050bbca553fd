use super::TwsConfig;
use domain::id::ClientId;

#[test]
fn an_address_is_written_so_that_its_port_can_be_told() {
    let client_id = ClientId::new(7).unwrap();
    for (host, endpoint) in [
        ("127.0.0.1", "127.0.0.1:4002"),
        ("gateway.example", "gateway.example:4002"),
        ("::1", "[::1]:4002"),
        ("[::1]", "[::1]:4002"),
    ] {
        assert_eq!(TwsConfig::new(host, 4002, client_id).endpoint(), endpoint);
    }
}
