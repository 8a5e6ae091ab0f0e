//! Blocks of pcapng, written (draft-ietf-opsawg-pcapng).
//!
//! In: what a block says, and its options by code. Out: its octets, little-endian whatever the machine. The library that tests read
//! captures with cannot write options of one's own.

use std::io::{self, Write};

/// Types of blocks.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const MAGIC: u32 = 0x1a2b_3c4d;

/// Options: each a code and a value.
#[derive(Debug, Default)]
pub(super) struct Options(Vec<u8>);

impl Options {
    /// One more; what is longer than an option may be is left out.
    pub(super) fn add(&mut self, code: u16, value: &[u8]) -> &mut Self {
        if let Ok(length) = u16::try_from(value.len()) {
            self.0.extend_from_slice(&code.to_le_bytes());
            self.0.extend_from_slice(&length.to_le_bytes());
            self.0.extend_from_slice(value);
            pad(&mut self.0);
        }
        self
    }

    /// With their end, if there are any.
    fn append_to(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.0);
        if !self.0.is_empty() {
            body.extend_from_slice(&[0; 4]);
        }
    }
}

/// Begins a section of unknown length.
pub(super) fn section(writer: &mut impl Write, options: &Options) -> io::Result<()> {
    let mut body = Vec::new();
    body.extend_from_slice(&MAGIC.to_le_bytes());
    // Version 1.0.
    body.extend_from_slice(&[1, 0, 0, 0]);
    body.extend_from_slice(&[0xff; 8]);
    options.append_to(&mut body);
    block(writer, SECTION_HEADER, &body)
}

/// Describes an interface.
pub(super) fn interface(writer: &mut impl Write, link_type: u16, options: &Options) -> io::Result<()> {
    let mut body = Vec::new();
    body.extend_from_slice(&link_type.to_le_bytes());
    // Reserved, and no limit to the length of packets.
    body.extend_from_slice(&[0; 6]);
    options.append_to(&mut body);
    block(writer, INTERFACE, &body)
}

/// A packet of an interface, by its number; `ticks` is its time in the units of the interface.
pub(super) fn packet(
    writer: &mut impl Write,
    interface: usize,
    ticks: u64,
    data: &[u8],
    options: &Options,
) -> io::Result<()> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut body = Vec::with_capacity(data.len() + options.0.len() + 28);
    body.extend_from_slice(&number(interface));
    body.extend_from_slice(&((ticks >> 32) as u32).to_le_bytes());
    body.extend_from_slice(&(ticks as u32).to_le_bytes());
    body.extend_from_slice(&number(data.len()));
    body.extend_from_slice(&number(data.len()));
    body.extend_from_slice(data);
    pad(&mut body);
    options.append_to(&mut body);
    block(writer, ENHANCED_PACKET, &body)
}

fn block(writer: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 12).map_err(io::Error::other)?.to_le_bytes();
    writer.write_all(&kind.to_le_bytes())?;
    writer.write_all(&length)?;
    writer.write_all(body)?;
    writer.write_all(&length)
}

fn pad(octets: &mut Vec<u8>) {
    octets.resize(octets.len().next_multiple_of(4), 0);
}
