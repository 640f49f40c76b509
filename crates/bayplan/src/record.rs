//! `Node → plain struct + every error`, `struct → JSON Schema` and `struct → serde`, from one definition.
//!
//! [`record!`](crate::record!) writes a plain struct and five things about it: how it is read from a mapping (all errors at once), how
//! it is written (its long form, empty fields left out), its JSON Schema, its keys, and a [setter](set) for each.
//!
//! ```
//! use bayplan::record::{Extensions, OneOrMany};
//! bayplan::record! {
//!     /// Watches a folder.
//!     pub struct Watch {
//!         /// The folder.
//!         path [Required]: String,
//!         /// Names to leave out: one, or a list.
//!         ignore: Vec<String> = OneOrMany,
//!         /// Whether to copy everything first.
//!         initial ("initial_sync"): Option<bool>,
//!         ..extensions: Extensions,
//!     }
//! }
//! assert_eq!(Watch::KEYS, ["path", "ignore", "initial_sync"]);
//! ```
//!
//! - A type that is not written in its own form names a [`Form`] after `=`: the model stays plain (`Vec<String>`), the
//!   short and long spellings live in the form.
//! - An `Option`, `Vec` or `IndexMap` is optional and left out when empty. `[Required]` after the name says that the key has to be
//!   there (any type), `[OrNull]` that it may stand without a value, which means the same as no key.
//! - `..part: Part` takes further keys of the same mapping: [`Extensions`], or a whole other record.

pub mod choice;
pub mod form;
pub mod pairs;
pub mod scalar;
pub mod schema;
pub mod set;

pub use form::{Distinct, Each, Form, Named, OneOrMany, Optional, OrNull, Plain, Required, Slot, Unique, Values};
pub use pairs::{KeyValues, Options, PairsOnly};
pub use scalar::{Between, Scalar, Strict};
pub use schema::ObjectSchema;
pub use set::Set;

#[doc(hidden)]
pub use {bayplan_yaml, schemars, serde};

use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Location, Map, Node, Value};
use indexmap::IndexMap;
use schemars::SchemaGenerator;
use serde::ser::SerializeMap;

/// Some of the keys of a mapping, as a plain value.
pub trait Part: Default {
    /// Whether `key` belongs to this part.
    fn owns(key: &str) -> bool;
    /// The keys that can be named, for suggestions.
    fn keys() -> Vec<&'static str>;
    /// Reads the keys that belong to this part of the mapping `map`, which stands at `at`. Says nothing about other keys.
    fn read(map: &Map, at: Location, decoder: &mut Decoder) -> Self;
    /// Writes the entries of this part, empty ones left out.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
    /// Adds the properties of this part to the schema of its mapping.
    fn describe(generator: &mut SchemaGenerator, object: &mut ObjectSchema);
}

/// Keys that begin with `x-`: Compose keeps them for others. Nearly every mapping can have some, and few have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extensions(Option<Box<IndexMap<String, serde_json::Value>>>);

impl Extensions {
    /// The keys with their values, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &serde_json::Value)> {
        self.0.iter().flat_map(|entries| entries.iter())
    }
}

impl Part for Extensions {
    fn owns(key: &str) -> bool {
        key.starts_with("x-")
    }
    fn keys() -> Vec<&'static str> {
        Vec::new()
    }
    fn read(map: &Map, _: Location, _: &mut Decoder) -> Self {
        let ours = map.iter().filter(|(key, _)| Self::owns(key));
        let entries: IndexMap<_, _> = ours.map(|(key, entry)| (key.to_string(), scalar::json(&entry.value))).collect();
        Self((!entries.is_empty()).then(|| Box::new(entries)))
    }
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
    }
    fn describe(_: &mut SchemaGenerator, object: &mut ObjectSchema) {
        object.pattern("^x-", schemars::json_schema!({}));
    }
}

/// Reads the mapping `node` as the record `P`: its keys, then an error for each key that belongs to nobody.
pub fn read<P: Part>(node: &Node, decoder: &mut Decoder) -> Option<P> {
    let Value::Map(map) = &node.value else { return decoder.wrong_type(node, "a mapping") };
    let record = P::read(map, node.at, decoder);
    for (key, entry) in map.iter().filter(|(key, _)| !P::owns(key)) {
        let help = match nearest(key, &P::keys()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if P::owns("x-") => "remove it, or begin its name with `x-` to keep it as a note".to_owned(),
            None => match P::keys().as_slice() {
                keys @ [_, ..] if keys.len() <= 8 => {
                    let keys = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                    format!("remove it: there is {keys}")
                }
                _ => "remove it".to_owned(),
            },
        };
        let message = format!("unknown key `{key}`");
        decoder.in_key(key, |decoder| decoder.error(DecodeErrorKind::UnknownKey, entry.key_at, message, Some(help)));
    }
    Some(record)
}

/// Reads the field `key` of a mapping; the empty value where it is absent or wrong.
pub fn field<T: Slot<S> + Default, S>(map: &Map, at: Location, key: &str, decoder: &mut Decoder) -> T {
    match map.get(key) {
        Some(entry) => decoder.in_key(key, |decoder| T::fill(&entry.value, decoder)).unwrap_or_default(),
        None => {
            if T::REQUIRED {
                let help = format!("add `{key}:`");
                decoder.error(DecodeErrorKind::MissingKey, at, format!("the key `{key}` is missing"), Some(help));
            }
            T::default()
        }
    }
}

