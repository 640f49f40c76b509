//! Other readers of YAML, asked about many documents at once, and strings that they stumble over.
//!
//! `go-yaml` is found in the folder `BAYPLAN_TOOLS`, in the cache that `cargo xtask tools` fills, or on PATH; PyYAML through
//! `python3`. A test says which reader it had to do without.

#![allow(dead_code, reason = "each test uses its part")]

use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Strings that readers take for something else, or change.
pub fn adversarial(count: usize) -> Vec<String> {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "yes", "No", "ON", "y", "~", "null", "true", "1_000", "010", "0o17", "0x1F", "1e3", ".5", "-0", "22:22",
        "1:30:45", "2001-12-14", "2001-12-14 21:59:43.10", "=", "<<", "-", "- ", "? ", ": ", ":", " #", "#", "!",
        "&a", "*a", "|", ">", "'", "\"", "%", "@", "`", ",", "[", "]", "{", "}", "{{", "}}", "\\", "\\n", "\n",
        "\n\n", "\r", "\r\n", "\t", " ", "  ", "\u{85}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{a0}", "\u{ad}",
        "\u{0}", "\u{1}", "\u{7f}", "\u{1b}", "\u{200b}", "\u{202e}", "\u{e000}", "😀", "é", "中", "---", "...", "a",
        "b c", "${X}", "$$", "/", "a: b", "a #b", "text", "\u{10ffff}", "\u{fffe}", ".inf", ".NaN", "0b1", "+1",
        "1.", "None",
    ];
    let mut numbers = Numbers::default();
    let mut next = move || numbers.next() as usize;
    let mut strings: Vec<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    strings.push(String::new());
    while strings.len() < count {
        strings.push((0..1 + next() % 5).map(|_| PARTS[next() % PARTS.len()]).collect());
    }
    strings
}

/// Numbers without order, the same in every run.
pub struct Numbers(u64);

impl Default for Numbers {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Numbers {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// What go-yaml v2, v3 and v4 read in each text: nothing where it is refused.
pub fn go_yaml(texts: &[String]) -> Option<[Vec<Option<Json>>; 3]> {
    let Some(program) = tool("go-yaml") else {
        println!("skipped: no `go-yaml` in BAYPLAN_TOOLS, in the cache of `cargo xtask tools` or on PATH");
        return None;
    };
    let questions: String = texts.iter().map(|text| json!({ "text": text }).to_string() + "\n").collect();
    let mut read = [Vec::new(), Vec::new(), Vec::new()];
    for line in run(Command::new(program), questions).lines() {
        let answer: Json = serde_json::from_str(line).unwrap();
        for (version, read) in ["v2", "v3", "v4"].iter().zip(&mut read) {
            let answer = &answer[version];
            read.push(if answer["error"].is_null() { untagged(&answer["documents"][0]) } else { None });
        }
    }
    Some(read)
}

/// What PyYAML reads in each text: nothing where it is refused.
pub fn pyyaml(texts: &[String]) -> Option<Vec<Option<Json>>> {
    let mut import = Command::new("python3");
    import.args(["-c", "import yaml"]).stderr(Stdio::null());
    if !import.status().is_ok_and(|status| status.success()) {
        println!("skipped: no python3 with PyYAML");
        return None;
    }
    let program = "
import sys, json, yaml
def plain(value):
    if isinstance(value, dict): return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list): return [plain(item) for item in value]
    return {'$float': repr(value)} if isinstance(value, float) else value
loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
for line in sys.stdin:
    try:
        print(json.dumps([plain(yaml.load(json.loads(line), Loader=loader))]))
    except Exception:
        print('[]')
";
    let questions: String = texts.iter().map(|text| json!(text).to_string() + "\n").collect();
    let mut command = Command::new("python3");
    command.args(["-c", program]).env("PYTHONIOENCODING", "utf-8");
    let read = |line: &str| serde_json::from_str::<Vec<Json>>(line).unwrap().pop().map(floats);
    Some(run(command, questions).lines().map(read).collect())
}

/// serde_json reads a float one digit off at times: they come as text.
fn floats(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(floats).collect(),
        Json::Object(map) => match map.get("$float").and_then(Json::as_str).map(str::parse::<f64>) {
            Some(float) => json!(float.unwrap()),
            None => map.into_iter().map(|(key, value)| (key, floats(value))).collect(),
        },
        other => other,
    }
}

/// The plain value of an answer of the oracle.
fn untagged(value: &Json) -> Option<Json> {
    let text = || value["v"].as_str();
    match value["t"].as_str()? {
        "seq" => value["v"].as_array()?.iter().map(untagged).collect(),
        "map" => {
            let pair = |pair: &Json| Some((pair[0]["v"].as_str()?.to_owned(), untagged(&pair[1])?));
            value["v"].as_array()?.iter().map(pair).collect::<Option<_>>().map(Json::Object)
        }
        "int" => serde_json::from_str(text()?).ok(),
        "float" => text()?.parse::<f64>().ok().map(|float| json!(float)),
        "bool" => Some(json!(text()? == "true")),
        "null" => Some(Json::Null),
        "string" => Some(value["v"].clone()),
        other => Some(json!({ other: value["v"] })),
    }
}

fn tool(name: &str) -> Option<PathBuf> {
    let given = std::env::var_os("BAYPLAN_TOOLS").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home).map(|cache| cache.join("bayplan/tools"));
    // One folder for each version, named by the program.
    let cached = cache.iter().filter_map(|cache| std::fs::read_dir(cache).ok()).flatten().flatten();
    let mut cached: Vec<PathBuf> = cached.map(|entry| entry.path()).collect();
    cached.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = given.into_iter().chain(cache).chain(cached).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn run(mut command: Command, input: String) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
