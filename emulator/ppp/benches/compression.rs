//! How fast packets are compressed and made whole again, on one core: `cargo bench -p offhook-ppp --bench compression`.
//!
//! VJ: 64 segments of one bulk transfer, 512 octets of data each; MB/s count octets of whole IP packets. Deflate, BSD-Compress and
//! MPPE: packets of 1500 octets of text, as a mail or a page has it. 1 MB is 10^6.
//!
//! With `OFFHOOK_LINUX=DIR`, a tree of the kernel's source, its VJ compression and its zlib are compiled by cc, which needs none of
//! the kernel but them, and do the same packets in the same run.

#![allow(missing_docs, clippy::expect_used)]

mod kernel;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use offhook_clock::Random;
use offhook_ppp::compression::{bsd, deflate, vj};
use offhook_ppp::frame::{Frame, IP};
use offhook_ppp::mppe::{Decryptor, Encryptor, Mode, Strength};

const PACKETS: usize = 64;
const INFORMATION: usize = 1500;
const AT_LEAST: Duration = Duration::from_millis(700);

fn main() {
    let segments: Vec<Vec<u8>> = (0..PACKETS as u32).map(segment).collect();
    let mut sender = vj::Compressor::new(15, true);
    let sent: Vec<_> = segments.iter().filter_map(|packet| sender.encode(packet)).collect();
    let theirs = kernel::rates(&segments, &texts());
    let report = |name: &str, octets, work: &mut dyn FnMut() -> usize| report(name, octets, &theirs, work);
    report("VJ compress", 552, &mut || {
        let mut sender = vj::Compressor::new(15, true);
        segments.iter().filter(|packet| sender.encode(black_box(packet)).is_some()).count()
    });
    report("VJ decompress", 552, &mut || {
        let mut receiver = vj::Decompressor::new(15);
        sent.iter().filter(|datagram| receiver.decode(black_box(datagram.frame())).is_ok()).count()
    });

    let texts = texts();
    // Sequence numbers and histories go on from round to round.
    let mut sender = deflate::Compressor::new(15);
    report("Deflate compress", INFORMATION, &mut || {
        let Some(sender) = &mut sender else { return 0 };
        texts.iter().filter(|text| sender.encode(frame(black_box(text))).is_some()).count()
    });
    let compressed: Vec<Vec<u8>> = deflate::Compressor::new(15)
        .map(|mut sender| texts.iter().filter_map(|text| sender.encode(frame(text))).collect())
        .unwrap_or_default();
    let mut receiver = deflate::Decompressor::new(15, 1500);
    report("Deflate decompress", INFORMATION, &mut || {
        let Some(receiver) = &mut receiver else { return 0 };
        receiver.reset();
        compressed.iter().filter(|octets| receiver.decode(black_box(octets)).is_ok()).count()
    });

    let mut sender = bsd::Compressor::new(15);
    report("BSD compress", INFORMATION, &mut || {
        let Some(sender) = &mut sender else { return 0 };
        texts.iter().filter(|text| sender.encode(frame(black_box(text))).is_some()).count()
    });
    let compressed: Vec<Vec<u8>> = bsd::Compressor::new(15)
        .map(|mut sender| texts.iter().filter_map(|text| sender.encode(frame(text))).collect())
        .unwrap_or_default();
    let mut receiver = bsd::Decompressor::new(15, 1500);
    report("BSD decompress", INFORMATION, &mut || {
        let Some(receiver) = &mut receiver else { return 0 };
        receiver.reset();
        compressed.iter().filter(|octets| receiver.decode(black_box(octets)).is_ok()).count()
    });

    let mode = Mode { strength: Strength::Bits128, stateless: true };
    let (mut sender, mut receiver) = (Encryptor::new(mode, [1; 16]), Decryptor::new(mode, [1; 16]));
    report("MPPE there and back", INFORMATION, &mut || {
        let carried = |text: &&Vec<u8>| {
            let octets = sender.encode(frame(black_box(text)));
            octets.is_some_and(|octets| receiver.decode(&octets).is_ok())
        };
        texts.iter().filter(carried).count()
    });
}

/// A packet to compress.
fn frame(text: &[u8]) -> Frame<'_> {
    Frame { protocol: IP, information: text }
}

/// A segment of a transfer: the next 512 octets.
fn segment(number: u32) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0x02, 0x28];
    packet.extend((number as u16).to_be_bytes());
    packet.extend([0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80]);
    packet.extend((1000 + number * 512).to_be_bytes());
    packet.extend([0, 0, 0, 9, 0x50, 0x10, 0x20, 0, 0xca, 0xfe, 0, 0]);
    // The kernel looks at the header's checksum (RFC 791 §3.1).
    let sum: u32 = packet[..20].chunks(2).map(|half| u32::from(half[0]) << 8 | u32::from(half[1])).sum();
    packet[10..12].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
    packet.resize(552, number as u8);
    packet
}

/// Words of a small vocabulary in random order.
fn texts() -> Vec<Vec<u8>> {
    let mut random = Random::new(1);
    let words: Vec<Vec<u8>> = (0..400)
        .map(|_| {
            let length = 2 + random.next() % 9;
            let mut word: Vec<u8> = (0..length).map(|_| b'a' + (random.next() % 26) as u8).collect();
            word.push(b' ');
            word
        })
        .collect();
    let mut text = || {
        let mut text = Vec::new();
        while text.len() < INFORMATION {
            text.extend_from_slice(&words[(random.next() % 400) as usize]);
        }
        text.truncate(INFORMATION);
        text
    };
    (0..PACKETS).map(|_| text()).collect()
}

/// Prints the rate of the fastest round of `work`, which handles all the packets, beside the kernel's.
fn report(name: &str, octets: usize, theirs: &BTreeMap<String, f64>, work: &mut dyn FnMut() -> usize) {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < AT_LEAST {
        let round = Instant::now();
        assert_eq!(work(), PACKETS, "every packet is handled");
        fastest = fastest.min(round.elapsed());
    }
    let rate = (PACKETS * octets) as f64 / fastest.as_secs_f64() / 1e6;
    match theirs.get(name) {
        Some(kernel) => {
            println!("{name}: {rate:.0} MB/s, the kernel {kernel:.0} MB/s: {:.2} times as fast", rate / kernel)
        }
        None => println!("{name}: {rate:.0} MB/s"),
    }
}
