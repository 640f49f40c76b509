//! Which hand-written stacks run on one host: nobody says so, but an external network or volume that two of them use is
//! there only once, on the host that they share.

use crate::compose::storage::External;
use crate::plan::Stack;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Gives stacks that share an external network or volume the same host. A variant keeps a host of its own, as it never
/// runs beside the stack that it is a variant of.
pub(super) fn settle(stacks: &mut IndexMap<String, Stack>) {
    let mut first_of: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut group: Vec<usize> = (0..stacks.len()).collect();
    for (index, stack) in stacks.values().enumerate().filter(|(_, stack)| !stack.variant) {
        for shared in external(stack) {
            let first = *first_of.entry(shared).or_insert(index);
            let (a, b) = (root(&group, first), root(&group, index));
            group[a.max(b)] = a.min(b);
        }
    }
    let hosts: Vec<String> = (0..stacks.len()).map(|index| stacks[root(&group, index)].name.clone()).collect();
    for (stack, host) in stacks.values_mut().zip(hosts) {
        stack.host = host;
    }
}

fn root(group: &[usize], mut index: usize) -> usize {
    while group[index] != index {
        index = group[index];
    }
    index
}

/// The real names of the networks and volumes that a stack takes from outside.
fn external(stack: &Stack) -> Vec<(&'static str, String)> {
    let taken = |key: &String, external: &Option<External>, name: &Option<String>| {
        let external = external.as_ref().filter(|external| external.is_external())?;
        let name = name.as_deref().or(external.name()).unwrap_or(key);
        // Docker's own networks are on every host.
        (!matches!(name, "bridge" | "host" | "none")).then(|| name.to_owned())
    };
    let networks = stack
        .project
        .networks
        .iter()
        .filter_map(|(key, network)| Some(("network", taken(key, &network.external, &network.name)?)));
    let volumes = stack
        .project
        .volumes
        .iter()
        .filter_map(|(key, volume)| Some(("volume", taken(key, &volume.external, &volume.name)?)));
    networks.chain(volumes).collect()
}
