//! A section: its interfaces, and its packets as events.
//!
//! In: blocks. Out: what their packets tell. A section of offhook's has the events themselves ([`own`]); of others PPP
//! frames are read, and the text that an exported PDU gives to its dissector.

use std::borrow::Cow;

use offhook_clock::Instant;
use offhook_telephony::trace::{End, Event, EventKind, escaped};

use super::options::Order;
use crate::exported::exported;
use crate::found::{Found, Sink};
use crate::link_type::{Direction, LinkType};
use crate::own;
use crate::pcap::{not_ppp, undirected};

/// Types of blocks.
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
/// Options of an interface.
const NAME: u16 = 2;
const TIME_RESOLUTION: u16 = 9;
const TIME_OFFSET: u16 = 14;
/// Option of a packet: among others its direction.
const FLAGS: u16 = 2;

/// What is known of the section that is being read.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) order: Order,
    recorder: End,
    /// offhook has written it.
    own: bool,
    interfaces: Vec<Interface>,
    /// The moment zero in microseconds since 1970: of offhook's trace, or of the first packet.
    base: Option<u64>,
    /// When the last packet was.
    last: Instant,
}

/// An interface of the section.
#[derive(Debug)]
struct Interface {
    link: LinkType,
    port: Option<String>,
    /// `if_tsresol`: a power of ten, or of two with the highest bit.
    resolution: u8,
    /// `if_tsoffset`: seconds.
    offset: i64,
    /// Packets without PPP.
    passed_over: u64,
    /// It was told that packets have no direction.
    told: bool,
}

/// A packet, whatever block it came in.
struct Packet<'a> {
    interface: usize,
    /// `None`: the block has no time.
    ticks: Option<u64>,
    data: &'a [u8],
    options: &'a [u8],
}

impl Section {
    pub(super) fn new(recorder: End) -> Self {
        Self { order: Order::default(), recorder, own: false, interfaces: Vec::new(), base: None, last: Instant::ZERO }
    }

    /// Another section begins, with this body of its header.
    pub(super) fn begin(&mut self, body: &[u8]) {
        self.interfaces.clear();
        let options = self.order.options(body.get(16..).unwrap_or_default());
        let own = options.into_iter().filter(|(code, _)| *code == own::OPTION);
        let own = own.filter_map(|(_, value)| own::Section::parse(value)).next();
        self.own = own.is_some();
        // Times of several sections are times of one capture, unless offhook began another one.
        self.base = own.map(|own| own.epoch_us).or(self.base);
    }

    /// Any other block of the section.
    pub(super) fn block(&mut self, kind: u32, body: &[u8], offset: u64, sink: &mut Sink<'_>) {
        let order = self.order;
        match kind {
            INTERFACE => self.interfaces.push(self.interface(body)),
            ENHANCED_PACKET | OBSOLETE_PACKET if body.len() < 20 => {
                let text =
                    format!("a packet's block has at least 20 octets before its data, and this one has {}", body.len());
                sink(Found::damage(offset, text));
            }
            ENHANCED_PACKET | OBSOLETE_PACKET => {
                let interface = match kind {
                    OBSOLETE_PACKET => order.u16(body).into(),
                    _ => order.u32(body) as usize,
                };
                let ticks = u64::from(order.u32(&body[4..])) << 32 | u64::from(order.u32(&body[8..]));
                let length = order.u32(&body[12..]) as usize;
                let rest = &body[20..];
                let Some(data) = rest.get(..length) else {
                    let text = format!("a packet claims {length} octets, and its block has room for {}", rest.len());
                    sink(Found::damage(offset, text));
                    return;
                };
                let options = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
                self.packet(&Packet { interface, ticks: Some(ticks), data, options }, offset, sink);
            }
            SIMPLE_PACKET => {
                let (length, rest) = (order.u32(body) as usize, body.get(4..).unwrap_or_default());
                let data = &rest[..length.min(rest.len())];
                self.packet(&Packet { interface: 0, ticks: None, data, options: &[] }, offset, sink);
            }
            _ => {}
        }
    }

    /// The capture ends.
    pub(super) fn end(&self, offset: u64, sink: &mut Sink<'_>) {
        for interface in self.interfaces.iter().filter(|interface| interface.passed_over > 0) {
            if let LinkType::Other(link) = interface.link {
                sink(Found::remark(offset, not_ppp(interface.passed_over, link)));
            }
        }
    }

    fn interface(&self, body: &[u8]) -> Interface {
        let link = LinkType::of(self.order.u16(body));
        let mut interface = Interface { link, port: None, resolution: 6, offset: 0, passed_over: 0, told: false };
        for (code, value) in self.order.options(body.get(8..).unwrap_or_default()) {
            match (code, value) {
                (own::OPTION, _) if self.own => interface.port = Some(String::from_utf8_lossy(value).into_owned()),
                (NAME, _) if !self.own => interface.port = Some(String::from_utf8_lossy(value).into_owned()),
                (TIME_RESOLUTION, [resolution]) => interface.resolution = *resolution,
                (TIME_OFFSET, _) => interface.offset = self.order.u64(value).cast_signed(),
                _ => {}
            }
        }
        interface
    }

