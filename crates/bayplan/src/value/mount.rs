//! `./data:/var/lib/data:ro`: mounts, by the grammar of compose-go's `format.ParseVolume`:
//! `[source:]target[:option,…]`, split at the colons outside `${…}` and Windows drive letters.

use super::{Invalid, scalar};
use std::fmt;

/// What a mount is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MountType {
    /// A folder or file of the host.
    Bind,
    /// A volume that Docker keeps.
    #[default]
    Volume,
    /// Memory.
    Tmpfs,
    /// A named pipe of Windows.
    Npipe,
    /// A cluster volume.
    Cluster,
    /// The file system of an image.
    Image,
}

impl MountType {
    /// The type as Compose spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Tmpfs => "tmpfs",
            Self::Npipe => "npipe",
            Self::Cluster => "cluster",
            Self::Image => "image",
        }
    }

    /// Reads the type as Compose spells it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        [Self::Bind, Self::Volume, Self::Tmpfs, Self::Npipe, Self::Cluster, Self::Image]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| {
                Invalid::whole(text, format!("`{text}` is not a type of mount"))
                    .help("use `bind`, `volume`, `tmpfs`, `npipe`, `cluster` or `image`")
            })
    }
}

impl fmt::Display for MountType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A mount, as one short text says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MountSpec {
    /// A path of the host or the name of a volume; an anonymous volume where there is none.
    pub source: Option<String>,
    /// The path in the container.
    pub target: String,
    /// Whether the container cannot write (`ro`).
    pub read_only: bool,
    /// How mounts below it travel (`rslave` …).
    pub propagation: Option<String>,
    /// The SELinux label: `z` shared, `Z` private.
    pub selinux: Option<String>,
    /// Whether the image's files are not copied into a new volume (`nocopy`).
    pub nocopy: bool,
    /// Options that Compose silently ignores, in the order written.
    pub unknown_options: Vec<String>,
}

/// The propagations that Docker knows.
pub const PROPAGATIONS: [&str; 6] = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

impl MountSpec {
    /// Reads the short form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::whole(text, "the mount is empty").help("write `source:target`"));
        }
        let mut mount = Self {
            source: None,
            target: String::new(),
            read_only: false,
            propagation: None,
            selinux: None,
            nocopy: false,
            unknown_options: Vec::new(),
        };
        // One or two bytes are a path, whatever they are.
        #[allow(clippy::single_range_in_vec_init, reason = "one section: the whole text")]
        let sections = if text.len() <= 2 { vec![0..text.len()] } else { split(text) };
        if let Some(empty) = sections.iter().find(|section| section.is_empty()) {
            let range = empty.start.saturating_sub(1)..(empty.end + 1).min(text.len());
            return Err(Invalid::new(range, "a section between colons is empty")
                .help("write `source:target` or `source:target:options`"));
        }
        let at = |index: usize| sections.get(index).and_then(|range| text.get(range.clone())).unwrap_or_default();
        match sections.len() {
            1 => mount.target = at(0).to_owned(),
            2 | 3 => {
                mount.source = Some(at(0).to_owned());
                mount.target = at(1).to_owned();
            }
            _ => {
                let from = sections.get(3).map_or(0, |section| section.start - 1);
                return Err(Invalid::new(from..text.len(), "the mount has too many colons")
                    .help("write options in one section, as in `source:target:ro,z`, or use the long form"));
            }
        }
        for option in at(2).split(',').filter(|_| sections.len() == 3) {
            match option {
                "ro" => mount.read_only = true,
                "rw" => mount.read_only = false,
                "nocopy" => mount.nocopy = true,
                "z" | "Z" => mount.selinux = Some(option.to_owned()),
                _ if PROPAGATIONS.contains(&option) => mount.propagation = Some(option.to_owned()),
                _ => mount.unknown_options.push(option.to_owned()),
            }
        }
        Ok(mount)
    }

    /// A bind mount where the source is a path, else a volume.
    pub fn kind(&self) -> MountType {
        match &self.source {
            Some(source) if is_host_path(source) => MountType::Bind,
            _ => MountType::Volume,
        }
    }
}

/// Whether a source names a path of the host and not a volume: it begins with `.`, `/`, `~`, `\\` or a drive letter.
pub fn is_host_path(source: &str) -> bool {
    let mut letters = source.chars();
    let drive = letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with(r"\\") || drive
}

