//! Verbs of packets: HTTP between the caller and the LAN's host.

use crate::fault;
use crate::vocabulary::Item;
use offhook_base::Span;
use offhook_scenario::{Direction, Transfer, Verb};
use offhook_schema::Problem;

/// Before the number of octets in a path that the LAN's host serves.
const OCTETS: &str = "/octets/";

pub(super) fn build_transfer(item: &Item, at: Span, direction: Direction, problems: &mut Vec<Problem>) -> Verb {
    let url = item.argument_text(0);
    let named = url.rsplit_once(OCTETS).and_then(|(_, number)| number.parse::<u64>().ok());
    let stated = item.number("size").map(u64::from);
    if stated.or(named).is_none() && item.sound {
        let message = format!("`{}` needs `size=`: nothing else says how many octets must cross", direction.word());
        let problem = Problem::new(fault::MISSING_PROPERTY, message, at, "size= is missing");
        problems.push(problem.help(format!("add size=1000, or use a path that says it: \"http://host{OCTETS}1000\"")));
    }
    if let (Some(named), Some(stated), Some(span), Direction::Fetch) =
        (named, stated, item.property_span("size"), direction)
        && named != stated
    {
        let message = format!("the host sends {named} octets for this path, not {stated}");
        let problem = Problem::new(fault::CONTRADICTION, message, span, "a different number");
        problems.push(problem.also(item.argument_span(0), "the path says it").help("remove size="));
    }
    if let (Some(least), Some(most), Some(span)) =
        (item.time("at-least"), item.time("at-most"), item.property_span("at-least"))
        && least > most
    {
        let problem = Problem::new(fault::CONTRADICTION, "at-least= is longer than at-most=", span, "at least this");
        problems.push(match item.property_span("at-most") {
            Some(span) => problem.also(span, "but at most this"),
            None => problem,
        });
    }
    Verb::Transfer(Transfer {
        direction,
        size: stated.or(named).unwrap_or_default(),
        url,
        at_least: item.time("at-least"),
        at_most: item.time("at-most"),
    })
}
