//! The learner: questions to a [`Teacher`] in, a [`Mealy`] machine out, with as few questions as it takes.
//!
//! The algorithm is L# (Vaandrager, Garhewal, Rot, Wißmann, TACAS 2022). It works on the tree of all answers: a *basis*
//! of nodes that are apart from each other, which are the states found so far, and its *frontier*, the nodes one input
//! further. A frontier node that is apart from all of the basis is a new state; one that is apart from all but one of it
//! is that one. When every frontier node is some state, there is a hypothesis, which is tested ([the words](crate::suite))
//! until a word contradicts it or none is left.
//!
//! What is asked depends on nothing but the answers, so that one machine is asked the same each time.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::mealy::Mealy;
use crate::suite;
use crate::teacher::{LearnError, Teacher};
use crate::tree::{Node, Tree};

/// How hard a hypothesis is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// States that the subject may have more than the hypothesis and that are found for certain.
    pub extra_states: usize,
    /// Random words after those.
    pub random_words: usize,
    /// The inputs of a random word at most.
    pub random_length: usize,
    /// What the random words come from.
    pub seed: u64,
    /// Words that are asked at once when a hypothesis is tested.
    pub batch: usize,
    /// Queries after which it is given up.
    pub most_queries: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { extra_states: 1, random_words: 200, random_length: 20, seed: 1, batch: 64, most_queries: 1_000_000 }
    }
}

/// What learning took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Words that were played, each with a reset.
    pub queries: usize,
    /// Inputs in them.
    pub inputs: usize,
    /// Of the words, those that built the machine; the others tested it.
    pub learning_queries: usize,
    /// Hypotheses, the last one included.
    pub hypotheses: usize,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learnt<I, O> {
    /// The machine, minimal, its states in the order of a breadth-first walk.
    pub machine: Mealy<I, O>,
    /// What it took.
    pub figures: Figures,
}

/// What a teacher's answers lead to.
pub type Result<T, X> =
    std::result::Result<X, LearnError<<T as Teacher>::Input, <T as Teacher>::Output, <T as Teacher>::Error>>;

/// Learns the machine of `teacher` over `inputs`.
///
/// ```
/// use std::convert::Infallible;
///
/// use offhook_learn::learner::{Effort, learn};
/// use offhook_learn::mealy::Mealy;
/// use offhook_learn::teacher::Teacher;
///
/// struct Door;
///
/// impl Teacher for Door {
///     type Input = &'static str;
///     type Output = &'static str;
///     type Error = Infallible;
///
///     fn query(&mut self, word: &[&'static str]) -> Result<Vec<&'static str>, Infallible> {
///         let mut locked = false;
///         Ok(word
///             .iter()
///             .map(|input| match *input {
///                 "push" if locked => "nothing",
///                 "push" => "opens",
///                 _ => {
///                     locked = !locked;
///                     "click"
///                 }
///             })
///             .collect())
///     }
/// }
///
/// let learnt = learn(&mut Door, &["push", "turn key"], &Effort::default())?;
/// assert_eq!(learnt.machine.len(), 2);
/// assert_eq!(learnt.machine.run(&["turn key", "push"]), ["click", "nothing"]);
/// # Ok::<(), offhook_learn::teacher::LearnError<&'static str, &'static str, Infallible>>(())
/// ```
pub fn learn<T>(teacher: &mut T, inputs: &[T::Input], effort: &Effort) -> Result<T, Learnt<T::Input, T::Output>>
where
    T: Teacher,
    T::Input: Clone + PartialEq + Debug,
    T::Output: Clone + PartialEq + Debug,
    T::Error: std::error::Error + 'static,
{
    Learner::new(teacher, inputs, *effort).learn(&[])
}

/// Asks one subject, and keeps what it answered.
pub struct Learner<'a, T: Teacher> {
    teacher: &'a mut T,
    inputs: &'a [T::Input],
    effort: Effort,
    tree: Tree<T::Output>,
    /// The states found, pairwise apart.
    basis: Vec<Node>,
    figures: Figures,
}

