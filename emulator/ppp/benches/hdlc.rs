//! How fast frames are made and read, on one core: `cargo bench -p offhook-ppp --bench hdlc`.
//!
//! 1500-octet information fields of random octets, under an ACCM of 0 (what a dial-in link agrees on)
//! and under 0xffffffff (before it does). MB/s count information octets, 1 MB being 10^6.

#![allow(missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use offhook_clock::Random;
use offhook_ppp::fcs;
use offhook_ppp::frame::{Compression, Frame, IP};
use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::transparency::encode;

const FRAMES: usize = 64;
const INFORMATION: usize = 1500;
const AT_LEAST: Duration = Duration::from_millis(700);

fn main() {
    let mut random = Random::new(1);
    let frames: Vec<Vec<u8>> = (0..FRAMES)
        .map(|_| {
            let information: Vec<u8> = (0..INFORMATION).map(|_| random.next() as u8).collect();
            Frame { protocol: IP, information: &information }.emit(Compression::NONE)
        })
        .collect();
    measure("FCS alone", || {
        frames.iter().map(|frame| usize::from(black_box(fcs::update(fcs::INITIAL, black_box(frame))) < u16::MAX)).sum()
    });
    for accm in [0, 0xffff_ffff] {
        let line: Vec<u8> = frames.iter().flat_map(|frame| encode(frame, accm)).collect();
        measure(&format!("decode, ACCM 0x{accm:08x}"), || decode(&line, accm));
        measure(&format!("encode, ACCM 0x{accm:08x}"), || {
            frames.iter().map(|frame| black_box(encode(black_box(frame), accm)).len().min(1)).sum()
        });
    }
}

/// Reads `line` in pieces as a pty gives them; returns how many good frames there were.
fn decode(line: &[u8], accm: u32) -> usize {
    let mut deframer = Deframer::new(INFORMATION + 6);
    deframer.set_accm(accm);
    let mut good = 0;
    for mut piece in black_box(line).chunks(4096) {
        while let Some(item) = deframer.take(&mut piece) {
            good += usize::from(matches!(black_box(item), Item::Frame(_)));
        }
    }
    good
}

/// Prints the rate of the fastest round of `work`, which handles all the frames.
fn measure(name: &str, work: impl Fn() -> usize) {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < AT_LEAST {
        let round = Instant::now();
        assert_eq!(work(), FRAMES, "every frame is handled");
        fastest = fastest.min(round.elapsed());
    }
    let rate = (FRAMES * INFORMATION) as f64 / fastest.as_secs_f64() / 1e6;
    println!("{name}: {rate:.0} MB/s");
}
