//! The 16-bit Frame Check Sequence (RFC 1662 appendix C.2): octets in, remainder out.
//!
//! The polynomial is x^16 + x^12 + x^5 + 1, least significant bit first (0x8408), as in V.42 and X.25.
//! Sixteen octets are taken at a time, each through a table of its own ("slicing"), so that
//! the check costs less than moving the octets; the tables are made at compile time.
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

/// The remainder after `octets`, given the one before them.
pub fn update(fcs: u16, octets: &[u8]) -> u16 {
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
