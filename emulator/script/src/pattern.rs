//! A packet that is expected: protocol, code, Identifier, options in order, data, and how it lies on the line.
//!
//! In: what came, and what was captured so far. Out: nothing, or the first thing that is different, in words.

use offhook_ppp::options::{Options, RawOption};
use offhook_ppp::print;
use serde::{Deserialize, Serialize};

use crate::captured::Captured;
use crate::names;
use crate::reader::Heard;
use crate::template::{self, Context, Data, Part};

/// A packet that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The Protocol field.
    pub protocol: u16,
    /// The codes it may have; none: any.
    pub codes: Vec<u8>,
    /// The Identifier field.
    pub identifier: Wanted,
    /// Of what packet it is the answer: it has that one's Identifier, and what an answer of its code repeats.
    pub of: Option<String>,
    /// What follows the header.
    pub body: Body,
    /// A packet whose contents are others.
    pub other_body_than: Option<String>,
    /// Text that it contains.
    pub contains: Option<Vec<u8>>,
    /// Octets that its Information field has at most.
    pub at_most: Option<usize>,
    /// Octets of data that a Length below the right one would have.
    pub at_least: Option<usize>,
    /// How it lies on the line.
    pub line: OnLine,
}

/// An Identifier that is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Any, but that of the packet it answers.
    #[default]
    Usual,
    /// This one.
    Is(u8),
    /// That of a packet.
    SameAs(String),
    /// Another than that of a packet.
    OtherThan(String),
}

/// What is expected after the header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// What an answer repeats of its question; else anything.
    #[default]
    Usual,
    /// Anything.
    Any,
    /// These options in this order.
    Options {
        /// Each with its data, if that is stated.
        list: Vec<OptionPattern>,
        /// Others may be between them.
        others: bool,
    },
    /// These octets.
    Data {
        /// What they are.
        parts: Vec<Part>,
        /// Whether it may be only their beginning.
        cut: bool,
        /// Whether it may go on after them.
        more: bool,
    },
}

/// An option that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionPattern {
    /// Its Type field.
    pub kind: u8,
    /// Its Data field; `None`: any.
    pub data: Option<Data>,
    /// Whether it must not be there at all.
    pub absent: bool,
    /// Whether its data must be other than stated.
    pub other: bool,
}

/// How a frame lies on the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnLine {
    /// Whether Address and Control field are there.
    pub address: Option<bool>,
    /// Octets of the Protocol field.
    pub protocol_octets: Option<usize>,
    /// Control octets that must not lie bare.
    pub escapes: Option<u32>,
}

impl Pattern {
    /// Any packet of `protocol` with one of these codes.
    pub fn new(protocol: u16, codes: Vec<u8>) -> Self {
        Self {
            protocol,
            codes,
            identifier: Wanted::default(),
            of: None,
            body: Body::default(),
            other_body_than: None,
            contains: None,
            at_most: None,
            at_least: None,
            line: OnLine::default(),
        }
    }

    /// In words: `lcp Configure-Ack`.
    pub fn words(&self) -> String {
        let protocol = names::protocol_name(self.protocol);
        let codes: Vec<String> = self.codes.iter().map(|code| names::code_name(self.protocol, *code)).collect();
        let of = self.of.as_ref().map_or_else(String::new, |of| format!(" of \"{of}\""));
        match codes.as_slice() {
            [] => format!("{protocol}{of}"),
            some => format!("{protocol} {}{of}", some.join(" or ")),
        }
    }

