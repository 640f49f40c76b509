//! Which names and texts are those of secrets.

/// Whether the name of a variable says that its value is secret.
pub(super) fn is_named(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    const WORDS: &[&str] = &[
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "API_KEY",
        "PRIVATE_KEY",
        "SECRET_KEY",
        "ENCRYPTION_KEY",
        "ACCESS_KEY",
        "CREDENTIALS",
    ];
    const OTHERWISE: &[&str] = &[
        "_FILE",
        "_PATH",
        "_DIR",
        "_URL",
        "_TTL",
        "_EXPIRY",
        "_LENGTH",
        "_NAME",
        "_ID",
        "_ALGORITHM",
        "_HEADER",
        "_TYPE",
        "_ENABLED",
        "_POLICY",
        "_CMD",
    ];
    let parts =
        |part: &str| matches!(part, "PASSWORD" | "PASSWD" | "PASSPHRASE" | "SECRET" | "TOKEN" | "APIKEY" | "PWD");
    let named = key.split('_').any(parts) || WORDS.iter().any(|word| key.ends_with(word));
    named && !OTHERWISE.iter().any(|end| key.ends_with(end))
}

/// Whether a value is a text that could be a secret: no flag, number word, path or reference.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    !(value.is_empty()
        || value.starts_with(['/', '$', '<'])
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null" | "0" | "1"
        ))
}

/// Whether a URL holds a password: `scheme://user:password@host`.
pub(super) fn in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '<']))
}

/// A variable of Compose in a text before interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    /// All of it: `${NAME:-default}`.
    pub(super) text: &'a str,
    /// Its name.
    pub(super) name: &'a str,
    /// Its default, where it has one.
    pub(super) default: Option<&'a str>,
}

/// The variables of a text, as Compose finds them: `$NAME`, `${NAME}` and its forms, but not `$$`.
pub(super) fn variables(template: &str) -> Vec<Variable<'_>> {
    let (bytes, mut found, mut at) = (template.as_bytes(), Vec::new(), 0);
    let name_at = |from: usize| {
        let end = template[from..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        &template[from..end.map_or(template.len(), |end| from + end)]
    };
    while let Some(dollar) = template[at..].find('$').map(|dollar| at + dollar) {
        match bytes.get(dollar + 1) {
            Some(b'$') => at = dollar + 2,
            Some(b'{') => {
                let name = name_at(dollar + 2);
                let rest = dollar + 2 + name.len();
                let mut depth = 1;
                let end = template[rest..].bytes().position(|byte| {
                    depth += i32::from(byte == b'{') - i32::from(byte == b'}');
                    depth == 0
                });
                let Some(end) = end.map(|end| rest + end) else { return found };
                let inner = &template[rest..end];
                let default = inner.strip_prefix(":-").or_else(|| inner.strip_prefix('-'));
                found.push(Variable { text: &template[dollar..=end], name, default });
                at = end + 1;
            }
            _ => {
                let name = name_at(dollar + 1);
                if !name.is_empty() {
                    found.push(Variable { text: &template[dollar..dollar + 1 + name.len()], name, default: None });
                }
                at = dollar + 1 + name.len();
            }
        }
    }
    found
}

/// A text of a service that has a name: a variable, a label, or an argument of its build.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// `environment`, `labels` or `args`.
    pub section: &'static str,
    /// Its name.
    pub key: &'a str,
    /// What it says.
    pub value: &'a str,
}

impl<'a> Entry<'a> {
    /// What it is called: a label by its last part, as in `org.example.password`.
    pub fn called(self) -> &'a str {
        if self.section == "labels" { self.key.rsplit('.').next().unwrap_or(self.key) } else { self.key }
    }

    /// Where it stands in its service.
    pub fn keys(self) -> Vec<&'a str> {
        if self.section == "args" { vec!["build", "args", self.key] } else { vec![self.section, self.key] }
    }
}

/// The variables, labels and build arguments of a service that have a value.
pub(super) fn entries(compose: &crate::compose::Service) -> impl Iterator<Item = Entry<'_>> {
    let own = compose.environment.iter().filter_map(|(key, value)| Some(("environment", key, value.as_ref()?)));
    let labels = compose.labels.iter().map(|(key, value)| ("labels", key, value));
    let args = compose.build.iter().flat_map(|build| &build.args);
    let args = args.filter_map(|(key, value)| Some(("args", key, value.as_ref()?)));
    own.chain(labels).chain(args).map(|(section, key, value)| Entry { section, key, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_as_compose_finds_them() {
        let read = |text| variables(text).into_iter().map(|it| (it.name, it.default)).collect::<Vec<_>>();
        assert_eq!(
            read("a$A-${B}-${C:?}-${D:-x}-${E-}"),
            [("A", None), ("B", None), ("C", None), ("D", Some("x")), ("E", Some(""))]
        );
        assert_eq!(read("$$A ${A:-${B:-c}} $"), [("A", Some("${B:-c}"))]);
        assert_eq!(read("${open ${"), []);
        assert_eq!(read("ä${Ü}ß$"), [("", None)]);
    }
}
