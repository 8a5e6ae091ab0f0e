//! The form of a capture: pcapng that Wireshark and tshark read from top to bottom, whatever it is a capture of.
//!
//! In: ports by name, events in words. Out: blocks, written as they come. Times are microseconds (`if_tsresol` 6) after a
//! beginning.
//!
//! # One line, two interfaces
//!
//! pcapng ties a link type to an interface, so every port of the trace has two of them, side by side:
//!
//! - `ttyS0`, LINKTYPE_PPP_WITH_DIR (204): the PPP frames as they crossed the line, compressed fields left compressed.
//!   Wireshark shows who sent them as DTE (the server, or whatever program is at the port) and DCE (its modem, and so the far end),
//!   because *sent* means sent by the DTE: the interface is its port. `epb_flags` say the same as outbound and inbound.
//! - `ttyS0 events`, LINKTYPE_WIRESHARK_UPPER_PDU (252): everything else, each at its own time: ringing, caller ID, AT
//!   dialogue, hook, carrier, log lines, processes, verdicts. `frame.interface_name contains "ttyS0"` filters a line.
//!
//! What concerns no port is on a last interface, `server events`. Comments alone were tried and do not do: a call that
//! is never answered has no frame that could carry them, and a comment shows neither its time nor its place in the
//! packet list.
//!
//! # Why the events are dissected as syslog
//!
//! An exported PDU names its dissector. Of those that take plain text, `syslog` is the one that shows it in the Info
//! column in every version of Wireshark; `data-text-lines` shows nothing there before 4.2 (tag 36 is not known).
//! A text that begins with the lane's name can be mistaken neither for a syslog priority nor for a frame length nor for
//! a date. (Wireshark after 4.4 adds a note that the text follows no syslog RFC; nothing is shown differently for it.)
//! The lane stands also in the tag "column protocol string": `exported_pdu.col_proto_str == "AT"` selects the dialogue.
//!
//! Steps, the frames that decided them, and the final verdict carry an `opt_comment` besides: Wireshark marks those rows and lists them under
//! *Expert Information*; `frame.comment` filters them. Octets that are no good frame are told as events, never fed to
//! the PPP dissector, so a capture holds no packet that Wireshark calls malformed for our doing; as they came over the line, flags
//! and Control Escapes included, they stand in a comment.
//!
//! What a program needs to have the trace back from a capture stands in options of offhook's own ([`own`]); Wireshark passes
//! them over.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use offhook_clock::Instant;
use offhook_decode::own::{self, Beside, Section, Told};
use offhook_telephony::trace::EventKind;
use serde::Serialize;

use super::blocks::{self, Options};
use crate::words::{Lane, Line, Way, as_it_came};

/// The port name of events that concern no port.
const SERVER: &str = "server";
/// Tag of an exported PDU: the name of the dissector (Wireshark, `EXP_PDU_TAG_DISSECTOR_NAME`).
const TAG_DISSECTOR: u16 = 12;
/// Tag of an exported PDU: text for the protocol column (`EXP_PDU_TAG_COL_PROT_TEXT`).
const TAG_PROTOCOL: u16 = 33;
/// `epb_flags`: the DTE receives.
const INBOUND: u32 = 1;
/// `epb_flags`: the DTE sends.
const OUTBOUND: u32 = 2;
/// `if_tsresol`: 10 to the power of -6.
const MICROSECONDS: u8 = 6;
/// Link types.
const PPP_WITH_DIR: u16 = 204;
const UPPER_PDU: u16 = 252;
/// Codes of options: of every block, of a section, of an interface, of a packet.
const COMMENT: u16 = 1;
const SYSTEM: u16 = 3;
const APPLICATION: u16 = 4;
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FLAGS: u16 = 2;
/// Longest comment or text in octets; the length of an option has 16 bit.
const LONGEST: usize = 8000;

/// What the ends of a line are called, and all that is none.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// The end at the port: `server`.
    pub near: &'static str,
    /// Whose program the DTE there is: `server (DTE)`.
    pub dte: &'static str,
    /// Who is at the other end: `caller`.
    pub far: &'static str,
    /// What concerns no port: `server`.
    pub whole: &'static str,
}

impl Ends {
    /// Of a scenario.
    pub const SCENARIO: Self = Self { near: SERVER, dte: "server (DTE)", far: "caller", whole: SERVER };
    /// Of modems that stand alone: any program may be at either end.
    pub const MODEMS: Self = Self { near: "here", dte: "DTE", far: "far end", whole: "bench" };
}

/// A capture that is being written.
pub struct Capture<W: Write> {
    writer: W,
    /// How many ports there are; port `n` has interfaces `2n` (frames) and `2n + 1` (events).
    ports: usize,
    /// The moment zero, since 1970.
    epoch: Duration,
    ends: Ends,
}