    /// Compares.
    ///
    /// # Errors
    ///
    /// The first difference, in words; or a packet that was never captured.
    pub fn compare(&self, heard: &Heard, context: Context<'_>) -> Result<(), String> {
        let Some((protocol, information)) = heard.packet() else {
            return Err(heard.frame.as_ref().err().map_or("no Protocol field", |bad| bad.words()).to_owned());
        };
        if protocol != self.protocol {
            return Err(format!("the protocol is {}", names::protocol_name(protocol)));
        }
        let came = Captured { protocol, information: information.to_vec() };
        let code = came.information.first().copied();
        if let (false, Some(code)) = (self.codes.is_empty(), code)
            && !self.codes.contains(&code)
        {
            return Err(format!("the code is that of {}", names::code_name(protocol, code)));
        }
        if !self.codes.is_empty() && code.is_none() {
            return Err("there is no code".to_owned());
        }
        self.compare_identifier(&came, context)?;
        self.compare_body(&came, context)?;
        if let Some(name) = &self.other_body_than
            && context.captures.get(name)?.body() == came.body()
        {
            return Err(format!("its data is that of \"{name}\""));
        }
        if let Some(text) = &self.contains
            && !came.information.windows(text.len()).any(|window| window == text)
        {
            return Err(format!("\"{}\" is not in it", String::from_utf8_lossy(text)));
        }
        if self.at_most.is_some_and(|most| came.information.len() > most) {
            return Err(format!("it has {} octets of information", came.information.len()));
        }
        if self.at_least.is_some_and(|least| came.information.len() < least) {
            return Err(format!("it has only {} octets of information", came.information.len()));
        }
        self.line.compare(heard)
    }

    fn compare_identifier(&self, came: &Captured, context: Context<'_>) -> Result<(), String> {
        let identifier = came.identifier();
        let differs = |wanted: Option<u8>| match (identifier, wanted) {
            (Some(is), Some(wanted)) if is != wanted => Err(format!("the Identifier is {is}, not {wanted}")),
            _ => Ok(()),
        };
        match &self.identifier {
            Wanted::Is(wanted) => differs(Some(*wanted)),
            Wanted::SameAs(name) => differs(context.captures.get(name)?.identifier()),
            Wanted::OtherThan(name) => match (identifier, context.captures.get(name)?.identifier()) {
                (Some(is), Some(other)) if is == other => Err(format!("the Identifier is {is}, that of \"{name}\"")),
                _ => Ok(()),
            },
            Wanted::Usual => match &self.of {
                // Rejects of code and protocol have Identifiers of their own (RFC 1661 §5.6, §5.7).
                Some(name) if !self.codes.iter().any(|code| matches!(code, 7 | 8)) => {
                    differs(context.captures.get(name)?.identifier())
                }
                _ => Ok(()),
            },
        }
    }

    fn compare_body(&self, came: &Captured, context: Context<'_>) -> Result<(), String> {
        match &self.body {
            Body::Any => Ok(()),
            Body::Usual => match &self.of {
                Some(name) => repeats(came, context.captures.get(name)?),
                None => Ok(()),
            },
            Body::Options { list, others } => compare_options(came, list, *others, context),
            Body::Data { parts, cut, more } => {
                let wanted = template::mask(parts, context)?;
                let body = if names::codes(self.protocol).is_empty() { &came.information } else { came.body() };
                let is_long = body.len() == wanted.len()
                    || *cut && body.len() < wanted.len()
                    || *more && body.len() > wanted.len();
                let is_it = |(wanted, came): (&Option<u8>, &u8)| wanted.is_none_or(|wanted| wanted == *came);
                match is_long && wanted.iter().zip(body.iter()).all(is_it) {
                    true => Ok(()),
                    false => Err(format!("its data is {}, not {}", hex(body), masked(&wanted))),
                }
            }
        }
    }
}

/// Digits, with `??` for an octet that may be any.
fn masked(wanted: &[Option<u8>]) -> String {
    let digits: Vec<String> =
        wanted.iter().map(|octet| octet.map_or_else(|| "??".to_owned(), |octet| format!("{octet:02x}"))).collect();
    digits.join(" ")
}

