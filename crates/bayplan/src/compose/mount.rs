//! `volumes` of a service: what is mounted into its containers.

use super::short::Short;
use crate::record;
use crate::record::{Extensions, Form, KeyValues, Plain, Strict, schema};
use crate::value::Bytes;
use crate::value::mount::{MountSpec, MountType};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Node};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};

record! {
    /// Something that is mounted into a container.
    pub struct VolumeMount {
        /// What it is made of: `bind`, `volume`, `tmpfs`, `cluster`, `npipe` or `image`.
        kind ("type") [Required]: MountType = Kind,
        /// The volume, the path of the host, or the image; a volume without one is made anew for each container.
        source: Option<String>,
        /// Where the container sees it.
        target [Required]: String,
        /// Whether the container can only read it.
        read_only: Option<bool>,
        /// How fast changes are seen on both sides (Docker Desktop).
        consistency: Option<String>,
        /// Settings of a path of the host.
        bind: Option<Box<BindOptions>>,
        /// Settings of a volume.
        volume: Option<Box<VolumeOptions>>,
        /// Settings of files kept in memory.
        tmpfs: Option<Box<TmpfsOptions>>,
        /// Settings of an image.
        image: Option<Box<ImageOptions>>,
        ..extensions: Extensions,
    }
}

record! {
    /// Settings of a path of the host.
    pub struct BindOptions {
        /// How mounts inside it are shared: `rprivate`, `private`, `rshared`, `shared`, `rslave` or `slave`.
        propagation: Option<String>,
        /// Whether the path is created where it is missing.
        create_host_path: Option<bool>,
        /// Whether mounts inside it are mounted too.
        recursive: Option<Recursive>,
        /// The SELinux label.
        selinux: Option<Selinux>,
        ..extensions: Extensions,
    }
}

crate::choice! {
    /// Whether mounts inside a path of the host are mounted too.
    pub enum Recursive {
        /// Yes.
        Enabled = "enabled",
        /// No.
        Disabled = "disabled",
        /// Yes, and they can be written to.
        Writable = "writable",
        /// Yes, and they can only be read.
        Readonly = "readonly",
    }
}

crate::choice! {
    /// The SELinux label of a path of the host.
    pub enum Selinux {
        /// Several containers use the path.
        Shared = "z",
        /// One container uses the path.
        Private = "Z",
    }
}

record! {
    /// Settings of a volume.
    pub struct VolumeOptions {
        /// Labels for a volume that is made here.
        labels: IndexMap<String, String> = KeyValues,
        /// Whether a new volume stays empty where the image has files.
        nocopy: Option<bool>,
        /// The folder of the volume to mount.
        subpath: Option<String>,
        ..extensions: Extensions,
    }
}

record! {
    /// Settings of files kept in memory.
    pub struct TmpfsOptions {
        /// How much memory they may take.
        size: Option<Bytes> = Size,
        /// The permissions of the folder, as a number (`0o1777`).
        mode: Option<i64> = Strict,
        ..extensions: Extensions,
    }
}

record! {
    /// Settings of an image.
    pub struct ImageOptions {
        /// The folder of the image to mount.
        subpath: Option<String>,
        ..extensions: Extensions,
    }
}

impl Short for VolumeMount {
    fn from_text(text: &str, node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let spec = match MountSpec::parse(text) {
            Ok(spec) => spec,
            Err(invalid) => {
                invalid.report(node, decoder);
                return None;
            }
        };
        Some(spec.into())
    }
}

impl From<MountSpec> for VolumeMount {
    fn from(spec: MountSpec) -> Self {
        let kind = spec.kind();
        let bind = (kind == MountType::Bind).then(|| BindOptions {
            propagation: spec.propagation,
            create_host_path: Some(true),
            selinux: spec.selinux.map(|label| if label == "Z" { Selinux::Private } else { Selinux::Shared }),
            ..BindOptions::default()
        });
        let volume = (kind == MountType::Volume)
            .then(|| VolumeOptions { nocopy: spec.nocopy.then_some(true), ..VolumeOptions::default() });
        Self {
            kind,
            source: spec.source,
            target: spec.target,
            read_only: spec.read_only.then_some(true),
            bind: bind.map(Box::new),
            volume: volume.map(Box::new),
            ..Self::default()
        }
    }
}

/// One of the types of mounts.
pub enum Kind {}

impl Form<MountType> for Kind {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<MountType> {
        MountType::decode(node, decoder)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::pattern("^(bind|volume|tmpfs|cluster|npipe|image)$")
    }
}

/// A size that is not negative.
pub enum Size {}

impl Form<Bytes> for Size {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Bytes> {
        let size = Bytes::decode(node, decoder)?;
        if size.0 < 0 {
            let help = Some("write a size such as `64m`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("the size {size} is negative"), help);
        }
        Some(size)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let size = <Plain as Form<Bytes>>::schema(generator);
        schemars::json_schema!({ "allOf": [size, { "minimum": 0 }] })
    }
}
