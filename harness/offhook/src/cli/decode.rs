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
use offhook_page::item::Row;
use offhook_page::{Detail, Item, Mark, Page, Section, Words, events, phases};
use offhook_report::Style;
use offhook_report::ladder::Ladder;
use offhook_report::listing::{FirstColumn, Listing, TIME};
use offhook_report::words::as_it_came;
use offhook_telephony::trace::{End, Event};

use super::{LAB_FAILED, WRONG_INPUT, complain, page};

/// Octets that are read at once.
const PIECE: usize = 256 * 1024;
/// What the marks are called on the page of a capture.
const WORDS: Words = ["damaged", "damaged", "damaged", "whole", "empty", "empty"];
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

    /// Write a page with a ladder diagram, and packets decoded on click, to this file as well
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
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
    if let Some(path) = &arguments.html
        && let Err(error) = page::write(path, &capture_page(&shown))
    {
        complain(&format!("error: {error}\n"));
        return LAB_FAILED;
    }
    if shown.damaged { DAMAGED } else { 0 }
}

/// The page of what was shown.
fn capture_page(shown: &Shown) -> Page {
    let events = events::of_capture(&shown.kept);
    let ladder = Section::Ladder { events, phases: phases::phases(&shown.kept) };
    let damage: Vec<Row> = shown.complaints.iter().map(|(kind, text)| Row::new(*kind, text)).collect();
    let complaints = Section::Facts { title: "Of the capture itself".to_owned(), rows: damage.clone(), open: true };
    let item = Item {
        mark: if shown.damaged { Mark::Error } else { Mark::Passed },
        group: "capture".to_owned(),
        name: shown.name.clone(),
        place: String::new(),
        run: String::new(),
        short: damage.first().map_or_else(String::new, |row| row.text.clone()),
        virtual_us: shown.kept.last().map_or(0, |event| event.at.micros()),
        wall_ms: 0,
        words: String::new(),
        detail: Detail { sections: if damage.is_empty() { vec![ladder] } else { vec![complaints, ladder] } },
    };
    Page {
        title: format!("offhook decode {}", shown.name),
        words: WORDS,
        facts: Vec::new(),
        table: None,
        items: vec![item],
    }
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
    /// Whether events are kept, for a page.
    keep: bool,
    kept: Vec<Event>,
    /// What was said of the capture itself: kind and text.
    complaints: Vec<(&'static str, String)>,
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
        Self {
            name,
            json,
            ladder,
            unicode,
            view: View::Json,
            text: String::new(),
            damaged: false,
            keep: arguments.html.is_some(),
            kept: Vec::new(),
            complaints: Vec::new(),
        }
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
        if self.keep {
            self.kept.push(event.clone());
        }
        match &mut self.view {
            View::Json => {
                // JSON can hold every event.
                self.text.push_str(&serde_json::to_string(event).unwrap_or_default());
                self.text.push('\n');
            }
            View::Ladder(ladder) => ladder.rows(&mut self.text, event, offset),
            View::Listing(listing) => listing.row(&mut self.text, event, offset),
        }
        if let (false, Some(raw)) = (self.json, as_it_came(&event.what)) {
            self.text.push_str(&format!("{:TIME$}  {raw}\n", ""));
        }
        if self.text.len() >= PIECE {
            self.flush();
        }
    }

    /// Something about the capture itself, in its place among the events.
    fn tell(&mut self, kind: &'static str, offset: u64, text: &str) {
        self.flush();
        if self.keep {
            self.complaints.push((kind, format!("octet {offset}: {text}")));
        }
        complain(&format!("{kind}: {}, octet {offset}: {text}\n", self.name));
    }

    fn flush(&mut self) {
        let mut stdout = StandardOutput;
        // What it does not take is told at the end.
        let _ = stdout.write_all(self.text.as_bytes()).and_then(|()| stdout.flush());
        self.text.clear();
    }
}