impl<'a, T> Learner<'a, T>
where
    T: Teacher,
    T::Input: Clone + PartialEq + Debug,
    T::Output: Clone + PartialEq + Debug,
    T::Error: std::error::Error + 'static,
{
    /// Knows nothing yet.
    pub fn new(teacher: &'a mut T, inputs: &'a [T::Input], effort: Effort) -> Self {
        Self { teacher, inputs, effort, tree: Tree::new(), basis: vec![0], figures: Figures::default() }
    }

    /// Asks until no test contradicts the machine. Hints are words that every hypothesis is tested with before all others:
    /// where the machine is expected to be like another, [`suite::words`] of that one. With them a small effort finds what
    /// else takes a great one. Hints with other inputs are left out.
    ///
    /// What was answered before is not asked again.
    pub fn learn(&mut self, hints: &[Vec<T::Input>]) -> Result<T, Learnt<T::Input, T::Output>> {
        if self.inputs.is_empty() {
            return Err(LearnError::NoInputs);
        }
        let place = |input: &T::Input| self.inputs.iter().position(|other| other == input);
        let hints: Vec<Vec<usize>> = hints.iter().filter_map(|hint| hint.iter().map(place).collect()).collect();
        loop {
            let hypothesis = self.hypothesis()?;
            self.figures.hypotheses += 1;
            let contradiction = match self.contradicted(&hypothesis) {
                Some(word) => Some(word),
                None => self.test(&hypothesis, &hints)?,
            };
            let Some(word) = contradiction else {
                return Ok(Learnt { machine: hypothesis.minimal(), figures: self.figures });
            };
            self.analyse(&hypothesis, word)?;
        }
    }

    /// Asks until every frontier node is one state of the basis.
    fn hypothesis(&mut self) -> Result<T, Mealy<T::Input, T::Output>> {
        loop {
            let mut open = Vec::new();
            let mut cells = Vec::new();
            let mut new_state = None;
            for node in self.basis.clone() {
                let mut row = Vec::new();
                for input in 0..self.inputs.len() {
                    let Some((output, next)) = self.tree.child(node, input) else {
                        open.push(self.continued(node, &[input]));
                        continue;
                    };
                    let states = self.candidates(next);
                    match states[..] {
                        [] => new_state = new_state.or(Some(next)),
                        [state] => row.push((output.clone(), state)),
                        // They are apart from each other; what shows it tells which of them this one is not.
                        [first, second, ..] => {
                            let (first, second) = (self.basis[first], self.basis[second]);
                            let witness = self.tree.apart(first, second).unwrap_or_default();
                            open.push(self.continued(next, &witness));
                        }
                    }
                }
                cells.push(row);
            }
            if let Some(node) = new_state {
                self.basis.push(node);
            } else if open.is_empty() {
                return Ok(Mealy::new(self.inputs.to_vec(), cells));
            } else {
                self.figures.learning_queries += self.ask(open)?;
            }
        }
    }

    /// Places in the basis of the states that a node may be.
    fn candidates(&self, node: Node) -> Vec<usize> {
        if let Some(place) = self.basis.iter().position(|state| *state == node) {
            return vec![place];
        }
        let same = |place: &usize| self.tree.apart(self.basis[*place], node).is_none();
        (0..self.basis.len()).filter(same).collect()
    }

    fn continued(&self, node: Node, word: &[usize]) -> Vec<usize> {
        [&self.tree.word(node)[..], word].concat()
    }

    /// Plays words, but for those whose answers are known; how many that were.
    fn ask(&mut self, words: Vec<Vec<usize>>) -> Result<T, usize> {
        let unknown: BTreeSet<Vec<usize>> =
            words.into_iter().filter(|word| self.tree.find(0, word).is_none()).collect();
        // Sorted, a word stands right before those that it begins.
        let mut words: Vec<Vec<usize>> = Vec::new();
        for word in unknown {
            if words.last().is_some_and(|before| word.starts_with(before)) {
                words.pop();
            }
            words.push(word);
        }
        if words.is_empty() {
            return Ok(0);
        }
        if self.figures.queries + words.len() > self.effort.most_queries {
            return Err(LearnError::TooManyQueries { limit: self.effort.most_queries, states: self.basis.len() });
        }
        let spoken: Vec<Vec<T::Input>> = words.iter().map(|word| self.spoken(word)).collect();
        let answers = self.teacher.query_all(&spoken).map_err(LearnError::Teacher)?;
        for ((word, spoken), answers) in words.iter().zip(spoken).zip(answers) {
            self.figures.queries += 1;
            self.figures.inputs += word.len();
            if answers.len() != word.len() {
                return Err(LearnError::AnswerCount { word: spoken, got: answers.len() });
            }
            if let Err(contradiction) = self.tree.insert(word, answers.clone()) {
                let now = answers[..contradiction.word.len()].to_vec();
                let word = self.spoken(&contradiction.word);
                return Err(LearnError::NotDeterministic { word, before: contradiction.before, now });
            }
        }
        Ok(words.len())
    }

    fn spoken(&self, word: &[usize]) -> Vec<T::Input> {
        word.iter().map(|input| self.inputs[*input].clone()).collect()
    }

    /// A shortest word that was answered otherwise than the hypothesis has it.
    fn contradicted(&self, hypothesis: &Mealy<T::Input, T::Output>) -> Option<Vec<usize>> {
        let mut queue = VecDeque::from([(0, 0)]);
        while let Some((node, state)) = queue.pop_front() {
            for (input, output, next) in self.tree.children(node) {
                let (expected, next_state) = hypothesis.step(state, input);
                if output != expected {
                    return Some(self.tree.word(next));
                }
                queue.push_back((next, next_state));
            }
        }
        None
    }

    /// Tests the hypothesis; the word that contradicts it.
    fn test(&mut self, hypothesis: &Mealy<T::Input, T::Output>, hints: &[Vec<usize>]) -> Result<T, Option<Vec<usize>>> {
        let Effort { extra_states, random_words, random_length, seed, batch, .. } = self.effort;
        let words = hints.iter().cloned().chain(suite::identifying(hypothesis, extra_states)).chain(suite::random(
            self.inputs.len(),
            random_words,
            random_length,
            seed,
        ));
        let mut next: Vec<Vec<usize>> = Vec::new();
        for word in words {
            if self.tree.find(0, &word).is_none() {
                next.push(word);
            }
            if next.len() >= batch.max(1) {
                let asked = std::mem::take(&mut next);
                if let Some(word) = self.try_words(hypothesis, asked)? {
                    return Ok(Some(word));
                }
            }
        }
        self.try_words(hypothesis, next)
    }

    fn try_words(
        &mut self,
        hypothesis: &Mealy<T::Input, T::Output>,
        words: Vec<Vec<usize>>,
    ) -> Result<T, Option<Vec<usize>>> {
        self.ask(words.clone())?;
        let wrong = words.iter().filter_map(|word| self.first_wrong(hypothesis, word));
        Ok(wrong.min_by_key(Vec::len))
    }

    /// The word up to the first answer that the hypothesis does not have.
    fn first_wrong(&self, hypothesis: &Mealy<T::Input, T::Output>, word: &[usize]) -> Option<Vec<usize>> {
        let (mut node, mut state) = (0, 0);
        for (at, input) in word.iter().enumerate() {
            let (output, next) = self.tree.child(node, *input)?;
            let (expected, next_state) = hypothesis.step(state, *input);
            if output != expected {
                return Some(word[..=at].to_vec());
            }
            (node, state) = (next, next_state);
        }
        None
    }

    /// Makes a contradiction one between a frontier node and the state it was taken for, by halving the word.
    fn analyse(&mut self, hypothesis: &Mealy<T::Input, T::Output>, mut word: Vec<usize>) -> Result<T, ()> {
        // Before its last input the state of the hypothesis and the node are apart.
        word.pop();
        loop {
            let state = self.basis[hypothesis.after(&word)];
            let (frontier, Some(node)) = (self.longest_known_prefix(&word), self.tree.find(0, &word)) else {
                return Ok(());
            };
            if word.len() <= frontier {
                return Ok(());
            }
            let Some(witness) = self.tree.apart(state, node) else { return Ok(()) };
            let half = usize::midpoint(frontier, word.len());
            let (before, after) = word.split_at(half);
            let (middle, Some(reached)) = (self.basis[hypothesis.after(before)], self.tree.find(0, before)) else {
                return Ok(());
            };
            let short = self.continued(middle, after);
            self.figures.learning_queries += self.ask(vec![[&short[..], &witness[..]].concat()])?;
            word = if self.tree.apart(middle, reached).is_some() { before.to_vec() } else { short };
        }
    }

    /// How many inputs of a word lead to a node of the basis, and one more.
    fn longest_known_prefix(&self, word: &[usize]) -> usize {
        let mut node = 0;
        for (at, input) in word.iter().enumerate() {
            if !self.basis.contains(&node) {
                return at;
            }
            match self.tree.child(node, *input) {
                Some((_, next)) => node = next,
                None => return at,
            }
        }
        word.len()
    }
}
