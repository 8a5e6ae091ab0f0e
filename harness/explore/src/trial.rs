//! A trial: a scenario with one thing or several that go wrong.

use offhook_base::Span;
use offhook_scenario::{Deed, Disturbance, Moment, Scenario};
use serde::{Deserialize, Serialize};

use crate::text::disturb_line;

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Which of the campaign's scenarios, on its stack.
    pub matter: usize,
    /// What goes wrong, in the order of the moments.
    pub disturbances: Vec<(Moment, Deed)>,
}

impl Trial {
    /// What tells it from all other trials of its scenario, and is the same on every machine.
    pub fn key(&self) -> String {
        let lines: Vec<String> = self.disturbances.iter().map(|(moment, deed)| disturb_line(moment, deed)).collect();
        lines.join("; ")
    }

    /// The scenario with it.
    pub fn applied(&self, scenario: &Scenario) -> Scenario {
        let disturbance = |(moment, deed): &(Moment, Deed)| Disturbance {
            span: Span::default(),
            moment: moment.clone(),
            deed: deed.clone(),
        };
        Scenario { disturbances: self.disturbances.iter().map(disturbance).collect(), ..scenario.clone() }
    }
}
