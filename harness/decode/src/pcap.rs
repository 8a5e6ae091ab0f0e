//! pcap: a header, then packets, each with its time (draft-ietf-opsawg-pcap).
//!
//! A packet has no mark by which the next one could be found: behind one whose length is nonsense nothing can be read.
//! Why not by a library: the one that offhook writes captures with keeps no offsets.

use offhook_clock::Instant;
use offhook_telephony::trace::{End, Event};

use crate::found::{Found, Reader, Sink};
use crate::link_type::LinkType;

/// Octets of the file's header.
const HEADER: usize = 24;
/// Octets before the data of a packet.
const PACKET_HEADER: usize = 16;
/// More data than this has no packet (libpcap's MAXIMUM_SNAPLEN).
const LONGEST: u32 = 262_144;

/// Reads pcap.
#[derive(Debug)]
pub(crate) struct Pcap {
    recorder: End,
    file: Option<File>,
    /// Nothing behind can be read.
    lost: bool,
    passed_over: u64,
}

/// What the header says.
#[derive(Clone, Copy, Debug)]
struct File {
    big_endian: bool,
    /// Units of a time's second part in a microsecond.
    per_micro: u32,
    link: LinkType,
    /// The time of the first packet.
    base: Option<u64>,
}

impl File {
    fn of(header: &[u8; HEADER]) -> Self {
        let big_endian = matches!(header[0], 0xa1);
        let nanoseconds = header[..4].contains(&0x3c);
        let mut file = Self { big_endian, per_micro: 1, link: LinkType::Other(0), base: None };
        if nanoseconds {
            file.per_micro = 1000;
        }
        // The upper half has to do with an FCS behind the data.
        file.link = LinkType::of((file.number(&header[20..]) & 0xffff) as u16);
        file
    }

    fn number(self, octets: &[u8]) -> u32 {
        let Some(octets) = octets.first_chunk() else { return 0 };
        if self.big_endian { u32::from_be_bytes(*octets) } else { u32::from_le_bytes(*octets) }
    }
}

impl Pcap {
    pub(crate) const fn new(recorder: End) -> Self {
        Self { recorder, file: None, lost: false, passed_over: 0 }
    }

    fn packet(&mut self, file: &mut File, header: &[u8], data: &[u8], offset: u64, sink: &mut Sink<'_>) {
        let [seconds, parts, _, whole] = [0, 4, 8, 12].map(|at| file.number(&header[at..]));
        let Some((direction, frame)) = file.link.frame(data) else {
            self.passed_over += 1;
            return;
        };
        let micros = u64::from(seconds) * 1_000_000 + u64::from(parts / file.per_micro);
        let base = *file.base.get_or_insert(micros);
        let from = direction.map_or(self.recorder, |direction| direction.end(self.recorder));
        let at = Instant::from_micros(micros.saturating_sub(base));
        let event = Event { at, port: None, call: None, what: frame.event(from) };
        if (data.len() as u64) < u64::from(whole) {
            let what = format!("the recorder kept {} of the {whole} octets of this packet", data.len());
            sink(Found::remark(offset, what));
        }
        sink(Found::event(offset, event));
    }
}

impl Reader for Pcap {
    fn take(&mut self, input: &[u8], offset: u64, last: bool, sink: &mut Sink<'_>) -> usize {
        if self.lost {
            return input.len();
        }
        let mut done = 0;
        if self.file.is_none() {
            let Some(header) = input.first_chunk() else {
                if last {
                    let text = format!(
                        "the header of a pcap file has {HEADER} octets, and the file ends after {}",
                        input.len()
                    );
                    sink(Found::damage(offset, text));
                }
                return if last { input.len() } else { 0 };
            };
            let file = File::of(header);
            match file.link {
                LinkType::Other(_) | LinkType::UpperPdu => {}
                link if !link.tells_direction() => sink(Found::remark(offset, undirected(self.recorder))),
                _ => {}
            }
            self.file = Some(file);
            done = HEADER;
        }
        let Some(mut file) = self.file else { return done };
        while let Some(header) = input.get(done..done + PACKET_HEADER) {
            let length = file.number(&header[8..]);
            let at = offset + done as u64;
            if length > LONGEST {
                let text = format!(
                    "a packet here claims {length} octets, and none has more than {LONGEST}; nothing behind it can be read"
                );
                sink(Found::damage(at, text));
                self.lost = true;
                done = input.len();
                break;
            }
            let data = done + PACKET_HEADER;
            let Some(data) = input.get(data..data + length as usize) else { break };
            self.packet(&mut file, header, data, at, sink);
            done += PACKET_HEADER + data.len();
        }
        self.file = Some(file);
        if last {
            if done < input.len() {
                let rest = input.len() - done;
                let text = format!("the file ends in the middle of a packet: {rest} octets of it are there");
                sink(Found::damage(offset + done as u64, text));
            }
            if let (true, LinkType::Other(link)) = (self.passed_over > 0, file.link) {
                sink(Found::remark(offset, not_ppp(self.passed_over, link)));
            }
            return input.len();
        }
        done
    }
}

/// Nobody knows who sent what.
pub(crate) fn undirected(recorder: End) -> String {
    format!("the capture does not tell who sent which packet: all are shown as the {}'s", recorder.name())
}

/// Packets that hold no PPP.
pub(crate) fn not_ppp(packets: u64, link: u16) -> String {
    format!("{packets} packets of link type {link} were passed over: PPP has 9, 50, 166 and 204")
}
