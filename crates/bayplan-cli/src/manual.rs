//! `command line → what shells and man want of it`.

use crate::args::Cli;
use crate::run::Said;
use crate::{Exit, Failure};
use clap::CommandFactory;

/// What completes the command line in a shell.
pub(crate) fn completions(shell: clap_complete::Shell, said: &mut Said) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bayplan", &mut text);
    said.out.push_str(&String::from_utf8_lossy(&text));
    Ok(Exit::Clean)
}

/// The manual page: the command, then each verb with its options.
pub(crate) fn page(said: &mut Said) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    let verbs = command.get_subcommands().map(|verb| {
        let name = format!("bayplan {}", verb.get_name());
        verb.clone().bin_name(name)
    });
    let written = clap_mangen::Man::new(command.clone()).render(&mut text).and_then(|()| {
        verbs.into_iter().try_for_each(|verb| {
            let man = clap_mangen::Man::new(verb.clone());
            text.extend(format!(".SH \"{}\"\n", verb.get_bin_name().unwrap_or_default().to_uppercase()).bytes());
            man.render_synopsis_section(&mut text)?;
            man.render_description_section(&mut text)?;
            man.render_options_section(&mut text)
        })
    });
    written.map_err(|error| Failure::new(format!("cannot print the manual: {error}")))?;
    said.out.push_str(&String::from_utf8_lossy(&text));
    Ok(Exit::Clean)
}
