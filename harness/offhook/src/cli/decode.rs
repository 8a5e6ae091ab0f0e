//! `offhook decode`: what a capture tells, a line a packet, whoever recorded it.
//!
//! In: a file or a pipe, read as it comes. Out: lines, a ladder or JSON on standard output, and on standard error what is damaged
//! or to be known. Exit code 1: it is damaged somewhere.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use offhook_base::{StandardOutput, plain, standard_output_failure};
use offhook_decode::{Decoder, Format, Found, Options, What};
use offhook_report::Style;
use offhook_report::ladder::Ladder;
use offhook_report::listing::{FirstColumn, Listing};
use offhook_telephony::trace::{End, Event};

use super::{WRONG_INPUT, complain};

/// Octets that are read at once.
const PIECE: usize = 256 * 1024;
/// Exit code: the capture is damaged.
const DAMAGED: u8 = 1;

#[derive(Debug, Args)]
#[command(after_help = "Formats, told by their first octets:
  pcapng   offhook's and Wireshark's captures; of link types PPP has 9, 50, 166 and 204
  pcap     the same as tcpdump writes them
  record   what pppd writes with its option record
  serial   anything else: the octets of one direction of a serial line, from a pipe or a log")]
pub(super) struct Decode {
    /// The capture; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Whose the octets of a serial line are; who recorded a capture that tells sent from received
    #[arg(long, value_name = "END", value_enum, default_value_t = From::Server)]
    from: From,

    /// Take it for this format
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Named>,

    /// Draw a ladder: caller, line and server
    #[arg(long, conflicts_with = "json")]
    ladder: bool,

    /// Write the events as JSON, one a line, in the form of trace.jsonl
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    Server,
    Caller,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Named {
    Pcapng,
    Pcap,
    Record,
    Serial,
}

impl Named {
    const fn format(self) -> Format {
        match self {
            Self::Pcapng => Format::PcapNg,
            Self::Pcap => Format::Pcap,
            Self::Record => Format::PppRecord,
            Self::Serial => Format::Serial,
        }
    }
}

pub(super) fn main(arguments: &Decode) -> u8 {
    let name =
        if arguments.file == Path::new("-") { "standard input".into() } else { arguments.file.display().to_string() };
    let wrong = |doing: &str, error: &io::Error| {
        complain(&format!("error: {doing} {name}: {}\n", plain(error)));
        WRONG_INPUT
    };
    let mut input: Box<dyn Read> = match arguments.file == Path::new("-") {
        true => Box::new(io::stdin()),
        false => match File::open(&arguments.file) {
            Ok(file) => Box::new(file),
            Err(error) => return wrong("opening", &error),
        },
    };
    let from = match arguments.from {
        From::Server => End::Server,
        From::Caller => End::Caller,
    };
    let mut decoder = Decoder::new(Options { format: arguments.format.map(Named::format), from });
    let mut shown = Shown::new(arguments, name.clone());
    let mut piece = vec![0; PIECE];
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return wrong("reading", &error),
        };
        decoder.push(&piece[..count], &mut |found| shown.found(&found));
        shown.flush();
        // Whoever reads it has heard enough.
        if standard_output_failure().is_some() {
            return 0;
        }
    }
    decoder.finish(&mut |found| shown.found(&found));
    shown.flush();
    if shown.damaged { DAMAGED } else { 0 }
}

/// What is shown of a capture.
struct Shown {
    /// What the capture is called.
    name: String,
    json: bool,
    ladder: bool,
    unicode: bool,
    view: View,
    /// What is to be written next.
    text: String,
    damaged: bool,
}

/// How events are shown.
#[derive(Clone, Copy, Debug)]
enum View {
    Json,
    Ladder(Ladder),
    Listing(Listing),
}

impl Shown {
    fn new(arguments: &Decode, name: String) -> Self {
        let Decode { json, ladder, .. } = *arguments;
        let unicode = Style::of(&io::stdout(), |name| std::env::var_os(name)).unicode;
        Self { name, json, ladder, unicode, view: View::Json, text: String::new(), damaged: false }
    }

    fn found(&mut self, found: &Found) {
        match &found.what {
            What::Format(format) => self.begin(*format),
            What::Event(event) => self.event(event, found.offset),
            What::Damage(text) => {
                self.damaged = true;
                self.tell("error", found.offset, text);
            }
            What::Remark(text) => self.tell("note", found.offset, text),
        }
    }

    fn begin(&mut self, format: Format) {
        let first = if format.has_times() { FirstColumn::Time } else { FirstColumn::Offset };
        self.view = match (self.json, self.ladder) {
            (true, _) => View::Json,
            (false, true) => View::Ladder(Ladder::new(first, self.unicode)),
            (false, false) => View::Listing(Listing::new(first, self.unicode)),
        };
        match &self.view {
            View::Json => {}
            View::Ladder(ladder) => self.text.push_str(&ladder.heading()),
            View::Listing(listing) => self.text.push_str(&listing.heading()),
        }
    }

    fn event(&mut self, event: &Event, offset: u64) {
        match &mut self.view {
            View::Json => {
                // JSON can hold every event.
                self.text.push_str(&serde_json::to_string(event).unwrap_or_default());
                self.text.push('\n');
            }
            View::Ladder(ladder) => ladder.rows(&mut self.text, event, offset),
            View::Listing(listing) => listing.row(&mut self.text, event, offset),
        }
        if self.text.len() >= PIECE {
            self.flush();
        }
    }

    /// Something about the capture itself, in its place among the events.
    fn tell(&mut self, kind: &str, offset: u64, text: &str) {
        self.flush();
        complain(&format!("{kind}: {}, octet {offset}: {text}\n", self.name));
    }

    fn flush(&mut self) {
        let mut stdout = StandardOutput;
        // What it does not take is told at the end.
        let _ = stdout.write_all(self.text.as_bytes()).and_then(|()| stdout.flush());
        self.text.clear();
    }
}
