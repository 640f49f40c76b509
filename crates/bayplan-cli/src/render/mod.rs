//! `report → text for people or programs`.

pub mod excerpt;
pub mod github;
pub mod json;
pub mod pretty;
pub mod repair;
pub mod root;
pub mod sarif;
pub mod secret;
pub mod short;

use crate::args::{Color, Format, OutputArgs};
use std::io::IsTerminal;

/// What the output of a stream may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// For people or for programs.
    pub format: Format,
    /// Colours and other terminal codes.
    pub color: bool,
    /// Lines drawn with more than ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

/// Columns where the output is no terminal.
const WIDTH: usize = 80;
/// Wider lines are hard to read.
const WIDEST: usize = 120;

impl Style {
    /// The style of a stream.
    pub fn of(args: &OutputArgs, stream: &(impl IsTerminal + AsTerminal)) -> Self {
        let terminal = stream.is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !dumb && !no_color,
        };
        let width = stream.columns().filter(|_| terminal).unwrap_or(WIDTH).clamp(40, WIDEST);
        Self { format: args.format, color, unicode: terminal && !dumb && is_utf8(), width }
    }

    /// `text` in an ANSI style such as `31;1` (bold red), where colours are on.
    pub fn paint(self, code: &str, text: &str) -> String {
        if self.color && !code.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A stream whose width can be asked.
pub trait AsTerminal {
    /// How many columns the terminal has.
    fn columns(&self) -> Option<usize>;
}

impl AsTerminal for std::io::Stdout {
    fn columns(&self) -> Option<usize> {
        terminal_size::terminal_size_of(self).map(|(width, _)| width.0 as usize)
    }
}

impl AsTerminal for std::io::Stderr {
    fn columns(&self) -> Option<usize> {
        terminal_size::terminal_size_of(self).map(|(width, _)| width.0 as usize)
    }
}

fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
        .to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// `3 errors`, `1 warning`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
