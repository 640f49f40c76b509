//! The files of a repository that hold secrets: those of `secrets`, and files of variables.

use super::words::{in_url, is_literal, is_named};
use crate::finding::{Finding, Subject};
use crate::plan::{Plan, Stack};
use crate::resolve::files::join;
use crate::rules::{Findings, Rule, service_path};
use bayplan_yaml::Path;
use std::collections::HashMap;

/// A file that something names.
pub(super) struct Named<'a> {
    /// The stack.
    pub(super) stack: &'a Stack,
    /// The service, where one names it.
    pub(super) service: Option<&'a str>,
    /// Where it is named.
    pub(super) path: Path,
    /// The file, as the reader opens it.
    pub(super) file: String,
    /// As it was named.
    pub(super) written: &'a str,
}

/// The files of secrets, and the files of variables of services.
pub(super) fn named(plan: &Plan) -> impl Iterator<Item = Named<'_>> {
    plan.stacks.values().flat_map(|stack| {
        let secrets = stack.project.secrets.iter().filter_map(move |(name, secret)| {
            let written = secret.file.as_deref()?;
            Some(Named {
                stack,
                service: None,
                path: Path::from_iter(["secrets", name, "file"]),
                file: join(&stack.directory, written),
                written,
            })
        });
        let variables = stack.services.iter().flat_map(move |(name, service)| {
            let list = service_path(name).key("env_file");
            let single = stack.document.at_path(&list).is_some_and(|node| node.as_seq().is_none());
            service.compose.env_file.iter().enumerate().map(move |(index, file)| {
                let item = if single { list.clone() } else { list.clone().index(index) };
                let long = item.clone().key("path");
                Named {
                    stack,
                    service: Some(name),
                    path: if stack.document.at_path(&long).is_some() { long } else { item },
                    file: join(&stack.directory, &file.path),
                    written: &file.path,
                }
            })
        });
        secrets.chain(variables)
    })
}

impl Named<'_> {
    /// Whether the file holds a secret that can be read. Each file is read once.
    pub(super) fn holds_secret(&self, known: &mut HashMap<String, bool>, found: &Findings<'_>) -> bool {
        if let Some(known) = known.get(&self.file) {
            return *known;
        }
        let text = found.files.read(&self.file).unwrap_or_default();
        let holds = match self.service {
            None => !text.trim().is_empty() && !is_encrypted(&text),
            Some(_) => !is_encrypted(&text) && has_secret(&text),
        };
        known.insert(self.file.clone(), holds);
        holds
    }

    /// Reports something about the file, where it is named.
    pub(super) fn report<'f>(&self, rule: &Rule, found: &'f mut Findings<'_>, message: String) -> &'f mut Finding {
        match self.service {
            Some(service) => found.value(rule, self.stack, service, self.path.clone(), message),
            None => {
                let at = self.stack.locate(&self.path);
                let subject = Subject::stack(&self.stack.name).with_path(self.path.clone());
                found.push(Finding::new(rule.name, rule.level, at, message).about(subject))
            }
        }
    }
}

/// Whether a line of a file of variables sets a secret.
pub(super) fn has_secret(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { return false };
        let value = value.trim().trim_matches(['"', '\'']);
        in_url(value) || is_named(key.trim()) && is_literal(value)
    })
}

/// Whether a text was encrypted: by SOPS, age, PGP, Ansible Vault or git-crypt.
pub(super) fn is_encrypted(text: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "age-encryption.org/v1",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "-----BEGIN PGP MESSAGE-----",
        "$ANSIBLE_VAULT;",
        "\0GITCRYPT\0",
    ];
    let text = text.trim_start_matches('\u{feff}');
    BEGINNINGS.iter().any(|begin| text.starts_with(begin)) || text.contains("ENC[AES256_GCM,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_variables_with_secrets_are_told_apart() {
        for (text, holds) in [
            ("A=b\n# DB_PASSWORD=x\n", false),
            ("export DB_PASSWORD='x'\n", true),
            ("DB_PASSWORD=\nDB_PASSWORD=${X}\n", false),
            ("URL=postgres://u:p@h/d", true),
            ("", false),
        ] {
            assert_eq!(has_secret(text), holds, "{text}");
        }
        assert!(is_encrypted("DB_PASSWORD=ENC[AES256_GCM,data:x,type:str]\nsops_version=3.9.0\n"));
        assert!(is_encrypted("age-encryption.org/v1\n-> X25519 x\n"));
        assert!(!is_encrypted("hunter2"));
    }
}
