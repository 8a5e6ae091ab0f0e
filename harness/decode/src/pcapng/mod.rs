//! pcapng: blocks, each with its length before and behind it (draft-ietf-opsawg-pcapng).
//!
//! In: octets. Out: what the blocks of each [`Section`] tell. Where a block's lengths are nonsense the next block is looked
//! for octet by octet: one whose length before it is the one behind it. Why not by a library: the one that offhook writes
//! captures with keeps no offsets, gives up a packet for one bad option, and panics at a time that is too large.

mod options;
mod section;

use offhook_telephony::trace::End;

use self::section::Section;
use crate::found::{Found, Reader, Sink};

/// Type of the block that begins a section; the same in either order of octets.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
/// What tells the order of octets of a section.
const MAGIC: u32 = 0x1a2b_3c4d;
/// Octets of a block without a body.
const SHORTEST: usize = 12;
/// Longer than this is no block: it would have to be kept whole.
const LONGEST: usize = 16 << 20;
/// Types that a block has from which reading goes on; others are told by their place alone.
const USUAL: [u32; 7] = [SECTION_HEADER, 1, 2, 3, 4, 5, 6];

/// Reads pcapng.
#[derive(Debug)]
pub(crate) struct PcapNg {
    section: Section,
    /// Where the damage began behind which the next block is looked for.
    lost: Option<u64>,
}

/// What stands at a place where a block may begin.
enum Block<'a> {
    Whole {
        kind: u32,
        body: &'a [u8],
        length: usize,
    },
    /// More octets will tell.
    Cut,
    Damaged(String),
}

impl PcapNg {
    pub(crate) fn new(recorder: End) -> Self {
        Self { section: Section::new(recorder), lost: None }
    }

    /// The block at the front of `input`. A section's header says in which order of octets it is to be read.
    fn block<'a>(&mut self, input: &'a [u8], looking: bool) -> Block<'a> {
        let Some(head) = input.first_chunk::<SHORTEST>() else { return Block::Cut };
        let mut order = self.section.order;
        let kind = order.u32(head);
        if kind == SECTION_HEADER {
            match u32::from_le_bytes([head[8], head[9], head[10], head[11]]) {
                MAGIC => order.big_endian = false,
                magic if magic.swap_bytes() == MAGIC => order.big_endian = true,
                magic => {
                    return Block::Damaged(format!("a section begins here without its magic number: {magic:#010x}"));
                }
            }
        } else if looking && !USUAL.contains(&kind) {
            return Block::Damaged(String::new());
        }
        let length = order.u32(&head[4..]) as usize;
        if !(SHORTEST..=LONGEST).contains(&length) || !length.is_multiple_of(4) {
            return Block::Damaged(format!("a block of type {kind:#x} claims {length} octets"));
        }
        let Some(block) = input.get(..length) else { return Block::Cut };
        let behind = order.u32(&block[length - 4..]) as usize;
        if behind != length {
            return Block::Damaged(format!(
                "a block of type {kind:#x} begins with length {length} and ends with {behind}"
            ));
        }
        self.section.order = order;
        Block::Whole { kind, body: &block[8..length - 4], length }
    }
}

impl Reader for PcapNg {
    fn take(&mut self, input: &[u8], offset: u64, last: bool, sink: &mut Sink<'_>) -> usize {
        let mut done = 0;
        while done < input.len() {
            let at = offset + done as u64;
            match self.block(&input[done..], self.lost.is_some()) {
                Block::Whole { kind, body, length } => {
                    if let Some(from) = self.lost.take() {
                        let text = format!("reading goes on here, {} octets behind the damage", at - from);
                        sink(Found::remark(at, text));
                    }
                    match kind {
                        SECTION_HEADER => self.section.begin(body),
                        kind => self.section.block(kind, body, at, sink),
                    }
                    done += length;
                }
                Block::Cut if !last => return done,
                // What looked like a block while one was looked for was none.
                Block::Cut if self.lost.is_some() => done += 1,
                Block::Cut => {
                    let rest = input.len() - done;
                    let text = format!("the file ends in the middle of a block: {rest} octets of it are there");
                    sink(Found::damage(at, text));
                    self.lost = Some(at);
                    done += 1;
                }
                Block::Damaged(text) => {
                    if self.lost.is_none() {
                        sink(Found::damage(at, text + "; the next whole block is looked for"));
                        self.lost = Some(at);
                    }
                    done += 1;
                }
            }
        }
        if last {
            self.section.end(offset + done as u64, sink);
        }
        done
    }
}
