//! A learnt machine with what belongs to it, to be kept: as JSON, as a graph in DOT, as a table in the form of RFC 1661 §4.1.
//!
//! The order of states is that of a breadth-first walk, the order of inputs that of the alphabet, so that two machines that
//! behave alike give the same text.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::layer::{End, Layer};
use super::symbol::{Input, Outputs};
use crate::learner::{Figures, Learnt};
use crate::mealy::Mealy;

/// The version of the JSON form.
const FORMAT: u32 = 1;
/// Columns of a block of the table.
const COLUMNS: usize = 6;

/// A learnt machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Who was asked, with its version.
    pub subject: String,
    /// The layer that was learnt.
    pub layer: Layer,
    /// The end that the subject was.
    pub end: End,
    /// A name for each state.
    pub states: Vec<String>,
    /// The machine.
    pub machine: Mealy<Input, Outputs>,
    /// What it took.
    pub figures: Figures,
}

/// Why a text is no document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON of this kind.
    #[error("the text is no machine: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of another version.
    #[error("the machine is in format {0}, and only {FORMAT} is known here")]
    Format(u32),
    /// A transition leads to or from a state that is not listed.
    #[error("the transitions name the state \"{0}\", which is not among the states")]
    UnknownState(String),
    /// A transition is not there.
    #[error("there is no transition from \"{state}\" for {input}")]
    Missing {
        /// The state.
        state: String,
        /// The input.
        input: Input,
    },
}

#[derive(Serialize, Deserialize)]
struct Json {
    format: u32,
    subject: String,
    layer: Layer,
    end: End,
    figures: Figures,
    inputs: Vec<Input>,
    states: Vec<String>,
    transitions: Vec<Transition>,
}

#[derive(Serialize, Deserialize)]
struct Transition {
    from: String,
    input: Input,
    outputs: Outputs,
    to: String,
}

impl Document {
    /// What was learnt, its states named by number.
    pub fn new(subject: impl Into<String>, layer: Layer, end: End, learnt: Learnt<Input, Outputs>) -> Self {
        let states = (0..learnt.machine.len()).map(|state| format!("S{state}")).collect();
        Self { subject: subject.into(), layer, end, states, machine: learnt.machine, figures: learnt.figures }
    }

    /// With these names, as [`compare`](super::compare::compare) finds them.
    #[must_use]
    pub fn named(self, states: Vec<String>) -> Self {
        Self { states, ..self }
    }

