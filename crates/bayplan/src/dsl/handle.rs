//! What other services hold of a service that was added: a name that cannot be mistyped.

use super::reference::{Output, StackId, needed};
use super::service::Own;
use crate::blueprint::{self, Condition};
use std::fmt;
use std::marker::PhantomData;

/// A service that was added to a stack. Copies name the same service; in another fleet than its own a handle is an error.
pub struct Handle<A = Own> {
    pub(super) stack: StackId,
    pub(super) service: String,
    pub(super) kind: PhantomData<fn() -> A>,
}

impl<A> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Self { stack: self.stack, service: self.service.clone(), kind: PhantomData }
    }
}

impl<A> fmt::Debug for Handle<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.service).finish()
    }
}

impl<A> Handle<A> {
    /// The name of the service.
    pub fn name(&self) -> &str {
        &self.service
    }

    /// The name under which services that need it reach it.
    pub fn host(&self) -> Output {
        self.output("host")
    }

    /// The port to talk to: that of the archetype, or the one that the service exposes.
    pub fn port(&self) -> Output {
        self.output("port")
    }

    /// `http://host:port`, for services that need it.
    pub fn url(&self) -> Output {
        self.output("url")
    }

    /// The address under which the gateway shows it.
    pub fn public_url(&self) -> Output {
        self.output("public_url")
    }

    /// Any output of its archetype, by name.
    pub fn output(&self, name: &str) -> Output {
        Output::new(self.stack, &self.service, name)
    }

    /// A need that is met once its container runs.
    pub fn started(&self) -> Need {
        self.with(Condition::Started)
    }

    /// A need that is met once its health check passes.
    pub fn healthy(&self) -> Need {
        self.with(Condition::Healthy)
    }

    /// A need that is met once its container has ended with exit code 0.
    pub fn completed(&self) -> Need {
        self.with(Condition::CompletedSuccessfully)
    }

    fn with(&self, condition: Condition) -> Need {
        let mut need = self.into_need();
        need.how.condition = Some(condition);
        need
    }
}

/// How one service needs another: a handle, or what a handle says about the condition.
#[derive(Debug, Clone)]
pub struct Need {
    pub(super) service: String,
    pub(super) how: blueprint::Need,
}

impl Need {
    /// The service is restarted when Compose restarts the other one.
    #[must_use]
    pub fn restart(mut self) -> Self {
        self.how.restart = Some(true);
        self
    }
}

/// What names a service that another one needs: its handle, or what the handle says about the condition.
#[diagnostic::on_unimplemented(
    message = "a service is named by its handle, and `{Self}` is none: a name can be mistyped",
    label = "not a handle",
    note = "`let db = stack.add(\"db\", …)` gives the handle; write `.needs(&db)`, or `.needs(db.started())`"
)]
pub trait IntoNeed {
    /// The need.
    fn into_need(self) -> Need;
}

impl IntoNeed for Need {
    fn into_need(self) -> Need {
        self
    }
}

impl<A> IntoNeed for &Handle<A> {
    fn into_need(self) -> Need {
        Need { service: needed(self.stack, &self.service), how: blueprint::Need::default() }
    }
}

/// A secret of a stack.
#[derive(Debug, Clone)]
pub struct SecretHandle(pub(super) String);

impl SecretHandle {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The path of its file in a container that has it.
    pub fn path(&self) -> String {
        crate::catalog::secret_path(&self.0)
    }
}
