use super::rule::Expr;
use super::traefik::keys;
use super::{alloy, dnsmasq, prometheus, written::Text};
use bayplan_yaml::{Location, SourceId};
use proptest::prelude::*;

proptest! {
    #[test]
    fn whatever_stands_in_a_file_its_places_are_in_the_text(
        text in "([a-z.\"'`{}\\[\\]()=,:/#\\\\\n é|&!$*0-9]|loki.write|forward_to|address=/|cname=|Host\\(`){0,60}"
    ) {
        let inside = |at: Location| text.get(at.span.start as usize..at.span.end as usize).is_some();
        for block in alloy::read(&text, SourceId(1)) {
            prop_assert!(inside(block.name.at));
            for path in block.paths() {
                prop_assert!(inside(path.at));
            }
            for target in block.targets() {
                prop_assert!(inside(target.text.at));
            }
        }
        for line in dnsmasq::read(&text, SourceId(1)) {
            if let dnsmasq::Line::Alias { names, target } = line {
                prop_assert!(names.iter().chain([&target]).all(|name| inside(name.at) && name.at.span.slice(&text) == name.value));
            }
        }
        match Expr::parse(&text) {
            Ok(expr) => {
                for matcher in expr.matchers() {
                    prop_assert_eq!(text.get(matcher.at.clone()), Some(matcher.name.as_str()));
                    prop_assert!(matcher.arguments.iter().all(|argument| text.get(argument.at.clone()).is_some()));
                }
            }
            Err(broken) => prop_assert!(text.get(broken.at).is_some()),
        }
        let key = format!("traefik.{text}");
        if let Some(unknown) = keys::unknown(&key) {
            prop_assert!(key.get(unknown.at).is_some());
        }
        let target = prometheus::Target::of(Text { value: text.clone(), at: Location::default() });
        prop_assert!(text.contains(&target.host));
    }
}
