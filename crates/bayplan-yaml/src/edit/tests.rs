use super::{Edit, Place, apply};
use crate::{Limits, Node, Path, Segment, SourceId, read};

/// `services.web.ports.0`: a number is an index, `a/b` writes `a.b`.
fn path(text: &str) -> Path {
    let segment = |part: &str| match part.parse() {
        Ok(index) => Segment::Index(index),
        Err(_) => Segment::Key(part.replace('/', ".").into()),
    };
    Path(text.split('.').filter(|part| !part.is_empty()).map(segment).collect())
}

fn value(text: &str) -> Node {
    let read = read(text, SourceId(0), &Limits::default());
    read.first().cloned().unwrap()
}

fn set(at: &str, to: &str) -> Edit {
    Edit::Set { path: path(at), value: value(to) }
}

fn delete(at: &str) -> Edit {
    Edit::Delete { path: path(at) }
}

fn key(at: &str, key: &str, to: &str) -> Edit {
    Edit::InsertKey { path: path(at), key: key.to_owned(), value: value(to), place: Place::End }
}

fn key_at(at: &str, key: &str, to: &str, place: Place) -> Edit {
    Edit::InsertKey { path: path(at), key: key.to_owned(), value: value(to), place }
}

fn item(at: &str, index: Option<usize>, to: &str) -> Edit {
    Edit::InsertItem { path: path(at), index, value: value(to) }
}

/// Makes one edit, with LF and with CRLF.
#[track_caller]
fn check(text: &str, edit: Edit, wanted: &str) {
    assert_eq!(apply(text, std::slice::from_ref(&edit)).as_deref(), Ok(wanted), "{edit:?}\n{text}");
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let edited = apply(&crlf(text), &[edit]).unwrap();
    assert_eq!(edited, crlf(wanted), "with CRLF");
}

#[track_caller]
fn refused(text: &str, edit: Edit, reason: &str) {
    match apply(text, &[edit]) {
        Ok(edited) => panic!("{text}\nbecame\n{edited}"),
        Err(refused) => assert_eq!(refused.reason, reason, "{text}"),
    }
}

#[test]
fn scalars_are_set_in_their_quotes() {
    check("a: x # c\nb: y\n", set("a", "z"), "a: z # c\nb: y\n");
    check("a: 'x'\n", set("a", "it's"), "a: 'it''s'\n");
    check("a: \"x\"\n", set("a", "z"), "a: \"z\"\n");
    check("a: 'x'\n", set("a", "\"\\u0085\""), "a: \"\\x85\"\n");
    check("a: \"x\"\n", set("a", "5"), "a: 5\n");
    check("a: x\n", set("a", "'5'"), "a: \"5\"\n");
    check("a:\nb: 1\n", set("a", "x"), "a: x\nb: 1\n");
    check("a: # c\nb: 1\n", set("a", "x"), "a: x # c\nb: 1\n");
    check("- x\n- y # c\n", set("1", "z"), "- x\n- z # c\n");
    check("-\n- y\n", set("0", "z"), "- z\n- y\n");
    check("{a: x, b: [1, 2]}\n", set("b.1", "'x, y'"), "{a: x, b: [1, \"x, y\"]}\n");
    check("{a, b: }\n", set("a", "1"), "{a: 1, b: }\n");
    check("{a, b: }\n", set("b", "1"), "{a, b: 1 }\n");
    check("a: one\n  two\nb: 1\n", set("a", "z"), "a: z\nb: 1\n");
    check("a:\n  x\nb: 1\n", set("a", "z"), "a:\n  z\nb: 1\n");
    check("a: |\n  x\n  y\n\nb: 1\n", set("a", "z"), "a: z\n\nb: 1\n");
    check("a: &n x\nb: 1\n", set("a", "z"), "a: &n z\nb: 1\n");
    check("a: !!str 5\n", set("a", "5"), "a: 5\n");
    check("\u{feff}a: x\n", set("a", "z"), "\u{feff}a: z\n");
    check("a: x", set("a", "z"), "a: z");
    check("\"a\" : x\n", set("a", "z"), "\"a\" : z\n");
    check("--- # top\na: x\n...\n---\nb: y\n", set("a", "z"), "--- # top\na: z\n...\n---\nb: y\n");
    check("a: 2001-12-14\n", set("a", "2001-12-15"), "a: \"2001-12-15\"\n");
}

