//! Captures: whatever happened, what is written is pcapng that reads back, frame by frame.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_report::evidence::capture::{About, Capture, Ends};
use offhook_report::words;
use offhook_telephony::trace::{End, EventKind};
use pcap_file::pcapng::{Block, PcapNgReader};

use crate::operations::Operations;
use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "capture",
    about: "a capture of any events: pcapng that is read back with the same frames, of any names and moments",
    run,
    corpus: || corpus::as_operations(1, &corpus::frames()),
    words: &[b"\0", b"\xff", b"\n", b"\xf0\x9f\x93\x9e"],
    short: 2_000,
};

fn run(input: &[u8]) {
    let mut operations = Operations::new(input);
    let port = String::from_utf8_lossy(operations.octets()).into_owned();
    let epoch = Duration::from_secs(operations.number().into());
    let ports = [port.as_str(), "ttyS1"];
    let mut capture = Capture::begin(Vec::new(), epoch, Ends::SCENARIO, &ports, &About::default()).expect("in memory");
    let mut frames = Vec::new();
    let mut now = Instant::ZERO;
    while let Some(operation) = operations.octet() {
        let octets = operations.octets();
        now += Duration::from_millis(u64::from(operation) << (operation % 40));
        let text = String::from_utf8_lossy(octets).into_owned();
        let from = if operation & 1 == 0 { End::Server } else { End::Caller };
        let what = match operation % 4 {
            0 | 1 => {
                if !octets.is_empty() {
                    frames.push(octets.to_vec());
                }
                EventKind::Frame { from, octets: octets.to_vec(), text: text.clone() }
            }
            2 => EventKind::Text { from, text: text.clone() },
            _ => EventKind::Note { text: text.clone() },
        };
        let remarks: Vec<String> = (operation & 8 != 0).then(|| text.clone()).into_iter().collect();
        let port = Some(usize::from(operation >> 7));
        capture.event(now, port, None, &what, &words::line(&what), &remarks).expect("in memory");
    }
    let written = capture.end(Duration::from_micros(now.micros()), "over".to_owned()).expect("in memory");
    let mut reader = PcapNgReader::new(written.as_slice()).expect("its own section header");
    let mut read = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.expect("its own block")
            && packet.interface_id < 4
            && packet.interface_id % 2 == 0
        {
            read.push(packet.data[1..].to_vec());
        }
    }
    assert_eq!(read, frames);
}
