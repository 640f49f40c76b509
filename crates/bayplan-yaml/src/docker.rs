//! `text × Documents → errors`: valid YAML that Docker Compose's reader refuses, or reads otherwise.
use crate::SourceId;
use crate::error::YamlError;
use crate::tree::Document;

pub(crate) fn check(_text: &str, _source: SourceId, _documents: &[Document], _errors: &mut Vec<YamlError>) {}
