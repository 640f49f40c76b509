//! Values with a short form: one text that stands for a whole mapping.

use crate::record::{Form, Plain, schema};
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};

/// A mapping that may be written as one text.
pub trait Short: Sized {
    /// The mapping that `text`, the value of `node`, stands for.
    fn from_text(text: &str, node: &Node, decoder: &mut Decoder) -> Option<Self>;
}

impl<T: Short> Short for Box<T> {
    fn from_text(text: &str, node: &Node, decoder: &mut Decoder) -> Option<Self> {
        T::from_text(text, node, decoder).map(Box::new)
    }
}

/// The short form, or the mapping.
pub enum ShortOr {}

/// A list of names, each with the empty value, or a mapping by name. With `NULL`, a name in the mapping may have no value.
pub enum NamesOr<const NULL: bool> {}

impl<T: Short> Form<T> for ShortOr
where
    Plain: Form<T>,
{
    fn read(node: &Node, decoder: &mut Decoder) -> Option<T> {
        match &node.value {
            Value::String(text) => T::from_text(text, node, decoder),
            Value::Map(_) => <Plain as Form<T>>::read(node, decoder),
            _ => decoder.wrong_type(node, "a string or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([schema::string(), <Plain as Form<T>>::schema(generator)])
    }
}

impl<T: Default, const NULL: bool> Form<IndexMap<String, T>> for NamesOr<NULL>
where
    Plain: Form<T>,
{
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, T>> {
        match &node.value {
            Value::Map(_) => crate::record::Named::<Plain, NULL>::read(node, decoder),
            Value::Seq(_) => {
                let names = <crate::record::Unique as Form<Vec<String>>>::read(node, decoder)?;
                Some(names.into_iter().map(|name| (name, T::default())).collect())
            }
            _ => decoder.wrong_type(node, "a list of names or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let names = schema::list(schema::string(), true);
        let mapping = <crate::record::Named<Plain, NULL> as Form<IndexMap<String, T>>>::schema(generator);
        schema::either([names, mapping])
    }
}
