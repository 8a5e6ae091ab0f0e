//! Inputs from a corpus: bits flipped, octets and words put in, pieces taken out, moved, repeated or taken from another input.

use offhook_clock::Random;

/// No input is longer, in octets.
const LONGEST: usize = 16 << 10;

/// Octets at which readers turn: flags, escapes, ends of lines, quotes, signs.
const TURNING: &[u8] =
    &[0, 1, 0x0a, 0x0d, 0x11, 0x13, 0x20, 0x22, 0x27, 0x5c, 0x7b, 0x7d, 0x7e, 0x7f, 0x80, 0xc0, 0xff];

/// A stream of inputs, fixed by its seed.
#[derive(Debug)]
pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    words: &'static [&'static [u8]],
    random: Random,
}

impl Mutator {
    pub(crate) fn new(mut corpus: Vec<Vec<u8>>, words: &'static [&'static [u8]], seed: u64) -> Self {
        corpus.push(Vec::new());
        corpus.iter_mut().for_each(|input| input.truncate(LONGEST));
        Self { corpus, words, random: Random::new(seed) }
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.random.next() % bound as u64).unwrap_or_default()
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let index = self.below(self.corpus.len());
        let mut input = self.corpus[index].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let length = 1 + self.below(16);
        match self.below(9) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = TURNING[self.below(TURNING.len())],
            2 => {
                let octet =
                    if self.below(2) == 0 { self.random.next() as u8 } else { TURNING[self.below(TURNING.len())] };
                input.insert(at, octet);
            }
            3 => drop(input.drain(at..(at + length).min(input.len()))),
            4 => input.truncate(at),
            5 if !self.words.is_empty() => {
                let word = self.words[self.below(self.words.len())];
                input.splice(at..at, word.iter().copied());
            }
            6 => {
                let piece = input[at..(at + length).min(input.len())].to_vec();
                let times = 1 + self.below(200);
                input.splice(at..at, piece.repeat(times));
            }
            7 => {
                let other = self.below(self.corpus.len());
                let from = self.below(self.corpus[other].len() + 1);
                let piece: Vec<u8> = self.corpus[other][from..].iter().copied().take(length * 8).collect();
                input.splice(at..at, piece);
            }
            _ => {
                let random: Vec<u8> = (0..length).map(|_| self.random.next() as u8).collect();
                input.splice(at..at, random);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs_and_another_gives_others() {
        let inputs = |seed| {
            let mut mutator = Mutator::new(vec![b"hello".to_vec()], &[b"~"], seed);
            (0..50).map(|_| mutator.next_input()).collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert!(inputs(1).iter().all(|input| input.len() <= LONGEST));
    }
}
