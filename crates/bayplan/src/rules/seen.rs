//! `template, value → what each variable became`: rules see values, and the texts that they were made from.

use crate::resolve::interpolate::{Use, interpolate};

/// The variables of a template, and what stands in their places in `value`; nothing where that cannot be told apart.
pub fn seen<'a>(template: &str, value: &'a str) -> Option<Vec<(Use, &'a str)>> {
    let mut uses = interpolate(template, &|_| None).used;
    uses.sort_by_key(|used| used.range.start);
    // Those in the default of another one have no place of their own.
    let mut end = 0;
    uses.retain(|used| {
        let own = used.range.start >= end;
        end = if own { used.range.end } else { end };
        own
    });
    let first = uses.first()?.range.start;
    let mut rest = value.strip_prefix(template[..first].replace("$$", "$").as_str())?;
    let mut found = Vec::with_capacity(uses.len());
    let mut uses = uses.into_iter().peekable();
    while let Some(used) = uses.next() {
        let behind = match uses.peek() {
            Some(next) => template[used.range.end..next.range.start].replace("$$", "$"),
            None => {
                let behind = template[used.range.end..].replace("$$", "$");
                found.push((used, rest.strip_suffix(behind.as_str())?));
                break;
            }
        };
        if behind.is_empty() {
            return None;
        }
        let (text, next) = rest.split_once(behind.as_str())?;
        found.push((used, text));
        rest = next;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_what_they_became() {
        let texts = |template: &str, value: &'static str| {
            seen(template, value)
                .map(|found| found.into_iter().map(|(used, text)| (used.name, text)).collect::<Vec<_>>())
        };
        let one = |name: &str, text| (name.to_owned(), text);
        assert_eq!(texts("a $B c", "a x c"), Some(vec![one("B", "x")]));
        assert_eq!(texts("$A-${B:-${C}}.", "1-2."), Some(vec![one("A", "1"), one("B", "2")]));
        assert_eq!(texts("$$A $B", "$A "), Some(vec![one("B", "")]));
        assert_eq!(texts("$A$B", "12"), None);
        assert_eq!(texts("no", "no"), None);
        assert_eq!(texts("$A.", "x"), None);
    }
}
