//! How fast frames are made and read, by offhook-ppp and by the crate ppproto, on one core and in one run:
//! `cargo bench -p offhook-conformance --bench framing`.
//!
//! IP packets of 1500 octets, of noise, under the ACCM that ppproto begins with, 0xffffffff; MB/s count octets of packets, 1 MB being
//! 10^6. Both are driven as their documentation says: ppproto with buffers of its caller, offhook-ppp with octets of its own.

#![allow(missing_docs, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use offhook_clock::Random;
use offhook_ppp::frame::{Compression, Frame, IP};
use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::transparency::{DEFAULT_ACCM, encode};
use ppproto::Config;
use ppproto::pppos::{PPPoS, PPPoSAction};

const PACKETS: usize = 64;
const LENGTH: usize = 1500;
const AT_LEAST: Duration = Duration::from_millis(700);

fn main() {
    let mut random = Random::new(1);
    let packets: Vec<Vec<u8>> = (0..PACKETS).map(|_| (0..LENGTH).map(|_| random.next() as u8).collect()).collect();
    let frame =
        |packet: &[u8]| encode(&Frame { protocol: IP, information: packet }.emit(Compression::NONE), DEFAULT_ACCM);
    let line: Vec<u8> = packets.iter().flat_map(|packet| frame(packet)).collect();

    let theirs = rate(|| {
        let mut ppp = PPPoS::new(Config { username: b"", password: b"" });
        let mut octets = [0; 2 * LENGTH + 64];
        packets
            .iter()
            .filter(|packet| ppp.send(black_box(packet), &mut octets).is_ok_and(|length| length > LENGTH))
            .count()
    });
    let ours = rate(|| packets.iter().filter(|packet| black_box(frame(black_box(packet))).len() > LENGTH).count());
    tell("encode", ours, theirs);

    let theirs = rate(|| read_by_ppproto(&line));
    let ours = rate(|| read_by_offhook(&line));
    tell("decode", ours, theirs);
}

fn read_by_ppproto(line: &[u8]) -> usize {
    let mut ppp = PPPoS::new(Config { username: b"", password: b"" });
    let (mut received, mut to_send) = ([0; LENGTH + 64], [0; 256]);
    let mut good = 0;
    for mut piece in black_box(line).chunks(4096) {
        while !piece.is_empty() {
            let taken = ppp.consume(piece, &mut received);
            piece = &piece[taken..];
            if let PPPoSAction::Received(range) = ppp.poll(&mut to_send, &mut received) {
                good += usize::from(black_box(&received[range]).len() == LENGTH);
            }
        }
    }
    good
}

fn read_by_offhook(line: &[u8]) -> usize {
    let mut deframer = Deframer::new(LENGTH + 6);
    let mut good = 0;
    for mut piece in black_box(line).chunks(4096) {
        while let Some(item) = deframer.take(&mut piece) {
            if let Item::Frame(octets) = item {
                let frame = Frame::parse(octets).expect("a whole frame");
                good += usize::from(black_box(frame.information).len() == LENGTH);
            }
        }
    }
    good
}

/// MB/s of the fastest round of `work`, which handles all the packets.
fn rate(mut work: impl FnMut() -> usize) -> f64 {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < AT_LEAST {
        let round = Instant::now();
        assert_eq!(work(), PACKETS, "every packet is handled");
        fastest = fastest.min(round.elapsed());
    }
    (PACKETS * LENGTH) as f64 / fastest.as_secs_f64() / 1e6
}

fn tell(what: &str, ours: f64, theirs: f64) {
    println!("{what}: offhook-ppp {ours:.0} MB/s, ppproto {theirs:.0} MB/s: {:.1} times as fast", ours / theirs);
}
