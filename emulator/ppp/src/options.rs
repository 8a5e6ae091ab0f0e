//! Configuration Options (RFC 1661 §6): octets in, one option after the other out; shared by all control protocols.
//!
//! ```text
//!  0                   1
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Type      |    Length     |    Data ...
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! The walk knows no meanings: an option nobody knows is kept as it came, because it has to be
//! returned unmodified (RFC 1661 §5.4).
//!
//! ```
//! use offhook_ppp::options::{OptionError, Options, RawOption};
//!
//! // <mru 1500>, an option that nobody knows, and one whose Length cannot be.
//! let octets = [1, 4, 0x05, 0xdc, 0xfa, 3, 0x55, 5, 6, 0x12];
//! let options: Vec<_> = Options::new(&octets).collect();
//! assert_eq!(
//!     options,
//!     [
//!         Ok(RawOption { kind: 1, data: &[0x05, 0xdc] }),
//!         Ok(RawOption { kind: 0xfa, data: &[0x55] }),
//!         Err(OptionError::Overrun { kind: 5, length: Some(6), offset: 7, available: 3 }),
//!     ]
//! );
//! ```

use std::fmt;

/// Octets of Type and Length.
const HEADER: usize = 2;

/// One option as it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawOption<'a> {
    /// The Type field.
    pub kind: u8,
    /// The Data field.
    pub data: &'a [u8],
}

impl RawOption<'_> {
    /// Appends the option as it goes on the wire.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        push(octets, self.kind, self.data);
    }
}

/// Appends an option; data beyond what a Length field can tell (253 octets) is cut off.
pub fn push(octets: &mut Vec<u8>, kind: u8, data: &[u8]) {
    let data = &data[..data.len().min(usize::from(u8::MAX) - HEADER)];
    octets.extend([kind, (data.len() + HEADER) as u8]);
    octets.extend_from_slice(data);
}

/// Why a list of options cannot be walked any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// Length is 0 or 1 and does not even cover Type and Length.
    TooShort {
        /// The Type field.
        kind: u8,
        /// The Length field.
        length: u8,
        /// Octets before the option.
        offset: usize,
    },
    /// The option, as Length has it, ends after the packet does.
    Overrun {
        /// The Type field.
        kind: u8,
        /// The Length field; `None` if the packet ends before it.
        length: Option<u8>,
        /// Octets before the option.
        offset: usize,
        /// Octets there are from Type on.
        available: usize,
    },
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { kind, length, offset } => {
                write!(f, "option {kind} at octet {offset} has Length {length}, which is less than 2")
            }
            Self::Overrun { kind, length: Some(length), offset, available } => {
                write!(f, "option {kind} at octet {offset} has Length {length}, but only {available} octets are left")
            }
            Self::Overrun { kind, length: None, offset, .. } => {
                write!(f, "the packet ends after the Type {kind} at octet {offset}, before its Length")
            }
        }
    }
}

impl std::error::Error for OptionError {}

/// The options of a packet, in order. After the first error there is nothing more.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    octets: &'a [u8],
    offset: usize,
}

impl<'a> Options<'a> {
    /// Walks `octets`, the data of a Configure packet.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { octets, offset: 0 }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<RawOption<'a>, OptionError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.octets.get(self.offset..)?;
        let (offset, available) = (self.offset, rest.len());
        let (&kind, length) = (rest.first()?, rest.get(1).copied());
        self.offset = self.octets.len();
        let Some(length) = length else {
            return Some(Err(OptionError::Overrun { kind, length: None, offset, available }));
        };
        if usize::from(length) < HEADER {
            return Some(Err(OptionError::TooShort { kind, length, offset }));
        }
        let Some(data) = rest.get(HEADER..length.into()) else {
            return Some(Err(OptionError::Overrun { kind, length: Some(length), offset, available }));
        };
        self.offset = offset + usize::from(length);
        Some(Ok(RawOption { kind, data }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn options_come_out_in_order_unknown_ones_included() {
        let octets = [1, 4, 0x05, 0xdc, 7, 2, 0xfa, 3, 0x55];
        let options: Vec<_> = Options::new(&octets).collect();
        assert_eq!(
            options,
            [
                Ok(RawOption { kind: 1, data: &[0x05, 0xdc] }),
                Ok(RawOption { kind: 7, data: &[] }),
                Ok(RawOption { kind: 0xfa, data: &[0x55] }),
            ]
        );
    }

    #[test]
    fn a_length_that_cannot_be_is_named_and_ends_the_walk() {
        let walk = |octets: &'static [u8]| Options::new(octets).collect::<Vec<_>>();
        assert_eq!(walk(&[1, 0, 7, 2]), [Err(OptionError::TooShort { kind: 1, length: 0, offset: 0 })]);
        assert_eq!(walk(&[7, 2, 1, 1])[1], Err(OptionError::TooShort { kind: 1, length: 1, offset: 2 }));
        assert_eq!(
            walk(&[1, 9, 0])[0],
            Err(OptionError::Overrun { kind: 1, length: Some(9), offset: 0, available: 3 })
        );
        assert_eq!(walk(&[1])[0], Err(OptionError::Overrun { kind: 1, length: None, offset: 0, available: 1 }));
    }

    proptest! {
        #[test]
        fn any_octets_are_walked_to_an_end_and_what_was_walked_is_emitted_again(
            octets in prop::collection::vec(any::<u8>(), 0..600)
        ) {
            let mut again = Vec::new();
            for option in Options::new(&octets).map_while(Result::ok) {
                option.emit(&mut again);
            }
            prop_assert!(octets.starts_with(&again));
        }
    }
}
