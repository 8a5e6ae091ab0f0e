//! A subject examined: its machine learnt and laid beside what is expected, until every difference was seen to be true.

use super::auth_rules;
use super::compare::{Comparison, compare};
use super::layer::Setup;
use super::reference::Reference;
use super::symbol::{Input, Outputs};
use super::table::{self, Rules};
use crate::learner::{Effort, Learner, Learnt};
use crate::suite;
use crate::teacher::{LearnError, Teacher};

/// What came of an examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The machine, and what it took.
    pub learnt: Learnt<Input, Outputs>,
    /// It beside what is expected. Every word in it was played, and answered as it says.
    pub comparison: Comparison,
}

/// What the RFC of the layer lets expect.
pub fn expected(setup: &Setup, inputs: &[Input], rules: Rules) -> Reference {
    auth_rules::reference(setup, inputs).unwrap_or_else(|| table::reference(setup, inputs, rules))
}

/// Learns the machine of the subject over the inputs of `reference`, starting from the words that tell the expected machine
/// from others, and compares.
///
/// A small effort may learn a machine that is too simple, and a difference that is none. So the words of all differences are
/// played; what contradicts the machine makes it a better one, and it is compared again.
pub fn examine<T>(
    teacher: &mut T,
    reference: &Reference,
    effort: Effort,
) -> Result<Examination, LearnError<Input, Outputs, T::Error>>
where
    T: Teacher<Input = Input, Output = Outputs>,
    T::Error: std::error::Error + 'static,
{
    let inputs = reference.inputs.clone();
    let mut hints = suite::words(&reference.machine().minimal(), 0);
    let mut learner = Learner::new(teacher, &inputs, effort);
    let mut learnt = learner.learn(&hints)?;
    loop {
        let comparison = compare(&learnt.machine, reference);
        hints.extend(comparison.differences.iter().map(|difference| difference.word.clone()));
        let again = learner.learn(&hints)?;
        // A machine that is contradicted gets more states, so that this ends.
        if again.machine == learnt.machine {
            return Ok(Examination { learnt: again, comparison });
        }
        learnt = again;
    }
}
