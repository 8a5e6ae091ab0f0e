//! Whose octets are whose, where a DTE was gone and another there before anybody looked: the kernel keeps them in one row.
//!
//! In: the row. Out: what the first one wrote, and what its successor did. A successor begins with a command line, if it has said
//! anything yet (V.250 §5.2.1: `AT` or `at`, and up to CR), and has had next to no time: so the last such line, if nothing
//! follows it, is its own. The rest are last words, and are heard as such.

/// What the one that is gone wrote, and what its successor did.
pub(super) fn part(octets: &[u8]) -> (&[u8], &[u8]) {
    let begins = |at: &usize| matches!(octets.get(*at..*at + 2), Some(b"AT" | b"at"));
    let line = (0..octets.len()).rev().find(begins).filter(|_| octets.ends_with(b"\r"));
    octets.split_at(line.unwrap_or(octets.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_at_the_end_is_the_successors_and_all_else_last_words() {
        let parted = |octets: &'static [u8]| part(octets);
        assert_eq!(parted(b""), (&b""[..], &b""[..]));
        assert_eq!(parted(b"AT\r"), (&b""[..], &b"AT\r"[..]));
        assert_eq!(parted(b"bye\r\nATZ\r"), (&b"bye\r\n"[..], &b"ATZ\r"[..]));
        assert_eq!(parted(b"see you at nine\r\n"), (&b"see you at nine\r\n"[..], &b""[..]));
        assert_eq!(parted(b"bye"), (&b"bye"[..], &b""[..]));
    }
}
