use super::{EXAMPLES, with_examples};
use crate::args::{Cli, leaves};
use clap::{CommandFactory, Parser};

/// The words of a line as a shell reads them: quotes and redirections, as far as the examples use them.
fn words(line: &str) -> Vec<String> {
    let line = line.split([">", "|"].map(|mark| mark.chars().next().unwrap())).next().unwrap();
    let mut words = Vec::new();
    for (nth, part) in line.split('"').enumerate() {
        if nth % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_has_an_example_and_every_example_a_command_that_takes_it() {
    let named: Vec<&str> = EXAMPLES.iter().map(|example| example.command).collect();
    let commands = leaves();
    for command in &commands {
        assert!(named.contains(&command.as_str()), "{command} has no example");
    }
    for example in EXAMPLES {
        assert!(commands.iter().any(|command| command == example.command), "there is no command {}", example.command);
        for line in example.lines {
            assert!(line.starts_with(&format!("tollgate {}", example.command)), "{line}");
            Cli::try_parse_from(words(line)).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}

#[test]
fn the_help_of_a_command_ends_with_its_examples() {
    let mut command = with_examples(Cli::command());
    let submit = command.find_subcommand_mut("order").unwrap().find_subcommand_mut("submit").unwrap();
    let help = submit.render_help().to_string();
    assert!(help.contains("Examples:\n  tollgate order submit buy 10 AAPL --limit 189.50 --tif day"), "{help}");
}
