//! Transparency eight octets at a time: arithmetic on 64-bit words finds what is escaped or to be escaped, and moves it; hardly anything
//! branches on the data, which in what looks like noise cannot be foretold.
//!
//! In: octets, the ACCM, whether Control Escape went before. Out: octets, and how many were taken; what only looking one by one can
//! handle is left: Flag Sequences, octets in the receive ACCM, Control Escape twice in a row.

use super::{ESCAPE, FLAG, is_special};

/// Octets of a word.
const WORD: usize = 8;
/// Words for which there is made room at a time.
const BLOCK: usize = 32;
/// A one in each octet.
const ONES: u64 = u64::from_le_bytes([0x01; WORD]);
const FLAGS: u64 = u64::from_le_bytes([FLAG; WORD]);
/// The bits that octets below 0x20 have not.
const NOT_CONTROL: u64 = u64::from_le_bytes([0xe0; WORD]);
const LOW_BITS: u64 = u64::from_le_bytes([0x7f; WORD]);

/// Removes transparency from the front of `octets`, whole words of them, and appends what comes of it; how many octets were taken,
/// and whether the last one is Control Escape. `escaped`: one went before.
pub(crate) fn unescape(octets: &[u8], accm: u32, escaped: bool, frame: &mut Vec<u8>) -> (usize, bool) {
    let (mut taken, mut at, mut carry) = (0, frame.len(), u64::from(escaped));
    'blocks: for block in octets.as_chunks::<WORD>().0.chunks(BLOCK) {
        // Room for what may come of a block; what is too much is taken off at the end. To fill it with zeros costs less than to move
        // every octet twice.
        frame.resize(at + block.len() * WORD, 0);
        for chunk in block {
            let word = u64::from_le_bytes(*chunk);
            let escapes = equal_to(word, ESCAPE);
            let after = escapes << 8 | carry;
            if has_zero(word ^ FLAGS) || escapes & after != 0 || (accm != 0 && has_control(word, accm)) {
                break 'blocks;
            }
            let Some(window) = frame.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) else { break 'blocks };
            if accm != u32::MAX && escapes | after == 0 {
                *window = *chunk;
                at += WORD;
            } else {
                // Two escapes or fewer are the rule where there are many, and to take out none costs less than to ask.
                let (octets, left) = without_lowest(word ^ after << 5, escapes);
                let (mut octets, mut left) = without_lowest(octets, left);
                while left != 0 {
                    (octets, left) = without_lowest(octets, left);
                }
                *window = octets.to_le_bytes();
                at += WORD - count(escapes);
                carry = escapes >> 56;
            }
            taken += WORD;
        }
    }
    frame.truncate(at);
    (taken, carry != 0)
}

/// Makes the front of `octets` transparent, whole words of it, and appends that; how many octets were taken.
pub(crate) fn escape(octets: &[u8], accm: u32, line: &mut Vec<u8>) -> usize {
    let before = line.len();
    let words = octets.as_chunks::<WORD>().0;
    line.resize(before + 2 * WORD * (words.len() + 1), 0);
    let mut at = before;
    for chunk in words {
        let word = u64::from_le_bytes(*chunk);
        let specials = specials(word, accm);
        let Some(window) = line.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<{ 2 * WORD }>()) else { break };
        if specials == 0 {
            window[..WORD].copy_from_slice(chunk);
            at += WORD;
        } else {
            let changed = (word ^ specials << 5).to_le_bytes();
            // Where each octet goes: a multiplication adds up how many stand before it.
            let places = (ONES + specials).wrapping_mul(ONES << 8).to_le_bytes();
            for ((octet, place), special) in changed.into_iter().zip(places).zip(specials.to_le_bytes()) {
                // An octet that needs none takes the place of the Control Escape.
                window[usize::from(place) % (2 * WORD)] = ESCAPE;
                window[usize::from(place + special) % (2 * WORD)] = octet;
            }
            at += WORD + count(specials);
        }
    }
    line.truncate(at);
    words.len() * WORD
}