/// What an answer repeats of its question (RFC 1661 §5.2, §5.6 to §5.8).
fn repeats(came: &Captured, question: &Captured) -> Result<(), String> {
    let control = matches!(came.protocol, 0xc021 | 0x8000..=0xbfff);
    let (body, code) = (came.body(), came.information.first());
    let right = match (control, code) {
        (true, Some(2)) => body == question.body(),
        // As much of it as fits.
        (true, Some(7)) => question.packet().starts_with(body) || question.information.starts_with(body),
        (true, Some(8)) => {
            let whole = [&question.protocol.to_be_bytes(), question.information.as_slice()].concat();
            body.len() >= 2 && whole.starts_with(body)
        }
        (true, Some(10)) => {
            let (echoed, data) = (body.get(4..).unwrap_or_default(), question.body().get(4..).unwrap_or_default());
            data == echoed
        }
        _ => true,
    };
    match right {
        true => Ok(()),
        false => Err(format!("its data is {}, which is not that of what it answers", hex(body))),
    }
}

fn compare_options(came: &Captured, list: &[OptionPattern], others: bool, context: Context<'_>) -> Result<(), String> {
    let name = |kind| names::option_name(came.protocol, kind);
    let options: Vec<RawOption<'_>> = Options::new(came.body()).map_while(Result::ok).collect();
    if let Some(absent) = list.iter().find(|it| it.absent && options.iter().any(|option| option.kind == it.kind)) {
        return Err(format!("{} is in it", name(absent.kind)));
    }
    let mut rest = options.as_slice();
    for wanted in list.iter().filter(|wanted| !wanted.absent) {
        let Some(at) = rest.iter().position(|option| option.kind == wanted.kind).filter(|at| others || *at == 0) else {
            return Err(match (rest.first(), options.iter().any(|option| option.kind == wanted.kind)) {
                (_, true) => format!("{} is not in its place", name(wanted.kind)),
                (Some(first), false) => format!("{} is there where {} should be", name(first.kind), name(wanted.kind)),
                (None, false) => format!("{} is missing", name(wanted.kind)),
            });
        };
        let is = rest[at].data;
        let data = match &wanted.data {
            None => None,
            Some(Data::Is(octets)) => Some(octets.clone()),
            Some(Data::Of(other)) => {
                Some(context.captures.get(other)?.option(wanted.kind).unwrap_or_default().to_vec())
            }
        };
        if let Some(data) = data.filter(|data| (is == data) == wanted.other) {
            let not = if wanted.other { "the same as before".to_owned() } else { format!("not {}", hex(&data)) };
            return Err(format!("{} is {}, {not}", name(wanted.kind), hex(is)));
        }
        rest = &rest[at + 1..];
    }
    match rest.first() {
        Some(option) if !others => Err(format!("{} is in it, too", name(option.kind))),
        _ => Ok(()),
    }
}

impl OnLine {
    fn compare(self, heard: &Heard) -> Result<(), String> {
        let there = heard.has_address_and_control();
        if self.address.is_some_and(|wanted| wanted != there) {
            let is = if there { "there" } else { "left out" };
            return Err(format!("Address and Control field are {is}"));
        }
        let octets = heard.protocol_octets();
        if self.protocol_octets.is_some_and(|wanted| wanted != octets) {
            return Err(format!("the Protocol field has {octets} octets"));
        }
        match self.escapes.and_then(|accm| heard.unescaped(accm)) {
            Some(octet) => Err(format!("octet 0x{octet:02x} is not escaped")),
            None => Ok(()),
        }
    }
}

/// What came, in pppd's notation.
pub fn told(heard: &Heard) -> String {
    match &heard.frame {
        Ok(frame) => print::frame(frame),
        Err(bad) => format!("{} ({})", bad.words(), hex(&heard.raw)),
    }
}

/// Octets for people; those of long packets are left out, and told.
fn hex(octets: &[u8]) -> String {
    const SHOWN: usize = 32;
    let shown: Vec<String> = octets.iter().take(SHOWN).map(|octet| format!("{octet:02x}")).collect();
    match octets.len() {
        0 => "empty".to_owned(),
        len if len > SHOWN => format!("{} ... ({len} octets)", shown.join(" ")),
        _ => shown.join(" "),
    }
}
