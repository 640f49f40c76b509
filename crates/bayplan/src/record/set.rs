//! Setters: every field of a record has one of its own name, so that a record reads as it would in YAML.
//!
//! ```
//! use bayplan::blueprint::{Reserve, Route, Size};
//! use bayplan::value::Bytes;
//! let size = Size::default().cpus(1.5).memory(Bytes(512 << 20)).reserve(Reserve::default().cpus(0.5));
//! assert_eq!(size.cpus, Some(1.5));
//! let route = Route::default().host("shop").path("/api").middlewares(["lan-only"]);
//! assert_eq!(route.middlewares, ["lan-only"]);
//! ```

use indexmap::IndexMap;

/// What a field takes: an `Option` what it may hold, a list further items, a mapping further entries, anything else its new value.
pub trait Set<V> {
    /// Takes `value`.
    fn set(&mut self, value: V);
}

impl<T, V: Into<T>> Set<V> for Option<T> {
    fn set(&mut self, value: V) {
        *self = Some(value.into());
    }
}

impl<T, I: IntoIterator> Set<I> for Vec<T>
where
    I::Item: Into<T>,
{
    fn set(&mut self, items: I) {
        self.extend(items.into_iter().map(Into::into));
    }
}

impl<T, K: Into<String>, V: Into<T>, I: IntoIterator<Item = (K, V)>> Set<I> for IndexMap<String, T> {
    fn set(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (key.into(), value.into())));
    }
}

macro_rules! as_it_is {
    ($($ty:ty),*) => {$(
        impl<V: Into<$ty>> Set<V> for $ty {
            fn set(&mut self, value: V) {
                *self = value.into();
            }
        }
    )*};
}

as_it_is!(String, bool, i64, f64);
