//! Words that tell a hypothesis from other machines: the Wp-method's offspring with harmonized state identifiers (HSI),
//! and seeded random words.
//!
//! With `extra` states allowed, the words are: to every state, any word of up to `extra` + 1 inputs, and after it what
//! identifies the state that it should lead to. A machine that answers all of them as the hypothesis does, and has no
//! more than `extra` states more, is the hypothesis.

use offhook_clock::Random;

use crate::mealy::Mealy;

/// Words that tell a machine from every other that has no more than `extra` states more. Those of an expected machine are
/// good hints for learning one that should be like it.
pub fn words<I: Clone + PartialEq, O: Clone + PartialEq>(machine: &Mealy<I, O>, extra: usize) -> Vec<Vec<I>> {
    let spoken = |word: Vec<usize>| word.into_iter().map(|input| machine.inputs()[input].clone()).collect();
    identifying(machine, extra).map(spoken).collect()
}

/// The words of the HSI-method, those with shorter middles first; none is the beginning of the next.
pub(crate) fn identifying<I, O>(machine: &Mealy<I, O>, extra: usize) -> impl Iterator<Item = Vec<usize>>
where
    I: Clone + PartialEq,
    O: Clone + PartialEq,
{
    let access: Vec<Vec<usize>> = machine.access().into_iter().flatten().collect();
    let identifiers = identifiers(machine);
    let inputs = machine.inputs().len();
    (1..=extra + 1).flat_map(move |length| {
        let count = u32::try_from(length).ok().and_then(|length| inputs.checked_pow(length)).unwrap_or(usize::MAX);
        let (access, identifiers) = (access.clone(), identifiers.clone());
        let machine = machine.clone();
        (0..count).flat_map(move |number| {
            let middle = digits(number, inputs, length);
            let words: Vec<Vec<usize>> = access
                .iter()
                .flat_map(|access| {
                    let word = [&access[..], &middle[..]].concat();
                    let state = machine.after(&word);
                    identifiers[state].iter().map(move |identifier| [&word[..], &identifier[..]].concat())
                })
                .collect();
            words
        })
    })
}

/// For each state, words that tell it from every other; for any two states one word is among those of both.
fn identifiers<I: Clone + PartialEq, O: Clone + PartialEq>(machine: &Mealy<I, O>) -> Vec<Vec<Vec<usize>>> {
    let states = 0..machine.len();
    states
        .clone()
        .map(|state| {
            let mut words: Vec<_> =
                states.clone().filter_map(|other| machine.separate(state.min(other), state.max(other))).collect();
            words.sort();
            words.dedup();
            // Sorted, a word stands right before those that it begins.
            let longer: Vec<_> = words.iter().skip(1).cloned().map(Some).chain([None]).collect();
            let mut kept: Vec<_> = words
                .into_iter()
                .zip(longer)
                .filter(|(word, next)| next.as_ref().is_none_or(|next| !next.starts_with(word)))
                .map(|(word, _)| word)
                .collect();
            if kept.is_empty() {
                kept.push(Vec::new());
            }
            kept
        })
        .collect()
}

/// The word number `number` of all words of this length.
fn digits(number: usize, inputs: usize, length: usize) -> Vec<usize> {
    let mut rest = number;
    let mut word: Vec<usize> = (0..length)
        .map(|_| {
            let digit = rest % inputs;
            rest /= inputs;
            digit
        })
        .collect();
    word.reverse();
    word
}

/// Random words of `length` inputs at most and half as many at least.
pub(crate) fn random(inputs: usize, count: usize, length: usize, seed: u64) -> impl Iterator<Item = Vec<usize>> {
    let mut random = Random::new(seed);
    let mut below = move |bound: usize| (random.next() % bound.max(1) as u64) as usize;
    (0..count).map(move |_| {
        let length = length - below(length / 2 + 1);
        (0..length).map(|_| below(inputs)).collect()
    })
}
