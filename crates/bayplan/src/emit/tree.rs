//! `path → text`, and whose a text is: every emitted file, with a header that says where it came from.
//!
//! The header names the source and holds a SHA-256 over all other bytes of the file. So a file on disk is one of three:
//! ours, ours but edited by hand, or not ours at all.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// Emitted files by relative path (`/` between segments on every system), in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
    /// Every file and folder: its path in lower case → its path as written, and whether it is a file.
    taken: BTreeMap<String, (String, bool)>,
}

/// How a format writes what it does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comment {
    /// `# …`: YAML, dnsmasq, hosts files, shell, environment files.
    Hash,
    /// `// …`: Alloy, JavaScript.
    Slashes,
    /// `-- …`: SQL.
    Dashes,
    /// A first member `"_bayplan"`: JSON, which has no comments. The body must be a printed object with a member.
    Json,
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// It has our header and is as we wrote it.
    Ours,
    /// It has our header, but someone changed it since.
    Edited,
    /// It has no header of ours.
    Foreign,
}

/// Why a file cannot be part of a [`Tree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeError {
    /// The path leaves the tree, or some system cannot have it.
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two paths that cannot stand side by side on a file system that ignores case, or a file where a folder is needed.
    Collision {
        /// The path refused.
        path: String,
        /// The path that is there already.
        with: String,
    },
    /// The format has no place for a header: a JSON text that is no printed object.
    NoHeader {
        /// The path.
        path: String,
    },
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { path, why } => write!(f, "cannot write a file named `{}`: {why}", path.escape_debug()),
            Self::Collision { path, with } => write!(f, "cannot write both `{with}` and `{path}`"),
            Self::NoHeader { path } => write!(f, "`{path}` has no place for a header: its JSON is no printed object"),
        }
    }
}

impl std::error::Error for TreeError {}

impl Tree {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the file `path` that was made from `source` (a path as shown in the header, or several with commas).
    pub fn add(&mut self, path: &str, comment: Comment, source: &str, body: &str) -> Result<(), TreeError> {
        let text = comment.sign(source, body).ok_or_else(|| TreeError::NoHeader { path: path.to_owned() })?;
        self.insert(path, text)
    }

    /// All files of `other`, too. Nothing is added where one of them cannot be.
    pub fn append(&mut self, other: Tree) -> Result<(), TreeError> {
        let mut all = self.clone();
        for (path, text) in other.files {
            all.insert(&path, text)?;
        }
        *self = all;
        Ok(())
    }

    /// The same files inside `folder`.
    pub fn under(self, folder: &str) -> Result<Tree, TreeError> {
        let mut moved = Tree::new();
        for (path, text) in self.files {
            moved.insert(&format!("{folder}/{path}"), text)?;
        }
        Ok(moved)
    }

    /// The text of `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Paths and texts, ordered by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn insert(&mut self, path: &str, text: String) -> Result<(), TreeError> {
        check_path(path).map_err(|why| TreeError::Path { path: path.to_owned(), why })?;
        let parts: Vec<(&str, bool)> = path.match_indices('/').map(|(at, _)| (&path[..at], false)).collect();
        for (part, is_file) in parts.iter().copied().chain([(path, true)]) {
            if let Some((with, was_file)) = self.taken.get(&part.to_lowercase())
                && (is_file || *was_file || with != part)
            {
                return Err(TreeError::Collision { path: path.to_owned(), with: with.clone() });
            }
        }
        for (part, is_file) in parts.into_iter().chain([(path, true)]) {
            self.taken.insert(part.to_lowercase(), (part.to_owned(), is_file));
        }
        self.files.insert(path.to_owned(), text);
        Ok(())
    }
}

