//! One of a few words.

/// Writes an enum that is read from and written as one of a few words; its default is the first.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $about:literal])+ pub enum $name:ident {
        $(#[doc = $first_doc:literal])+ $first:ident = $first_word:literal,
        $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $name {
            $(#[doc = $first_doc])+ #[default] $first,
            $($(#[doc = $doc])+ $variant,)*
        }
        impl $name {
            /// All words, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$first_word, $($word),*];
            /// All variants.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant),*];
            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$variant => $word,)* }
            }
        }
        impl $crate::record::serde::Serialize for $name {
            fn serialize<S: $crate::record::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl $crate::record::Set<$name> for $name {
            fn set(&mut self, value: $name) {
                *self = value;
            }
        }
        impl $crate::record::Form<$name> for $crate::record::Plain {
            fn read(
                node: &$crate::record::bayplan_yaml::Node,
                decoder: &mut $crate::record::bayplan_yaml::Decoder,
            ) -> Option<$name> {
                let at = $crate::record::choice::read(node, $name::WORDS, decoder)?;
                $name::ALL.get(at).copied()
            }
            fn schema(_: &mut $crate::record::schemars::SchemaGenerator) -> $crate::record::schemars::Schema {
                $crate::record::choice::schema(&[($first_word, &[$($first_doc),+]), $(($word, &[$($doc),+])),*])
            }
        }
    };
}

use super::{nearest, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node};
use schemars::{Schema, json_schema};

/// Reads one of `words`; its place among them.
pub fn read(node: &Node, words: &[&str], decoder: &mut Decoder) -> Option<usize> {
    let all = || words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let Some(text) = node.as_str() else { return decoder.wrong_type(node, &format!("one of {}", all())) };
    let found = words.iter().position(|word| *word == text);
    if found.is_none() {
        let help = match nearest(text, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use one of these words".to_owned(),
        };
        let message = format!("expected one of {}, found `{text}`", all());
        decoder.error(DecodeErrorKind::Value, node.at, message, Some(help));
    }
    found
}

/// The schema of a choice: each word with its meaning, or a text that holds a variable.
pub fn schema(words: &[(&str, &[&str])]) -> Schema {
    let words = words.iter().map(|(word, doc)| {
        let doc = doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        serde_json::json!({ "const": word, "description": doc })
    });
    let variable = serde_json::json!({ "type": "string", "pattern": schema::VARIABLE });
    json_schema!({ "anyOf": words.chain([variable]).collect::<Vec<_>>() })
}