/// The one of `known` that `name` is most likely a misspelling of.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let name = plain(name);
    let mut best = None;
    for candidate in known {
        let other = plain(candidate);
        // Two letters in the wrong order: of a short name little else is alike.
        let swapped = name.len() == other.len()
            && strsim::osa_distance(&name, &other) == 1
            && strsim::hamming(&name, &other) == Ok(2);
        let off_by_one = name.len() > 2 && strsim::osa_distance(&name, &other) == 1;
        let score = match strsim::jaro_winkler(&name, &other) {
            _ if swapped => 0.95,
            score if off_by_one => score.max(0.85),
            score => score,
        };
        if score > 0.84 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, *candidate));
        }
    }
    let part = || {
        known.iter().copied().find(|known| name.len() > 2 && plain(known).split(['_', '+']).any(|part| part == name))
    };
    best.map(|(_, candidate)| candidate).or_else(part)
}

/// Writes a plain struct, its reader, its writer, its JSON Schema and its keys. See [the module](mod@crate::record).
#[macro_export]
macro_rules! record {
    ($(#[doc = $about:literal])+ pub struct $name:ident {
        $($(#[doc = $doc:literal])+ $field:ident $(($key:literal))? $([$mode:ident])? : $ty:ty $(= $form:ty)?,)*
        $(..$part:ident : $sub:ty,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $ty,)*
            $(#[doc = concat!("Further keys of the same mapping: [`", stringify!($sub), "`].")] pub $part: $sub,)*
        }
        impl $name {
            /// The keys of this mapping, in the order they are written.
            pub const KEYS: &'static [&'static str] = &[$($crate::record!(@key $field $($key)?)),*];

            $(
                $(#[doc = $doc])+
                ///
                /// Sets it; a list or mapping takes further items.
                #[must_use]
                pub fn $field<V>(mut self, value: V) -> Self
                where
                    $ty: $crate::record::Set<V>,
                {
                    $crate::record::Set::set(&mut self.$field, value);
                    self
                }
            )*
        }
        impl $crate::record::Part for $name {
            fn owns(key: &str) -> bool {
                Self::KEYS.contains(&key) $(|| <$sub as $crate::record::Part>::owns(key))*
            }
            fn keys() -> Vec<&'static str> {
                let mut keys = Self::KEYS.to_vec();
                $(keys.extend(<$sub as $crate::record::Part>::keys());)*
                keys.sort_unstable();
                keys
            }
            #[allow(unused_variables)]
            fn read(
                map: &$crate::record::bayplan_yaml::Map,
                at: $crate::record::bayplan_yaml::Location,
                decoder: &mut $crate::record::bayplan_yaml::Decoder,
            ) -> Self {
                Self {
                    $($field: $crate::record::field::<$ty, $crate::record!(@slot $($mode)? ; $($form)?)>(
                        map, at, $crate::record!(@key $field $($key)?), decoder,
                    ),)*
                    $($part: <$sub as $crate::record::Part>::read(map, at, decoder),)*
                }
            }
            #[allow(unused_variables)]
            fn write<M: $crate::record::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $(if <$ty as $crate::record::Slot<$crate::record!(@slot $($mode)? ; $($form)?)>>::is_present(&self.$field) {
                    map.serialize_entry($crate::record!(@key $field $($key)?), &self.$field)?;
                })*
                $($crate::record::Part::write(&self.$part, map)?;)*
                Ok(())
            }
            #[allow(unused_variables)]
            fn describe(generator: &mut $crate::record::schemars::SchemaGenerator, object: &mut $crate::record::ObjectSchema) {
                $(object.field::<$ty, $crate::record!(@slot $($mode)? ; $($form)?)>(
                    $crate::record!(@key $field $($key)?), &[$($doc),+], generator,
                );)*
                $(<$sub as $crate::record::Part>::describe(generator, object);)*
            }
        }
        $crate::record_traits!($name, [$($about),+]);
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@slot $mode:ident ; $form:ty) => { $crate::record::$mode<$form> };
    (@slot $mode:ident ;) => { $crate::record::$mode };
    (@slot ; $form:ty) => { $crate::record::Optional<$form> };
    (@slot ;) => { $crate::record::Optional };
}

/// Gives a [`Part`] that is a whole mapping the traits of a value: `Decode`, `Serialize`, `JsonSchema` and [`Form`].
#[doc(hidden)]
#[macro_export]
macro_rules! record_traits {
    ($name:ident, [$($about:literal),+]) => {
        impl $crate::record::bayplan_yaml::Decode for $name {
            fn decode(
                node: &$crate::record::bayplan_yaml::Node,
                decoder: &mut $crate::record::bayplan_yaml::Decoder,
            ) -> Option<Self> {
                $crate::record::read(node, decoder)
            }
        }
        impl $crate::record::serde::Serialize for $name {
            fn serialize<S: $crate::record::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::record::serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $crate::record::Part::write(self, &mut map)?;
                map.end()
            }
        }
        impl $crate::record::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }
            fn json_schema(generator: &mut $crate::record::schemars::SchemaGenerator) -> $crate::record::schemars::Schema {
                $crate::record::ObjectSchema::of::<Self>(&[$($about),+], generator)
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
                $crate::record::read(node, decoder)
            }
            fn schema(generator: &mut $crate::record::schemars::SchemaGenerator) -> $crate::record::schemars::Schema {
                generator.subschema_for::<$name>()
            }
        }
    };
}

#[cfg(test)]
mod tests;
