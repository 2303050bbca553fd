//! The pages that a newcomer follows, run as they are written.

use crate::page::Page;
use crate::support::Desktop;

#[test]
fn the_page_on_rest_holds_what_it_shows_from_the_first_block_to_the_last() {
    let desktop = Desktop::new();
    assert!(Page::new(&desktop).run("rest.md") > 40);
}

#[test]
fn the_page_on_the_command_line_holds_what_it_shows_from_the_first_block_to_the_last() {
    let desktop = Desktop::new();
    assert!(Page::new(&desktop).run("cli.md") > 60);
}

#[test]
fn the_page_on_an_ib_gateway_of_ones_own_holds_with_the_simulated_broker_in_its_place() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    let port = venue.port.to_string();
    assert!(Page::new(&desktop).read("4002", &port).read("DU1234567", "DUV0000001").run("gateway.md") > 7);
}

#[test]
fn the_page_on_the_loop_holds_from_nothing_to_a_weekly_rebalance() {
    let desktop = Desktop::new();
    assert!(Page::new(&desktop).run("loop.md") > 8);
}
