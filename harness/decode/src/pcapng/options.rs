//! Numbers of a section, and the options behind what a block holds.

/// In which order of octets a section's numbers are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    pub(super) big_endian: bool,
}

impl Order {
    /// A number of 32 bit; 0 if there are fewer.
    pub(super) fn u32(self, octets: &[u8]) -> u32 {
        let Some(octets) = octets.first_chunk() else { return 0 };
        if self.big_endian { u32::from_be_bytes(*octets) } else { u32::from_le_bytes(*octets) }
    }

    /// A number of 16 bit; 0 if there are fewer.
    pub(super) fn u16(self, octets: &[u8]) -> u16 {
        let Some(octets) = octets.first_chunk() else { return 0 };
        if self.big_endian { u16::from_be_bytes(*octets) } else { u16::from_le_bytes(*octets) }
    }

    /// A number of 64 bit; 0 if there are fewer.
    pub(super) fn u64(self, octets: &[u8]) -> u64 {
        let Some(octets) = octets.first_chunk() else { return 0 };
        if self.big_endian { u64::from_be_bytes(*octets) } else { u64::from_le_bytes(*octets) }
    }

    /// The options in these octets, up to the first that does not fit.
    pub(super) const fn options(self, octets: &[u8]) -> Options<'_> {
        Options { order: self, rest: octets }
    }
}

/// Code and value of options.
pub(super) struct Options<'a> {
    order: Order,
    rest: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        let (code, length) = (self.order.u16(head), usize::from(self.order.u16(&head[2..])));
        if code == 0 {
            return None;
        }
        let value = rest.get(..length)?;
        self.rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}
