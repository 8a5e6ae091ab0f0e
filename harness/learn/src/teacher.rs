//! Who answers the learner's questions, and what can go wrong with that.

use std::fmt::Debug;

/// A subject that can be put back to its first state and given words of inputs.
pub trait Teacher {
    /// An input.
    type Input;
    /// The answer to one input.
    type Output;
    /// Why a word could not be played.
    type Error;

    /// Resets the subject and plays `word`; one output for each input.
    fn query(&mut self, word: &[Self::Input]) -> Result<Vec<Self::Output>, Self::Error>;

    /// Plays words that do not depend on each other, each after a reset, for a teacher that can play several at once.
    /// The answers come in the order of the words.
    fn query_all(&mut self, words: &[Vec<Self::Input>]) -> Result<Vec<Vec<Self::Output>>, Self::Error> {
        words.iter().map(|word| self.query(word)).collect()
    }
}

/// Why no machine was learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LearnError<I: Debug, O: Debug, E: std::error::Error + 'static> {
    /// A word could not be played.
    #[error("a query could not be played: {0}")]
    Teacher(#[source] E),
    /// The subject answered one word in two ways.
    #[error(
        "the subject does not always answer alike: to {word:?} it said {before:?} at first and {now:?} later; a hidden \
         clock, chance, or something that outlives a reset"
    )]
    NotDeterministic {
        /// The inputs, up to the first whose answers differ.
        word: Vec<I>,
        /// The answers in an earlier query.
        before: Vec<O>,
        /// The answers now.
        now: Vec<O>,
    },
    /// The teacher gave more or fewer answers than there were inputs.
    #[error("{word:?} has {} inputs, but {got} answers came", .word.len())]
    AnswerCount {
        /// The inputs.
        word: Vec<I>,
        /// How many answers came.
        got: usize,
    },
    /// More queries than were allowed.
    #[error(
        "{limit} queries were asked and the machine, of {states} states so far, is not known; allow more, or ask with fewer inputs"
    )]
    TooManyQueries {
        /// What was allowed.
        limit: usize,
        /// States that were found.
        states: usize,
    },
    /// There is nothing to ask with.
    #[error("a machine cannot be learnt without inputs")]
    NoInputs,
}
