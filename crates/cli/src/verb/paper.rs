//! What is made out of the command line itself: completions and manual pages.

use crate::args;
use crate::failure::Failure;
use crate::out::Said;
use crate::run::place;
use serde_json::{Value, json};
use std::path::Path;

const NAME: &str = "tollgate";

/// `tollgate completions`.
pub(crate) fn completions(shell: clap_complete::Shell) -> Said {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), NAME, &mut script);
    Said::new(Value::Null, String::from_utf8_lossy(&script))
}

/// `tollgate man`: a page for each command into a directory, or the first one to stdout.
///
/// # Errors
/// The directory cannot be made or written.
pub(crate) fn man(dir: Option<&Path>) -> Result<Said, Failure> {
    let Some(dir) = dir else {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(args::command()).render(&mut page);
        rendered.map_err(|error| Failure::storage(format!("the page cannot be made: {error}"), "report this"))?;
        return Ok(Said::new(Value::Null, String::from_utf8_lossy(&page)));
    };
    let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(args::command(), dir));
    written.map_err(|error| place::trouble("directory", dir, &error))?;
    let pages = pages(&args::command());
    let human =
        format!("{pages} pages in {}; `man {NAME}` finds them where MANPATH names the directory above", dir.display());
    Ok(Said::new(json!({"dir": dir, "pages": pages}), human))
}

/// The command and all below it.
fn pages(command: &clap::Command) -> usize {
    1 + command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(pages).sum::<usize>()
}
