//! A learnt machine beside what is expected of it: which states correspond, and every difference with the shortest word
//! that shows it.
//!
//! Both are walked together, breadth first. Where the subject does what is expected or will do, the walk goes on; where
//! not, that is a difference, told once for the state and the input, and the walk does not go on from it, because what
//! comes after it would only tell the same again. A subject that says what is expected and then behaves as if it were in
//! another state is told by a word that goes on to where it shows. What can be reached only past a difference is compared
//! with the state that it is most like.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use serde::Serialize;

use super::reference::{Reaction, Reference};
use super::symbol::{Input, Outputs};
use crate::mealy::Mealy;

/// What kind of difference it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// Something else is expected, but this will do.
    Permitted {
        /// Why.
        why: &'static str,
        /// What shows it, if that comes later: inputs after the one it is about.
        shown_by: Vec<Input>,
    },
    /// Something else comes.
    Output,
    /// What comes is expected, the state afterwards is not.
    State {
        /// What shows it: inputs after the one it is about.
        shown_by: Vec<Input>,
    },
}

/// What the subject does otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The expected machine's state.
    pub state: String,
    /// The input.
    pub input: Input,
    /// The rule, as the table has it.
    pub rule: String,
    /// What is expected to be seen.
    pub expected: Outputs,
    /// The state that is expected afterwards.
    pub expected_state: String,
    /// What came.
    pub came: Outputs,
    /// The state that the subject is then in, by its likeness.
    pub came_state: String,
    /// What kind of difference it is.
    #[serde(flatten)]
    pub kind: Kind,
    /// A shortest word that shows it.
    pub word: Vec<Input>,
    /// What is expected of the last input of the word.
    pub due: Outputs,
    /// What came of it.
    pub shown: Outputs,
}

impl Difference {
    /// Whether it breaks a rule.
    pub const fn is_fault(&self) -> bool {
        !matches!(self.kind, Kind::Permitted { .. })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, input, rule, expected, expected_state, came, came_state, .. } = self;
        writeln!(f, "{state}, {input}: {rule}")?;
        writeln!(f, "  expected: {expected} / {expected_state}")?;
        writeln!(f, "      came: {came} / {came_state}")?;
        match &self.kind {
            Kind::Permitted { why, .. } => writeln!(f, " permitted: {why}")?,
            Kind::Output => {}
            Kind::State { shown_by } => writeln!(f, "  shown by: {}", words(shown_by))?,
        }
        write!(f, "      word: {}", words(&self.word))
    }
}

fn words(word: &[Input]) -> String {
    word.iter().map(|input| input.name()).collect::<Vec<_>>().join(" ")
}

/// What is otherwise: the faults one by one, then what is permitted, by the reasons for which it is.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.differences.iter().filter(|difference| difference.is_fault());
        let mut permitted: Vec<(&str, Vec<&Difference>)> = Vec::new();
        for difference in &self.differences {
            if let Kind::Permitted { why, .. } = difference.kind {
                match permitted.iter_mut().find(|(other, _)| *other == why) {
                    Some((_, differences)) => differences.push(difference),
                    None => permitted.push((why, vec![difference])),
                }
            }
        }
        writeln!(
            f,
            "{} differ, {} are permitted",
            faults.clone().count(),
            self.differences.len() - faults.clone().count()
        )?;
        for fault in faults {
            writeln!(f, "\n{fault}")?;
        }
        for (why, differences) in permitted {
            writeln!(f, "\npermitted: {why}")?;
            for Difference { state, input, rule, came, came_state, word, .. } in differences {
                writeln!(f, "  {state}, {input}: {rule}; came: {came} / {came_state}; word: {}", words(word))?;
            }
        }
        Ok(())
    }
}

/// A learnt machine beside what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// A name for each state of the learnt machine: that of the state it corresponds to, with a prime for each further one
    /// of that name, or its number if there is none.
    pub names: Vec<String>,
    /// The expected machine's state that each corresponds to.
    pub homes: Vec<Option<usize>>,
    /// What is otherwise, faults first, then what is permitted; each in the order of the walk.
    pub differences: Vec<Difference>,
}

/// Lays `machine` beside `reference`. Inputs that only one of them has are left out.
pub fn compare(machine: &Mealy<Input, Outputs>, reference: &Reference) -> Comparison {
    let shared = |input: &Input| machine.inputs().iter().position(|other| other == input);
    let inputs = reference.inputs.iter().enumerate().filter_map(|(place, input)| Some((place, shared(input)?)));
    let walk = Walk { machine, reference, inputs: inputs.collect(), classes: reference.machine().classes() };
    let homes = walk.homes();
    let names = names(&homes, reference);
    let mut differences = walk.differences(&homes, &names);
    differences.sort_by_key(|difference| !difference.is_fault());
    Comparison { names, homes, differences }
}

