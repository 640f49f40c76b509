//! `plan → dnsmasq/host.conf` and `dnsmasq/container.conf`: every routed name resolves to the gateway's host.
//!
//! `address=` answers A; without `local=` for the same name dnsmasq would forward all other questions upstream (dnsmasq 2.90).
//! No container has an address here: between containers Docker's own resolver answers.

use super::{Comment, Tree, TreeError};
use crate::plan::{Plan, Role};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The files; none where no name is routed or the host has no ingress address.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((owner, ..)) = plan.role(Role::Gateway) else { return Ok(tree) };
    let Some(address) = plan.hosts.get(&owner.host).and_then(|host| host.ingress) else { return Ok(tree) };
    // A name below the zone is answered by the zone, but is written all the same: the file is the list of names.
    let mut names: BTreeSet<String> = plan.domain.iter().map(|domain| domain.as_str().to_owned()).collect();
    names.extend(plan.services().flat_map(|(_, _, service)| &service.routes).map(|route| route.host.to_string()));
    if names.is_empty() {
        return Ok(tree);
    }
    let lines: String = names.iter().map(|name| pair(name, address)).collect();
    let forwarding = "# Docker's own resolver answers everything else.\nno-resolv\nserver=127.0.0.11\n";
    tree.add("dnsmasq/host.conf", Comment::Hash, &plan.origin(owner), &lines)?;
    tree.add("dnsmasq/container.conf", Comment::Hash, &plan.origin(owner), &format!("{forwarding}{lines}"))?;
    Ok(tree)
}

/// The two lines of a name. A [`HostPattern`](crate::value::HostPattern) holds letters, digits, dots and dashes only, and
/// perhaps `*.` at its beginning, so it cannot leave its line. `*.` stands for all names below, here with any number of labels.
fn pair(name: &str, address: IpAddr) -> String {
    format!("local=/{name}/\naddress=/{name}/{address}\n")
}
