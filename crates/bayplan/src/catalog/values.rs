//! Parameters that end in a command, a mount or a name: each by the grammar of the program that reads it.

use crate::record::{Form, Plain, schema};
use crate::value::ResourceName;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node};
use schemars::{Schema, SchemaGenerator};
use std::net::IpAddr;

/// The name of a secret.
pub enum SecretName {}
/// An address of the host.
pub enum HostAddress {}
/// An absolute path of the host.
pub enum HostPath {}
/// An amount of memory as Redis reads it: `200mb`.
pub enum RedisMemory {}
/// A user that the MySQL image can create: any but `root`.
pub enum MysqlUser {}

/// Reads a text; `wrong` says what is wrong with it and what to do.
fn text(node: &Node, decoder: &mut Decoder, wrong: impl Fn(&str) -> Option<(String, &'static str)>) -> Option<String> {
    let text = <Plain as Form<String>>::read(node, decoder)?;
    // That a parameter is empty is said of all of them alike.
    let Some((message, help)) = wrong(&text).filter(|_| !text.trim().is_empty()) else { return Some(text) };
    decoder.error(DecodeErrorKind::Value, node.at, message, Some(help.to_owned()));
    None
}

macro_rules! texts {
    ($($form:ident: $wrong:expr;)*) => {$(
        impl Form<String> for $form {
            fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
                text(node, decoder, $wrong)
            }
            fn schema(_: &mut SchemaGenerator) -> Schema {
                schema::string()
            }
        }
    )*};
}

texts! {
    SecretName: |text| {
        let message = format!("`{}` is no name of a secret", text.escape_debug());
        ResourceName::parse(text).err().map(|_| (message, "use letters, digits, `.`, `_` and `-`"))
    };
    HostAddress: |text| {
        let message = format!("`{}` is no IP address", text.escape_debug());
        text.parse::<IpAddr>().err().map(|_| (message, "write an address of the host, such as `127.0.0.1`"))
    };
    HostPath: |text| {
        let message = format!("`{}` is no absolute path", text.escape_debug());
        let fits = text.starts_with('/') && !text.chars().any(|c| c.is_control() || c == ':');
        (!fits).then_some((message, "write a path of the host that begins with `/`"))
    };
    RedisMemory: |text| {
        let message = format!("`{}` is no amount of memory of Redis", text.escape_debug());
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let fits = unit.len() < text.len()
            && ["", "b", "k", "kb", "m", "mb", "g", "gb"].contains(&unit.to_ascii_lowercase().as_str());
        (!fits).then_some((message, "write a whole number and a unit, such as `200mb`"))
    };
    MysqlUser: |text| {
        let message = "the MySQL image makes no user `root`: that one is there".to_owned();
        (text == "root").then_some((message, "name another user"))
    };
}
