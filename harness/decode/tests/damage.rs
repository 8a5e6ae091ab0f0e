//! Damaged captures of each format: the damage is told with its place, and everything before it, and behind it where the
//! format has a way to get there, is read.

#![allow(clippy::unwrap_used, clippy::panic)]

use offhook_decode::{Decoder, Format, Found, Options, What};
use offhook_ppp::transparency::encode;
use offhook_telephony::trace::{End, EventKind};

const ECHO: &[u8] = b"\xff\x03\xc0\x21\x09\x01\x00\x08\x12\x34\x56\x78";

fn found(octets: &[u8]) -> Vec<Found> {
    let mut all = Vec::new();
    let mut decoder = Decoder::new(Options::default());
    decoder.push(octets, &mut |found| all.push(found));
    decoder.finish(&mut |found| all.push(found));
    all
}

/// How many frames were read, and each damage and remark with its place.
fn seen(octets: &[u8], format: Format) -> (usize, Vec<(u64, String)>) {
    let all = found(octets);
    assert_eq!(all[0].what, What::Format(format));
    let is_frame =
        |found: &&Found| matches!(&found.what, What::Event(event) if matches!(event.what, EventKind::Frame { .. }));
    let told = all.iter().filter_map(|found| match &found.what {
        What::Damage(text) | What::Remark(text) => Some((found.offset, text.clone())),
        _ => None,
    });
    (all.iter().filter(is_frame).count(), told.collect())
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 12).to_be_bytes();
    [&kind.to_be_bytes()[..], &length, body, &length].concat()
}

/// A pcapng file of big-endian numbers, as a machine of that kind writes it, with three packets of link type 204. Where they begin.
fn pcapng() -> (Vec<u8>, [usize; 3]) {
    let mut file = block(0x0a0d_0d0a, b"\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
    file.extend(block(1, b"\0\xcc\0\0\0\0\0\0\0\x02\0\x04ppp0\0\0\0\0"));
    let places = [0_u8, 1, 2].map(|number| {
        let place = file.len();
        let head = [&[0; 11][..], &[number], &13_u32.to_be_bytes(), &13_u32.to_be_bytes()].concat();
        file.extend(block(6, &[&head, &[number & 1][..], ECHO, &[0; 3]].concat()));
        place
    });
    (file, places)
}

#[test]
fn a_whole_pcapng_file_has_its_frames_with_time_port_and_sender() {
    let (file, _) = pcapng();
    assert_eq!(seen(&file, Format::PcapNg), (3, vec![]));
    let events = found(&file).into_iter().filter_map(|found| match found.what {
        What::Event(event) => Some(event),
        _ => None,
    });
    let events: Vec<_> = events.collect();
    let told: Vec<_> = events.iter().map(|event| (event.at.micros(), event.port.as_deref().unwrap())).collect();
    assert_eq!(told, [(0, "ppp0"), (1, "ppp0"), (2, "ppp0")]);
    let from = events.iter().map(|event| match &event.what {
        EventKind::Frame { from, octets, .. } if octets == ECHO => *from,
        other => panic!("{other:?}"),
    });
    assert_eq!(from.collect::<Vec<_>>(), [End::Caller, End::Server, End::Caller]);
}

#[test]
fn behind_a_damaged_block_the_next_whole_one_is_found() {
    let (whole, [_, second, third]) = pcapng();
    let mut file = whole.clone();
    file[second + 4..second + 8].copy_from_slice(&[0x7f; 4]);
    let told = vec![
        (second as u64, "a block of type 0x6 claims 2139062143 octets; the next whole block is looked for".to_owned()),
        (third as u64, format!("reading goes on here, {} octets behind the damage", third - second)),
    ];
    assert_eq!(seen(&file, Format::PcapNg), (2, told));
    // Some octets are missing, as from a disk that was full for a while.
    let mut file = whole;
    file.drain(second + 9..second + 30);
    let (frames, told) = seen(&file, Format::PcapNg);
    assert_eq!((frames, told[0].0, told[1].0), (2, second as u64, third as u64 - 21), "{told:?}");
}

#[test]
fn a_pcapng_file_that_ends_too_soon_has_all_that_is_there() {
    let (mut file, [.., third]) = pcapng();
    file.truncate(third + 20);
    let text = "the file ends in the middle of a block: 20 octets of it are there".to_owned();
    assert_eq!(seen(&file, Format::PcapNg), (2, vec![(third as u64, text)]));
}

#[test]
fn a_packet_that_does_not_fit_its_block_or_has_no_interface_is_told_alone() {
    let (mut file, [first, second, _]) = pcapng();
    file[first + 23] = 200;
    file[second + 11] = 7;
    let told = [
        (first as u64, "a packet claims 200 octets, and its block has room for 16".to_owned()),
        (second as u64, "a packet is of interface 7, and only 1 are described before it".to_owned()),
    ];
    assert_eq!(seen(&file, Format::PcapNg), (1, told.to_vec()));
}

fn pcap(link: u8) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link, 0, 0, 0];
    for second in [5, 6] {
        file.extend([second, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0]);
        file.extend(ECHO);
    }
    file
}

