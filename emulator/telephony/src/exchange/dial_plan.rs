//! The dial plan: which line a number rings, now.
//!
//! In: numbers with their lines (several: a hunt group, whose first free line rings), and forwarding (E.164 numbers to
//! numbers; ITU-T I.252.2 to I.252.4: on busy, on no answer, always). Out: a [`Route`], or the tone the caller hears.

use std::collections::BTreeMap;

use super::number_collector::Numbers;
use super::subscriber_id::LineId;
use super::tone::Tone;

/// Which calls are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardOn {
    /// All (I.252.4).
    Always,
    /// Those that find the line busy (I.252.2).
    Busy,
    /// Those not answered after so many rings (I.252.3).
    NoAnswer(u32),
}

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The line that rings.
    pub line: LineId,
    /// It is in a call, and the new call waits (call waiting).
    pub waiting: bool,
    /// After so many rings without answer the call goes to this number.
    pub no_answer: Option<(u32, String)>,
}

/// Numbers, hunt groups and forwarding.
#[derive(Clone, Debug, Default)]
pub struct DialPlan {
    lines: BTreeMap<String, Vec<LineId>>,
    forwards: BTreeMap<String, Vec<(ForwardOn, String)>>,
}

impl DialPlan {
    /// The number rings this line, after those it rings already.
    pub fn assign(&mut self, number: &str, line: LineId) {
        self.lines.entry(number.to_owned()).or_default().push(line);
    }

    /// Calls to the number go to another, if it is so with them.
    pub fn forward(&mut self, number: &str, on: ForwardOn, to: &str) {
        self.forwards.entry(number.to_owned()).or_default().push((on, to.to_owned()));
    }

    /// Where a call goes; `free` and `waits` say how lines are now, `most` how often it may be forwarded.
    pub(super) fn route(
        &self,
        number: &str,
        most: usize,
        free: impl Fn(LineId) -> bool,
        waits: impl Fn(LineId) -> bool,
    ) -> Result<Route, Tone> {
        let mut number = number;
        for _ in 0..=most {
            let to = |wanted: fn(&ForwardOn) -> bool| {
                let found = self.forwards.get(number)?.iter().find(|(on, _)| wanted(on));
                found.map(|(on, to)| (*on, to.as_str()))
            };
            if let Some((_, to)) = to(|on| *on == ForwardOn::Always) {
                number = to;
                continue;
            }
            let lines = self.lines.get(number).ok_or(Tone::Unobtainable)?;
            if let Some(line) = lines.iter().find(|line| free(**line)) {
                let no_answer = match to(|on| matches!(on, ForwardOn::NoAnswer(_))) {
                    Some((ForwardOn::NoAnswer(rings), to)) => Some((rings, to.to_owned())),
                    _ => None,
                };
                return Ok(Route { line: *line, waiting: false, no_answer });
            }
            if let Some((_, to)) = to(|on| *on == ForwardOn::Busy) {
                number = to;
                continue;
            }
            let waiting = lines.iter().find(|line| waits(**line)).ok_or(Tone::Busy)?;
            return Ok(Route { line: *waiting, waiting: true, no_answer: None });
        }
        Err(Tone::Congestion)
    }
}

impl Numbers for DialPlan {
    fn is_number(&self, digits: &str) -> bool {
        let always = |forwards: &Vec<(ForwardOn, String)>| forwards.iter().any(|(on, _)| *on == ForwardOn::Always);
        self.lines.contains_key(digits) || self.forwards.get(digits).is_some_and(always)
    }

    fn is_beginning(&self, digits: &str) -> bool {
        let longer = |number: &String| number.len() > digits.len() && number.starts_with(digits);
        self.lines.keys().chain(self.forwards.keys()).any(longer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Exchange, LineConfig};

    /// Lines of 1, 2 and 3, and a hunt group 9 of all of them.
    fn plan() -> (DialPlan, [LineId; 3]) {
        let mut exchange = Exchange::new();
        let lines = ["1", "2", "3"].map(|number| exchange.subscribe(number, LineConfig::default()));
        for line in lines {
            exchange.dial_plan().assign("9", line);
        }
        (exchange.dial_plan().clone(), lines)
    }

    fn line(route: Result<Route, Tone>) -> Result<LineId, Tone> {
        route.map(|route| route.line)
    }

    #[test]
    fn a_number_rings_its_line_and_a_hunt_group_the_first_that_is_free() {
        let (dial_plan, [one, two, _]) = plan();
        assert_eq!(line(dial_plan.route("2", 8, |_| true, |_| false)), Ok(two));
        assert_eq!(line(dial_plan.route("9", 8, |_| true, |_| false)), Ok(one));
        assert_eq!(line(dial_plan.route("9", 8, |line| line != one, |_| false)), Ok(two));
        assert_eq!(line(dial_plan.route("9", 8, |_| false, |_| false)), Err(Tone::Busy));
        assert_eq!(line(dial_plan.route("7", 8, |_| true, |_| false)), Err(Tone::Unobtainable));
    }

    #[test]
    fn calls_are_forwarded_always_when_busy_and_when_not_answered() {
        let (mut dial_plan, [one, two, three]) = plan();
        dial_plan.forward("1", ForwardOn::NoAnswer(3), "2");
        dial_plan.forward("2", ForwardOn::Busy, "3");
        dial_plan.forward("4", ForwardOn::Always, "2");
        let first = dial_plan.route("1", 8, |_| true, |_| false);
        assert_eq!(first, Ok(Route { line: one, waiting: false, no_answer: Some((3, "2".to_owned())) }));
        assert_eq!(line(dial_plan.route("4", 8, |_| true, |_| false)), Ok(two));
        assert_eq!(line(dial_plan.route("4", 8, |line| line != two, |_| false)), Ok(three));
    }

    #[test]
    fn forwarding_in_a_circle_is_congestion() {
        let (mut dial_plan, _) = plan();
        dial_plan.forward("1", ForwardOn::Always, "2");
        dial_plan.forward("2", ForwardOn::Always, "1");
        assert_eq!(line(dial_plan.route("1", 8, |_| true, |_| false)), Err(Tone::Congestion));
    }

    #[test]
    fn a_second_call_waits_where_there_is_call_waiting() {
        let (dial_plan, [one, ..]) = plan();
        let route = dial_plan.route("1", 8, |_| false, |line| line == one);
        assert_eq!(route, Ok(Route { line: one, waiting: true, no_answer: None }));
    }
}
