//! A value that knows its place.

use super::De;
use super::error::Failed;
use crate::{Location, Node, SourceId, Span};
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A value with the place where it was written.
///
/// It can be read by [`from_node`] only, and not inside of untagged enums and flattened structs, where places are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: Location,
}

pub(super) const NAME: &str = "$bayplan_yaml::Spanned";
const FIELDS: &[&str] = &["source", "start", "end", "value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Spanned<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value whose place is known")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
                let mut number = |name: &str| -> Result<u32, A::Error> {
                    match map.next_entry::<String, u32>()? {
                        Some((key, number)) if key == name => Ok(number),
                        _ => Err(de::Error::custom("the place of this value is not known")),
                    }
                };
                let (source, start, end) = (number("source")?, number("start")?, number("end")?);
                let Some((_, value)) = map.next_entry::<String, T>()? else {
                    return Err(de::Error::custom("the place of this value is not known"));
                };
                Ok(Spanned { value, at: Location { source: SourceId(source), span: Span::new(start, end) } })
            }
        }
        deserializer.deserialize_struct(NAME, FIELDS, Reader(PhantomData))
    }
}

/// The parts of a [`Spanned`].
pub(super) struct Parts<'de> {
    node: &'de Node,
    at: usize,
}

impl<'de> Parts<'de> {
    pub(super) fn of(node: &'de Node) -> Self {
        Self { node, at: 0 }
    }
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failed> {
        let Some(name) = FIELDS.get(self.at) else { return Ok(None) };
        self.at += 1;
        seed.deserialize((*name).into_deserializer()).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failed> {
        let Location { source, span } = self.node.at;
        match self.at {
            1 => seed.deserialize(source.0.into_deserializer()),
            2 => seed.deserialize(span.start.into_deserializer()),
            3 => seed.deserialize(span.end.into_deserializer()),
            _ => seed.deserialize(De(self.node)),
        }
    }
}
