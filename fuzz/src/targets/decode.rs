//! Captures of every format: whatever the octets are, and however they are cut, the same is found, and found where it is.

use offhook_decode::{Decoder, Format, Found, Options, What};
use offhook_ppp::transparency::encode;
use offhook_telephony::trace::End;

use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "decode",
    about: "captures of every format: the same is found however they are cut, no more events than octets, damage in its place",
    run,
    corpus: || {
        let mut all = corpus::files("captures", ".pcapng");
        let frames = corpus::frames();
        for frames in frames.chunks(12) {
            all.push(frames.iter().flat_map(|frame| encode(frame, 0)).collect());
            all.push(recorded(frames));
            all.push(pcap(frames));
        }
        all.push(b"\r\nRING\r\nATA\r\r\nCONNECT 33600\r\n~login: alice\r\n".to_vec());
        all
    },
    words: &[
        b"\x0a\x0d\x0d\x0a",
        b"\x4d\x3c\x2b\x1a",
        b"\x06\0\0\0",
        b"\x0c\0\0\0",
        b"\xff\xff\xff\xff",
        b"\x42\x80",
        b"\x01\xff\xff",
        b"\x05\xff\xff\xff\xff",
        b"~",
        b"AT\r",
        b"OK\r\n",
    ],
    short: 1_500,
};

/// As pppd records them, one direction after the other.
fn recorded(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut record = vec![7, 0x69, 0x5b, 0x80, 0x10];
    for (number, frame) in frames.iter().enumerate() {
        let octets = encode(frame, u32::MAX);
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        record.extend([6, 3, 1 + (number % 2) as u8]);
        record.extend(length.to_be_bytes());
        record.extend(&octets[..usize::from(length)]);
    }
    record.extend([3, 4]);
    record
}

/// As tcpdump would write them, with their direction.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 204, 0, 0, 0];
    for frame in frames {
        let length = u32::try_from(frame.len() + 1).unwrap_or(0).to_le_bytes();
        file.extend([0x10, 0x80, 0x5b, 0x69, 1, 2, 3, 0]);
        file.extend([length, length].concat());
        file.push(1);
        file.extend(frame);
    }
    file
}

fn found<'a>(format: Option<Format>, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Found> {
    let mut all = Vec::new();
    let mut decoder = Decoder::new(Options { format, from: End::Caller });
    for piece in pieces {
        decoder.push(piece, &mut |found| all.push(found));
    }
    decoder.finish(&mut |found| all.push(found));
    all
}

fn run(input: &[u8]) {
    for format in [None, Some(Format::PcapNg), Some(Format::Pcap), Some(Format::PppRecord), Some(Format::Serial)] {
        let whole = found(format, std::iter::once(input));
        let pieces = found(format, input.chunks(61));
        match whole.first().map(|found| &found.what) {
            Some(What::Format(Format::Pcap | Format::PcapNg)) => assert_eq!(whole, pieces, "{format:?} in pieces"),
            // A flag between pieces belongs to what is before it or behind it: places may differ by that.
            _ => {
                assert!(whole.iter().map(|found| &found.what).eq(pieces.iter().map(|found| &found.what)), "{format:?}")
            }
        }
        assert!(
            matches!(whole.first().map(|found| &found.what), Some(What::Format(_))),
            "{format:?} is not told first"
        );
        assert!(whole.iter().all(|found| found.offset <= input.len() as u64), "{format:?}: found behind the end");
        let events = whole.iter().filter(|found| matches!(found.what, What::Event(_))).count();
        assert!(events <= input.len() + 1, "{format:?}: {events} events of {} octets", input.len());
    }
}
