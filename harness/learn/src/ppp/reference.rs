//! What a machine is laid beside: states with names and, for each input, what is expected in them and what else will do.

use super::document::Document;
use super::symbol::{Input, Outputs};
use crate::mealy::Mealy;

/// What may come of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// What is seen.
    pub outputs: Outputs,
    /// The state afterwards.
    pub next: usize,
    /// Why this will do although something else is expected; `None` for what is expected.
    pub permitted: Option<&'static str>,
}

/// What comes of one input in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is expected.
    pub expected: Reaction,
    /// What will do as well.
    pub permitted: Vec<Reaction>,
    /// The rule in short, such as a cell of RFC 1661 §4.1.
    pub rule: String,
}

impl Cell {
    /// What is expected, and then what will do.
    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        std::iter::once(&self.expected).chain(&self.permitted)
    }
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The name that states have together which differ in a counter alone.
    pub name: String,
    /// What they differ in, if there is anything.
    pub detail: String,
}

/// What a machine is laid beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is, for people.
    pub title: String,
    /// The inputs.
    pub inputs: Vec<Input>,
    /// The states; the first is the first.
    pub states: Vec<State>,
    /// For each state a cell an input.
    pub cells: Vec<Vec<Cell>>,
}

impl Reference {
    /// A machine that was learnt, as what is expected of another.
    pub fn from_document(document: &Document) -> Self {
        let machine = &document.machine;
        let cell = |state: usize, input: usize| {
            let (outputs, next) = machine.step(state, input);
            let expected = Reaction { outputs: outputs.clone(), next, permitted: None };
            Cell { rule: format!("{outputs}/{}", document.states[next]), expected, permitted: Vec::new() }
        };
        let inputs = 0..machine.inputs().len();
        Self {
            title: document.subject.clone(),
            inputs: machine.inputs().to_vec(),
            states: document.states.iter().map(|name| State { name: name.clone(), detail: String::new() }).collect(),
            cells: (0..machine.len()).map(|state| inputs.clone().map(|input| cell(state, input)).collect()).collect(),
        }
    }

    /// What is expected, as a machine.
    pub fn machine(&self) -> Mealy<Input, Outputs> {
        let cell = |cell: &Cell| (cell.expected.outputs.clone(), cell.expected.next);
        Mealy::new(self.inputs.clone(), self.cells.iter().map(|row| row.iter().map(cell).collect()).collect())
    }
}
