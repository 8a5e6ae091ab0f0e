//! The 16-bit Frame Check Sequence (RFC 1662 appendix C.2): octets in, remainder out.
//!
//! The polynomial is x^16 + x^12 + x^5 + 1, least significant bit first (0x8408), as in V.42 and X.25.
//! A frame is folded first: squaring leaves a polynomial over GF(2) its four terms, so that the sixty-fourth power of the
//! generator is x^1024 + x^768 + x^320 + 1. What stands 1024 bits before an octet's place may thus be moved 256, 704 and 1024 bits
//! on, whole words of 64 bits, by exclusive-or alone; the remainder is the same. What is left at the end, less than 256 octets, goes
//! through tables, sixteen octets at a time, each through one of its own ("slicing"); they are made at compile time.
//!
//! ```
//! use offhook_ppp::fcs;
//!
//! let mut octets = b"\xff\x03\xc0\x21\x06\x02\x00\x04".to_vec();
//! octets.extend(fcs::trailer(&octets));
//! assert!(fcs::is_good(&octets));
//! ```

/// The remainder before the first octet (RFC 1662 §C.2).
pub const INITIAL: u16 = 0xffff;
/// The remainder after a frame and its own FCS, if nothing was damaged (RFC 1662 §C.2).
pub const GOOD: u16 = 0xf0b8;

/// Octets taken at a time.
const STRIDE: usize = 16;

/// `TABLES[k][octet]`: what `octet` contributes if `k` more octets follow it.
static TABLES: [[u16; 256]; STRIDE] = tables();

const fn tables() -> [[u16; 256]; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut octet = 0;
    while octet < 256 {
        let mut value = octet as u16;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0x8408 } else { value >> 1 };
            bit += 1;
        }
        tables[0][octet] = value;
        octet += 1;
    }
    let mut k = 1;
    while k < STRIDE {
        let mut octet = 0;
        while octet < 256 {
            let before = tables[k - 1][octet];
            tables[k][octet] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            octet += 1;
        }
        k += 1;
    }
    tables
}

/// Words of 64 bits that are folded at a time: 1024 bits.
const BLOCK: usize = 16;
/// How many words on a word is moved, beside a whole block: (1024 - 768) / 64 and (1024 - 320) / 64.
const NEAR: usize = 4;
const FAR: usize = 11;
/// Octets of a block.
const BLOCK_OCTETS: usize = BLOCK * 8;

/// The remainder after `octets`, given the one before them.
pub fn update(fcs: u16, octets: &[u8]) -> u16 {
    if octets.len() < 2 * BLOCK_OCTETS {
        return by_tables(fcs, octets);
    }
    let mut carried = [0; BLOCK];
    carried[0] = u64::from(fcs);
    let mut rest = octets;
    // A block is moved onto the one after it, which has to be there.
    while let Some((block, after)) =
        rest.split_first_chunk::<BLOCK_OCTETS>().filter(|(_, after)| after.len() >= BLOCK_OCTETS)
    {
        carried = fold(block, &carried);
        rest = after;
    }
    let mut tail = [0; 2 * BLOCK_OCTETS];
    let tail = &mut tail[..rest.len()];
    tail.copy_from_slice(rest);
    for (octets, word) in tail.as_chunks_mut::<8>().0.iter_mut().zip(carried) {
        *octets = (u64::from_le_bytes(*octets) ^ word).to_le_bytes();
    }
    by_tables(0, tail)
}

/// What is to be added to the next block in place of this one, to which `carried` is to be added.
#[inline]
fn fold(block: &[u8; BLOCK_OCTETS], carried: &[u64; BLOCK]) -> [u64; BLOCK] {
    let mut words = *carried;
    for (word, octets) in words.iter_mut().zip(block.as_chunks::<8>().0) {
        *word ^= u64::from_le_bytes(*octets);
    }
    for at in NEAR..BLOCK {
        words[at] ^= words[at - NEAR];
        if at >= FAR {
            words[at] ^= words[at - FAR];
        }
    }
    let mut next = words;
    for at in 0..NEAR {
        next[at] ^= words[at + BLOCK - NEAR];
    }
    for at in 0..FAR {
        next[at] ^= words[at + BLOCK - FAR];
    }
    next
}

/// The same, through the tables.
fn by_tables(fcs: u16, octets: &[u8]) -> u16 {
    let (strides, rest) = octets.as_chunks::<STRIDE>();
    let mut fcs = fcs;
    for stride in strides {
        // Two loads of eight octets cost less than sixteen.
        let stride = u128::from_le_bytes(*stride) ^ u128::from(fcs);
        let halves = [stride as u64, (stride >> 64) as u64];
        let mut next = 0;
        for k in 0..STRIDE {
            next ^= TABLES[STRIDE - 1 - k][(halves[k / 8] >> (k % 8 * 8) & 0xff) as usize];
        }
        fcs = next;
    }
    rest.iter().fold(fcs, |fcs, octet| fcs >> 8 ^ TABLES[0][usize::from(fcs.to_le_bytes()[0] ^ octet)])
}

/// The two octets to send after `octets`: the remainder's complement, low octet first (RFC 1662 §3.1).
pub fn trailer(octets: &[u8]) -> [u8; 2] {
    (update(INITIAL, octets) ^ 0xffff).to_le_bytes()
}

/// Whether `octets`, which end in an FCS, are undamaged.
pub fn is_good(octets: &[u8]) -> bool {
    update(INITIAL, octets) == GOOD
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, bit by bit.
    fn slow(octets: &[u8]) -> u16 {
        let mut fcs = INITIAL;
        for octet in octets {
            fcs ^= u16::from(*octet);
            for _ in 0..8 {
                fcs = if fcs & 1 == 1 { fcs >> 1 ^ 0x8408 } else { fcs >> 1 };
            }
        }
        fcs
    }

    #[test]
    fn the_check_value_of_the_catalogue_comes_out() {
        // CRC-16/IBM-SDLC of "123456789".
        assert_eq!(update(INITIAL, b"123456789") ^ 0xffff, 0x906e);
    }

    #[test]
    fn sixteen_at_a_time_is_the_same_as_one_bit_at_a_time() {
        let octets: Vec<u8> = (0..200_u32).map(|n| (n * n / 3) as u8).collect();
        for from in 0..20 {
            for to in from..octets.len() {
                assert_eq!(update(INITIAL, &octets[from..to]), slow(&octets[from..to]));
            }
        }
    }

    #[test]
    fn a_frame_that_is_folded_has_the_same_remainder_as_one_bit_at_a_time_whatever_its_length() {
        let octets: Vec<u8> = (0..3_200_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 21) as u8).collect();
        for to in (0..1_600).chain([2_047, 2_048, 2_049, 3_199]) {
            assert_eq!(update(INITIAL, &octets[..to]), slow(&octets[..to]), "{to} octets");
            let both = update(update(INITIAL, &octets[..to / 3]), &octets[to / 3..to]);
            assert_eq!(both, slow(&octets[..to]), "{to} octets in two pieces");
        }
    }

    #[test]
    fn octets_followed_by_their_trailer_are_good_and_any_flipped_bit_makes_them_bad() {
        let mut frame = b"\xff\x03\xc0\x21\x01\x01\x00\x04".to_vec();
        let trailer = trailer(&frame);
        frame.extend(trailer);
        assert!(is_good(&frame));
        for bit in 0..frame.len() * 8 {
            frame[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_good(&frame));
            frame[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