fn names(homes: &[Option<usize>], reference: &Reference) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    homes
        .iter()
        .enumerate()
        .map(|(state, home)| {
            let Some(home) = home else { return format!("S{state}") };
            let name = &reference.states[*home].name;
            let before = seen.iter().filter(|other| *other == name).count();
            seen.push(name);
            format!("{name}{}", "'".repeat(before))
        })
        .collect()
}

/// An expected state and a learnt one.
type Pair = (usize, usize);

struct Walk<'a> {
    machine: &'a Mealy<Input, Outputs>,
    reference: &'a Reference,
    /// Places of each input in the reference and in the machine.
    inputs: Vec<(usize, usize)>,
    /// For each expected state the first that it cannot be told from.
    classes: Vec<usize>,
}

impl Walk<'_> {
    fn cell(&self, expected: usize, input: usize) -> &super::reference::Cell {
        &self.reference.cells[expected][input]
    }

    /// What is allowed of what the learnt state does.
    fn allowed(&self, (expected, state): Pair, (place, input): (usize, usize)) -> impl Iterator<Item = &Reaction> {
        let said = self.machine.step(state, input).0;
        self.cell(expected, place).reactions().filter(move |reaction| reaction.outputs == *said)
    }

    /// How many inputs a state answers as it should not.
    fn wrong(&self, pair: Pair) -> usize {
        self.inputs.iter().filter(|input| self.allowed(pair, **input).next().is_none()).count()
    }

    /// The expected states that there may be after an input, from any of some.
    fn after(&self, expected: &BTreeSet<usize>, state: usize, input: (usize, usize)) -> BTreeSet<usize> {
        expected
            .iter()
            .flat_map(|expected| self.allowed((*expected, state), input))
            .map(|allowed| allowed.next)
            .collect()
    }

    /// A shortest word of places in `inputs` whose last answer is not allowed, whatever was made of those before.
    fn contradiction(&self, (expected, state): Pair) -> Option<Vec<usize>> {
        let mut seen = BTreeSet::new();
        let mut queue = VecDeque::from([(BTreeSet::from([expected]), state, Vec::new())]);
        while let Some((expected, state, word)) = queue.pop_front() {
            if !seen.insert((expected.clone(), state)) {
                continue;
            }
            for (place, input) in self.inputs.iter().enumerate() {
                let word = [&word[..], &[place]].concat();
                let next = self.after(&expected, state, *input);
                if next.is_empty() {
                    return Some(word);
                }
                queue.push_back((next, self.machine.step(state, input.1).1, word));
            }
        }
        None
    }

    /// A shortest word that tells that a learnt state is not one expected state but another: whose last answer is not allowed
    /// of the one, and whose answers are all allowed of the other.
    fn telling(&self, (expected, state): Pair, other: usize) -> Option<Vec<usize>> {
        let mut seen = BTreeSet::new();
        let mut queue = VecDeque::from([(BTreeSet::from([expected]), BTreeSet::from([other]), state, Vec::new())]);
        while let Some((expected, other, state, word)) = queue.pop_front() {
            if !seen.insert((expected.clone(), other.clone(), state)) {
                continue;
            }
            for (place, input) in self.inputs.iter().enumerate() {
                let likely = self.after(&other, state, *input);
                if likely.is_empty() {
                    continue;
                }
                let word = [&word[..], &[place]].concat();
                let next = self.after(&expected, state, *input);
                if next.is_empty() {
                    return Some(word);
                }
                queue.push_back((next, likely, self.machine.step(state, input.1).1, word));
            }
        }
        None
    }

    /// The expected state that each learnt one is most like: without any contradiction if there is one, then by the number of
    /// answers that are wrong, then by how late it shows, then by which is met first on a walk.
    fn homes(&self) -> Vec<Option<usize>> {
        let met = self.met();
        let order = |pair: &Pair| met.iter().position(|other| other == pair).unwrap_or(usize::MAX);
        (0..self.machine.len())
            .map(|state| {
                let best = (0..self.reference.states.len()).min_by_key(|expected| {
                    let pair = (*expected, state);
                    let contradiction = self.contradiction(pair).map(|word| word.len());
                    let late = Reverse(contradiction.unwrap_or(usize::MAX));
                    (contradiction.is_some(), self.wrong(pair), late, order(&pair))
                })?;
                (self.wrong((best, state)) * 3 <= self.inputs.len()).then_some(best)
            })
            .collect()
    }

    /// Pairs that are met as long as answers are allowed, breadth first.
    fn met(&self) -> Vec<Pair> {
        let mut met: Vec<Pair> = Vec::new();
        let mut queue = VecDeque::from([(0, 0)]);
        while let Some(pair) = queue.pop_front() {
            if met.contains(&pair) {
                continue;
            }
            met.push(pair);
            for input in &self.inputs {
                let next = self.machine.step(pair.1, input.1).1;
                queue.extend(self.allowed(pair, *input).map(|reaction| (reaction.next, next)));
            }
        }
        met
    }

    fn differences(&self, homes: &[Option<usize>], names: &[String]) -> Vec<Difference> {
        let mut found: Vec<Difference> = Vec::new();
        let mut seen: BTreeSet<Pair> = BTreeSet::new();
        let mut queue = VecDeque::from([((0, 0), Vec::new())]);
        let mut beyond: VecDeque<(Pair, Vec<Input>)> = VecDeque::new();
        loop {
            while let Some((pair, word)) = queue.pop_front() {
                if !seen.insert(pair) {
                    continue;
                }
                for input in &self.inputs {
                    let symbol = self.reference.inputs[input.0];
                    let word = [&word[..], &[symbol]].concat();
                    let next = self.machine.step(pair.1, input.1).1;
                    let (kind, after) = self.judge(pair, *input, homes);
                    match after {
                        Some(expected) => queue.push_back(((expected, next), word.clone())),
                        None => beyond.push_back((self.most_like(next, pair, *input, homes), word.clone())),
                    }
                    if let Some(kind) = kind {
                        let difference = self.difference(pair, *input, kind, word, names);
                        let same = |other: &Difference| {
                            (&other.state, other.input, other.is_fault())
                                == (&difference.state, difference.input, difference.is_fault())
                        };
                        if !found.iter().any(same) {
                            found.push(difference);
                        }
                    }
                }
            }
            // What no walk without a difference leads to.
            let Some(next) = beyond.pop_front() else { return found };
            if !seen.iter().any(|(_, state)| *state == next.0.1) {
                queue.push_back(next);
            }
        }
    }

    /// What a state past a difference is compared with: what is expected there, unless another is more like it.
    fn most_like(&self, state: usize, pair: Pair, input: (usize, usize), homes: &[Option<usize>]) -> Pair {
        let expected = (self.cell(pair.0, input.0).expected.next, state);
        let home = homes[state].map(|home| (home, state));
        home.filter(|home| self.wrong(*home) < self.wrong(expected)).unwrap_or(expected)
    }

    /// What is to be said about an input, and the expected state to go on with.
    fn judge(&self, pair: Pair, input: (usize, usize), homes: &[Option<usize>]) -> (Option<Kind>, Option<usize>) {
        let next = self.machine.step(pair.1, input.1).1;
        let mut strayed = None;
        for reaction in self.allowed(pair, input) {
            match self.strays((reaction.next, next), homes[next]) {
                None => {
                    let kind = reaction.permitted.map(|why| self.permitted(why, reaction, pair, input));
                    return (kind, Some(reaction.next));
                }
                Some(word) => strayed = strayed.or(Some(word)),
            }
        }
        let kind = strayed.map_or(Kind::Output, |word| Kind::State { shown_by: self.spoken(&word) });
        (Some(kind), None)
    }

    fn spoken(&self, word: &[usize]) -> Vec<Input> {
        word.iter().map(|place| self.reference.inputs[self.inputs[*place].0]).collect()
    }

    /// Where what is seen is what is expected as well, something further on shows that the other was done.
    fn permitted(&self, why: &'static str, done: &Reaction, pair: Pair, input: (usize, usize)) -> Kind {
        let expected = &self.cell(pair.0, input.0).expected;
        let next = self.machine.step(pair.1, input.1).1;
        let hidden = done.outputs == expected.outputs;
        let word = hidden.then(|| self.telling((expected.next, next), done.next)).flatten();
        Kind::Permitted { why, shown_by: self.spoken(&word.unwrap_or_default()) }
    }

    /// A word that shows that a learnt state is not the expected one but another.
    fn strays(&self, (expected, state): Pair, home: Option<usize>) -> Option<Vec<usize>> {
        let home = home.filter(|home| self.classes[*home] != self.classes[expected])?;
        self.telling((expected, state), home)
    }

    fn difference(
        &self,
        pair: Pair,
        input: (usize, usize),
        kind: Kind,
        word: Vec<Input>,
        names: &[String],
    ) -> Difference {
        let cell = self.cell(pair.0, input.0);
        let (came, next) = self.machine.step(pair.1, input.1);
        let shown_by: &[Input] = match &kind {
            Kind::State { shown_by } | Kind::Permitted { shown_by, .. } => shown_by,
            Kind::Output => &[],
        };
        let name = |state: usize| self.reference.states[state].name.clone();
        // On from there, as expected and as it is.
        let (mut due, mut shown) = ((&cell.expected.outputs, cell.expected.next), (came, next));
        for symbol in shown_by {
            let Some(input) = self.inputs.iter().find(|input| self.reference.inputs[input.0] == *symbol) else { break };
            let expected = &self.cell(due.1, input.0).expected;
            due = (&expected.outputs, expected.next);
            shown = self.machine.step(shown.1, input.1);
        }
        Difference {
            due: due.0.clone(),
            shown: shown.0.clone(),
            state: name(pair.0),
            input: self.reference.inputs[input.0],
            rule: cell.rule.clone(),
            expected: cell.expected.outputs.clone(),
            expected_state: name(cell.expected.next),
            came: came.clone(),
            came_state: names[next].clone(),
            word: [&word[..], shown_by].concat(),
            kind,
        }
    }
}
