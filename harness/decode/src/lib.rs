//! Captures read back: octets of a file in, the [`Event`](offhook_telephony::trace::Event)s that it tells out.
//!
//! | format | who writes it | what comes of it |
//! |---|---|---|
//! | pcapng | offhook | the events of the trace, as they were |
//! | pcapng, pcap | Wireshark, tcpdump, pppd's filters | PPP frames: link types 9, 50, 166 and 204 |
//! | pppd's `record` file | pppd | frames and text of both directions, to a tenth of a second |
//! | plain octets | whoever listened at one direction of a serial line | frames, bad frames, AT lines, text; no times |
//!
//! A [`Decoder`] takes octets in pieces of any size, keeps no more of them than one record, and hands out what it
//! finds at once. It does not read a clock or a file. Whatever the octets are, it does not fail: what cannot be read is
//! [`What::Damage`], with its place, and everything that can be read before it, and behind it where the format has a way to
//! get there, is told.
//!
//! ```
//! use offhook_decode::{Decoder, Options, What};
//!
//! let mut seen = Vec::new();
//! let mut decoder = Decoder::new(Options::default());
//! let mut sink = |found: offhook_decode::Found| seen.push(found);
//! decoder.push(b"\r\nCONNECT 33600\r\n~\xff\x7d\x23\xc0!", &mut sink);
//! decoder.finish(&mut sink);
//! assert_eq!(seen[0].what, What::Format(offhook_decode::Format::Serial));
//! assert!(matches!(&seen[2].what, What::Event(event) if format!("{event:?}").contains("Unfinished")));
//! ```

mod decoder;
mod dialogue;
mod exported;
mod format;
mod found;
mod link_type;
pub mod own;
mod pcap;
mod pcapng;
mod pppdump;
mod serial;

pub use decoder::{Decoder, Options};
pub use format::Format;
pub use found::{Found, What};
pub use serial::Line;
