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
//! Steps and the final verdict carry an `opt_comment` besides: Wireshark marks those rows and lists them under
//! *Expert Information*; `frame.comment` filters them. Octets that are no good frame are told as events, never fed to
//! the PPP dissector, so a capture holds no packet that Wireshark calls malformed for our doing.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;
use std::time::Duration;

use offhook_clock::Instant;
use offhook_telephony::trace::EventKind;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapResult};

use crate::words::{Lane, Line, Way};

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
    writer: PcapNgWriter<W>,
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
    pub fn begin(writer: W, epoch: Duration, ends: Ends, ports: &[&str], about: &About) -> PcapResult<Self> {
        // The endianness is fixed, so that the octets do not depend on the machine.
        let section =
            SectionHeaderBlock { endianness: Endianness::Little, options: about.options(), ..Default::default() };
        let mut writer = PcapNgWriter::with_section_header(writer, section)?;
        let Ends { dte, whole, .. } = ends;
        for port in ports {
            let frames = format!("PPP on the line at {port}; outbound: sent by the {dte}");
            writer.write_pcapng_block(interface(DataLink::PPP_WITH_DIR, port.to_string(), frames))?;
            let events = format!("what else happened at {port}; outbound: from the {dte}");
            writer.write_pcapng_block(interface(DataLink::WIRESHARK_UPPER_PDU, format!("{port} events"), events))?;
        }
        let events = format!("what happened to the {whole} as a whole");
        writer.write_pcapng_block(interface(DataLink::WIRESHARK_UPPER_PDU, format!("{whole} events"), events))?;
        Ok(Self { writer, ports: ports.len(), epoch, ends })
    }

    /// Something happened at a port, or (`None`) to the whole: a frame as such, everything else in `words`. With a
    /// comment the row is marked.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn event(
        &mut self,
        at: Instant,
        port: Option<usize>,
        what: &EventKind,
        words: &Line,
        remark: Option<&str>,
    ) -> PcapResult<()> {
        let at = self.moment(Duration::from_micros(at.micros()));
        if let (EventKind::Frame { octets, .. }, Some(port), Some(way)) = (what, port, words.way)
            && !octets.is_empty()
        {
            let mut data = vec![u8::from(way == Way::ToCaller)];
            data.extend_from_slice(octets);
            return self.packet(2 * port, at, data, vec![direction(way)]);
        }
        let interface = port.map_or(2 * self.ports, |port| 2 * port + 1);
        let mut options: Vec<_> = words.way.map(direction).into_iter().collect();
        options.extend(remark.map(comment));
        self.packet(interface, at, upper_pdu(words, self.ends), options)
    }

    /// The last packet, with a comment, so that even an empty trace has something to show.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn end(mut self, after: Duration, text: String) -> PcapResult<W> {
        let words = Line { lane: Lane::Note, way: None, text };
        let at = self.moment(after);
        self.packet(2 * self.ports, at, upper_pdu(&words, self.ends), vec![comment(&words.text)])?;
        Ok(self.writer.into_inner())
    }

    /// The writer, to be flushed.
    pub fn writer(&mut self) -> &mut W {
        self.writer.get_mut()
    }

    fn moment(&self, after: Duration) -> Duration {
        self.epoch.saturating_add(after)
    }

    fn packet(
        &mut self,
        interface: usize,
        timestamp: Duration,
        data: Vec<u8>,
        options: Vec<EnhancedPacketOption<'_>>,
    ) -> PcapResult<()> {
        let mut packet = EnhancedPacketBlock::default();
        packet.interface_id = u32::try_from(interface).unwrap_or(u32::MAX);
        // pcap-file panics where a time does not fit into 64 bit; such a time can only come from a broken guest.
        packet.timestamp = timestamp.min(Duration::from_micros(u64::MAX));
        packet.original_len = u32::try_from(data.len()).unwrap_or(u32::MAX);
        packet.data = Cow::Owned(data);
        packet.options = options;
        self.writer.write_pcapng_block(packet).map(drop)
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
    fn options(&self) -> Vec<SectionHeaderOption<'static>> {
        let mut options: Vec<_> =
            self.system.iter().map(|system| SectionHeaderOption::OS(short(system).into())).collect();
        options.push(SectionHeaderOption::UserApplication(concat!("offhook ", env!("CARGO_PKG_VERSION")).into()));
        options.extend(self.comments.iter().map(|text| SectionHeaderOption::Comment(short(text).into())));
        options
    }
}

fn interface(linktype: DataLink, name: String, description: String) -> InterfaceDescriptionBlock<'static> {
    InterfaceDescriptionBlock {
        linktype,
        snaplen: 0,
        options: vec![
            InterfaceDescriptionOption::IfName(short(&name).into()),
            InterfaceDescriptionOption::IfDescription(short(&description).into()),
            InterfaceDescriptionOption::IfTsResol(MICROSECONDS),
        ],
    }
}

fn direction(way: Way) -> EnhancedPacketOption<'static> {
    EnhancedPacketOption::Flags(match way {
        Way::ToServer => INBOUND,
        Way::ToCaller => OUTBOUND,
    })
}

fn comment(text: &str) -> EnhancedPacketOption<'static> {
    EnhancedPacketOption::Comment(short(text).into())
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
