//! Link-Quality-Reports (RFC 1989 §2.6): an Information field in, counters out, and back.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                         Magic-Number                          |
//! |                          LastOutLQRs                          |
//! |                        LastOutPackets                         |
//! |                         LastOutOctets                         |
//! |                          PeerInLQRs                           |
//! |                         PeerInPackets                         |
//! |                        PeerInDiscards                         |
//! |                         PeerInErrors                          |
//! |                         PeerInOctets                          |
//! |                          PeerOutLQRs                          |
//! |                        PeerOutPackets                         |
//! |                         PeerOutOctets                         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! The Save-In fields of RFC 1989 are the receiver's own and not on the line. There is no Code and no Length.

use std::fmt;

/// Octets of a report.
pub const REPORT: usize = 48;

/// The names of the counters, in their order, Magic-Number before them.
pub const NAMES: [&str; 12] = [
    "Magic-Number",
    "LastOutLQRs",
    "LastOutPackets",
    "LastOutOctets",
    "PeerInLQRs",
    "PeerInPackets",
    "PeerInDiscards",
    "PeerInErrors",
    "PeerInOctets",
    "PeerOutLQRs",
    "PeerOutPackets",
    "PeerOutOctets",
];

/// Why octets are no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LqrError {
    /// There are fewer than [`REPORT`].
    TooShort {
        /// How many.
        got: usize,
    },
}

impl fmt::Display for LqrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooShort { got } = self;
        write!(f, "a Link-Quality-Report has {REPORT} octets, but {got} came")
    }
}

impl std::error::Error for LqrError {}

/// A report: what the sender counted, and what it was last told of the receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its fields, by the order of [`NAMES`].
    pub fields: [u32; 12],
}

impl Report {
    /// Reads an Information field; what comes after the report is padding.
    pub fn parse(information: &[u8]) -> Result<Self, LqrError> {
        let octets: &[u8; REPORT] = information.first_chunk().ok_or(LqrError::TooShort { got: information.len() })?;
        let words = octets.as_chunks::<4>().0;
        Ok(Self { fields: std::array::from_fn(|at| u32::from_be_bytes(words[at])) })
    }

    /// The Information field with this meaning.
    pub fn emit(&self) -> Vec<u8> {
        self.fields.iter().flat_map(|field| field.to_be_bytes()).collect()
    }

    /// What comes after a report.
    pub fn padding(information: &[u8]) -> &[u8] {
        information.get(REPORT..).unwrap_or_default()
    }

    /// The sender's Magic-Number.
    pub const fn magic(&self) -> u32 {
        self.fields[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_twelve_words_in_order() {
        let octets: Vec<u8> = (0..48).collect();
        let report = Report::parse(&octets);
        assert_eq!(report.map(|report| (report.magic(), report.fields[11])), Ok((0x0001_0203, 0x2c2d_2e2f)));
        assert_eq!(report.map(|report| report.emit()), Ok(octets));
    }

    #[test]
    fn fewer_octets_are_refused_and_more_are_padding() {
        assert_eq!(Report::parse(&[0; 47]), Err(LqrError::TooShort { got: 47 }));
        assert_eq!(Report::parse(&[0; 50]), Ok(Report::default()));
    }
}
