//! `&Node → T: Deserialize`, with the exact place of the one error that serde reports.
//!
//! For small configuration and for parameters; [`Decode`](crate::Decode) reports every error of a document at once. Behind
//! `#[serde(flatten)]`, `untagged` and internally tagged enums serde keeps no places: an error there points at the whole
//! mapping, or at the key where it names one.

mod error;
mod spanned;

pub use error::DeError;
pub use spanned::Spanned;

use crate::{Entry, Location, Node, Segment, Text, Value};
use error::Failed;
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, MapAccess, Unexpected, Visitor};

/// Reads a `T` from `node`.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, DeError> {
    T::deserialize(De(node)).map_err(Failed::finish)
}

#[derive(Clone, Copy)]
struct De<'de>(&'de Node);

impl<'de> De<'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visit_int(*value, visitor),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Timestamp(text) | Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Seq(items) => {
                let mut access = Items { items: items.iter().enumerate() };
                let value = visitor.visit_seq(&mut access)?;
                match access.items.len() {
                    0 => Ok(value),
                    left => Err(Failed::new(format!("the list has {left} items too many"))),
                }
            }
            Value::Map(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
        }
    }
}

fn visit_int<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, Failed> {
    if let Ok(value) = u64::try_from(value) {
        visitor.visit_u64(value)
    } else if let Ok(value) = i64::try_from(value) {
        visitor.visit_i64(value)
    } else {
        visitor.visit_i128(value)
    }
}

impl<'de> serde::Deserializer<'de> for De<'de> {
    type Error = Failed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.visit(visitor).map_err(|failed| failed.in_node(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        let result = if self.0.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) };
        result.map_err(|failed| failed.in_node(self.0))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self).map_err(|failed| failed.in_node(self.0))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        match &self.0.value {
            _ if name == spanned::NAME => visitor.visit_map(spanned::Parts::of(self.0)),
            Value::Map(_) => self.visit(visitor),
            // serde would take a list for the fields in their order.
            _ => Err(Failed::new(format!("expected a mapping, found {}", self.0.kind()))),
        }
        .map_err(|failed| failed.in_node(self.0))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let result = match &self.0.value {
            Value::String(text) => visitor.visit_enum(Variant { name: text, at: self.0.at, content: None }),
            Value::Map(map) => match map.first() {
                Some((name, Entry { key_at, value })) if map.len() == 1 => {
                    visitor.visit_enum(Variant { name, at: *key_at, content: Some(value) })
                }
                _ => Err(de::Error::invalid_length(map.len(), &"a mapping with one key")),
            },
            _ => self.visit(visitor),
        };
        result.map_err(|failed| failed.in_node(self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

struct Items<'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Failed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failed> {
        let Some((index, item)) = self.items.next() else { return Ok(None) };
        let value = seed.deserialize(De(item));
        value.map(Some).map_err(|failed| failed.in_node(item).below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'de> {
    entries: indexmap::map::Iter<'de, Text, Entry>,
    value: Option<(&'de str, &'de Node)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failed> {
        let Some((key, entry)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key, &entry.value));
        let value = seed.deserialize(Key { text: key });
        value.map(Some).map_err(|failed| failed.in_key(entry.key_at).below(Segment::Key(key.clone())))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failed> {
        let Some((key, value)) = self.value.take() else { return Err(Failed::new("a key has no value")) };
        let result = seed.deserialize(De(value));
        result.map_err(|failed| failed.in_node(value).below(Segment::Key(key.into())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A mapping key: a string, or what its type reads from one.
#[derive(Clone, Copy)]
struct Key<'de> {
    text: &'de str,
}

macro_rules! parsed_keys {
    ($($method:ident $visit:ident: $ty:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
            match self.text.parse::<$ty>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(de::Error::invalid_value(Unexpected::Str(self.text), &visitor)),
            }
        }
    )*};
}

impl<'de> serde::Deserializer<'de> for Key<'de> {
    type Error = Failed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_borrowed_str(self.text)
    }

    parsed_keys!(deserialize_bool visit_bool: bool, deserialize_i8 visit_i8: i8, deserialize_i16 visit_i16: i16,
        deserialize_i32 visit_i32: i32, deserialize_i64 visit_i64: i64, deserialize_u8 visit_u8: u8,
        deserialize_u16 visit_u16: u16, deserialize_u32 visit_u32: u32, deserialize_u64 visit_u64: u64);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_enum(self.text.into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

struct Variant<'de> {
    name: &'de str,
    at: Location,
    content: Option<&'de Node>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Failed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Failed> {
        let name = seed.deserialize(Key { text: self.name }).map_err(|failed| failed.in_key(self.at))?;
        Ok((name, self))
    }
}

impl<'de> Variant<'de> {
    fn content<T>(self, read: impl FnOnce(De<'de>) -> Result<T, Failed>) -> Result<T, Failed> {
        let missing =
            || Failed::new(format!("`{}` needs a value", self.name)).help(format!("write `{}: …`", self.name));
        let node = self.content.ok_or_else(missing)?;
        read(De(node)).map_err(|failed| failed.in_node(node).below(Segment::Key(self.name.into())))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Failed;

    fn unit_variant(self) -> Result<(), Failed> {
        match self.content {
            None => Ok(()),
            Some(node) if node.value == Value::Null => Ok(()),
            Some(node) => Err(Failed::new(format!("`{}` takes no value", self.name)).in_node(node)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failed> {
        self.content(|de| seed.deserialize(de))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failed> {
        self.content(|de| serde::Deserializer::deserialize_any(de, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Failed> {
        self.content(|de| serde::Deserializer::deserialize_struct(de, "", fields, visitor))
    }
}

#[cfg(test)]
mod tests;
