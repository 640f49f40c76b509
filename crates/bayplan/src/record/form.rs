//! Forms: the ways one value is written, apart from its type, so that the model stays plain data.

use super::schema;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};
use std::marker::PhantomData;

/// A way to write a `T`.
pub trait Form<T> {
    /// Reads `node`. Reports what is wrong to `decoder`; `None` where nothing could be made of the node.
    fn read(node: &Node, decoder: &mut Decoder) -> Option<T>;
    /// The JSON Schema of this form: it accepts what [`Form::read`] accepts, and a text holding `$` for any text.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// How a field of a record holds a value that is written as `S` says: [`Optional`], [`Required`] or [`OrNull`] in some form.
pub trait Slot<S>: Sized {
    /// Whether the key has to be there.
    const REQUIRED: bool = false;
    /// Reads the value of the key.
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self>;
    /// Whether the field is written at all.
    fn is_present(&self) -> bool;
    /// The JSON Schema of the value of the key.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// The own form of a type.
pub enum Plain {}

/// A form whose key may be absent, which means the empty value.
pub struct Optional<F = Plain>(PhantomData<F>);

/// A form whose key has to be there.
pub struct Required<F = Plain>(PhantomData<F>);

/// A form, or nothing at all (`command:`), which means the same as no key.
pub struct OrNull<F = Plain>(PhantomData<F>);

/// A list, or one text without the brackets.
pub struct OneOrMany<L = Unique>(PhantomData<L>);

/// A list with repetitions, each item in the form `F`.
pub struct Each<F = Plain>(PhantomData<F>);

/// A list in which a repeated item is an error.
pub struct Unique<F = Plain>(PhantomData<F>);

/// A list in which a repeated item counts once.
pub struct Distinct<F = Plain>(PhantomData<F>);

/// A mapping with any keys, each value in the form `F`.
pub struct Values<F = Plain>(PhantomData<F>);

/// A mapping whose keys are names (letters, digits, `.`, `_`, `-`), each value in the form `F`. With `NULL`, a name without
/// a value has the empty one.
pub struct Named<F = Plain, const NULL: bool = false>(PhantomData<F>);

impl<T, F: Form<T>> Slot<Optional<F>> for Option<T> {
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        F::read(node, decoder).map(Some)
    }
    fn is_present(&self) -> bool {
        self.is_some()
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        F::schema(generator)
    }
}

impl<T, F: Form<T>> Slot<OrNull<F>> for Option<T> {
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        if node.value == Value::Null { Some(None) } else { F::read(node, decoder).map(Some) }
    }
    fn is_present(&self) -> bool {
        self.is_some()
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::or_null(F::schema(generator))
    }
}

impl<T, F: Form<T>> Slot<Required<F>> for T {
    const REQUIRED: bool = true;
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        F::read(node, decoder)
    }
    fn is_present(&self) -> bool {
        true
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        F::schema(generator)
    }
}

impl<T, F: Form<Vec<T>>> Slot<Optional<F>> for Vec<T> {
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        F::read(node, decoder)
    }
    fn is_present(&self) -> bool {
        !self.is_empty()
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        F::schema(generator)
    }
}

impl<T, F: Form<IndexMap<String, T>>> Slot<Optional<F>> for IndexMap<String, T> {
    fn fill(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        F::read(node, decoder)
    }
    fn is_present(&self) -> bool {
        !self.is_empty()
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        F::schema(generator)
    }
}

impl<T> Form<Vec<T>> for Plain
where
    Plain: Form<T>,
{
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        items::<T, Plain>(node, decoder).map(|items| items.into_iter().map(|(item, _, _)| item).collect())
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::list(<Plain as Form<T>>::schema(generator), false)
    }
}

impl<T> Form<IndexMap<String, T>> for Plain
where
    Plain: Form<T>,
{
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, T>> {
        Values::<Plain>::read(node, decoder)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Values<Plain> as Form<IndexMap<String, T>>>::schema(generator)
    }
}

