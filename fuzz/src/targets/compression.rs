//! RFC 1144, 1977, 1979 and 3078: compressed and encrypted packets of a peer that says anything, and of our own sender.

use offhook_ppp::compression::{bsd, deflate, vj};
use offhook_ppp::frame::{Frame, IP, VJ_COMPRESSED, VJ_UNCOMPRESSED};
use offhook_ppp::mppe::{Decryptor, Encryptor, Mode, Strength};

use crate::operations::Operations;
use crate::{Target, corpus};

/// The longest packet that is received.
const MOST: u16 = 1_500;

pub(super) const VJ: Target = Target {
    name: "vj",
    about: "TCP/IP headers compressed by RFC 1144: what is sent is received; no packet grows by more than its headers",
    run: run_vj,
    corpus,
    words: &[b"\x45\x00", b"\x00\x06", b"\x50\x10", b"\x40", b"\x0b\x00\x00", b"\x0f\x00\x00"],
    short: 3_000,
};

pub(super) const DEFLATE: Target = Target {
    name: "deflate",
    about: "packets compressed by RFC 1979: what is sent is received; nothing longer than the MRU comes out of anything",
    run: run_deflate,
    corpus,
    words: &[b"\x00\x00\xff\xff", b"\x00\x00", b"\x00\x01", b"\x03\x00", b"\x21"],
    short: 2_000,
};

pub(super) const BSD: Target = Target {
    name: "bsd",
    about: "packets compressed by RFC 1977: what is sent is received; nothing longer than the MRU comes out of anything",
    run: run_bsd,
    corpus,
    words: &[b"\x80\x00", b"\x00\x00", b"\x00\x01", b"\x10\xc0", b"\xff"],
    short: 2_000,
};

pub(super) const MPPE: Target = Target {
    name: "mppe",
    about: "packets encrypted by RFC 3078: what is sent is received, also after losses; nothing comes out longer than it was",
    run: run_mppe,
    corpus,
    words: &[b"\x90\x00", b"\x10\x00", b"\x90\xff", b"\x9f\xff"],
    short: 2_000,
};

/// Operations: a packet of our sender (even), or octets of anybody (odd).
fn corpus() -> Vec<Vec<u8>> {
    let packets: Vec<Vec<u8>> = corpus::frames()
        .iter()
        .filter_map(|frame| Frame::parse(frame).ok().map(|frame| frame.information.to_vec()))
        .collect();
    [0, 1].into_iter().flat_map(|what| corpus::as_operations(what, &packets)).collect()
}

/// The packets of an input, and whether our sender sends them.
fn packets(input: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut operations = Operations::new(input);
    let mut packets = Vec::new();
    while let Some(operation) = operations.octet() {
        packets.push((operation, operations.octets().to_vec()));
    }
    packets
}

fn run_vj(input: &[u8]) {
    let (mut sender, mut receiver, mut victim) =
        (vj::Compressor::new(3, true), vj::Decompressor::new(3), vj::Decompressor::new(15));
    for (operation, octets) in packets(input) {
        if let Some(datagram) = sender.encode(&octets) {
            let packet = receiver.decode(datagram.frame()).expect("what our sender sends is read");
            // The receiver makes the IP header's checksum anew.
            let is_whole = octets[..10] == packet[..10] && octets[12..] == packet[12..];
            assert!(is_whole, "{octets:02x?} became {packet:02x?}");
            let _ = victim.decode(datagram.frame());
        }
        let protocol = if operation & 2 == 0 { VJ_COMPRESSED } else { VJ_UNCOMPRESSED };
        if let Ok(packet) = victim.decode(Frame { protocol, information: &octets }) {
            assert!(packet.len() <= octets.len() + 120, "{} octets of {}", packet.len(), octets.len());
        }
    }
}

fn run_deflate(input: &[u8]) {
    let window = 9 + input.first().copied().unwrap_or_default() % 7;
    let ends = || (deflate::Compressor::new(window), deflate::Decompressor::new(window, MOST));
    let ((Some(mut sender), Some(mut receiver)), (_, Some(mut victim))) = (ends(), ends()) else { return };
    let mut number = 0_u16;
    for (operation, octets) in packets(input) {
        let frame = Frame { protocol: IP, information: &octets };
        match sender.encode(frame) {
            Some(compressed) => assert_eq!(receiver.decode(&compressed).expect("our sender's").frame(), frame),
            None => receiver.incompressible(frame).expect("our sender's"),
        }
        if operation & 1 == 1 {
            match victim.decode(&[&number.to_be_bytes(), &octets[..]].concat()) {
                Ok(packet) => {
                    assert!(packet.information.len() <= usize::from(MOST));
                    number = number.wrapping_add(1);
                }
                Err(_) => {
                    victim.reset();
                    number = 0;
                }
            }
        } else if victim.incompressible(frame).is_ok() {
            number = number.wrapping_add(1);
        } else {
            victim.reset();
            number = 0;
        }
    }
}

fn run_bsd(input: &[u8]) {
    let bits = 9 + input.first().copied().unwrap_or_default() % 7;
    let ends = || (bsd::Compressor::new(bits), bsd::Decompressor::new(bits, MOST));
    let ((Some(mut sender), Some(mut receiver)), (_, Some(mut victim))) = (ends(), ends()) else { return };
    let mut number = 0_u16;
    for (operation, octets) in packets(input) {
        let frame = Frame { protocol: IP, information: &octets };
        match sender.encode(frame) {
            Some(compressed) => assert_eq!(receiver.decode(&compressed).expect("our sender's").frame(), frame),
            None => receiver.incompressible(frame),
        }
        if operation & 1 == 0 {
            victim.incompressible(frame);
            number = number.wrapping_add(1);
            continue;
        }
        match victim.decode(&[&number.to_be_bytes(), &octets[..]].concat()) {
            Ok(packet) => {
                assert!(packet.information.len() <= usize::from(MOST));
                number = number.wrapping_add(1);
            }
            Err(_) => {
                victim.reset();
                number = 0;
            }
        }
    }
}

fn run_mppe(input: &[u8]) {
    let first = input.first().copied().unwrap_or_default();
    let strength = [Strength::Bits40, Strength::Bits56, Strength::Bits128][usize::from(first % 3)];
    let mode = Mode { strength, stateless: first & 0x10 != 0 };
    let (mut sender, mut receiver) = (Encryptor::new(mode, [1; 16]), Decryptor::new(mode, [1; 16]));
    let mut victim = Decryptor::new(mode, [1; 16]);
    let mut was_reset = false;
    for (operation, octets) in packets(input) {
        let frame = Frame { protocol: IP, information: &octets };
        let encrypted = sender.encode(frame).expect("IP is encrypted");
        // Some are lost on the way, but for the first with a key that was asked for: of that loss nobody can tell the receiver.
        if operation & 4 == 0 || std::mem::take(&mut was_reset) {
            match receiver.decode(&encrypted) {
                Ok(packet) => assert_eq!(packet.frame(), frame),
                Err(error) if error.wants_reset() => {
                    sender.reset();
                    was_reset = true;
                }
                Err(_) => assert!(!mode.stateless, "a stateless receiver needs nobody's help"),
            }
        }
        if let Ok(packet) = victim.decode(&octets) {
            assert!(packet.information.len() < octets.len());
        }
    }
}
