//! The capture: a trace as a pcapng file that Wireshark and tshark read from top to bottom.
//!
//! In: an [`Outcome`]. Out: octets, the same for the same outcome. Time is [`EPOCH`] plus the event's time, in
//! microseconds (`if_tsresol` 6).
//!
//! # One line, two interfaces
//!
//! pcapng ties a link type to an interface, so every port of the trace has two of them, side by side:
//!
//! - `ttyS0`, LINKTYPE_PPP_WITH_DIR (204): the PPP frames as they crossed the line, compressed fields left compressed.
//!   Wireshark shows who sent them as DTE (the server) and DCE (the caller, through the modem), because *sent* means
//!   sent by the server: the interface is its port. `epb_flags` say the same as outbound and inbound.
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
use std::collections::BTreeSet;
use std::time::Duration;

use offhook_emulator::trace::{Event, What};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapResult};

use super::EPOCH;
use crate::report::text::printable;
use crate::report::words::{Lane, Line, Way, line_of};
use crate::report::{Position, verdict_words};
use crate::run::Outcome;

/// The port name of events that concern no port.
const SERVER: &str = "server";
/// Tag of an exported PDU: the name of the dissector (Wireshark, `EXP_PDU_TAG_DISSECTOR_NAME`).
const TAG_DISSECTOR: u16 = 12;
/// Tag of an exported PDU: text for the protocol column (`EXP_PDU_TAG_COL_PROT_TEXT`).
const TAG_PROTOCOL: u16 = 33;
/// `epb_flags`: the server receives.
const INBOUND: u32 = 1;
/// `epb_flags`: the server sends.
const OUTBOUND: u32 = 2;
/// `if_tsresol`: 10 to the power of -6.
const MICROSECONDS: u8 = 6;
/// Longest comment or text in octets; the length of an option has 16 bit.
const LONGEST: usize = 8000;

/// Writes the capture of `outcome`.
///
/// # Errors
///
/// None that an outcome could cause: a text or a time that does not fit is cut to what does.
pub fn pcapng(outcome: &Outcome) -> PcapResult<Vec<u8>> {
    let mut file = Capture::begin(outcome)?;
    for event in &outcome.trace {
        file.event(event, outcome)?;
    }
    file.verdict(outcome)?;
    Ok(file.writer.into_inner())
}

struct Capture<'a> {
    writer: PcapNgWriter<Vec<u8>>,
    /// Ports in alphabetical order; port `n` has interfaces `2n` (frames) and `2n + 1` (events).
    ports: Vec<&'a str>,
}

impl<'a> Capture<'a> {
    fn begin(outcome: &'a Outcome) -> PcapResult<Self> {
        let ports: BTreeSet<&str> = outcome.trace.iter().filter_map(|event| event.port.as_deref()).collect();
        // The endianness is fixed, so that the octets do not depend on the machine.
        let section =
            SectionHeaderBlock { endianness: Endianness::Little, options: header(outcome), ..Default::default() };
        let mut writer = PcapNgWriter::with_section_header(Vec::new(), section)?;
        for port in &ports {
            let frames = format!("PPP on the line at {port}; outbound: sent by the server");
            writer.write_pcapng_block(interface(DataLink::PPP_WITH_DIR, port.to_string(), frames))?;
            let events = format!("what else happened at {port}; outbound: from the server (DTE)");
            writer.write_pcapng_block(interface(DataLink::WIRESHARK_UPPER_PDU, format!("{port} events"), events))?;
        }
        let events = "what happened to the server as a whole".to_owned();
        writer.write_pcapng_block(interface(DataLink::WIRESHARK_UPPER_PDU, format!("{SERVER} events"), events))?;
        Ok(Self { writer, ports: ports.into_iter().collect() })
    }

    fn event(&mut self, event: &Event, outcome: &Outcome) -> PcapResult<()> {
        let port = event.port.as_deref().and_then(|port| self.ports.binary_search(&port).ok());
        let at = EPOCH.saturating_add(Duration::from_micros(event.at.micros()));
        let words = line_of(event, outcome);
        if let (What::Frame { octets, .. }, Some(port), Some(way)) = (&event.what, port, words.way)
            && !octets.is_empty()
        {
            let mut data = vec![u8::from(way == Way::ToCaller)];
            data.extend_from_slice(octets);
            return self.packet(2 * port, at, data, vec![direction(way)]);
        }
        let interface = port.map_or(2 * self.ports.len(), |port| 2 * port + 1);
        let mut options: Vec<_> = words.way.map(direction).into_iter().collect();
        if words.lane == Lane::Step {
            let call = event.call.map_or_else(String::new, |call| format!("call {}, ", call.saturating_add(1)));
            options.push(comment(&format!("{call}step {}", words.text)));
        }
        self.packet(interface, at, upper_pdu(&words), options)
    }

    /// The last packet tells how the scenario ended, so that even an empty trace has something to show.
    fn verdict(&mut self, outcome: &Outcome) -> PcapResult<()> {
        let last = outcome.trace.last().map_or(0, |event| event.at.micros());
        let at = EPOCH.saturating_add(outcome.virtual_time.max(Duration::from_micros(last)));
        let text = printable(&format!("the scenario ends, {}", verdict_words(outcome)));
        let words = Line { lane: Lane::Note, way: None, text };
        self.packet(2 * self.ports.len(), at, upper_pdu(&words), vec![comment(&words.text)])
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
fn header(outcome: &Outcome) -> Vec<SectionHeaderOption<'static>> {
    let print = &outcome.fingerprint;
    let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
    let mut comments = vec![
        format!("scenario: {}", outcome.name),
        format!("file: {}:{line}:{column}", outcome.source.path.display()),
        format!("stack: {} ({})", outcome.stack, print.packages.join(", ")),
        format!("stack sha256: {}", print.stack_sha256),
        format!("kernel: {}", print.kernel),
        format!("kernel sha256: {}", print.kernel_sha256),
        format!("seed: {}", outcome.seed),
        format!("verdict: {}", verdict_words(outcome)),
    ];
    comments.extend(outcome.specs.iter().map(|spec| format!("checks: {spec}")));
    let mut options = vec![
        SectionHeaderOption::OS(short(&format!("Linux {}", print.kernel)).into()),
        SectionHeaderOption::UserApplication(short(&format!("offhook {}", print.offhook)).into()),
    ];
    let comments = comments.iter().map(|text| SectionHeaderOption::Comment(short(text).into()));
    options.extend(comments);
    options
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
fn upper_pdu(words: &Line) -> Vec<u8> {
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
        (Lane::At | Lane::Port, Some(Way::ToCaller)) => "DTE > DCE  ",
        (Lane::At | Lane::Port, Some(Way::ToServer)) => "DCE > DTE  ",
        (_, Some(Way::ToCaller)) => "server > caller  ",
        (_, Some(Way::ToServer)) => "caller > server  ",
        (_, None) => "",
    };
    octets.extend_from_slice(short(&format!("{:<4}  {way}{}", words.lane.name(), words.text.trim_start())).as_bytes());
    octets
}

fn short(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let cut = if end < text.len() { " ..." } else { "" };
    format!("{}{cut}", &text[..end])
}
