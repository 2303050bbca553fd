//! All commands as one, and the words of this process read by them.

use super::Cli;
use super::examples::with_examples;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _};

/// All commands, with their examples.
pub(crate) fn command() -> Command {
    with_examples(Cli::command())
}

/// The words of this process; help, version and wrong words end it. The examples are put in only where they are shown: every
/// command begins here.
pub(crate) fn parse() -> Cli {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => command().get_matches(),
        Err(error) => error.exit(),
    };
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Every command that does something by itself, by its words.
#[cfg(test)]
pub(crate) fn leaves() -> Vec<String> {
    fn below(command: &Command, words: &str, found: &mut Vec<String>) {
        if !words.is_empty() && !command.is_subcommand_required_set() {
            found.push(words.trim_start().to_owned());
        }
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            below(sub, &format!("{words} {}", sub.get_name()), found);
        }
    }
    let mut found = Vec::new();
    below(&Cli::command(), "", &mut found);
    found
}
