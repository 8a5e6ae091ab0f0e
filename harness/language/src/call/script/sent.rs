//! A packet that is sent: [`Item`]s to [`Template`].

use offhook_schema::{Problem, Value};
use offhook_script::framing::Framing;
use offhook_script::names;
use offhook_script::template::{Data, Identifier, Part, Template};

use super::{protocol_and_codes, unknown_option};
use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::{ENDINGS, FCS, RESPONSES};

/// Makes a packet; `None`: what is wrong with it has been told.
pub(super) fn build_template(item: &Item, problems: &mut Vec<Problem>) -> Option<Template> {
    let (protocol, codes) = protocol_and_codes(item, problems)?;
    let code = codes.first().copied();
    // Codes 1 to 4 of a control protocol have options.
    let options = has_options(protocol, code);
    Some(Template {
        protocol,
        code,
        identifier: identifier(item),
        of: item.text("of"),
        parts: build_parts(item, protocol, options, problems),
        length: item.number("length").and_then(|length| u16::try_from(length).ok()),
        padding: octets_of(item, "padding").unwrap_or_default(),
        framing: build_framing(item),
        name: item.text("as"),
    })
}

/// Whether what follows the header is a list of options.
pub(super) const fn has_options(protocol: u16, code: Option<u8>) -> bool {
    matches!((protocol, code), (0xc021 | 0x8000..=0xbfff, Some(1..=4)))
}

fn identifier(item: &Item) -> Identifier {
    let number = item.number("id").and_then(|number| u8::try_from(number).ok());
    match (number, item.text("same-id-as"), item.text("other-id-than")) {
        (Some(number), _, _) => Identifier::Is(number),
        (None, Some(name), _) => Identifier::SameAs(name),
        (None, None, Some(name)) => Identifier::OtherThan(name),
        (None, None, None) => Identifier::Usual,
    }
}

/// How it goes onto the line. Properties that a word does not have are as usual.
pub(super) fn build_framing(item: &Item) -> Framing {
    let number = |name| item.number(name).unwrap_or_default();
    let octet = |name| u8::try_from(number(name)).unwrap_or_default();
    let left_out = item.flag("acfc").unwrap_or_default();
    Framing {
        address: (!left_out).then(|| octet("address")),
        control: octet("control"),
        protocol: octets_of(item, "protocol"),
        fcs: FCS.required(item, "fcs"),
        accm: number("accm"),
        escape_all: item.flag("escape-all").unwrap_or_default(),
        flags: number("flags"),
        end: ENDINGS.required(item, "end"),
        cut: item.number("cut").map(|cut| cut as usize),
        stray: octets_of(item, "stray").unwrap_or_default(),
        every: if item.word.property("every").is_some() {
            item.time("every").unwrap_or_default()
        } else {
            Framing::default().every
        },
    }
}

fn octets_of(item: &Item, name: &str) -> Option<Vec<u8>> {
    if let Some(Value::Octets(octets)) = item.value(name) { Some(octets) } else { None }
}

/// The octets that a word has as its argument.
pub(super) fn octets(item: &Item) -> Vec<u8> {
    if let Some(Value::Octets(octets)) = item.argument(0) { octets.clone() } else { Vec::new() }
}

/// What stands in the block of a packet that is sent.
pub(super) fn build_parts(item: &Item, protocol: u16, options: bool, problems: &mut Vec<Problem>) -> Vec<Part> {
    let mut parts = Vec::new();
    for word in &item.items {
        if word.word.name == "option" {
            if !options {
                let message = "only Configure packets have options";
                problems.push(Problem::new(fault::BAD_PACKET, message, word.span, "no option here"));
            } else if let Some((kind, data)) = build_option(word, protocol, problems) {
                let length = word.number("length").and_then(|length| u8::try_from(length).ok());
                parts.push(Part::Option { kind, data: data.unwrap_or_else(|| Data::Is(Vec::new())), length });
            }
        } else if word.word.name == "option-as-in" {
            let name = word.argument_text(0);
            match names::option(protocol, &name) {
                Some(option) => parts.push(Part::OptionAsIn { name: word.argument_text(1), kind: option.kind }),
                None => problems.push(unknown_option(protocol, &name, word.argument_span(0))),
            }
        } else {
            parts.extend(build_part(word));
        }
    }
    parts
}

/// The kind of an option, and its data if it is stated.
pub(super) fn build_option(item: &Item, protocol: u16, problems: &mut Vec<Problem>) -> Option<(u8, Option<Data>)> {
    let name = item.argument_text(0);
    let Some(option) = names::option(protocol, &name) else {
        if !name.is_empty() {
            problems.push(unknown_option(protocol, &name, item.argument_span(0)));
        }
        return None;
    };
    if let Some(of) = item.text("of") {
        return Some((option.kind, Some(Data::Of(of))));
    }
    let text = item.argument(1).map(|_| item.argument_text(1));
    // Any value will do where none is stated, in what is expected.
    if text.is_none() && item.word.property("absent").is_some() {
        return Some((option.kind, None));
    }
    match option.form.data(text.as_deref()) {
        Ok(data) => Some((option.kind, Some(Data::Is(data)))),
        Err(wanted) => {
            let message = format!("the value of `{name}` must be {wanted}");
            problems.push(Problem::new(fault::BAD_PACKET, message, item.argument_span(1), "not such a value"));
            None
        }
    }
}

/// A part of a packet that is no option; `None`: the word is no part.
pub(super) fn build_part(item: &Item) -> Option<Part> {
    let text = || item.argument_text(0);
    Some(match item.word.name {
        "octets" => Part::Octets(octets(item)),
        "text" => Part::Octets(text().into_bytes()),
        "counted" => Part::Counted(text().into_bytes()),
        "fill" => Part::Fill {
            octet: item.number("octet").and_then(|octet| u8::try_from(octet).ok()).unwrap_or_default(),
            count: item.argument_number(0).unwrap_or_default() as usize,
        },
        "body-of" => Part::BodyOf(text()),
        "packet-of" => Part::PacketOf(text()),
        "rejected" => Part::ProtocolAndPacketOf(text()),
        "magic" => match (item.argument_number(0), item.text("of")) {
            (Some(magic), _) => Part::Octets(magic.to_be_bytes().to_vec()),
            (None, Some(name)) => Part::OptionOf { name, kind: names::MAGIC },
            (None, None) => Part::OwnMagic,
        },
        "response" => {
            let text = |name| item.text(name).unwrap_or_default();
            Part::Response {
                of: text("of"),
                secret: text("secret"),
                by: RESPONSES.required(item, "by"),
                user: text("user"),
            }
        }
        "any" => Part::Any(item.argument_number(0).unwrap_or_default() as usize),
        _ => return None,
    })
}