impl Comment {
    /// The comment form of a file by the end of its name; nothing for one without comments.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.').map_or(name, |(_, end)| end) {
            "yaml" | "yml" | "conf" | "cfg" | "hosts" | "env" | "toml" | "sh" | "py" | "cnf" | "properties" | "acl" => {
                Some(Self::Hash)
            }
            "alloy" | "js" => Some(Self::Slashes),
            "sql" => Some(Self::Dashes),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// `body` under a header. A `#!` line stays first. Nothing where the format has no place for one.
    pub fn sign(self, source: &str, body: &str) -> Option<String> {
        let source = one_line(source);
        let claim = format!("{MARK} from {source}. {ADVICE}");
        let prefix = match self {
            Self::Hash => "#",
            Self::Slashes => "//",
            Self::Dashes => "--",
            Self::Json => {
                let rest = body.strip_prefix("{\n").filter(|rest| rest.trim_start().starts_with('"'))?;
                let claim = serde_json::to_string(&claim).ok()?;
                return Some(seal(
                    "{\n",
                    &format!("  \"_bayplan\": {claim},\n"),
                    "  \"_bayplan_",
                    "\": \"",
                    "\",",
                    rest,
                ));
            }
        };
        let first = match body.split_inclusive('\n').next() {
            Some(line) if line.starts_with("#!") && line.ends_with('\n') => line,
            _ => "",
        };
        let rest = body.get(first.len()..).unwrap_or("");
        Some(seal(first, &format!("{prefix} {claim}\n"), &format!("{prefix} bayplan: "), "=", "", rest))
    }
}

/// What stands in the first lines of every generated file.
pub const MARK: &str = "Generated by bayplan";
const ADVICE: &str = "Do not edit: change the blueprint and run `bayplan gen`.";

/// Whose the file with this content is. A file whose line ends became CRLF on the way is still ours.
pub fn verify(content: impl AsRef<[u8]>) -> Ownership {
    let content = content.as_ref();
    let text = String::from_utf8_lossy(content);
    let Some((claimed, rest)) = unseal(&text) else { return Ownership::Foreign };
    let whole = matches!(text, std::borrow::Cow::Borrowed(_));
    if whole && (claimed == hash(&rest) || claimed == hash(rest.replace("\r\n", "\n"))) {
        Ownership::Ours
    } else {
        Ownership::Edited
    }
}

