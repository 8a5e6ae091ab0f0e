//! V.250 §5.7.1: result codes, one enum with its faces: a word (V1) and a number (V0).
//!
//! In: what the modem has to say and its settings. Out: the octets, headed and ended by S3 and S4, never by a literal
//! CR LF. Numbers of `CONNECT` with a rate are the makers' own affair; these are Rockwell's.

/// A result code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultCode {
    /// Done.
    Ok,
    /// Carrier, with the number it has in V0; its words are those of `connect`.
    Connect(u32),
    /// The line rings.
    Ring,
    /// There is no carrier, or no more.
    NoCarrier,
    /// Not a command, or not one for now.
    Error,
    /// There is no dial tone (X2, X4).
    NoDialtone,
    /// The called line is busy (X3, X4).
    Busy,
    /// Nobody answers (`@`).
    NoAnswer,
}

/// Rates in bit/s and the numbers of their `CONNECT`.
pub(super) const CONNECT_NUMBERS: &[(u32, u32)] = &[
    (1200, 5),
    (2400, 10),
    (4800, 11),
    (9600, 12),
    (7200, 13),
    (12_000, 14),
    (14_400, 15),
    (19_200, 16),
    (38_400, 17),
    (57_600, 18),
    (115_200, 19),
    (16_800, 59),
    (21_600, 61),
    (24_000, 62),
    (26_400, 63),
    (28_800, 64),
    (33_600, 84),
    (31_200, 91),
];

/// How result codes and information text are to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    /// V: words instead of numbers (§6.2.6).
    pub(super) verbose: bool,
    /// S3.
    pub(super) terminator: u8,
    /// S4.
    pub(super) formatting: u8,
}

impl ResultCode {
    /// The word of V1.
    pub(super) fn word(self) -> String {
        match self {
            Self::Ok => "OK".into(),
            Self::Connect(_) => "CONNECT".into(),
            Self::Ring => "RING".into(),
            Self::NoCarrier => "NO CARRIER".into(),
            Self::Error => "ERROR".into(),
            Self::NoDialtone => "NO DIALTONE".into(),
            Self::Busy => "BUSY".into(),
            Self::NoAnswer => "NO ANSWER".into(),
        }
    }

    /// The number of V0.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Ok => 0,
            Self::Connect(number) => number,
            Self::Ring => 2,
            Self::NoCarrier => 3,
            Self::Error => 4,
            Self::NoDialtone => 6,
            Self::Busy => 7,
            Self::NoAnswer => 8,
        }
    }

    /// As it stands in the trace: the word or the number.
    pub(super) fn shown(self, format: Format) -> String {
        if format.verbose { self.word() } else { self.number().to_string() }
    }

    /// The octets: S3 S4 word S3 S4, or number S3 (§5.7.1).
    pub(super) fn octets(self, format: Format) -> Vec<u8> {
        let (cr, lf) = (format.terminator, format.formatting);
        let mut octets = Vec::new();
        if format.verbose {
            octets.extend([cr, lf]);
        }
        octets.extend(self.shown(format).bytes());
        octets.push(cr);
        if format.verbose {
            octets.push(lf);
        }
        octets
    }
}

/// Information text of some lines: S3 S4 text S3 S4, or text S3 S4 (§6.2.6).
pub(super) fn information(lines: &[String], format: Format) -> Vec<u8> {
    let (cr, lf) = (format.terminator, format.formatting);
    let mut octets = Vec::new();
    if format.verbose {
        octets.extend([cr, lf]);
    }
    for line in lines {
        octets.extend(line.bytes());
        octets.extend([cr, lf]);
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERBOSE: Format = Format { verbose: true, terminator: 13, formatting: 10 };
    const NUMERIC: Format = Format { verbose: false, ..VERBOSE };

    // M17, V.250 §5.7.1
    #[test]
    fn every_result_code_has_a_word_and_a_number() {
        for (code, word, number) in [
            (ResultCode::Ok, "OK", 0),
            (ResultCode::Connect(84), "CONNECT", 84),
            (ResultCode::Ring, "RING", 2),
            (ResultCode::NoCarrier, "NO CARRIER", 3),
            (ResultCode::Error, "ERROR", 4),
            (ResultCode::NoDialtone, "NO DIALTONE", 6),
            (ResultCode::Busy, "BUSY", 7),
            (ResultCode::NoAnswer, "NO ANSWER", 8),
        ] {
            assert_eq!((code.word().as_str(), code.number()), (word, number));
        }
    }

    // M12, V.250 §5.7.1, §6.2.6
    #[test]
    fn words_are_framed_by_s3_and_s4_and_numbers_ended_by_s3() {
        assert_eq!(ResultCode::Ok.octets(VERBOSE), b"\r\nOK\r\n");
        assert_eq!(ResultCode::Ok.octets(NUMERIC), b"0\r");
        assert_eq!(ResultCode::Ok.octets(Format { terminator: b'!', formatting: b'-', ..VERBOSE }), b"!-OK!-");
    }

    // M13, V.250 §6.2.6
    #[test]
    fn information_text_keeps_its_line_ends_in_v0() {
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(information(&lines, VERBOSE), b"\r\na\r\nb\r\n");
        assert_eq!(information(&lines, NUMERIC), b"a\r\nb\r\n");
    }
}