#[test]
fn text_of_several_lines() {
    check("a: x # c\nb: 1\n", set("a", "\"p\\nq\\n\""), "a: | # c\n  p\n  q\nb: 1\n");
    check("a: |\n  x\nb: 1\n", set("a", "\"p\\n\\nq\""), "a: |-\n  p\n\n  q\nb: 1\n");
    check("a: 'x'\n", set("a", "\"p\\nq\""), "a: \"p\\nq\"\n");
    check("- x\n", set("0", "\"p\\nq\\n\""), "- |\n  p\n  q\n");
    check("[x]\n", set("0", "\"p\\nq\\n\""), "[\"p\\nq\\n\"]\n");
    // A literal block would swallow the comment.
    check("a: x\n    # deep\nb: 1\n", set("a", "\"p\\nq\\n\""), "a: \"p\\nq\\n\"\n    # deep\nb: 1\n");
    // Docker reads no line break behind the last line of a file without one.
    assert_eq!(apply("a: x", &[set("a", "\"p\\nq\\n\"")]).unwrap(), "a: \"p\\nq\\n\"");
}

#[test]
fn collections_are_set() {
    check("a: x # c\nb: 1\n", set("a", "{p: 1, q: [r]}"), "a: # c\n  p: 1\n  q:\n    - r\nb: 1\n");
    check("a: x\nb: 1\n", set("a", "[p]"), "a:\n  - p\nb: 1\n");
    check("a:\n- x\nb: y\n", set("b", "[p]"), "a:\n- x\nb:\n- p\n");
    check("a:\n    b: x\n    c: y\n", set("a.c", "{p: 1}"), "a:\n    b: x\n    c:\n        p: 1\n");
    check("a: # c\n  # d\n  b: 1\n  c: 2 # e\nf: 1\n", set("a", "x"), "a: x # c\n  # d\nf: 1\n");
    check("a: # c\n  # d\n  b: 1\nf: 1\n", set("a", "[x]"), "a: # c\n  # d\n  - x\nf: 1\n");
    check("a:\n  b: 1\n", set("a", "{}"), "a: {}\n");
    check("- a: 1\n  b: 2\n- c\n", set("0", "x"), "- x\n- c\n");
    check("- x # c\n- y\n", set("0", "{a: 1, b: 2}"), "- a: 1\n  b: 2 # c\n- y\n");
    check("-   x: 1\n    y: 2\n", set("0", "{a: 1, b: 2}"), "-   a: 1\n    b: 2\n");
    check("- # c\n- y\n", set("0", "{a: 1}"), "- # c\n  a: 1\n- y\n");
    check("- &n x\n- y\n", set("0", "{a: 1}"), "- &n\n  a: 1\n- y\n");
    check("a: &n\n  b: 1\nc: 1\n", set("a", "x"), "a: &n x\nc: 1\n");
    check("a: {b: 1}\n", set("a.b", "{p: [1, {q: x}]}"), "a: {b: {p: [1, {q: x}]}}\n");
    check("a:\n  b: 1\nc: 1\n", set("a", "!override {x: 1}"), "a: !override\n  x: 1\nc: 1\n");
    check("a: !override\n  b: 1\nc: 1\n", set("a", "{x: 1}"), "a:\n  x: 1\nc: 1\n");
    check("a: !override\n  - 1\nc: 1\n", set("a", "x"), "a: x\nc: 1\n");
    check("a: x\n", set("a", "!reset null"), "a: !reset \"null\"\n");
}