impl<W: Write> fmt::Debug for Capture<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl<W: Write> Capture<W> {
    /// One of these ports.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn begin(mut writer: W, epoch: Duration, ends: Ends, ports: &[&str], about: &About) -> io::Result<Self> {
        let mut options = about.options();
        add_own(&mut options, &Section::new(micros(epoch)));
        blocks::section(&mut writer, &options)?;
        let Ends { dte, whole, .. } = ends;
        for port in ports {
            let frames = format!("PPP on the line at {port}; outbound: sent by the {dte}");
            interface(&mut writer, PPP_WITH_DIR, port, &frames, Some(port))?;
            let events = format!("what else happened at {port}; outbound: from the {dte}");
            interface(&mut writer, UPPER_PDU, &format!("{port} events"), &events, Some(port))?;
        }
        let events = format!("what happened to the {whole} as a whole");
        interface(&mut writer, UPPER_PDU, &format!("{whole} events"), &events, None)?;
        Ok(Self { writer, ports: ports.len(), epoch, ends })
    }

    /// Something happened at a port, or (`None`) to the whole, in a call or outside: a frame as such, everything else in
    /// `words`. With remarks the row is marked.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn event(
        &mut self,
        at: Instant,
        port: Option<usize>,
        call: Option<usize>,
        what: &EventKind,
        words: &Line,
        remarks: &[String],
    ) -> io::Result<()> {
        let at = self.moment(Duration::from_micros(at.micros()));
        let mut options = Options::default();
        if let Some(way) = words.way {
            options.add(FLAGS, &direction(way).to_le_bytes());
        }
        for remark in remarks {
            options.add(COMMENT, short(remark).as_bytes());
        }
        if let Some(raw) = as_it_came(what) {
            options.add(COMMENT, short(&raw).as_bytes());
        }
        if let (EventKind::Frame { octets, text, .. }, Some(port), Some(way)) = (what, port, words.way)
            && !octets.is_empty()
        {
            let mut data = vec![u8::from(way == Way::ToCaller)];
            data.extend_from_slice(octets);
            if let Some(beside) = Beside::of(call, octets, text) {
                add_own(&mut options, &beside);
            }
            return self.packet(2 * port, at, &data, &options);
        }
        let interface = port.map_or(2 * self.ports, |port| 2 * port + 1);
        add_own(&mut options, &Told { call, what: what.clone() });
        self.packet(interface, at, &upper_pdu(words, self.ends), &options)
    }

    /// The last packet, with a comment, so that even an empty trace has something to show.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn end(mut self, after: Duration, text: String) -> io::Result<W> {
        let words = Line { lane: Lane::Note, way: None, text };
        let at = self.moment(after);
        let mut options = Options::default();
        options.add(COMMENT, short(&words.text).as_bytes());
        self.packet(2 * self.ports, at, &upper_pdu(&words, self.ends), &options)?;
        Ok(self.writer)
    }

    /// The writer, to be flushed.
    pub const fn writer(&mut self) -> &mut W {
        &mut self.writer
    }

    fn moment(&self, after: Duration) -> Duration {
        self.epoch.saturating_add(after)
    }

    fn packet(&mut self, interface: usize, at: Duration, data: &[u8], options: &Options) -> io::Result<()> {
        blocks::packet(&mut self.writer, interface, micros(at), data, options)
    }
}

/// A time in the units of every interface. One that does not fit can only come from a broken guest.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Adds a value for programs, in as many options as it takes.
fn add_own(options: &mut Options, value: &impl Serialize) {
    // JSON can hold every one of them.
    for piece in serde_json::to_vec(value).unwrap_or_default().chunks(own::LONGEST) {
        options.add(own::OPTION, piece);
    }
}

/// What a reader of the capture wants to know first; `capinfos` and Wireshark's file properties show it.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The operating system.
    pub system: Option<String>,
    /// Everything else, a line each.
    pub comments: Vec<String>,
}

impl About {
    fn options(&self) -> Options {
        let mut options = Options::default();
        if let Some(system) = &self.system {
            options.add(SYSTEM, short(system).as_bytes());
        }
        options.add(APPLICATION, concat!("offhook ", env!("CARGO_PKG_VERSION")).as_bytes());
        for text in &self.comments {
            options.add(COMMENT, short(text).as_bytes());
        }
        options
    }
}

/// Describes an interface, which has the events of a port, or of the whole.
fn interface(
    writer: &mut impl Write,
    link_type: u16,
    name: &str,
    description: &str,
    port: Option<&str>,
) -> io::Result<()> {
    let mut options = Options::default();
    options.add(NAME, short(name).as_bytes());
    options.add(DESCRIPTION, short(description).as_bytes());
    options.add(RESOLUTION, &[MICROSECONDS]);
    if let Some(port) = port {
        options.add(own::OPTION, short(port).as_bytes());
    }
    blocks::interface(writer, link_type, &options)
}

const fn direction(way: Way) -> u32 {
    match way {
        Way::ToServer => INBOUND,
        Way::ToCaller => OUTBOUND,
    }
}

/// An exported PDU: tags in network order, padded to 4 octets, then the text.
fn upper_pdu(words: &Line, ends: Ends) -> Vec<u8> {
    let mut octets = Vec::new();
    for (tag, value) in [(TAG_DISSECTOR, "syslog"), (TAG_PROTOCOL, words.lane.name())] {
        let length = value.len().next_multiple_of(4);
        octets.extend_from_slice(&tag.to_be_bytes());
        octets.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        octets.extend_from_slice(value.as_bytes());
        octets.resize(octets.len() + length - value.len(), 0);
    }
    octets.extend_from_slice(&[0; 4]);
    // Plain ASCII around the text: tshark prints this on terminals of every kind.
    let way = match (words.lane, words.way) {
        (Lane::At | Lane::Port, Some(Way::ToCaller)) => "DTE > DCE  ".to_owned(),
        (Lane::At | Lane::Port, Some(Way::ToServer)) => "DCE > DTE  ".to_owned(),
        (_, Some(Way::ToCaller)) => format!("{} > {}  ", ends.near, ends.far),
        (_, Some(Way::ToServer)) => format!("{} > {}  ", ends.far, ends.near),
        (_, None) => String::new(),
    };
    octets.extend_from_slice(short(&format!("{:<4}  {way}{}", words.lane.name(), words.text.trim_start())).as_bytes());
    octets
}

fn short(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let cut = if end < text.len() { " ..." } else { "" };
    format!("{}{cut}", &text[..end])
}
