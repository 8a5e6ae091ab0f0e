//! An input as a list of operations on a state machine: an octet says what, the next ones with what.

/// Reads operations off an input.
#[derive(Debug)]
pub(crate) struct Operations<'a> {
    rest: &'a [u8],
}

impl<'a> Operations<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// The next octet; `None` at the end.
    pub(crate) fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// A number from 0 to 65535 in two octets, or what there is of it.
    pub(crate) fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.octet().unwrap_or_default(), self.octet().unwrap_or_default()])
    }

    /// As many octets as the next one says, or what there is of them.
    pub(crate) fn octets(&mut self) -> &'a [u8] {
        let wanted = usize::from(self.octet().unwrap_or_default());
        let (taken, rest) = self.rest.split_at(wanted.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}