#[test]
fn keys_are_added() {
    check("a: 1\nb: 2 # c\n", key("", "k", "x"), "a: 1\nb: 2 # c\nk: x\n");
    assert_eq!(apply("a: 1", &[key("", "k", "x")]).as_deref(), Ok("a: 1\nk: x"));
    check("a:\n  b:\n    - 1\n  # end\n\nc: 1\n", key("a", "k", "x"), "a:\n  b:\n    - 1\n  k: x\n  # end\n\nc: 1\n");
    check("a:\n  b: 1\n  # end of a\nc: 1\n", key("", "k", "x"), "a:\n  b: 1\n  # end of a\nc: 1\nk: x\n");
    check("a:\n  b: 1\n  # end of a\n", key("", "k", "x"), "a:\n  b: 1\n  # end of a\nk: x\n");
    check("a:\n  b: |\n    x\n\nc: 1\n", key("a", "k", "x"), "a:\n  b: |\n    x\n  k: x\n\nc: 1\n");
    check(
        "- a: 1\n- b: 2\n",
        key("0", "k", "[x, {w: 1, z: 2}]"),
        "- a: 1\n  k:\n    - x\n    - w: 1\n      z: 2\n- b: 2\n",
    );
    check("a:\nb: 1\n", key("a", "k", "x"), "a:\n  k: x\nb: 1\n");
    check("a: ~ # c\n", key("a", "k", "x"), "a: # c\n  k: x\n");
    check("a: {} # c\n", key("a", "k", "x"), "a: # c\n  k: x\n");
    check("a: {b: 1}\n", key("a", "k", "x"), "a: {b: 1, k: x}\n");
    check("a: { b: 1, }\n", key("a", "k", "x"), "a: { b: 1, k: x }\n");
    check("{}\n", key("", "k", "x"), "{k: x}\n");
    check("{\"a\": [{}]}\n", key("a.0", "k", "x"), "{\"a\": [{k: x}]}\n");
    check("{\"a\": 1}\n", key("", "k", "'1'"), "{\"a\": 1, \"k\": \"1\"}\n");
    check(
        "{\n  \"a\": 1, # c\n  \"b\": 2 # d\n}\n",
        key("", "k", "x"),
        "{\n  \"a\": 1, # c\n  \"b\": 2, # d\n  \"k\": x\n}\n",
    );
    check("{\n  a: 1,\n  b: 2, # d\n}\n", key("", "k", "x"), "{\n  a: 1,\n  b: 2, # d\n  k: x,\n}\n");
    check("x: &x {k: 1}\na:\n  <<: *x\n  b: 1\n", key("a", "k", "2"), "x: &x {k: 1}\na:\n  <<: *x\n  b: 1\n  k: 2\n");
    check("a: !override\n  b: 1\n", key("a", "k", "2"), "a: !override\n  b: 1\n  k: 2\n");
    check("a:\n  x: 1\n\nb:\n  y: 1\n", key("", "k", "{z: 1}"), "a:\n  x: 1\n\nb:\n  y: 1\n\nk:\n  z: 1\n");
    check("a: |+\n  x\n\n", key("", "k", "1"), "a: |+\n  x\n\nk: 1\n");
}

#[test]
fn keys_are_added_in_their_place() {
    let after = |name: &str| Place::After(name.to_owned());
    let before = |name: &str| Place::Before(name.to_owned());
    check("a: 1\n# b\nb: 2\n", key_at("", "k", "x", after("a")), "a: 1\nk: x\n# b\nb: 2\n");
    check("x: 1\na: 1\n", key_at("", "k", "x", before("x")), "k: x\nx: 1\na: 1\n");
    check("a:\n  # about x\n  x: 1\n", key_at("a", "k", "1", before("x")), "a:\n  k: 1\n  # about x\n  x: 1\n");
    check("# the file\nx: 1\n", key_at("", "k", "1", before("x")), "# the file\nk: 1\nx: 1\n");
    check("- x: 1\n  y: 2\n", key_at("0", "k", "1", before("x")), "- k: 1\n  x: 1\n  y: 2\n");
    check("a: 1\nc: 2\n", key_at("", "b", "x", Place::Sorted), "a: 1\nb: x\nc: 2\n");
    check("{b: 1, c: 2}\n", key_at("", "a", "x", Place::Sorted), "{a: x, b: 1, c: 2}\n");
    check("{b: 1, d: 2}\n", key_at("", "c", "x", Place::Sorted), "{b: 1, c: x, d: 2}\n");
    check("{\n  b: 1,\n  d: 2\n}\n", key_at("", "c", "x", Place::Sorted), "{\n  b: 1,\n  c: x,\n  d: 2\n}\n");
    check("{\n  b: 1,\n  d: 2\n}\n", key_at("", "a", "x", Place::Sorted), "{\n  a: x,\n  b: 1,\n  d: 2\n}\n");
}

