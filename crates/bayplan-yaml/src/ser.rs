//! `serde value → Node`, so that typed values are printed by the one printer.

use crate::{Entry, Location, Map, Node, Text, Value};
use serde::{Serialize, ser};
use std::fmt;

/// Why a value has no YAML form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerError(String);

impl fmt::Display for SerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SerError {}

impl ser::Error for SerError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The node that `value` serialises to; every place in it is `at`.
pub fn to_node<T: Serialize + ?Sized>(value: &T, at: Location) -> Result<Node, SerError> {
    value.serialize(Ser(at))
}

#[derive(Clone, Copy)]
struct Ser(Location);

impl Ser {
    fn node(self, value: Value) -> Result<Node, SerError> {
        Ok(Node::new(value, self.0))
    }
    fn one(self, key: &str, value: Node) -> Result<Node, SerError> {
        let mut map = Map::default();
        map.insert(key.into(), Entry { key_at: self.0, value });
        self.node(Value::Map(map))
    }
}

struct Items(Ser, Vec<Node>, Option<&'static str>);
struct Entries(Ser, Map, Option<Text>, Option<&'static str>);

macro_rules! integers {
    ($($method:ident: $ty:ty),*) => {$(
        fn $method(self, v: $ty) -> Result<Node, SerError> { self.node(Value::Int(v.into())) }
    )*};
}

impl ser::Serializer for Ser {
    type Ok = Node;
    type Error = SerError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    fn serialize_bool(self, v: bool) -> Result<Node, SerError> {
        self.node(Value::Bool(v))
    }
    fn serialize_f32(self, v: f32) -> Result<Node, SerError> {
        // By its digits: 0.1 stays 0.1.
        self.node(Value::Float(v.to_string().parse().unwrap_or(v.into())))
    }
    fn serialize_u128(self, v: u128) -> Result<Node, SerError> {
        let v = i128::try_from(v).map_err(|_| SerError(format!("{v} is too large for a number in YAML")))?;
        self.node(Value::Int(v))
    }
    fn serialize_f64(self, v: f64) -> Result<Node, SerError> {
        self.node(Value::Float(v))
    }
    fn serialize_char(self, v: char) -> Result<Node, SerError> {
        self.node(Value::String(v.to_string().into()))
    }
    fn serialize_str(self, v: &str) -> Result<Node, SerError> {
        self.node(Value::String(v.into()))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Node, SerError> {
        Err(SerError("bytes have no form in YAML".to_owned()))
    }
    fn serialize_none(self) -> Result<Node, SerError> {
        self.node(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<Node, SerError> {
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<Node, SerError> {
        self.node(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, SerError> {
        self.node(Value::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Node, SerError> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<Node, SerError> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        v: &T,
    ) -> Result<Node, SerError> {
        self.one(variant, v.serialize(self)?)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items, SerError> {
        Ok(Items(self, Vec::with_capacity(len.unwrap_or(0)), None))
    }
    fn serialize_tuple(self, len: usize) -> Result<Items, SerError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items, SerError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items, SerError> {
        Ok(Items(self, Vec::with_capacity(len), Some(variant)))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Entries, SerError> {
        Ok(Entries(self, Map::default(), None, None))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries, SerError> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries, SerError> {
        Ok(Entries(self, Map::default(), None, Some(variant)))
    }
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerError> {
        self.1.push(v.serialize(self.0)?);
        Ok(())
    }
    fn finish(self) -> Result<Node, SerError> {
        let node = self.0.node(Value::Seq(self.1))?;
        match self.2 {
            Some(variant) => self.0.one(variant, node),
            None => Ok(node),
        }
    }
}

impl Entries {
    fn insert<T: Serialize + ?Sized>(&mut self, key: Text, v: &T) -> Result<(), SerError> {
        let value = v.serialize(self.0)?;
        self.1.insert(key, Entry { key_at: self.0.0, value });
        Ok(())
    }
    fn finish(self) -> Result<Node, SerError> {
        let node = self.0.node(Value::Map(self.1))?;
        match self.3 {
            Some(variant) => self.0.one(variant, node),
            None => Ok(node),
        }
    }
}

macro_rules! items {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Items {
            type Ok = Node;
            type Error = SerError;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerError> { self.push(v) }
            fn end(self) -> Result<Node, SerError> { self.finish() }
        }
    )*};
}
items!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field);

impl ser::SerializeMap for Entries {
    type Ok = Node;
    type Error = SerError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerError> {
        self.2 = Some(match key.serialize(self.0)?.value {
            Value::String(text) => text,
            Value::Int(value) => value.to_string().into(),
            Value::Bool(value) => value.to_string().into(),
            _ => return Err(SerError("a key has to be a string".to_owned())),
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerError> {
        let key = self.2.take().unwrap_or_default();
        self.insert(key, v)
    }
    fn end(self) -> Result<Node, SerError> {
        self.finish()
    }
}

macro_rules! entries {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Entries {
            type Ok = Node;
            type Error = SerError;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, v: &T) -> Result<(), SerError> {
                self.insert(key.into(), v)
            }
            fn end(self) -> Result<Node, SerError> { self.finish() }
        }
    )*};
}
entries!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    enum Choice {
        Unit,
        Newtype(u8),
        Tuple(u8, bool),
        Struct { a: Option<i64> },
    }

    #[derive(Serialize)]
    struct Wrapped(&'static str);

    #[derive(Serialize)]
    struct All {
        choices: Vec<Choice>,
        wrapped: Wrapped,
        pair: (u8, char),
        small: f32,
        large: u128,
        nothing: (),
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
        ports: BTreeMap<u16, &'static str>,
        empty: BTreeMap<u16, u8>,
    }

    #[test]
    fn values_take_the_form_that_serde_gives_them() {
        let value = All {
            choices: vec![
                Choice::Unit,
                Choice::Newtype(1),
                Choice::Tuple(2, true),
                Choice::Struct { a: None },
                Choice::Struct { a: Some(-3) },
            ],
            wrapped: Wrapped("no"),
            pair: (1, 'x'),
            small: 0.1,
            large: u64::MAX.into(),
            nothing: (),
            left_out: None,
            ports: BTreeMap::from([(80, "http")]),
            empty: BTreeMap::new(),
        };
        let printed = print(&to_node(&value, Location::default()).unwrap());
        let wanted = "choices:\n  - Unit\n  - Newtype: 1\n  - Tuple:\n      - 2\n      - true\n  - Struct:\n      a: null\n  \
                      - Struct:\n      a: -3\nwrapped: \"no\"\npair:\n  - 1\n  - x\nsmall: 0.1\n\
                      large: 18446744073709551615\nnothing: null\nports:\n  \"80\": http\nempty: {}\n";
        assert_eq!(printed, wanted);
    }

    #[test]
    fn what_has_no_form_is_refused() {
        assert!(to_node(&u128::MAX, Location::default()).is_err());
        assert!(to_node(&BTreeMap::from([(vec![1], 2)]), Location::default()).is_err());
    }
}
