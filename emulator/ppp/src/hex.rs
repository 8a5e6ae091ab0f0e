//! Octets as hexadecimal digits, as pppd's log has them.

use std::fmt::Write;

/// Octets of anything that pppd shows before it stops.
const MOST_OCTETS: usize = 32;

/// ` 0a 1b`, the first 32 octets of it.
pub(crate) fn spaced(octets: &[u8]) -> String {
    let mut text = String::new();
    for octet in &octets[..octets.len().min(MOST_OCTETS)] {
        let _ = write!(text, " {octet:02x}");
    }
    if octets.len() > MOST_OCTETS {
        text.push_str(" ...");
    }
    text
}

/// `0a1b`, all of it.
pub(crate) fn digits(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_octet_strings_are_cut_at_32_with_blanks_and_not_at_all_without() {
        assert_eq!((spaced(&[]), spaced(&[0x0a, 0x1b])), (String::new(), " 0a 1b".to_owned()));
        assert!(spaced(&[0; 33]).ends_with(" 00 ..."));
        assert_eq!(digits(&[0x0a; 40]).len(), 80);
    }
}