#[test]
fn items_are_added() {
    check("- a\n- b # c\n", item("", None, "x"), "- a\n- b # c\n- x\n");
    check("- a\n# b\n- b\n", item("", Some(1), "x"), "- a\n- x\n# b\n- b\n");
    check("k:\n- a\nl: 1\n", item("k", Some(0), "{p: 1, q: 2}"), "k:\n- p: 1\n  q: 2\n- a\nl: 1\n");
    check("k: [a, b]\n", item("k", None, "'1'"), "k: [a, b, \"1\"]\n");
    check("k: [a, b]\n", item("k", Some(0), "x"), "k: [x, a, b]\n");
    check("k: []\n", item("k", None, "x"), "k:\n  - x\n");
    check("k:\n", item("k", None, "x"), "k:\n  - x\n");
    check("- - a\n  - b\n", item("0", Some(0), "x"), "- - x\n  - a\n  - b\n");
    check("- - a\n", item("0", None, "[x, z]"), "- - a\n  - - x\n    - z\n");
    check("k:\n  -\n    a: 1\n  - b\n", item("k", Some(1), "x"), "k:\n  -\n    a: 1\n  - x\n  - b\n");
    check("k: [\n  a,\n  b\n]\n", item("k", None, "x"), "k: [\n  a,\n  b,\n  x\n]\n");
}

#[test]
fn entries_are_removed() {
    check("a: 1\nb: 2 # c\nd: 3\n", delete("b"), "a: 1\nd: 3\n");
    check("a: 1\n# b\nb:\n  c: 1\n  # d\n  e: 2\nd: 3\n", delete("b"), "a: 1\n# b\nd: 3\n");
    check("a: 1\nb: 2", delete("b"), "a: 1\n");
    check("a:\n  b: 1 # c\nd: 1\n", delete("a.b"), "a: {}\nd: 1\n");
    check("a:\n  - x\n", delete("a.0"), "a: []\n");
    check("a: !override\n  - x\n", delete("a.0"), "a: !override []\n");
    check("- a: 1\n  b: 2\n", delete("0.a"), "- b: 2\n");
    check("- a: 1 # c\n  # d\n  b: 2\n", delete("0.a"), "-\n  # d\n  b: 2\n");
    check("- a: 1\n  b: 2\n", delete("0.b"), "- a: 1\n");
    check("- a\n- b\n- c\n", delete("1"), "- a\n- c\n");
    check("- - a\n  - b\n", delete("0.0"), "- - b\n");
    check("{a: 1, b: 2, c: 3}\n", delete("a"), "{b: 2, c: 3}\n");
    check("{a: 1, b: 2, c: 3}\n", delete("b"), "{a: 1, c: 3}\n");
    check("{a: 1, b: 2, c: 3}\n", delete("c"), "{a: 1, b: 2}\n");
    check("[a, b,]\n", delete("1"), "[a,]\n");
    check("x: [a]\n", delete("x.0"), "x: []\n");
    check("{\n  a: 1, # c\n  b: 2 # d\n}\n", delete("b"), "{\n  a: 1 # c\n}\n");
    check("{\n  a: 1, # c\n  b: 2 # d\n}\n", delete("a"), "{\n  b: 2 # d\n}\n");
    check("[\n  a, b, # c\n  d\n]\n", delete("1"), "[\n  a, # c\n  d\n]\n");
    check("[ a\n# c\n, b]\n", delete("0"), "[ \n# c\n b]\n");
    check("a:\n- x\n- y\nb: 1\n", delete("a.1"), "a:\n- x\nb: 1\n");
    check("a: |\n  x\nb: 1\n", delete("a"), "b: 1\n");
    check("x: &x {p: 1}\na: *x\nb: 1\n", delete("a"), "x: &x {p: 1}\nb: 1\n");
}

