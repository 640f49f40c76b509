//! Metrics, logs, traces.

mod closed_scrape_port;
mod dangling_scrape_target;
mod discovered_containers;
mod log_stores;
mod unbounded_log_label;
mod unconnected_collector;
mod undefined_alloy_component;
mod unmonitored_datastore;
mod unprobed_route;
mod unreachable_scrape_target;
mod unscraped_metrics;
mod unused_alloy_component;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    closed_scrape_port::RULE,
    dangling_scrape_target::RULE,
    discovered_containers::HIDDEN,
    discovered_containers::TWICE,
    log_stores::UNFED,
    log_stores::UNTAILED,
    unbounded_log_label::RULE,
    unconnected_collector::RULE,
    undefined_alloy_component::RULE,
    unmonitored_datastore::RULE,
    unprobed_route::RULE,
    unreachable_scrape_target::RULE,
    unscraped_metrics::RULE,
    unused_alloy_component::RULE,
];
