//! RFC 1662: octets of a line to frames, in one piece or many; and frames to octets and back.

use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::transparency::encode;

use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "hdlc",
    about: "octets of a line to frames: the same however they are cut; what is encoded decodes to itself",
    run,
    corpus: || {
        let frames = corpus::frames();
        let lines = frames.iter().map(|frame| [&[0xff, 0xff, 0xff, 0xff], &encode(frame, 0)[..]].concat());
        lines.chain(frames.iter().map(|frame| [&[0, 0, 0, 0], &encode(frame, u32::MAX)[..]].concat())).collect()
    },
    words: &[b"~", b"~~", b"}~", b"}]", b"}^", b"~\xff}#\xc0!", b"login: "],
    short: 4_000,
};

/// The longest frame that the deframer takes.
const LONGEST: usize = 1_600;

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Frame(Vec<u8>),
    /// Without transparency, and as it came.
    Bad(Vec<u8>, Vec<u8>),
    Text(Vec<u8>),
}

/// What comes of octets that arrive in these pieces; text that was only cut is put together again.
fn seen<'a>(accm: u32, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Seen> {
    let mut deframer = Deframer::new(LONGEST);
    deframer.set_accm(accm);
    let mut all: Vec<Seen> = Vec::new();
    for mut piece in pieces {
        while let Some(item) = deframer.take(&mut piece) {
            match item {
                Item::Frame(frame) => all.push(Seen::Frame(frame.to_vec())),
                Item::Bad { octets, raw, .. } => all.push(Seen::Bad(octets.to_vec(), raw.to_vec())),
                Item::Text(text) => match all.last_mut() {
                    Some(Seen::Text(before)) => before.extend_from_slice(text),
                    _ => all.push(Seen::Text(text.to_vec())),
                },
            }
        }
    }
    all
}

/// The first four octets are an ACCM, the rest crosses the line.
fn run(input: &[u8]) {
    let (head, line) = input.split_at(input.len().min(4));
    let accm = head.iter().fold(0_u32, |accm, octet| accm << 8 | u32::from(*octet));
    let whole = seen(accm, std::iter::once(line));
    assert_eq!(whole, seen(accm, line.chunks(1)), "octet by octet");
    assert_eq!(whole, seen(accm, line.chunks(7)), "in pieces of seven");
    for seen in &whole {
        let (Seen::Frame(octets) | Seen::Bad(octets, _) | Seen::Text(octets)) = seen;
        assert!(octets.len() <= line.len(), "more came out than went in");
        if let Seen::Bad(_, raw) = seen {
            assert!(line.windows(raw.len()).any(|part| part == raw), "what did not come is told as it came");
        }
    }
    // What is said to be a frame crosses a line of any ACCM unchanged.
    let frame = &line[..line.len().min(LONGEST - 2)];
    if frame.len() >= 2 {
        let octets = encode(frame, accm);
        assert!(
            seen(accm, std::iter::once(octets.as_slice())).contains(&Seen::Frame(frame.to_vec())),
            "lost on the way"
        );
    }
}
