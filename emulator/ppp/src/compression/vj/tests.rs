//! Both directions of Van Jacobson's compression, against each other and against the octets of RFC 1144 §3.2.3.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::header::checksum;
use super::*;
use crate::compression::Datagram;
use crate::frame::{Frame, VJ_COMPRESSED, VJ_UNCOMPRESSED};

/// What a test changes of a packet.
#[derive(Clone, Debug)]
struct Segment {
    port: u16,
    id: u16,
    sequence: u32,
    ack: u32,
    flags: u8,
    window: u16,
    urgent: u16,
    ttl: u8,
    options: Vec<u8>,
    data: Vec<u8>,
}

fn segment() -> Segment {
    Segment {
        port: 1024,
        id: 7,
        sequence: 1000,
        ack: 2000,
        flags: 0x10,
        window: 8192,
        urgent: 0,
        ttl: 64,
        options: Vec::new(),
        data: Vec::new(),
    }
}

impl Segment {
    fn packet(&self) -> Vec<u8> {
        let total = 40 + self.options.len() + self.data.len();
        let mut octets = vec![0x45, 0];
        octets.extend((total as u16).to_be_bytes());
        octets.extend(self.id.to_be_bytes());
        octets.extend([0x40, 0, self.ttl, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        let sum = checksum(&octets);
        octets[10..12].copy_from_slice(&sum.to_be_bytes());
        octets.extend(self.port.to_be_bytes());
        octets.extend([0, 23]);
        octets.extend(self.sequence.to_be_bytes());
        octets.extend(self.ack.to_be_bytes());
        octets.extend([(((20 + self.options.len()) / 4) << 4) as u8, self.flags]);
        octets.extend(self.window.to_be_bytes());
        octets.extend([0xca, 0xfe]);
        octets.extend(self.urgent.to_be_bytes());
        octets.extend(&self.options);
        octets.extend(&self.data);
        octets
    }
}

fn frame(datagram: &Datagram) -> Frame<'_> {
    datagram.frame()
}

/// A sender and a receiver that have seen a first packet.
fn begun() -> (Compressor, Decompressor) {
    let (mut sender, mut receiver) = (Compressor::new(15, true), Decompressor::new(15));
    let first = sender.encode(&segment().packet()).unwrap();
    assert_eq!(first.protocol, VJ_UNCOMPRESSED);
    assert_eq!(receiver.decode(frame(&first)).unwrap(), segment().packet());
    (sender, receiver)
}

/// What the second packet looks like, which the receiver has read as it was.
fn second(change: impl FnOnce(&mut Segment)) -> Vec<u8> {
    let (mut sender, mut receiver) = begun();
    let mut segment = Segment { id: 8, ..segment() };
    change(&mut segment);
    let datagram = sender.encode(&segment.packet()).unwrap();
    assert_eq!(receiver.decode(frame(&datagram)).unwrap(), segment.packet());
    if datagram.protocol == VJ_COMPRESSED { datagram.information } else { Vec::new() }
}

#[test]
fn each_change_has_its_bit_and_its_place() {
    assert_eq!(second(|next| next.sequence += 5), [SEQUENCE, 0xca, 0xfe, 5]);
    assert_eq!(second(|next| next.ack += 0x100), [ACK, 0xca, 0xfe, 0, 1, 0]);
    assert_eq!(second(|next| next.window -= 1), [WINDOW, 0xca, 0xfe, 0, 0xff, 0xff]);
    let changes = second(|next| {
        (next.flags, next.urgent) = (0x38, 0);
        (next.window, next.ack, next.id) = (next.window + 2, next.ack + 3, 10);
    });
    assert_eq!(changes, [URGENT | WINDOW | ACK | ID | PUSH, 0xca, 0xfe, 0, 0, 0, 2, 3, 3]);
}

#[test]
fn data_after_a_packet_without_any_is_three_octets_and_the_data() {
    assert_eq!(second(|next| next.data = b"hi".to_vec()), [0, 0xca, 0xfe, b'h', b'i']);
    // RFC 1144 §3.2.3: the same again is a repetition, and sent whole.
    assert_eq!(second(|_| {}), Vec::<u8>::new());
}

#[test]
fn typing_and_bulk_data_are_the_two_special_changes() {
    let mut last = Segment { data: b"x".to_vec(), ..segment() };
    for (ack, special) in [(1, ECHO), (0, DATA)] {
        let (mut sender, mut receiver) = (Compressor::new(15, true), Decompressor::new(15));
        receiver.decode(frame(&sender.encode(&last.packet()).unwrap())).unwrap();
        let next = Segment { id: last.id + 1, sequence: last.sequence + 1, ack: last.ack + ack, ..last.clone() };
        let datagram = sender.encode(&next.packet()).unwrap();
        assert_eq!(datagram.information, [special, 0xca, 0xfe, b'x']);
        assert_eq!(receiver.decode(frame(&datagram)).unwrap(), next.packet());
    }
    // After an urgent packet the special changes would leave URG set.
    last.flags = 0x30;
    let (mut sender, mut receiver) = (Compressor::new(15, true), Decompressor::new(15));
    receiver.decode(frame(&sender.encode(&last.packet()).unwrap())).unwrap();
    let next = Segment { id: last.id + 1, sequence: last.sequence + 1, flags: 0x10, ..last };
    let datagram = sender.encode(&next.packet()).unwrap();
    assert_eq!(datagram.information, [SEQUENCE, 0xca, 0xfe, 1, b'x']);
    assert_eq!(receiver.decode(frame(&datagram)).unwrap(), next.packet());
}

#[test]
fn what_changes_have_no_room_for_is_sent_whole() {
    for change in [
        (|next: &mut Segment| next.ttl = 63) as fn(&mut Segment),
        |next| next.options = vec![1, 1, 1, 0],
        |next| next.sequence += 0x1_0000,
        |next| next.ack -= 1,
        |next| next.urgent = 1,
        |next| next.flags = 0x50,
        // Changes that look like a special one.
        |next| {
            (next.flags, next.window, next.sequence) = (0x30, 1, next.sequence + 1);
        },
    ] {
        assert_eq!(second(change), Vec::<u8>::new());
    }
}

#[test]
fn what_is_no_running_connection_is_sent_as_it_is() {
    let mut sender = Compressor::new(15, true);
    for flags in [0x02, 0x12, 0x11, 0x14, 0x00] {
        assert_eq!(sender.encode(&Segment { flags, ..segment() }.packet()), None);
    }
    let good = segment().packet();
    let with = |at: usize, octet: u8| {
        let mut packet = good.clone();
        packet[at] = octet;
        packet
    };
    // IPv6, UDP, a fragment, a Total Length that is not its length, headers that are not all there.
    for packet in [with(0, 0x65), with(9, 17), with(6, 0x20), with(3, 41), with(32, 0x60), with(0, 0x44), Vec::new()] {
        assert_eq!(sender.encode(&packet), None);
    }
}

#[test]
fn a_connection_is_named_when_it_is_another_than_before() {
    for (compresses_slot, expected) in [(true, [2, 1, 2]), (false, [2, 2, 2])] {
        let (mut sender, mut receiver) = (Compressor::new(3, compresses_slot), Decompressor::new(3));
        for port in [1, 2] {
            receiver.decode(frame(&sender.encode(&Segment { port, ..segment() }.packet()).unwrap())).unwrap();
        }
        let mut named = Vec::new();
        for (port, id) in [(1, 8), (1, 9), (2, 8)] {
            let next = Segment { port, id, sequence: 1000 + u32::from(id), ..segment() };
            let datagram = sender.encode(&next.packet()).unwrap();
            named.push(if datagram.information[0] & CONNECTION != 0 { 2 } else { 1 });
            assert_eq!(receiver.decode(frame(&datagram)).unwrap(), next.packet());
        }
        assert_eq!(named, expected);
    }
}

#[test]
fn a_new_connection_takes_the_slot_that_was_not_used_for_longest() {
    let mut sender = Compressor::new(1, true);
    let mut slot = |port| {
        let datagram = sender.encode(&Segment { port, ..segment() }.packet()).unwrap();
        assert_eq!(datagram.protocol, VJ_UNCOMPRESSED);
        datagram.information[9]
    };
    let slots = [slot(1), slot(2), slot(1), slot(3), slot(2)];
    assert_eq!(slots, [1, 0, 1, 0, 1]);
}

#[test]
fn after_a_loss_everything_is_dropped_until_a_connection_is_named() {
    let (mut sender, mut receiver) = begun();
    let next = |id: u16| Segment { id, sequence: 1000 + u32::from(id), ..segment() }.packet();
    let datagram = sender.encode(&next(8)).unwrap();
    receiver.toss();
    assert_eq!(receiver.decode(frame(&datagram)), Err(VjError::Tossed));
    let other = Segment { port: 9, ..segment() };
    assert_eq!(receiver.decode(frame(&sender.encode(&other.packet()).unwrap())), Ok(other.packet()));
    // Of the connection that lost a packet a wrong one comes out; TCP's checksum finds it (RFC 1144 §4).
    assert_ne!(receiver.decode(frame(&sender.encode(&next(9)).unwrap())).unwrap(), next(9));
}

#[test]
fn packets_that_cannot_be_are_refused_with_the_culprit_and_toss_what_follows() {
    let refused = |protocol, information: &[u8]| {
        let (_, mut receiver) = begun();
        let error = receiver.decode(Frame { protocol, information }).unwrap_err();
        let next = Frame { protocol: VJ_COMPRESSED, information: &[DATA, 0, 0] };
        assert_eq!(receiver.decode(next).is_err(), protocol != 0x0021);
        error
    };
    assert_eq!(refused(0x0021, &[]), VjError::Protocol { protocol: 0x0021 });
    assert_eq!(refused(VJ_COMPRESSED, &[]), VjError::TooShort { got: 0 });
    assert_eq!(refused(VJ_COMPRESSED, &[WINDOW, 0, 0, 0, 1]), VjError::TooShort { got: 5 });
    assert_eq!(refused(VJ_COMPRESSED, &[CONNECTION, 16, 0, 0]), VjError::Slot { slot: 16, most: 15 });
    assert_eq!(refused(VJ_COMPRESSED, &[CONNECTION, 3, 0, 0]), VjError::EmptySlot { slot: 3 });
    assert_eq!(refused(VJ_COMPRESSED, &vec![0; 65_600]), VjError::TooLong { total: 65_637 });
    assert_eq!(refused(VJ_UNCOMPRESSED, &segment().packet()[..39]), VjError::NoHeaders);
    let mut packet = segment().packet();
    packet[9] = 200;
    assert_eq!(refused(VJ_UNCOMPRESSED, &packet), VjError::Slot { slot: 200, most: 15 });
    let mut fresh = Decompressor::new(15);
    assert_eq!(fresh.decode(Frame { protocol: VJ_COMPRESSED, information: &[0, 0, 0] }), Err(VjError::Tossed));
}

/// Packets of few connections, each not much unlike the one before.
fn traffic() -> impl Strategy<Value = Vec<Segment>> {
    let step =
        (0..5_u16, 0..4_u16, 0..3_u32, 0..3_u32, any::<u8>(), 0..4_u8, 0..6_usize, prop::option::of(any::<u16>()));
    prop::collection::vec(step, 1..60).prop_map(|steps| {
        let mut last = segment();
        let mut segments = Vec::new();
        for (port, id, sequence, ack, flags, options, data, jump) in steps {
            let grown = if sequence == 2 { last.data.len() as u32 } else { sequence };
            last = Segment {
                port,
                id: last.id.wrapping_add(id),
                sequence: last.sequence.wrapping_add(jump.map_or(grown, u32::from) * 3 / 2),
                ack: last.ack.wrapping_add(if ack == 2 { grown } else { ack }),
                flags: if flags < 16 { flags | 0x10 } else { 0x10 | (flags & 0x28) },
                window: jump.unwrap_or(last.window),
                urgent: if flags & 0x20 != 0 { flags.into() } else { 0 },
                ttl: if flags == 255 { 1 } else { 64 },
                options: vec![1; if options == 0 { 4 } else { 0 }],
                data: vec![flags; data],
            };
            segments.push(last.clone());
        }
        segments
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_received(segments in traffic(), max_slot in 0..6_u8, compresses_slot in any::<bool>()) {
        let (mut sender, mut receiver) = (Compressor::new(max_slot, compresses_slot), Decompressor::new(max_slot));
        for segment in segments {
            let packet = segment.packet();
            if let Some(datagram) = sender.encode(&packet) {
                prop_assert_eq!(receiver.decode(frame(&datagram)), Ok(packet));
            }
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(
        packets in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..60)), 0..12)
    ) {
        let (_, mut receiver) = begun();
        for (is_compressed, information) in packets {
            let protocol = if is_compressed { VJ_COMPRESSED } else { VJ_UNCOMPRESSED };
            if let Ok(packet) = receiver.decode(Frame { protocol, information: &information }) {
                prop_assert!(packet.len() >= 40);
            }
        }
    }
}
