//! An example or two of every command, for `--help`, the manual pages, and docs/cli.md.

use clap::Command;

/// A command by its words, and how it is called.
pub(crate) struct Example {
    /// `order submit`.
    pub(crate) command: &'static str,
    /// Whole lines, without the prompt.
    pub(crate) lines: &'static [&'static str],
}

const fn of(command: &'static str, lines: &'static [&'static str]) -> Example {
    Example { command, lines }
}

/// In the order of the commands.
#[rustfmt::skip]
pub(crate) const EXAMPLES: &[Example] = &[
    of("demo", &["tollgate demo --once", "tollgate demo"]),
    of("serve", &["tollgate serve", "tollgate serve --profile paper"]),
    of("mcp", &[
        "tollgate mcp --demo",
        "tollgate mcp --print-config claude-desktop",
        "tollgate mcp --url http://127.0.0.1:8787 --key-file agent.key",
    ]),
    of("venue", &[
        "tollgate venue --sessions always",
        "tollgate venue --stepped --start 1990-01-02 --seed 7",
        "tollgate venue --tws-port 0 --control-port 0 --faults day.toml --state venue",
    ]),
    of("venue status", &["tollgate venue status", "tollgate venue status --control-port 7498 --json"]),
    of("status", &["tollgate status", "tollgate status --gates", "tollgate status --watch"]),
    of("top", &["tollgate top", "tollgate top --url https://gateway:8787 --key-file me.key"]),
    of("doctor", &["tollgate doctor", "tollgate doctor --profile live --json"]),
    of("quote", &["tollgate quote AAPL MSFT", "tollgate quote --con-id 265598", "tollgate quote AAPL MSFT --watch"]),
    of("bars", &["tollgate bars AAPL --size 1d --duration 3mo", "tollgate bars AAPL --size 5m --duration 1d --json"]),
    of("stream status", &["tollgate stream status", "tollgate stream status --json"]),
    of("contract search", &["tollgate contract search AAPL"]),
    of("contract show", &["tollgate contract show 265598"]),
    of("contract chain", &["tollgate contract chain 265598", "tollgate contract chain 265598 --json"]),
    of("account list", &["tollgate account list"]),
    of("account summary", &["tollgate account summary", "tollgate account summary DU1234567 --json"]),
    of("account positions", &["tollgate account positions", "tollgate account positions --watch"]),
    of("account pnl", &["tollgate account pnl"]),
    of("account history", &["tollgate account history -n 50"]),
    of("account capabilities", &["tollgate account capabilities"]),
    of("broker verify", &["tollgate broker verify"]),
    of("order preview", &["tollgate order preview buy 10 AAPL --limit 189.50"]),
    of("order submit", &[
        "tollgate order submit buy 10 AAPL --limit 189.50 --tif day",
        "tollgate order submit sell 10 AAPL --stop 180 --limit 179.50 --tif gtc --key mine-1",
        "tollgate order submit buy 10 AAPL --limit 189.50 --take-profit 210 --stop-loss 180",
    ]),
    of("order replace", &["tollgate order replace mine-1 --limit 190.00"]),
    of("order cancel", &["tollgate order cancel mine-1 --wait 20"]),
    of("order cancel-all", &["tollgate order cancel-all --wait 20"]),
    of("order list", &["tollgate order list --open", "tollgate order list --status filled --limit 10", "tollgate order list --open --watch"]),
    of("order show", &["tollgate order show mine-1"]),
    of("order executions", &["tollgate order executions"]),
    of("order release", &["tollgate order release 265598 --reason \"TWS shows the same position\""]),
    of("order resolve", &["tollgate order resolve mine-1 --reason \"TWS knows no such order\""]),
    of("flatten", &["tollgate flatten --symbol AAPL --reason \"out before the weekend\"", "tollgate flatten --reason \"out of everything\""]),
    of("approval list", &["tollgate approval list", "tollgate approval list --all"]),
    of("approval show", &["tollgate approval show ap-1"]),
    of("approval approve", &["tollgate approval approve ap-1 --reason \"looked at it\""]),
    of("approval deny", &["tollgate approval deny ap-1 --reason \"too large\""]),
    of("approval revoke", &["tollgate approval revoke ap-1 --reason \"changed my mind\""]),
    of("kill on", &["tollgate kill on --reason \"strange fills\"", "tollgate kill on --scope strategy --id calm --reason \"strange fills\""]),
    of("kill reduce", &["tollgate kill reduce --reason \"only smaller from here\""]),
    of("kill off", &["tollgate kill off --reason \"understood and mended\""]),
    of("kill status", &["tollgate kill status"]),
    of("replay", &["tollgate replay --out ~/replay", "tollgate replay --config momentum.toml --from 2008-01-02 --to 2009-12-31 --out /tmp/2008"]),
    of("limits drill", &["tollgate limits drill", "tollgate limits drill --record"]),
    of("limits show", &["tollgate limits show --changed", "tollgate limits show --strategy calm"]),
    of("limits set", &[
        "tollgate limits set order_qty_max=500 --reason \"smaller for now\"",
        "tollgate limits set order_notional_max=5000 --strategy calm --reason \"a new strategy\"",
        "tollgate limits set tifs_allowed=day,ioc --reason \"no orders over night\"",
        "tollgate limits set order_qty_max= --strategy calm --reason \"taken out of the section\"",
    ]),
    of("limits history", &["tollgate limits history -n 5"]),
    of("limits accept", &["tollgate limits accept 3fa2c1 --reason \"as agreed\""]),
    of("limits reset", &["tollgate limits reset rejects --reason \"the symbol was wrong\""]),
    of("limits withdraw", &["tollgate limits withdraw 3fa2c1 --reason \"not yet\""]),
    of("live status", &["tollgate live status"]),
    of("live arm", &["tollgate live arm U1234567 --hours 8 --reason \"the checklist is complete\""]),
    of("live disarm", &["tollgate live disarm --reason \"done for today\""]),
    of("live checklist", &["tollgate live checklist"]),
    of("mandate grant", &[
        "tollgate mandate grant DU1234567 --strategy calm --symbols AAPL,MSFT --sides buy,sell --order-notional-max 2000 --notional-max 10000 \
         --orders-max 20 --expires-at 2026-12-24T21:00:00Z --reason \"two weeks of paper\"",
    ]),
    of("mandate confirm", &["tollgate mandate confirm ma-1"]),
    of("mandate list", &["tollgate mandate list"]),
    of("mandate revoke", &["tollgate mandate revoke ma-1"]),
    of("loop status", &["tollgate loop status"]),
    of("loop plan", &["tollgate loop plan", "tollgate loop plan --decision d-0123456789abcdef --json"]),
    of("loop run", &["tollgate loop run", "tollgate loop run --id monday --decision d-0123456789abcdef"]),
    of("loop propose", &["tollgate loop propose decision.json"]),
    of("loop history", &["tollgate loop history --limit 10"]),
    of("loop show", &["tollgate loop show weekly-20261127-1240", "tollgate loop show weekly-20261127-1240 --json"]),
    of("loop rollback", &["tollgate loop rollback weekly-20261127-1240"]),
    of("loop pause", &["tollgate loop pause --reason \"holidays\""]),
    of("loop resume", &["tollgate loop resume --reason \"back\""]),
    of("guard show", &["tollgate guard show"]),
    of("guard evaluate", &["tollgate guard evaluate", "tollgate guard evaluate --json"]),
    of("alert list", &["tollgate alert list --open", "tollgate alert list --limit 200 --json"]),
    of("alert ack", &["tollgate alert ack al-12"]),
    of("alert test", &["tollgate alert test"]),
    of("audit tail", &["tollgate audit tail -n 5", "tollgate audit tail --order mine-1", "tollgate audit tail --follow --json"]),
    of("audit show", &["tollgate audit show 42"]),
    of("audit export", &["tollgate audit export --to journal.jsonl", "tollgate audit export --from 1000 --with-accounts"]),
    of("audit verify", &["tollgate audit verify"]),
    of("incident bundle", &["tollgate incident bundle --out incident.tar --note \"a fill that nobody expected\""]),
    of("backup", &["tollgate backup --to backups", "tollgate backup --with-keys --to backup.tar"]),
    of("restore", &["tollgate restore backup.tar", "tollgate restore --in-place"]),
    of("key create", &["tollgate key create reader --kind agent --scopes read,preview --expires-at 2026-12-24T21:00:00Z"]),
    of("key list", &["tollgate key list"]),
    of("key revoke", &["tollgate key revoke reader"]),
    of("key protect", &["tollgate key protect", "tollgate key protect --off"]),
    of("key reveal", &["tollgate key reveal"]),
    of("config explain", &["tollgate config explain", "tollgate config explain --profile live"]),
    of("config check", &["tollgate config check --config tollgate.toml"]),
    of("completions", &["tollgate completions bash > ~/.local/share/bash-completion/completions/tollgate"]),
    of("man", &["tollgate man ~/.local/share/man/man1", "tollgate man | man -l -"]),
];

/// Writes the examples below the help of each command.
pub(crate) fn with_examples(mut command: Command) -> Command {
    for example in EXAMPLES {
        let mut place = Some(&mut command);
        for word in example.command.split(' ') {
            place = place.and_then(|command| command.find_subcommand_mut(word));
        }
        if let Some(place) = place {
            let said = place.get_after_help().map(|said| format!("{said}\n\n")).unwrap_or_default();
            *place = std::mem::take(place).after_help(said + &help(example));
        }
    }
    command
}

fn help(example: &Example) -> String {
    let mut text = "Examples:".to_owned();
    for line in example.lines {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

#[cfg(test)]
#[path = "examples_tests.rs"]
mod tests;