    fn packet(&mut self, packet: &Packet<'_>, offset: u64, sink: &mut Sink<'_>) {
        let Some(interface) = self.interfaces.get_mut(packet.interface) else {
            let (number, known) = (packet.interface, self.interfaces.len());
            let text = format!("a packet is of interface {number}, and only {known} are described before it");
            sink(Found::damage(offset, text));
            return;
        };
        if let Some(ticks) = packet.ticks {
            let micros = interface.micros(ticks);
            self.last = Instant::from_micros(micros.saturating_sub(*self.base.get_or_insert(micros)));
        }
        let (mut flagged, mut beside) = (None, None::<Cow<'_, [u8]>>);
        for (code, value) in self.order.options(packet.options) {
            match code {
                FLAGS => flagged = Some(self.order.u32(value) & 3),
                own::OPTION if self.own => match &mut beside {
                    Some(before) => before.to_mut().extend_from_slice(value),
                    None => beside = Some(Cow::Borrowed(value)),
                },
                _ => {}
            }
        }
        let flagged = match flagged {
            Some(1) => Some(Direction::Received),
            Some(2) => Some(Direction::Sent),
            _ => None,
        };
        let (call, what) = if let Some((told, frame)) = interface.link.frame(packet.data) {
            let direction = told.or(flagged);
            if direction.is_none() && !interface.told {
                interface.told = true;
                sink(Found::remark(offset, undirected(self.recorder)));
            }
            let from = direction.map_or(self.recorder, |direction| direction.end(self.recorder));
            let beside = beside.and_then(|octets| serde_json::from_slice::<own::Beside>(&octets).ok());
            let own::Beside { call, text } = beside.unwrap_or_default();
            let mut what = frame.event(from);
            if let (EventKind::Frame { text, .. }, Some(unusual)) = (&mut what, text) {
                *text = unusual;
            }
            (call, what)
        } else if interface.link == LinkType::UpperPdu {
            match beside.map(|octets| serde_json::from_slice::<own::Told>(&octets)) {
                Some(Ok(told)) => (told.call, told.what),
                Some(Err(error)) => {
                    sink(Found::damage(offset, format!("the event beside this packet cannot be read: {error}")));
                    return;
                }
                // The verdict, which is no event.
                None if self.own => return,
                None => (None, note(packet.data)),
            }
        } else {
            interface.passed_over += 1;
            return;
        };
        let port = interface.port.clone();
        sink(Found::event(offset, Event { at: self.last, port, call, what }));
    }
}

/// What an exported PDU of others says.
fn note(data: &[u8]) -> EventKind {
    let text = match exported(data) {
        Some((_, text)) if text.iter().all(|octet| matches!(octet, b' '..=b'~')) => escaped(text),
        Some((dissector, octets)) => format!("{} octets for the dissector {}", octets.len(), escaped(dissector)),
        None => format!("exported PDU of {} octets, whose tags do not end", data.len()),
    };
    EventKind::Note { text }
}

impl Interface {
    /// A time in microseconds since 1970.
    fn micros(&self, ticks: u64) -> u64 {
        let micros = match self.resolution {
            6 => ticks.into(),
            power @ 0..=5 => u128::from(ticks) * 10_u128.pow(u32::from(6 - power)),
            power @ 7..=0x7f => u128::from(ticks) / 10_u128.checked_pow(u32::from(power - 6)).unwrap_or(u128::MAX),
            power => (u128::from(ticks) * 1_000_000) >> (power & 0x7f),
        };
        let micros = i128::try_from(micros).unwrap_or(i128::MAX);
        let micros = micros.saturating_add(i128::from(self.offset) * 1_000_000);
        u64::try_from(micros.max(0)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_resolution_are_microseconds() {
        let micros = |resolution, offset, ticks| {
            let link = LinkType::Ppp;
            Interface { link, port: None, resolution, offset, passed_over: 0, told: false }.micros(ticks)
        };
        assert_eq!(micros(6, 0, 1_767_603_600_000_001), 1_767_603_600_000_001);
        assert_eq!(micros(9, 0, 1_999), 1);
        assert_eq!(micros(3, 2, 5), 2_005_000);
        assert_eq!(micros(0x80 | 10, 0, 1024 + 512), 1_500_000);
        assert_eq!(micros(0x7f, 0, u64::MAX), 0);
        assert_eq!(micros(0, i64::MIN, u64::MAX), u64::MAX);
        assert_eq!(micros(6, i64::MIN, 5), 0);
        assert_eq!(micros(0xff, i64::MAX, 5), u64::MAX);
    }
}
