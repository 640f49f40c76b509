//! Secrets among the words of a command line.

use super::words::{in_url, is_literal, is_named, variables};

/// How a word of a command line holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// As it is.
    Plainly,
    /// By a variable that Compose replaces.
    ByVariable,
}

/// How a command line, or a line of shell in it, holds a secret: `--password=x`, `--password x`, `PASSWORD=x`,
/// `scheme://user:x@host`. Gives the word for each, by its place among `words`, which stand as before interpolation.
pub(super) fn secrets<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(usize, Held)> {
    let mut found: Vec<(usize, Held)> = Vec::new();
    let mut awaited = false;
    for (index, part) in
        words.enumerate().flat_map(|(index, word)| word.split_whitespace().map(move |part| (index, part)))
    {
        let bare = part.trim_matches(['"', '\'', ';', '(', ')']);
        let option = bare.starts_with('-');
        let held = match bare.split_once('=') {
            Some((name, value)) if is_option_named(name) => held(value.trim_matches(['"', '\''])),
            _ if std::mem::take(&mut awaited) && !option => held(bare),
            _ if in_url(bare) => Some(Held::Plainly),
            _ if bare.contains("://") && bare.contains('@') => {
                let user = bare.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
                user.filter(|(user, _)| variables(user).iter().any(|it| is_named(it.name))).map(|_| Held::ByVariable)
            }
            _ => None,
        };
        awaited = option && !bare.contains('=') && bare.starts_with("--") && is_option_named(bare);
        found.extend(held.map(|held| (index, held)));
    }
    found.dedup();
    found
}

/// Whether `--db-password`, `-Dpassword` or `DB_PASSWORD` names a secret.
fn is_option_named(name: &str) -> bool {
    let name = name.trim_start_matches('-').replace(['-', '.'], "_");
    // `--requirepass` is Redis'.
    is_named(&name) || matches!(name.as_str(), "requirepass" | "masterauth")
}

fn held(value: &str) -> Option<Held> {
    match variables(value).first() {
        Some(_) => Some(Held::ByVariable),
        // The shell of the container replaces these, from its environment or a file.
        None if value.starts_with('$') || value.starts_with('`') || value.contains("$(") => None,
        None => is_literal(value).then_some(Held::Plainly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_command_lines_are_found() {
        for (words, wanted) in [
            (&["redis-server", "--requirepass", "geheim"][..], vec![(2, Held::Plainly)]),
            (&["redis-server", "--requirepass", "${P}"], vec![(2, Held::ByVariable)]),
            (&["sh", "-c", "redis-server --requirepass \"$$P\""], vec![]),
            (&["sh", "-c", "PGPASSWORD=x psql"], vec![(2, Held::Plainly)]),
            (&["sh", "-c", "PG_PASSWORD='x' psql"], vec![(2, Held::Plainly)]),
            (&["run", "--token-ttl=5", "--password-file", "/x", "--token", "--debug"], vec![]),
            (&["run", "--db=postgres://u:p@h/d"], vec![(1, Held::Plainly)]),
            (&["run", "postgres://u:${DB_PASSWORD}@h/d"], vec![(1, Held::ByVariable)]),
            (&["run", "--password=$$(cat /run/secrets/p)"], vec![]),
            (&["run", "--password="], vec![]),
        ] {
            assert_eq!(secrets(words.iter().copied()), wanted, "{words:?}");
        }
    }
}