/// Takes the octet out of `word` that the lowest one in `marks` stands in, and the mark as well; those above come down. Nothing happens
/// without marks.
#[inline]
const fn without_lowest(word: u64, marks: u64) -> (u64, u64) {
    let lowest = marks & marks.wrapping_neg();
    let below = lowest.wrapping_sub(1);
    (word & below | word >> 8 & !below, (marks ^ lowest) >> 8)
}

/// A one in each octet that has to be escaped.
#[inline]
fn specials(word: u64, accm: u32) -> u64 {
    let always = equal_to(word, FLAG) | equal_to(word, ESCAPE);
    match accm {
        0 => always,
        u32::MAX => always | below_space(word),
        _ if below_space(word) == 0 => always,
        _ => u64::from_le_bytes(word.to_le_bytes().map(|octet| u8::from(is_special(octet, accm)))),
    }
}

/// Whether there is an octet of the ACCM.
#[inline]
fn has_control(word: u64, accm: u32) -> bool {
    has_zero(word & NOT_CONTROL)
        && (accm == u32::MAX || word.to_le_bytes().iter().any(|octet| *octet < 0x20 && is_special(*octet, accm)))
}

/// A one in each octet equal to `wanted`.
#[inline]
const fn equal_to(word: u64, wanted: u8) -> u64 {
    zero(word ^ u64::from_le_bytes([wanted; WORD]))
}

/// A one in each octet below 0x20.
#[inline]
const fn below_space(word: u64) -> u64 {
    zero(word & NOT_CONTROL)
}

/// How many ones there are in `marks`, one an octet at most.
#[inline]
const fn count(marks: u64) -> usize {
    (marks.wrapping_mul(ONES) >> 56) as usize
}

/// Whether there is an octet that is zero.
#[inline]
const fn has_zero(word: u64) -> bool {
    word.wrapping_sub(ONES) & !word & !LOW_BITS != 0
}

/// A one in each octet that is zero: nothing carries from one octet to the next.
#[inline]
const fn zero(word: u64) -> u64 {
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS) >> 7
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Octets of which many are special.
    fn octets() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop_oneof![any::<u8>(), 0x00..0x22_u8, 0x7c..0x80_u8], 0..100)
    }

    fn accms() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0), Just(u32::MAX), any::<u32>()]
    }

    proptest! {
        #[test]
        fn words_are_escaped_as_octets_are(octets in octets(), accm in accms()) {
            let mut line = vec![9];
            let taken = escape(&octets, accm, &mut line);
            prop_assert_eq!(taken, octets.len() / WORD * WORD);
            let mut one_by_one = vec![9];
            for octet in &octets[..taken] {
                if is_special(*octet, accm) { one_by_one.extend([ESCAPE, octet ^ 0x20]) } else { one_by_one.push(*octet) }
            }
            prop_assert_eq!(line, one_by_one);
        }

        #[test]
        fn words_are_unescaped_as_octets_are(octets in octets(), accm in accms(), before in any::<bool>()) {
            let mut frame = vec![9];
            let (taken, escaped) = unescape(&octets, accm, before, &mut frame);
            let (mut one_by_one, mut is_escaped) = (vec![9], before);
            for octet in &octets[..taken] {
                prop_assert!(*octet != FLAG && !(*octet < 0x20 && is_special(*octet, accm)));
                if std::mem::take(&mut is_escaped) {
                    prop_assert_ne!(*octet, ESCAPE);
                    one_by_one.push(octet ^ 0x20);
                } else if *octet == ESCAPE {
                    is_escaped = true;
                } else {
                    one_by_one.push(*octet);
                }
            }
            prop_assert_eq!((frame, escaped), (one_by_one, is_escaped));
            // What is left begins with a word that words cannot handle.
            let next = octets[taken..].first_chunk::<WORD>();
            let is_doubled = |word: &[u8; WORD]| {
                escaped && word[0] == ESCAPE || word.windows(2).any(|pair| pair == [ESCAPE; 2])
            };
            let stops = |octet: &u8| *octet == FLAG || *octet < 0x20 && is_special(*octet, accm);
            prop_assert!(next.is_none_or(|word| word.iter().any(stops) || is_doubled(word)));
        }
    }
}