#[test]
fn what_is_not_plain_is_refused() {
    let anchors = "x: &x {p: 1}\na: *x\nb:\n  <<: *x\n  q: 1\nc: &c 1\n";
    refused(anchors, set("a", "1"), "the alias `*x` brings the value: edit it where the anchor stands");
    refused(anchors, set("a.p", "2"), "the alias `*x` brings the value: edit it where the anchor stands");
    refused(anchors, set("x.p", "2"), "aliases bring what stands at `&x` to other places too");
    refused(anchors, key("x", "q", "2"), "aliases bring what stands at `&x` to other places too");
    refused(anchors, delete("x"), "an alias uses the anchor `&x` that stands in it");
    refused(anchors, set("x", "2"), "an alias uses the anchor `&x` that stands in it");
    refused(anchors, set("b.p", "2"), "a merge key brings `p`: edit it where the anchor stands");
    refused(anchors, delete("b.p"), "a merge key brings `p`: edit it where the anchor stands");
    refused(anchors, set("b.z", "2"), "there is no key `z`");
    refused(anchors, key("b", "q", "2"), "the key `q` is there already");
    refused("x: &x {p: 1}\nb:\n  <<: *x\n  p: 2\n", delete("b.p"), "a merge key would bring another value for it");
    refused("? a\n: 1\nb: 2\n", set("a", "2"), "the key is written with `?`");
    refused("? a\n: 1\nb: 2\n", delete("a"), "the key is written with `?`");
    check("? a\n: 1\nb: 2\n", delete("b"), "? a\n: 1\n");
    check("? a\n: 1\nb: 2\n", key("", "c", "3"), "? a\n: 1\nb: 2\nc: 3\n");
    refused("a: 1\na: 2\n", set("a", "3"), "the key `a` stands here twice");
    refused("a: [b: 1]\n", key("a.0", "c", "2"), "it is a pair without braces");
    refused("a: 1\n", delete("a"), "the document would be empty");
    refused("a: 1\n", Edit::Set { path: Path::root(), value: value("2") }, "it is the whole document");
    refused("# nothing\n", key("", "a", "1"), "the file holds nothing yet");
    refused("a: [\n", set("a", "1"), "the file has an error on line 1: the `[` that opens here is never closed");
    refused("a: 1\n", item("a", None, "1"), "it is no list");
    refused("a: [1]\n", item("a", Some(2), "1"), "the list has 1 items");
    refused("a: [1]\n", set("a.1", "1"), "the list has fewer items");
    refused("a: 1\n", key("", &"k".repeat(1001), "1"), "a key of 1001 bytes: YAML readers take 1000 at most");
    refused("a: !!map\n  b: 1\n", delete("a.b"), "the tag `!!map` would stand on nothing");
}

#[test]
fn nothing_changes_where_it_says_so_already() {
    let text = "x: &x {p: 1}\na: *x\nb: 'y'\n";
    assert_eq!(apply(text, &[set("a", "{p: 1}"), set("b", "y")]).as_deref(), Ok(text));
}

#[test]
fn edits_build_on_each_other_or_none_is_made() {
    let text = "a: 1\n";
    let edits = [key("", "b", "{c: 1}"), set("b.c", "2"), delete("a")];
    assert_eq!(apply(text, &edits).as_deref(), Ok("b:\n  c: 2\n"));
    let refused = apply(text, &[key("", "b", "1"), delete("z")]).unwrap_err();
    assert_eq!((refused.edit, refused.to_string().as_str()), (1, "`z` cannot be edited: there is no key `z`"));
}