#[test]
fn behind_a_pcap_packet_without_a_length_nothing_is_made_up() {
    let direction = "the capture does not tell who sent which packet: all are shown as the server's".to_owned();
    assert_eq!(seen(&pcap(9), Format::Pcap), (2, vec![(0, direction.clone())]));
    let mut file = pcap(50);
    file[24 + 28 + 10] = 0x7f;
    let text = "a packet here claims 8323084 octets, and none has more than 262144; nothing behind it can be read";
    assert_eq!(seen(&file, Format::Pcap), (1, vec![(0, direction.clone()), (52, text.to_owned())]));
    let cut = "the file ends in the middle of a packet: 20 octets of it are there".to_owned();
    assert_eq!(seen(&pcap(9)[..72], Format::Pcap), (1, vec![(0, direction), (52, cut)]));
    let header = "the header of a pcap file has 24 octets, and the file ends after 9".to_owned();
    assert_eq!(seen(&pcap(9)[..9], Format::Pcap), (0, vec![(0, header)]));
    let other = "2 packets of link type 1 were passed over: PPP has 9, 50, 166 and 204".to_owned();
    assert_eq!(seen(&pcap(1), Format::Pcap), (0, vec![(80, other)]));
}

fn record() -> Vec<u8> {
    let octets = encode(ECHO, 0);
    let length = (octets.len() as u16).to_be_bytes();
    let sent = [&[6, 1, 1][..], &length, &octets].concat();
    [&[7, 0x69, 0x5b, 0x80, 0x10][..], &sent, &sent].concat()
}

#[test]
fn a_record_is_read_up_to_its_last_octet_and_behind_nonsense() {
    assert_eq!(seen(&record(), Format::PppRecord), (2, vec![]));
    let mut file = record();
    let second = (file.len() + 5) / 2;
    file.splice(second..second, [0xee; 3]);
    let told = vec![
        (second as u64, "a record is of kind 1 to 7, and here is 238; the next such octet is taken for one".to_owned()),
        (second as u64 + 3, "reading goes on here, 3 octets behind the damage".to_owned()),
    ];
    assert_eq!(seen(&file, Format::PppRecord), (2, told));
    let whole = record();
    let text =
        format!("the file ends in the middle of a record: {} octets of it are there", whole.len() - second - 2 - 2);
    let cut = found(&whole[..whole.len() - 2]);
    assert_eq!(cut.last().unwrap().what, {
        let bad = cut.iter().find_map(|found| match &found.what {
            What::Event(event) if matches!(event.what, EventKind::BadFrame { .. }) => Some(found.what.clone()),
            _ => None,
        });
        bad.unwrap()
    });
    assert!(cut.iter().any(|found| found.what == What::Damage(text.clone())), "{cut:?}");
}

#[test]
fn what_noise_made_of_frames_is_told_with_its_place() {
    let good = encode(ECHO, u32::MAX);
    let mut bad = good.clone();
    bad[10] ^= 0x40;
    let runt = b"~\xff\x03~";
    let line = [&good[..], &bad, runt, b"\xff\x03\x80\x21\x01}~", &good, b"\xff\x03\x00\x21\x45"].concat();
    let told: Vec<(u64, String)> = found(&line)
        .into_iter()
        .filter_map(|found| match found.what {
            What::Event(event) => Some((
                found.offset,
                match event.what {
                    EventKind::Frame { text, .. } => text,
                    EventKind::BadFrame { reason, .. } => reason.name().to_owned(),
                    other => format!("{other:?}"),
                },
            )),
            _ => None,
        })
        .collect();
    let (length, echo) = (good.len() as u64, "[LCP EchoReq id=0x1 magic=0x12345678]");
    let expected = [
        (0, echo),
        (length, "bad FCS"),
        (2 * length, "runt"),
        (2 * length + 4, "abort"),
        (2 * length + 11, echo),
        (3 * length + 11, "unfinished"),
    ];
    assert_eq!(told, expected.map(|(offset, text)| (offset, text.to_owned())));
}
