//! V.250 §5.7.1: result codes, one enum with its faces: a word (V1), a number (V0), and what X lets through.
//!
//! In: what the modem has to say and its settings. Out: the octets, headed and ended by S3 and S4, never by a literal
//! CR LF. Numbers of `CONNECT` with a rate are the makers' own affair; these are Rockwell's.

/// A result code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultCode {
    /// Done.
    Ok,
    /// Carrier; the rate in bit/s.
    Connect(u32),
    /// The line rings.
    Ring,
    /// There is no carrier, or no more.
    NoCarrier,
    /// Not a command, or not one for now.
    Error,
    /// The exchange gives no dial tone.
    NoDialtone,
    /// The called line is busy.
    Busy,
    /// Nobody answers.
    NoAnswer,
}

/// Rates in bit/s and the numbers of their `CONNECT`.
const CONNECT_NUMBERS: &[(u32, u32)] = &[
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
    /// X: 0 means plain `CONNECT`, 1 to 4 with the rate (§6.2.7).
    pub(super) detail: u8,
    /// S3.
    pub(super) terminator: u8,
    /// S4.
    pub(super) formatting: u8,
}

impl ResultCode {
    /// The word of V1.
    pub(super) fn word(self, format: Format) -> String {
        match self {
            Self::Ok => "OK".into(),
            Self::Connect(rate) if format.detail > 0 => format!("CONNECT {rate}"),
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
    pub(super) fn number(self, format: Format) -> u32 {
        match self {
            Self::Ok => 0,
            Self::Connect(rate) if format.detail > 0 => {
                CONNECT_NUMBERS.iter().find(|(known, _)| *known == rate).map_or(1, |(_, number)| *number)
            }
            Self::Connect(_) => 1,
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
        if format.verbose { self.word(format) } else { self.number(format).to_string() }
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

    const VERBOSE: Format = Format { verbose: true, detail: 4, terminator: 13, formatting: 10 };
    const NUMERIC: Format = Format { verbose: false, ..VERBOSE };

    #[test]
    fn every_result_code_has_three_faces() {
        let plain = |format| Format { detail: 0, ..format };
        for (code, word, number, plain_word, plain_number) in [
            (ResultCode::Ok, "OK", 0, "OK", 0),
            (ResultCode::Connect(33_600), "CONNECT 33600", 84, "CONNECT", 1),
            (ResultCode::Connect(12_345), "CONNECT 12345", 1, "CONNECT", 1),
            (ResultCode::Ring, "RING", 2, "RING", 2),
            (ResultCode::NoCarrier, "NO CARRIER", 3, "NO CARRIER", 3),
            (ResultCode::Error, "ERROR", 4, "ERROR", 4),
        ] {
            assert_eq!((code.word(VERBOSE).as_str(), code.number(NUMERIC)), (word, number));
            assert_eq!((code.word(plain(VERBOSE)).as_str(), code.number(plain(NUMERIC))), (plain_word, plain_number));
        }
    }

    #[test]
    fn words_are_framed_by_s3_and_s4_and_numbers_ended_by_s3() {
        assert_eq!(ResultCode::Ok.octets(VERBOSE), b"\r\nOK\r\n");
        assert_eq!(ResultCode::Ok.octets(NUMERIC), b"0\r");
        assert_eq!(ResultCode::Ok.octets(Format { terminator: b'!', formatting: b'-', ..VERBOSE }), b"!-OK!-");
    }

    #[test]
    fn information_text_keeps_its_line_ends_in_v0() {
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(information(&lines, VERBOSE), b"\r\na\r\nb\r\n");
        assert_eq!(information(&lines, NUMERIC), b"a\r\nb\r\n");
    }
}