/// The sections between colons, by byte.
fn split(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut sections = Vec::new();
    let (mut start, mut depth) = (0usize, 0usize);
    for (at, c) in text.char_indices() {
        let section = &text[start..at];
        match c {
            '$' if text[at + 1..].starts_with('{') => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ':' if depth == 0 && !is_drive(section) => {
                sections.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    // An unclosed `${` swallows the rest: Compose then drops the section, here it is kept.
    sections.push(start..text.len());
    sections
}

fn is_drive(section: &str) -> bool {
    let mut letters = section.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

impl fmt::Display for MountSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(source) = &self.source else { return f.write_str(&self.target) };
        write!(f, "{source}:{}", self.target)?;
        let mut options: Vec<&str> = Vec::new();
        options.extend(self.read_only.then_some("ro"));
        options.extend(self.selinux.as_deref());
        options.extend(self.propagation.as_deref());
        options.extend(self.nocopy.then_some("nocopy"));
        options.extend(self.unknown_options.iter().map(String::as_str));
        if options.is_empty() { Ok(()) } else { write!(f, ":{}", options.join(",")) }
    }
}

scalar!(MountType, "a type of mount", Text, "What a mount is made of.", ["bind", "volume", "tmpfs"]);
scalar!(
    MountSpec,
    "a mount",
    Text,
    "A mount: `[source:]target[:option,…]`; a source that begins with `.`, `/` or `~` is a path of the host, else a volume.",
    ["data:/var/lib/data", "./conf:/etc/app:ro"]
);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn sections_are_split_outside_variables_and_drives() {
        // text, source, target, options
        let cases: [(&str, Option<&str>, &str); 36] = [
            ("/path", None, "/path"),
            ("C:\\path", None, "C:\\path"),
            (".", None, "."),
            ("/a", None, "/a"),
            ("./foo:/target", Some("./foo"), "/target"),
            ("~/thing:/target", Some("~/thing"), "/target"),
            ("D:\\path:d:\\target", Some("D:\\path"), "d:\\target"),
            ("/home/user:d:\\target", Some("/home/user"), "d:\\target"),
            (r"\\.\pipe\docker_engine:\\.\pipe\inside", Some(r"\\.\pipe\docker_engine"), r"\\.\pipe\inside"),
            (r"C:\foo:d:", Some(r"C:\foo"), "d:"),
            (r"C:\foo\:/foo", Some(r"C:\foo\"), "/foo"),
            (r"d:\", None, r"d:\"),
            ("d:", None, "d:"),
            (r"d:\path with space", None, r"d:\path with space"),
            (r"d:\pathandmode:rw", Some(r"d:\pathandmode"), "rw"),
            (r"c:\:d:\", Some(r"c:\"), r"d:\"),
            (r"c:\windows:d:\s p a c e:RW", Some(r"c:\windows"), r"d:\s p a c e"),
            ("0123456789name:d:", Some("0123456789name"), "d:"),
            ("name:D:", Some("name"), "D:"),
            ("name:D::rW", Some("name"), "D:"),
            ("c:/:d:/forward/slashes/are/good/too", Some("c:/"), "d:/forward/slashes/are/good/too"),
            (r"..\", None, r"..\"),
            (r"c:\:..\", Some(r"c:\"), r"..\"),
            (r"c:\:d:\:xyzzy", Some(r"c:\"), r"d:\"),
            ("/tmp/x/y:/foo/x/y", Some("/tmp/x/y"), "/foo/x/y"),
            ("/tmp:/tmp/${BUG_HERE:-DEFAULT}/path", Some("/tmp"), "/tmp/${BUG_HERE:-DEFAULT}/path"),
            ("/tmp/${VAR:-default}:/target", Some("/tmp/${VAR:-default}"), "/target"),
            ("/src/${SRC:-default}:/dst/${DST:-value}", Some("/src/${SRC:-default}"), "/dst/${DST:-value}"),
            ("/tmp:/tmp/${VAR:-}/path", Some("/tmp"), "/tmp/${VAR:-}/path"),
            ("/tmp:/tmp/${VAR1:-val1}/${VAR2}/path", Some("/tmp"), "/tmp/${VAR1:-val1}/${VAR2}/path"),
            ("/tmp:/tmp/${TIME:-12:30:45}/path", Some("/tmp"), "/tmp/${TIME:-12:30:45}/path"),
            ("/tmp:/${A:-${B:-c}}/x:ro", Some("/tmp"), "/${A:-${B:-c}}/x"),
            ("a界:/x", Some("a界"), "/x"),
            ("data:/var/lib/data", Some("data"), "/var/lib/data"),
            ("${DATA}:/x", Some("${DATA}"), "/x"),
            ("é:/x:ro", Some("é:/x"), "ro"),
        ];
        for (text, source, target) in cases {
            let mount = MountSpec::parse(text).unwrap_or_else(|invalid| panic!("`{text}`: {invalid}"));
            assert_eq!((mount.source.as_deref(), mount.target.as_str()), (source, target), "{text}");
        }
    }

    #[test]
    fn a_source_is_a_path_by_its_beginning() {
        for path in ["./foo", "~/thing", "../other", "/foo", "D:\\path", r"\\.\pipe\x", "."] {
            assert_eq!(MountSpec::parse(&format!("{path}:/t")).unwrap().kind(), MountType::Bind, "{path}");
        }
        for name in ["name", "a界", "$X", "${X}/y"] {
            assert_eq!(MountSpec::parse(&format!("{name}:/t")).unwrap().kind(), MountType::Volume, "{name}");
        }
        assert_eq!(MountSpec::parse("/path").unwrap().kind(), MountType::Volume);
    }

    #[test]
    fn options_are_read_and_unknown_ones_kept() {
        accepts::<MountSpec>(&[
            ("/source:/target:slave", "/source:/target:slave"),
            ("/source:/target:ro,z", "/source:/target:ro,z"),
            ("/source:/target:Z,ro", "/source:/target:ro,Z"),
            ("name:/target:nocopy", "name:/target:nocopy"),
            ("/home/user:/target:rw", "/home/user:/target"),
            ("./a:/b:ro,rw", "./a:/b"),
            ("./a:/b:ro,foo", "./a:/b:ro,foo"),
            ("./a:/b:shared,rprivate", "./a:/b:rprivate"),
        ]);
        assert_eq!(MountSpec::parse("name:/target:bogus,RO").unwrap().unknown_options, ["bogus", "RO"]);
        assert!(!MountSpec::parse("./a:/b:RO").unwrap().read_only);
    }

    #[test]
    fn other_texts_are_refused() {
        refuses::<MountSpec>(&[
            ("", "", "the mount is empty"),
            (":foo", ":", "a section between colons is empty"),
            ("/foo::ro", "::", "a section between colons is empty"),
            ("/foo:", ":", "a section between colons is empty"),
            ("/foo:/bar:", ":", "a section between colons is empty"),
            (r":C:\foo:d:", ":", "a section between colons is empty"),
            ("/foo:/foo:ro:foo", ":foo", "the mount has too many colons"),
        ]);
    }
}
