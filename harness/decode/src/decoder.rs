//! The decoder: whatever capture it is, octets in pieces of any size in, what is found out.

use offhook_telephony::trace::End;

use crate::format::Format;
use crate::found::{Found, Reader, Sink, What};
use crate::pcap::Pcap;
use crate::pcapng::PcapNg;
use crate::pppdump::PppRecord;
use crate::serial::Serial;

/// What a capture does not tell by itself.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The format; `None`: its first octets tell.
    pub format: Option<Format>,
    /// Whose the octets of a serial line are; who recorded a capture that tells sent from received.
    pub from: End,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: None, from: End::Server }
    }
}

/// Octets of a capture in, what they tell out. See the [crate's documentation](crate).
pub struct Decoder {
    options: Options,
    reader: Option<Box<dyn Reader + Send>>,
    /// Octets that the reader could not use yet: the beginning of one record.
    held: Vec<u8>,
    /// Where in the capture they begin.
    offset: u64,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("options", &self.options).field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl Decoder {
    /// One that has read nothing yet.
    pub const fn new(options: Options) -> Self {
        Self { options, reader: None, held: Vec::new(), offset: 0 }
    }

    /// More octets of the capture.
    pub fn push(&mut self, octets: &[u8], sink: &mut dyn FnMut(Found)) {
        self.read(octets, false, sink);
    }

    /// The capture ends here.
    pub fn finish(mut self, sink: &mut dyn FnMut(Found)) {
        self.read(&[], true, sink);
    }

    fn read(&mut self, octets: &[u8], last: bool, sink: &mut Sink<'_>) {
        let mut held = std::mem::take(&mut self.held);
        // Most pieces need not be copied but for the record that they cut in two.
        let input = if held.is_empty() {
            octets
        } else {
            held.extend_from_slice(octets);
            held.as_slice()
        };
        let taken = self.take(input, last, sink).min(input.len());
        self.offset += taken as u64;
        if held.is_empty() {
            held.extend_from_slice(&octets[taken..]);
        } else {
            held.drain(..taken);
        }
        self.held = held;
    }

    fn take(&mut self, input: &[u8], last: bool, sink: &mut Sink<'_>) -> usize {
        let from = self.options.from;
        if self.reader.is_none() {
            let Some(format) = self.options.format.or_else(|| Format::told_by(input, last)) else { return 0 };
            sink(Found { offset: 0, what: What::Format(format) });
            self.reader = Some(match format {
                Format::Pcap => Box::new(Pcap::new(from)),
                Format::PcapNg => Box::new(PcapNg::new(from)),
                Format::PppRecord => Box::new(PppRecord::new(from)),
                Format::Serial => Box::new(Serial::new(from)),
            });
        }
        let Some(reader) = &mut self.reader else { return 0 };
        reader.take(input, self.offset, last, sink)
    }
}
