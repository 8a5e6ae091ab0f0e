//! Numbers as pppd reads them: C's strtoul(3), which never complains of what follows the digits.
//!
//! In goes a word; out comes what pppd makes of it, and whether that is what the word looks like. `08` is 0, because 8 is no
//! octal digit; `5m` is 5; what does not fit into 32 bits loses its upper bits.

/// What strtoul makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    /// The value, modulo 2^64.
    value: u64,
    /// Octets that were read.
    length: usize,
    /// It was larger than 64 bits.
    overflow: bool,
}

/// A number as pppd has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its value as a C `int`.
    pub value: i32,
    /// The word is this number and nothing else.
    pub exact: bool,
}

/// strtoul(3) with that base; 0: as C writes numbers. `None`: no digit to begin with.
fn strtoul(text: &str, base: u32) -> Option<Read> {
    let octets = text.as_bytes();
    let space = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let mut at = octets.iter().take_while(|octet| space(octet)).count();
    let negative = match octets.get(at) {
        Some(sign @ (b'-' | b'+')) => {
            at += 1;
            *sign == b'-'
        }
        _ => false,
    };
    let digit = |at: usize, base| octets.get(at).and_then(|octet| char::from(*octet).to_digit(base));
    let hex = matches!(octets.get(at..at + 2), Some([b'0', b'x' | b'X'])) && digit(at + 2, 16).is_some();
    let radix = match base {
        0 if hex => 16,
        0 if octets.get(at) == Some(&b'0') => 8,
        0 => 10,
        other => other,
    };
    if radix == 16 && hex {
        at += 2;
    }
    let first = at;
    let (mut value, mut overflow) = (0_u64, false);
    while let Some(digit) = digit(at, radix) {
        match value.checked_mul(u64::from(radix)).and_then(|value| value.checked_add(u64::from(digit))) {
            Some(more) => value = more,
            None => overflow = true,
        }
        at += 1;
    }
    if at == first {
        return None;
    }
    let value = match (overflow, negative) {
        (true, _) => u64::MAX,
        (false, true) => value.wrapping_neg(),
        (false, false) => value,
    };
    Some(Read { value, length: at, overflow })
}

/// A number of an option; `None`: pppd refuses it.
pub fn number(text: &str) -> Option<Number> {
    of(text, 0)
}

/// A number in hexadecimal digits; `None`: pppd refuses it.
pub fn hex(text: &str) -> Option<Number> {
    of(text, 16)
}

fn of(text: &str, base: u32) -> Option<Number> {
    let read = strtoul(text, base)?;
    // What fits into an int, or for bits into as many, is what it looks like.
    let low = u32::try_from(read.value & u64::from(u32::MAX)).unwrap_or_default();
    let value = low.cast_signed();
    let same = if base == 16 { u64::from(low) == read.value } else { i64::from(value).cast_unsigned() == read.value };
    Some(Number { value, exact: same && !read.overflow && read.length == text.len() })
}

/// A number without a sign, and whether the text is all of it; `None`: no digit to begin with.
pub fn unsigned(text: &str) -> Option<(u64, bool)> {
    strtoul(text, 0).map(|read| (read.value, read.length == text.len()))
}

/// Whether pppd takes the word for the port's speed: a number that is not 0, and nothing behind it.
pub fn is_speed(text: &str) -> bool {
    strtoul(text, 0).is_some_and(|read| read.length == text.len() && read.value & u64::from(u32::MAX) != 0)
}

/// inet_addr(3): one to four numbers with dots between, the last of which fills what is left. `None`: a name.
/// 255.255.255.255 is an error to inet_addr, but pppd then looks it up as a name, and it is itself.
pub fn inet_addr(text: &str) -> Option<std::net::Ipv4Addr> {
    // Blanks end the address.
    let text = text.split([' ', '\t', '\n']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split('.').collect();
    let mut address: u64 = 0;
    for (index, part) in parts.iter().enumerate() {
        let read = part.as_bytes().first().filter(|octet| octet.is_ascii_digit()).and_then(|_| strtoul(part, 0))?;
        let last = index + 1 == parts.len();
        let room = if last { 8 * (4_u32.checked_sub(u32::try_from(index).ok()?)?) } else { 8 };
        if read.length != part.len() || read.overflow || read.value >> room != 0 || index > 3 {
            return None;
        }
        address = (address << room) | read.value;
    }
    u32::try_from(address).ok().map(std::net::Ipv4Addr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        let of = |text| number(text).map(|number| (number.value, number.exact));
        assert_eq!(of("0x10"), Some((16, true)));
        assert_eq!(of("010"), Some((8, true)));
        assert_eq!(of("0"), Some((0, true)));
        assert_eq!(of(" 7"), Some((7, true)));
        assert_eq!(of("5m"), Some((5, false)));
        assert_eq!(of("m"), None);
        assert_eq!(of(""), None);
        assert_eq!(of("-"), None);
    }

    #[test]
    fn what_is_no_octal_number_ends_where_it_stops_to_be_one() {
        // Both versions say `idle 0` of it.
        assert_eq!(number("08"), Some(Number { value: 0, exact: false }));
        assert_eq!(number("019"), Some(Number { value: 1, exact: false }));
        assert_eq!(number("0x"), Some(Number { value: 0, exact: false }));
    }

    #[test]
    fn numbers_that_are_too_large_lose_their_upper_bits() {
        assert_eq!(number("4294967296"), Some(Number { value: 0, exact: false }));
        assert_eq!(number("4294967297"), Some(Number { value: 1, exact: false }));
        assert_eq!(number("3000000000"), Some(Number { value: -1_294_967_296, exact: false }));
        assert_eq!(number("99999999999999999999999"), Some(Number { value: -1, exact: false }));
        assert_eq!(number("-1"), Some(Number { value: -1, exact: true }));
        assert_eq!(hex("ffffffff"), Some(Number { value: -1, exact: true }));
        assert_eq!(hex("0x20a0000"), Some(Number { value: 0x20a_0000, exact: true }));
        assert_eq!(hex("zz"), None);
    }

    #[test]
    fn a_speed_is_a_number_and_nothing_else() {
        assert!(is_speed("57600") && is_speed("0x10") && is_speed("-5"));
        assert!(!is_speed("57600x") && !is_speed("0") && !is_speed("08") && !is_speed(""));
    }

    #[test]
    fn addresses_are_read_as_c_reads_them() {
        let of = |text| inet_addr(text).map(|address| address.octets());
        assert_eq!(of("10.0.0.1"), Some([10, 0, 0, 1]));
        assert_eq!(of("10.1"), Some([10, 0, 0, 1]));
        assert_eq!(of("010.1.2.3"), Some([8, 1, 2, 3]));
        assert_eq!(of("0x0a010203"), Some([10, 1, 2, 3]));
        assert_eq!(of("255.255.255.255"), Some([255; 4]));
        for none in ["10.99.99.100-200", "10.20.0.300", "10.0.0.", "1.2.3.4.5", "", "gw", "-1.2.3.4"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
