//! Octet transparency (RFC 1662 §4.2): a frame in, octets for the line out; and the search for octets that are not data.
//!
//! Ordinary octets are found eight at a time by arithmetic on a 64-bit word, so that they can be moved in runs.

mod words;

pub(crate) use self::words::unescape;
use crate::fcs;

/// Flag Sequence (RFC 1662 §3.1): begins and ends every frame.
pub const FLAG: u8 = 0x7e;
/// Control Escape (RFC 1662 §4.2): the next octet was exclusive-ored with 0x20.
pub const ESCAPE: u8 = 0x7d;
/// The ACCM before LCP agrees on another (RFC 1662 §7.1): all of 0x00 to 0x1f are escaped.
pub const DEFAULT_ACCM: u32 = 0xffff_ffff;

/// Octets for the line: flag, `frame` (address to information) with FCS, made transparent, flag (RFC 1662 §4.2).
///
/// `accm` is the send ACCM: bit n set means that octet n is escaped.
///
/// ```
/// use offhook_ppp::transparency::{DEFAULT_ACCM, encode};
///
/// let frame = b"\xff\x03\xc0\x21\x06\x02\x00\x04";
/// assert_eq!(encode(frame, DEFAULT_ACCM), b"~\xff\x7d\x23\xc0\x21\x7d\x26\x7d\x22\x7d\x20\x7d\x24\x94\x7d\x2d~");
/// assert_eq!(encode(frame, 0), b"~\xff\x03\xc0\x21\x06\x02\x00\x04\x94\x0d~");
/// ```
pub fn encode(frame: &[u8], accm: u32) -> Vec<u8> {
    let mut line = Vec::with_capacity(frame.len() + frame.len() / 8 + 8);
    line.push(FLAG);
    escape_into(&mut line, frame, accm);
    escape_into(&mut line, &fcs::trailer(frame), accm);
    line.push(FLAG);
    line
}

fn escape_into(line: &mut Vec<u8>, octets: &[u8], accm: u32) {
    let mut rest = &octets[words::escape(octets, accm, line)..];
    loop {
        let run = ordinary_run(rest, accm);
        line.extend_from_slice(&rest[..run]);
        match &rest[run..] {
            [] => return,
            [special, after @ ..] => {
                line.extend_from_slice(&[ESCAPE, special ^ 0x20]);
                rest = after;
            }
        }
    }
}

/// How many octets at the front of `octets` are neither flag, escape nor in `accm`.
#[inline]
pub(super) fn ordinary_run(octets: &[u8], accm: u32) -> usize {
    let (words, _) = octets.as_chunks::<8>();
    let mut run = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let mut special = equal_to(word, FLAG) | equal_to(word, ESCAPE);
        if accm != 0 {
            special |= below_space(word);
        }
        if special == 0 {
            run += 8;
            continue;
        }
        // The lowest marked octet is exact; those above it may be marked in error.
        let first = run + special.trailing_zeros() as usize / 8;
        if is_special(octets[first], accm) {
            return first;
        }
        // An octet below 0x20 that this ACCM lets pass: look at this word one by one.
        match octets[run..run + 8].iter().position(|octet| is_special(*octet, accm)) {
            Some(at) => return run + at,
            None => run += 8,
        }
    }
    run + octets[run..].iter().take_while(|octet| !is_special(**octet, accm)).count()
}

#[inline]
const fn is_special(octet: u8, accm: u32) -> bool {
    match octet {
        FLAG | ESCAPE => true,
        0x00..=0x1f => accm >> octet & 1 == 1,
        _ => false,
    }
}

const LOW: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// The top bit of each octet equal to `wanted`; exact up to and including the lowest one marked.
#[inline]
const fn equal_to(word: u64, wanted: u8) -> u64 {
    let zero = word ^ u64::from_le_bytes([wanted; 8]);
    zero.wrapping_sub(LOW) & !zero & HIGH
}

/// The top bit of each octet below 0x20; exact up to and including the lowest one marked.
#[inline]
const fn below_space(word: u64) -> u64 {
    word.wrapping_sub(u64::from_le_bytes([0x20; 8])) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_run_ends_where_looking_one_by_one_ends_it(
            octets in prop::collection::vec(prop_oneof![any::<u8>(), 0x1e..0x22_u8, 0x7c..0x80_u8], 0..80),
            accm in any::<u32>(),
        ) {
            for accm in [accm, 0, DEFAULT_ACCM] {
                let wanted = octets.iter().take_while(|octet| !is_special(**octet, accm)).count();
                prop_assert_eq!(ordinary_run(&octets, accm), wanted);
            }
        }
    }

    #[test]
    fn an_encoded_frame_shows_flags_escapes_and_the_accm_only_where_they_belong() {
        let frame = b"\xff\x03\xc0\x21\x01\x01\x00\x0a\x02\x06\x00\x00\x7e\x7d";
        let line = encode(frame, 0x0000_0008);
        assert_eq!(&line[..3], b"\x7e\xff\x7d");
        assert!(line[1..line.len() - 1].iter().all(|octet| *octet != FLAG && *octet != 0x03));
        assert!(line.windows(4).any(|octets| octets == b"\x7d\x5e\x7d\x5d"));
        assert!(line.contains(&0x01));
        assert!(!encode(frame, DEFAULT_ACCM).iter().any(|octet| *octet < 0x20));
    }

    #[test]
    fn the_configure_request_of_the_dial_in_world_is_encoded_as_recorded() {
        // [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x12345678> <pcomp> <accomp>]
        let frame = b"\xff\x03\xc0\x21\x01\x01\x00\x14\x02\x06\x00\x00\x00\x00\x05\x06\x12\x34\x56\x78\x07\x02\x08\x02";
        let line = encode(frame, DEFAULT_ACCM);
        let body = b"\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x21\x7d\x20\x7d\x34\x7d\x22\x7d\x26\x7d\x20\x7d\x20\x7d\x20\x7d\x20\x7d\x25\x7d\x26\x7d\x32\x34\x56\x78\x7d\x27\x7d\x22\x7d\x28\x7d\x22";
        assert_eq!(&line[..body.len()], body);
    }
}