impl<T> Form<Box<T>> for Plain
where
    Plain: Form<T>,
{
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Box<T>> {
        <Plain as Form<T>>::read(node, decoder).map(Box::new)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Plain as Form<T>>::schema(generator)
    }
}

impl<T, F: Form<T>> Form<Vec<T>> for Each<F> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        items::<T, F>(node, decoder).map(|items| items.into_iter().map(|(item, _, _)| item).collect())
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::list(F::schema(generator), false)
    }
}

impl<T: PartialEq, F: Form<T>> Form<Vec<T>> for Unique<F> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        let items = items::<T, F>(node, decoder)?;
        let mut list: Vec<T> = Vec::with_capacity(items.len());
        for (item, index, node) in items {
            if list.contains(&item) {
                let help = Some("remove one of the two".to_owned());
                let message = "the list holds this item twice";
                decoder.in_index(index, |decoder| decoder.error(DecodeErrorKind::Value, node.at, message, help));
            } else {
                list.push(item);
            }
        }
        Some(list)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::list(F::schema(generator), true)
    }
}

impl<T: PartialEq, F: Form<T>> Form<Vec<T>> for Distinct<F> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        let items = items::<T, F>(node, decoder)?;
        let mut list: Vec<T> = Vec::with_capacity(items.len());
        for (item, _, _) in items {
            if !list.contains(&item) {
                list.push(item);
            }
        }
        Some(list)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::list(F::schema(generator), false)
    }
}

impl<T, L: Form<Vec<T>>> Form<Vec<T>> for OneOrMany<L> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        match &node.value {
            Value::Seq(_) => L::read(node, decoder),
            Value::String(_) => L::read(&Node::new(Value::Seq(vec![node.clone()]), node.at), decoder),
            _ => decoder.wrong_type(node, "a string or a list"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([schema::string(), L::schema(generator)])
    }
}

impl<T, F: Form<T>> Form<IndexMap<String, T>> for Values<F> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, T>> {
        let Value::Map(map) = &node.value else { return decoder.wrong_type(node, "a mapping") };
        let read = map.iter().filter_map(|(key, entry)| {
            let value = decoder.in_key(key, |decoder| F::read(&entry.value, decoder))?;
            Some((key.to_string(), value))
        });
        Some(read.collect())
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::values(F::schema(generator))
    }
}

impl<T: Default, F: Form<T>, const NULL: bool> Form<IndexMap<String, T>> for Named<F, NULL> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, T>> {
        let Value::Map(map) = &node.value else { return decoder.wrong_type(node, "a mapping") };
        let mut read = IndexMap::new();
        for (key, entry) in map {
            decoder.in_key(key, |decoder| {
                if !is_name(key) {
                    let help = Some("use letters, digits, `.`, `_` and `-` only".to_owned());
                    decoder.error(DecodeErrorKind::Value, entry.key_at, format!("`{key}` is not a name"), help);
                }
                let value = match &entry.value.value {
                    Value::Null if NULL => Some(T::default()),
                    _ => F::read(&entry.value, decoder),
                };
                read.extend(value.map(|value| (key.to_string(), value)));
            });
        }
        Some(read)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let value = F::schema(generator);
        schema::named(if NULL { schema::or_null(value) } else { value })
    }
}

/// Whether `text` is a name as Compose allows them for services, networks, volumes …
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The items that could be read, each with its place in the list and its node.
fn items<'n, T, F: Form<T>>(node: &'n Node, decoder: &mut Decoder) -> Option<Vec<(T, usize, &'n Node)>> {
    let Value::Seq(items) = &node.value else { return decoder.wrong_type(node, "a list") };
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let value = decoder.in_index(index, |decoder| F::read(item, decoder));
        read.extend(value.map(|value| (value, index, item)));
    }
    Some(read)
}
