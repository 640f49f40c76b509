//! Metrics, logs, traces.

mod closed_scrape_port;
mod dangling_scrape_target;
mod unconnected_collector;
mod undefined_alloy_component;
mod unreachable_scrape_target;
mod unscraped_metrics;
mod unused_alloy_component;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    closed_scrape_port::RULE,
    dangling_scrape_target::RULE,
    unconnected_collector::RULE,
    undefined_alloy_component::RULE,
    unreachable_scrape_target::RULE,
    unscraped_metrics::RULE,
    unused_alloy_component::RULE,
];