/// The SHA-256 of `content`, in hex.
pub fn hash(content: impl AsRef<[u8]>) -> String {
    Sha256::digest(content.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts the hash line behind the claim. The hash covers everything but its own line.
fn seal(first: &str, claim: &str, before: &str, equals: &str, after: &str, rest: &str) -> String {
    let sum = hash(format!("{first}{claim}{rest}"));
    format!("{first}{claim}{before}sha256{equals}{sum}{after}\n{rest}")
}

/// The hash that a text claims, and the text without that line.
fn unseal(text: &str) -> Option<(String, String)> {
    let mut lines = text.split_inclusive('\n').take(3);
    let (claim, at) = match lines.next()? {
        line if line.starts_with("#!") || line.trim_end() == "{" => (lines.next()?, line.len()),
        line => (line, 0),
    };
    let claim_body = claim.trim_start_matches(['#', '/', '-', ' ']).trim_start_matches("\"_bayplan\": \"");
    if !claim_body.starts_with(MARK) {
        return None;
    }
    let seal = lines.next()?;
    let sum = ["bayplan: sha256=", "\"_bayplan_sha256\": \""]
        .iter()
        .find_map(|mark| seal.split_once(mark))
        .map(|(_, sum)| sum.trim_end().trim_end_matches([',', '"']))?;
    let start = at + claim.len();
    let rest = format!("{}{}", text.get(..start)?, text.get(start + seal.len()..)?);
    Some((sum.to_owned(), rest))
}

/// A source name as the header shows it: in one line, and without what Traefik would take for a template.
fn one_line(source: &str) -> String {
    let flat: String =
        source.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { '?' } else { c }).collect();
    flat.replace("{{", "{ {").replace("}}", "} }")
}

fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("the path is empty");
    }
    if path.starts_with('/') {
        return Err("the path is absolute");
    }
    for segment in path.split('/') {
        match segment {
            "" => return Err("a segment of the path is empty"),
            "." | ".." => return Err("`.` and `..` are not allowed in it"),
            _ => {}
        }
        if segment.len() > 255 {
            return Err("a segment is longer than 255 bytes");
        }
        if segment.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')) {
            return Err("a character of it is not allowed in file names everywhere");
        }
        if segment.ends_with(['.', ' ']) || segment.starts_with(' ') {
            return Err("a segment begins with a space or ends with a space or dot");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_with_its_source_and_hash() {
        let mut tree = Tree::new();
        tree.add("dnsmasq/apps.conf", Comment::Hash, "blueprints/shop.yaml", "local=/lan/\n").unwrap();
        insta::assert_snapshot!(tree.get("dnsmasq/apps.conf").unwrap(), @r"
        # Generated by bayplan from blueprints/shop.yaml. Do not edit: change the blueprint and run `bayplan gen`.
        # bayplan: sha256=06f7b65ea15912a65afc39ff363d99dc6d9bbe77059ef57372e01e32029d7969
        local=/lan/
        ");
    }

    #[test]
    fn ours_edited_and_foreign() {
        let cases = [
            (Comment::Hash, "a: 1\n"),
            (Comment::Hash, "#!/bin/sh\necho hi\n"),
            (Comment::Hash, ""),
            (Comment::Slashes, "logging {\n\tlevel = \"info\"\n}\n"),
            (Comment::Dashes, "select 1;\n"),
            (Comment::Json, "{\n  \"a\": 1\n}\n"),
        ];
        for (comment, body) in cases {
            let text = comment.sign("b.yaml", body).unwrap();
            assert_eq!(verify(&text), Ownership::Ours, "{text}");
            assert_eq!(verify(text.replace('\n', "\r\n")), Ownership::Ours, "{text}");
            assert_eq!(verify(format!("{text}x")), Ownership::Edited, "{text}");
            assert_eq!(verify(text.replace("b.yaml", "c.yaml")), Ownership::Edited, "{text}");
            assert_eq!(verify([text.as_bytes(), b"\xff"].concat()), Ownership::Edited, "{text}");
            assert_eq!(verify(body), Ownership::Foreign, "{text}");
            let without_header: String =
                text.split_inclusive('\n').filter(|line| !line.contains("Generated by")).collect();
            assert_eq!(verify(without_header), Ownership::Foreign, "{text}");
        }
        assert_eq!(verify(b"\xff\xfe"), Ownership::Foreign);
        assert_eq!(verify(""), Ownership::Foreign);
    }

    #[test]
    fn json_keeps_being_json_and_scripts_keep_their_first_line() {
        let text = Comment::Json.sign("a \"b\".yaml", "{\n  \"a\": 1\n}\n").unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["a"], 1);
        assert!(Comment::Hash.sign("a", "#!/bin/sh\nx\n").unwrap().starts_with("#!/bin/sh\n# Generated by"));
        for body in ["[]\n", "{}\n", "{\n}\n", "1", ""] {
            assert_eq!(Comment::Json.sign("a", body), None, "{body}");
        }
    }

    #[test]
    fn a_source_name_cannot_leave_its_line_or_start_a_template() {
        let text = Comment::Hash.sign("a\nb: {{ evil }}\u{2028}\r", "x: 1\n").unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains("{{"));
        assert_eq!(verify(&text), Ownership::Ours);
    }

    #[test]
    fn paths_stay_inside_and_never_collide() {
        let mut tree = Tree::new();
        let mut add = |path: &str| tree.add(path, Comment::Hash, "s", "").map_err(|error| error.to_string());
        for path in ["a/b.yaml", "a/c.yaml", "d.yaml", "é/x.y", "..a/b", "a/.env"] {
            assert_eq!(add(path), Ok(()), "{path}");
        }
        for path in [
            "", "/a", "a//b", "a/", "../x", "a/../b", "./a", "a\\b", "c:x", "a\nb", "x.", "x ", " x",
            "a*", // bad names
            "a/b.yaml", "A/z.yaml", "a/B.yaml", "a", "d.yaml/x", "É/y", // collisions
        ] {
            assert!(add(path).is_err(), "{path}");
        }
        assert_eq!(add("a/B.yaml").unwrap_err(), "cannot write both `a/b.yaml` and `a/B.yaml`");
        assert_eq!(tree.len(), 6);
    }

    #[test]
    fn trees_are_joined_and_moved_whole() {
        let one = |path: &str| {
            let mut tree = Tree::new();
            tree.add(path, Comment::Hash, "s", "").unwrap();
            tree
        };
        let mut all = one("a");
        all.append(one("b").under("x/y").unwrap()).unwrap();
        assert_eq!(all.files().map(|(path, _)| path).collect::<Vec<_>>(), ["a", "x/y/b"]);
        let mut clash = one("q");
        clash.append(one("A")).unwrap();
        assert!(all.append(clash).is_err());
        assert_eq!(all.len(), 2);
        assert!(one("a").under("..").is_err());
    }
}
