//! pppd's `record` file: what crossed the serial port, both directions, with times of a tenth of a second (pppdump(8)).
//!
//! Each record begins with its kind: 1 octets sent and 2 received, with their length in two octets; 3 and 4 the end of
//! what is sent and received; 5 and 6 tenths of a second that passed, in four octets or one; 7 a start, with the
//! seconds since 1970 in four. pppd appends to the file: every run of it begins with a start.

use offhook_clock::Instant;
use offhook_telephony::trace::{End, EventKind};

use crate::found::{Found, Reader, Sink};
use crate::serial::Line;

/// Microseconds of a tenth of a second.
const TENTH: u64 = 100_000;

/// Reads what pppd has recorded.
#[derive(Debug)]
pub(crate) struct PppRecord {
    recorder: End,
    line: Line,
    now: Instant,
    /// Seconds since 1970 of the first start.
    base: Option<u32>,
    /// Where the damage began behind which the next record is looked for.
    lost: Option<u64>,
}

/// A record, and how many octets it has.
enum Record<'a> {
    Octets(bool, &'a [u8]),
    End(bool),
    Passed(u32),
    Start(u32),
}

/// The record at the front of `input`; `None`: more octets will tell. `Err`: none begins so.
fn record(input: &[u8]) -> Result<Option<(Record<'_>, usize)>, u8> {
    let Some((kind, rest)) = input.split_first() else { return Ok(None) };
    let number = || rest.first_chunk().map(|octets| u32::from_be_bytes(*octets));
    Ok(match kind {
        1 | 2 => rest.split_first_chunk().and_then(|(length, rest)| {
            let length = usize::from(u16::from_be_bytes(*length));
            Some((Record::Octets(*kind == 1, rest.get(..length)?), 3 + length))
        }),
        3 | 4 => Some((Record::End(*kind == 3), 1)),
        5 => number().map(|tenths| (Record::Passed(tenths), 5)),
        6 => rest.first().map(|tenths| (Record::Passed((*tenths).into()), 2)),
        7 => number().map(|seconds| (Record::Start(seconds), 5)),
        other => return Err(*other),
    })
}

impl PppRecord {
    pub(crate) fn new(recorder: End) -> Self {
        Self { recorder, line: Line::default(), now: Instant::ZERO, base: None, lost: None }
    }

    fn record(&mut self, record: Record<'_>, offset: u64, sink: &mut Sink<'_>) {
        let end = |sent: bool| if sent { self.recorder } else { self.recorder.other() };
        match record {
            Record::Octets(sent, octets) => self.line.hear(self.now, end(sent), octets, offset + 3, sink),
            Record::End(sent) => {
                let name = end(sent).name();
                self.line.finish_one(self.now, end(sent), offset, sink);
                self.line.tell(
                    self.now,
                    EventKind::Note { text: format!("end of what the {name} sends") },
                    offset,
                    sink,
                );
            }
            Record::Passed(tenths) => {
                self.pass(self.now.micros().saturating_add(u64::from(tenths) * TENTH), offset, sink)
            }
            Record::Start(seconds) => {
                self.line.finish(self.now, offset, sink);
                let since = seconds.saturating_sub(*self.base.get_or_insert(seconds));
                // A clock that was set back makes no time.
                self.pass(self.now.micros().max(u64::from(since) * 1_000_000), offset, sink);
                let text = format!("pppd begins to record, {seconds} s after 1970");
                self.line.tell(self.now, EventKind::Note { text }, offset, sink);
            }
        }
    }

    fn pass(&mut self, micros: u64, offset: u64, sink: &mut Sink<'_>) {
        let now = Instant::from_micros(micros);
        self.line.pass_until(now, offset, sink);
        self.now = now;
    }
}

impl Reader for PppRecord {
    fn take(&mut self, input: &[u8], offset: u64, last: bool, sink: &mut Sink<'_>) -> usize {
        let mut done = 0;
        while done < input.len() {
            let at = offset + done as u64;
            match record(&input[done..]) {
                Ok(Some((record, length))) => {
                    if let Some(from) = self.lost.take() {
                        let text = format!("reading goes on here, {} octets behind the damage", at - from);
                        sink(Found::remark(at, text));
                    }
                    self.record(record, at, sink);
                    done += length;
                }
                Ok(None) if !last => break,
                Ok(None) => {
                    let rest = &input[done..];
                    let text =
                        format!("the file ends in the middle of a record: {} octets of it are there", rest.len());
                    // Octets that crossed the port are as good as if all of them were there.
                    if let [kind @ (1 | 2), _, _, octets @ ..] = rest {
                        self.record(Record::Octets(*kind == 1, octets), at, sink);
                    }
                    sink(Found::damage(at, text));
                    done = input.len();
                }
                Err(kind) => {
                    if self.lost.is_none() {
                        let text = format!(
                            "a record is of kind 1 to 7, and here is {kind}; the next such octet is taken for one"
                        );
                        sink(Found::damage(at, text));
                        self.lost = Some(at);
                    }
                    done += 1;
                }
            }
        }
        if last {
            self.line.finish(self.now, offset + done as u64, sink);
        }
        done
    }
}