    /// As JSON, a transition after the other.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let transitions = (0..self.machine.len()).flat_map(|state| {
            self.machine.inputs().iter().enumerate().map(move |(place, input)| {
                let (outputs, next) = self.machine.step(state, place);
                Transition {
                    from: self.states[state].clone(),
                    input: *input,
                    outputs: outputs.clone(),
                    to: self.states[next].clone(),
                }
            })
        });
        let json = Json {
            format: FORMAT,
            subject: self.subject.clone(),
            layer: self.layer,
            end: self.end,
            figures: self.figures,
            inputs: self.machine.inputs().to_vec(),
            states: self.states.clone(),
            transitions: transitions.collect(),
        };
        serde_json::to_string_pretty(&json).map(|text| text + "\n")
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let json: Json = serde_json::from_str(text)?;
        if json.format != FORMAT {
            return Err(ReadError::Format(json.format));
        }
        let number = |name: &String| {
            let place = json.states.iter().position(|state| state == name);
            place.ok_or_else(|| ReadError::UnknownState(name.clone()))
        };
        let mut transitions = BTreeMap::new();
        for Transition { from, input, outputs, to } in &json.transitions {
            transitions.insert((number(from)?, *input), (outputs.clone(), number(to)?));
        }
        let cell = |state: usize, input: Input| {
            let missing = || ReadError::Missing { state: json.states[state].clone(), input };
            transitions.get(&(state, input)).cloned().ok_or_else(missing)
        };
        let row = |state| json.inputs.iter().map(|input| cell(state, *input)).collect::<Result<Vec<_>, _>>();
        let cells = (0..json.states.len()).map(row).collect::<Result<Vec<_>, _>>()?;
        let machine = Mealy::new(json.inputs.clone(), cells);
        let Json { subject, layer, end, figures, states, .. } = json;
        Ok(Self { subject, layer, end, states, machine, figures })
    }

    /// A graph for Graphviz. Inputs that change nothing and are not answered are left out; what is the same in every state
    /// stands below the graph.
    pub fn to_dot(&self) -> String {
        let everywhere = self.everywhere();
        let mut dot = format!("digraph \"{} of {}\" {{\n", self.layer.name(), escaped(&self.subject));
        dot.push_str("  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
        dot.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
        if !everywhere.is_empty() {
            let lines = everywhere.iter().map(|place| {
                let (outputs, next) = self.machine.step(0, *place);
                format!("{} / {outputs} to {}", self.machine.inputs()[*place], self.states[next])
            });
            let lines: Vec<String> = lines.map(|line| escaped(&line)).collect();
            let _ = writeln!(dot, "  label=\"in every state: {}\";", lines.join("\\n"));
        }
        for (state, name) in self.states.iter().enumerate() {
            let _ = writeln!(dot, "  s{state} [label=\"{}\"];", escaped(name));
        }
        for from in 0..self.machine.len() {
            for (to, labels) in self.edges(from, &everywhere) {
                let lines = labels.iter().map(|(outputs, inputs)| format!("{} / {outputs}", inputs.join(" ")));
                let label = lines.map(|line| escaped(&line)).collect::<Vec<_>>().join("\\n");
                let _ = writeln!(dot, "  s{from} -> s{to} [label=\"{label}\"];");
            }
        }
        dot + "}\n"
    }

    /// Places of the inputs that lead from every state to one and the same, with the same outputs.
    pub(super) fn everywhere(&self) -> Vec<usize> {
        let same = |place: &usize| {
            let first = self.machine.step(0, *place);
            self.machine.len() > 1 && (0..self.machine.len()).all(|state| self.machine.step(state, *place) == first)
        };
        (0..self.machine.inputs().len()).filter(same).collect()
    }

    /// The states that one leads to, with what is seen and after which inputs.
    pub(super) fn edges(&self, from: usize, without: &[usize]) -> BTreeMap<usize, Vec<(&Outputs, Vec<&'static str>)>> {
        let mut edges: BTreeMap<usize, Vec<(&Outputs, Vec<&str>)>> = BTreeMap::new();
        for (place, input) in self.machine.inputs().iter().enumerate() {
            let (outputs, to) = self.machine.step(from, place);
            if without.contains(&place) || to == from && outputs.is_empty() {
                continue;
            }
            let labels = edges.entry(to).or_default();
            match labels.iter_mut().find(|(other, _)| *other == outputs) {
                Some((_, inputs)) => inputs.push(input.name()),
                None => labels.push((outputs, vec![input.name()])),
            }
        }
        edges
    }

    /// A table as RFC 1661 §4.1 has it: a row an input, a column a state, actions and the number of the next state.
    pub fn to_table(&self) -> String {
        let inputs = self.machine.inputs();
        let first = inputs.iter().map(|input| input.name().len()).max().unwrap_or_default();
        let mut table = format!("{} of {}, {:?}\n", self.layer.name(), self.subject, self.end);
        let states: Vec<usize> = (0..self.machine.len()).collect();
        for block in states.chunks(COLUMNS) {
            let cells: Vec<Vec<String>> = block
                .iter()
                .map(|state| {
                    let head = format!("{state} {}", self.states[*state]);
                    let cell = |place| {
                        let (outputs, next) = self.machine.step(*state, place);
                        if outputs.is_empty() { next.to_string() } else { format!("{outputs}/{next}") }
                    };
                    std::iter::once(head).chain((0..inputs.len()).map(cell)).collect()
                })
                .collect();
            table.push('\n');
            for row in 0..=inputs.len() {
                let name = row.checked_sub(1).map_or("", |place| inputs[place].name());
                let _ = write!(table, "{name:>first$} |");
                for column in &cells {
                    let width = column.iter().map(String::len).max().unwrap_or_default();
                    let _ = write!(table, " {:width$}", column[row]);
                }
                table.truncate(table.trim_end().len());
                table.push('\n');
            }
        }
        table
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
