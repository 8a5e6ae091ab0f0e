//! Mealy machines: a state and an input in, an output and the next state out.
//!
//! ```
//! use offhook_learn::mealy::Mealy;
//!
//! // A switch that says what it has become.
//! let toggle = Mealy::new(vec!['t'], vec![vec![("on", 1)], vec![("off", 0)]]);
//! assert_eq!(toggle.run(&['t', 't', 't']), ["on", "off", "on"]);
//! // One that gets stuck differs from it in the second answer.
//! let stuck = Mealy::new(vec!['t'], vec![vec![("on", 0)]]);
//! assert_eq!(toggle.difference(&stuck), Some(vec!['t', 't']));
//! ```

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// A complete, deterministic Mealy machine. States are numbers, the first is 0; inputs are told by their place among
/// [`inputs`](Self::inputs).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mealy<I, O> {
    inputs: Vec<I>,
    cells: Vec<Vec<(O, usize)>>,
}

impl<I: Clone + PartialEq, O: Clone + PartialEq> Mealy<I, O> {
    /// The machine with these inputs, and for each state one cell an input: output and next state.
    ///
    /// A cell that leads to no state of the machine is taken to lead back to the first.
    pub fn new(inputs: Vec<I>, mut cells: Vec<Vec<(O, usize)>>) -> Self {
        let states = cells.len();
        for (_, next) in cells.iter_mut().flatten() {
            *next = if *next < states { *next } else { 0 };
        }
        Self { inputs, cells }
    }

    /// The inputs, in the order of the cells.
    pub fn inputs(&self) -> &[I] {
        &self.inputs
    }

    /// How many states there are.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no state at all.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The output and the next state.
    pub fn step(&self, state: usize, input: usize) -> (&O, usize) {
        let (output, next) = &self.cells[state][input];
        (output, *next)
    }

    /// The outputs for a word from the first state on. Inputs that the machine does not have are left out.
    pub fn run(&self, word: &[I]) -> Vec<O> {
        let mut state = 0;
        let places = word.iter().filter_map(|input| self.inputs.iter().position(|known| known == input));
        places
            .map(|input| {
                let (output, next) = self.step(state, input);
                state = next;
                output.clone()
            })
            .collect()
    }

    /// The state after a word of places.
    pub fn after(&self, word: &[usize]) -> usize {
        word.iter().fold(0, |state, input| self.step(state, *input).1)
    }

    /// A shortest word of places to each state, `None` for one that cannot be reached.
    pub fn access(&self) -> Vec<Option<Vec<usize>>> {
        let mut access = vec![None; self.len()];
        let mut queue = VecDeque::new();
        if let Some(first) = access.first_mut() {
            *first = Some(Vec::new());
            queue.push_back((0, Vec::new()));
        }
        while let Some((state, word)) = queue.pop_front() {
            for input in 0..self.inputs.len() {
                let next = self.step(state, input).1;
                if access[next].is_none() {
                    let word = [&word[..], &[input]].concat();
                    access[next] = Some(word.clone());
                    queue.push_back((next, word));
                }
            }
        }
        access
    }

    /// A shortest word of places for which two states of this machine answer differently.
    pub fn separate(&self, a: usize, b: usize) -> Option<Vec<usize>> {
        separate(self, a, self, b)
    }

    /// A shortest word for which two machines with the same inputs answer differently; `None` if there is none.
    pub fn difference(&self, other: &Self) -> Option<Vec<I>> {
        separate(self, 0, other, 0).map(|word| word.into_iter().map(|input| self.inputs[input].clone()).collect())
    }

    /// The same behaviour without states that cannot be reached or told apart; states in the order in which they are
    /// met, breadth first.
    #[must_use]
    pub fn minimal(&self) -> Self {
        let class = self.classes();
        let mut number = BTreeMap::new();
        let mut order = Vec::new();
        let mut queue: VecDeque<usize> = (0..self.len().min(1)).collect();
        while let Some(state) = queue.pop_front() {
            if number.contains_key(&class[state]) {
                continue;
            }
            number.insert(class[state], order.len());
            order.push(state);
            queue.extend(self.cells[state].iter().map(|(_, next)| *next));
        }
        let cell = |(output, next): &(O, usize)| (output.clone(), number[&class[*next]]);
        let cells = order.iter().map(|state| self.cells[*state].iter().map(cell).collect()).collect();
        Self { inputs: self.inputs.clone(), cells }
    }

    /// For each state the first one that answers every word as it does.
    pub fn classes(&self) -> Vec<usize> {
        let mut class: Vec<usize> = Vec::new();
        for state in 0..self.len() {
            let same = |other: &usize| self.separate(*other, state).is_none();
            let representatives = (0..state).filter(|other| class[*other] == *other);
            class.push(representatives.into_iter().find(same).unwrap_or(state));
        }
        class
    }
}

/// A shortest word for which state `a` of one machine and state `b` of another answer differently.
fn separate<I, O>(left: &Mealy<I, O>, a: usize, right: &Mealy<I, O>, b: usize) -> Option<Vec<usize>>
where
    I: Clone + PartialEq,
    O: Clone + PartialEq,
{
    let mut seen = vec![false; left.len() * right.len()];
    let mut queue = VecDeque::from([(a, b, Vec::new())]);
    while let Some((a, b, word)) = queue.pop_front() {
        if std::mem::replace(&mut seen[a * right.len() + b], true) {
            continue;
        }
        for input in 0..left.inputs.len() {
            let ((said, next), (says, other)) = (left.step(a, input), right.step(b, input));
            let word = [&word[..], &[input]].concat();
            if said != says {
                return Some(word);
            }
            queue.push_back((next, other, word));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(states: usize, padding: usize) -> Mealy<char, bool> {
        let cells = (0..states * padding).map(|state| {
            let next = (state + 1) % (states * padding);
            vec![(state % states == 0, next), (false, 0)]
        });
        Mealy::new(vec!['n', 'r'], cells.collect())
    }

    #[test]
    fn states_that_answer_alike_become_one_and_the_order_is_breadth_first() {
        assert_eq!(counter(3, 4).minimal(), counter(3, 1));
        assert_eq!(counter(3, 1).minimal(), counter(3, 1));
        let unreachable = Mealy::new(vec!['x'], vec![vec![(1, 0)], vec![(2, 1)]]);
        assert_eq!(unreachable.minimal().len(), 1);
        assert_eq!(unreachable.access(), [Some(vec![]), None]);
    }

    #[test]
    fn the_shortest_word_tells_machines_apart() {
        assert_eq!(counter(3, 2).difference(&counter(3, 1)), None);
        assert_eq!(counter(3, 1).difference(&counter(4, 1)), Some(vec!['n'; 4]));
    }
}
