//! Order and spelling. No profile but `all` asks for it.

mod order;
mod spelling;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] =
    &[order::ENTRIES, order::KEYS, order::SERVICES, spelling::END, spelling::FORMS, spelling::NAME, spelling::QUOTES];
