//! A packet that is expected: [`Item`]s to [`Pattern`].

use offhook_schema::Problem;
use offhook_script::pattern::{Body, OnLine, OptionPattern, Pattern, Wanted};

use super::protocol_and_codes;
use super::sent::{build_option, build_part, has_options};
use crate::fault;
use crate::vocabulary::Item;

/// A packet of this protocol with one of these codes, whatever else it has.
pub(super) fn kind_of(item: &Item, problems: &mut Vec<Problem>) -> Option<Pattern> {
    let (protocol, codes) = protocol_and_codes(item, problems)?;
    Some(Pattern::new(protocol, codes))
}

/// Makes a pattern; what its contents are stands in the block of `contents`.
pub(super) fn build_pattern(item: &Item, contents: &Item, problems: &mut Vec<Problem>) -> Option<Pattern> {
    let pattern = kind_of(item, problems)?;
    let has = |name: &str| item.word.property(name).is_some();
    let text = |name: &str| if has(name) { item.text(name) } else { None };
    let number = |name: &str| if has(name) { item.number(name) } else { None };
    let flag = |name: &str| if has(name) { item.flag(name) } else { None };
    let identifier = match (number("id"), text("same-id-as"), text("other-id-than")) {
        (Some(number), _, _) => Wanted::Is(u8::try_from(number).unwrap_or_default()),
        (None, Some(name), _) => Wanted::SameAs(name),
        (None, None, Some(name)) => Wanted::OtherThan(name),
        (None, None, None) => Wanted::Usual,
    };
    Some(Pattern {
        identifier,
        of: text("of"),
        body: build_body(contents, &pattern, problems),
        other_body_than: text("other-body-than"),
        contains: text("contains").map(String::into_bytes),
        at_most: number("at-most").map(|most| most as usize),
        at_least: number("at-least").map(|least| least as usize),
        line: OnLine {
            address: flag("address"),
            protocol_octets: number("protocol-octets").map(|octets| octets as usize),
            escapes: number("escapes"),
        },
        ..pattern
    })
}

fn build_body(item: &Item, pattern: &Pattern, problems: &mut Vec<Problem>) -> Body {
    let options =
        pattern.codes.iter().all(|code| has_options(pattern.protocol, Some(*code))) && !pattern.codes.is_empty();
    let (mut list, mut parts) = (Vec::new(), Vec::new());
    let (mut others, mut cut, mut more, mut any) = (false, false, false, false);
    for word in &item.items {
        match word.word.name {
            "option" if !options => {
                let message = "only Configure packets have options";
                problems.push(Problem::new(fault::BAD_PACKET, message, word.span, "no option here"));
            }
            "option" => {
                let Some((kind, data)) = build_option(word, pattern.protocol, problems) else { continue };
                let (absent, other) = (word.flag("absent") == Some(true), word.flag("other") == Some(true));
                list.push(OptionPattern { kind, data, absent, other });
            }
            "others" => others = true,
            "anything" => any = true,
            "cut" => cut = true,
            "more" => more = true,
            _ => parts.extend(build_part(word)),
        }
    }
    match () {
        () if any => Body::Any,
        () if !list.is_empty() || others => Body::Options { list, others },
        () if !parts.is_empty() => Body::Data { parts, cut, more },
        () => Body::Usual,
    }
}
