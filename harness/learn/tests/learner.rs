//! The learner against machines that are known: they are learnt exactly, and what cannot be learnt is told.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::convert::Infallible;

use offhook_learn::learner::{Effort, learn};
use offhook_learn::mealy::Mealy;
use offhook_learn::teacher::{LearnError, Teacher};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Answers as a machine does, and counts.
struct Known {
    machine: Mealy<u8, u8>,
    asked: Vec<Vec<u8>>,
}

impl Known {
    fn new(machine: &Mealy<u8, u8>) -> Self {
        Self { machine: machine.clone(), asked: Vec::new() }
    }
}

impl Teacher for Known {
    type Input = u8;
    type Output = u8;
    type Error = Infallible;

    fn query(&mut self, word: &[u8]) -> Result<Vec<u8>, Infallible> {
        self.asked.push(word.to_vec());
        Ok(self.machine.run(word))
    }
}

/// Machines of up to 12 states over 2 to 4 inputs, with few outputs, so that states are hard to tell apart.
fn machines() -> impl Strategy<Value = Mealy<u8, u8>> {
    (1..=12_usize, 2..=4_usize, 2..=4_u8).prop_flat_map(|(states, inputs, outputs)| {
        let row = prop::collection::vec((0..outputs, 0..states), inputs);
        prop::collection::vec(row, states).prop_map(move |cells| {
            let inputs = (0..inputs).map(|input| u8::try_from(input).unwrap()).collect();
            Mealy::new(inputs, cells)
        })
    })
}

/// No finite test finds every machine; this much finds all of those below, which come from a fixed seed.
fn enough(machine: &Mealy<u8, u8>) -> Effort {
    Effort { extra_states: if machine.inputs().len() == 2 { 4 } else { 2 }, random_words: 2000, ..Effort::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_machine_of_up_to_twelve_states_is_learnt_exactly_and_twice_by_the_same_queries(machine in machines()) {
        let minimal = machine.minimal();
        let (mut first, mut second) = (Known::new(&machine), Known::new(&machine));
        let learnt = learn(&mut first, machine.inputs(), &enough(&machine)).unwrap();
        prop_assert_eq!(learnt.machine.difference(&machine), None);
        prop_assert_eq!(&learnt.machine, &minimal);
        prop_assert_eq!(learn(&mut second, machine.inputs(), &enough(&machine)).unwrap(), learnt);
        prop_assert_eq!(first.asked, second.asked);
    }

    #[test]
    fn no_word_is_asked_twice_nor_as_the_beginning_of_one_that_was_asked(machine in machines()) {
        let mut teacher = Known::new(&machine);
        learn(&mut teacher, machine.inputs(), &Effort { extra_states: 0, ..Effort::default() }).unwrap();
        for (at, word) in teacher.asked.iter().enumerate() {
            prop_assert!(!teacher.asked[..at].iter().any(|before| before.starts_with(word)), "{:?}", word);
        }
    }

    /// The promise of the test words: a subject that has one state more than the hypothesis is found out.
    #[test]
    fn a_state_more_than_the_hypothesis_has_is_found_without_random_words(machine in machines(), at in 0..12_usize, input in 0..4_usize) {
        let minimal = machine.minimal();
        let (at, input) = (at % minimal.len(), input % minimal.inputs().len());
        // One transition leads to a copy of its target that answers one input differently.
        let mut cells: Vec<Vec<(u8, usize)>> = (0..minimal.len())
            .map(|state| (0..minimal.inputs().len()).map(|i| minimal.step(state, i)).map(|(o, n)| (*o, n)).collect())
            .collect();
        let mut copy = cells[cells[at][input].1].clone();
        copy[input].0 = 9;
        cells[at][input].1 = cells.len();
        cells.push(copy);
        let faulty = Mealy::new(minimal.inputs().to_vec(), cells);
        let effort = Effort { extra_states: 1, random_words: 0, ..Effort::default() };
        let learnt = learn(&mut Known::new(&faulty), faulty.inputs(), &effort).unwrap();
        // Whatever was learnt first, what stands is no machine with one state less.
        if learnt.machine.len() + 1 >= faulty.minimal().len() {
            prop_assert_eq!(learnt.machine, faulty.minimal());
        }
    }
}

/// Says something else the third time it is asked the same.
struct Moody {
    asked: usize,
}

impl Teacher for Moody {
    type Input = char;
    type Output = usize;
    type Error = Infallible;

    fn query(&mut self, word: &[char]) -> Result<Vec<usize>, Infallible> {
        self.asked += 1;
        Ok(word.iter().enumerate().map(|(at, _)| if at == 1 && self.asked > 3 { 7 } else { at.min(1) }).collect())
    }
}

#[test]
fn a_subject_that_does_not_always_answer_alike_is_told_with_both_answers() {
    let error = learn(&mut Moody { asked: 0 }, &['a', 'b'], &Effort::default()).unwrap_err();
    let LearnError::NotDeterministic { word, before, now } = &error else { panic!("{error}") };
    assert_eq!((word.len(), &before[..], &now[..]), (2, &[0, 1][..], &[0, 7][..]));
    assert!(error.to_string().contains("said [0, 1] at first and [0, 7] later"), "{error}");
}

#[test]
fn it_is_given_up_after_as_many_queries_as_are_allowed() {
    let machine = Mealy::new(vec![0, 1], vec![vec![(0, 1), (0, 0)], vec![(1, 0), (0, 1)]]);
    let error = learn(&mut Known::new(&machine), &[0, 1], &Effort { most_queries: 3, ..Effort::default() });
    assert_eq!(error, Err(LearnError::TooManyQueries { limit: 3, states: 1 }));
    assert_eq!(learn(&mut Known::new(&machine), &[], &Effort::default()), Err(LearnError::NoInputs));
}
