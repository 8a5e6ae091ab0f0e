//! Texts and addresses as a mutant has them: another one that is near, and how KDL writes it.

use std::net::Ipv4Addr;

/// The next address; of a mask, the next shorter one.
pub(super) fn near_address(address: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, last] = address.octets();
    match a {
        255 => Ipv4Addr::from(u32::from(address) << 8),
        _ => Ipv4Addr::new(a, b, c, if last >= 254 { 1 } else { last + 1 }),
    }
}

/// The same with another number in it, or with a letter more.
pub(super) fn near_text(text: &str) -> String {
    let end = text.rfind(|c: char| c.is_ascii_digit()).map(|last| last + 1);
    let number = end.and_then(|end| {
        let start = text[..end]
            .rfind(|c: char| !c.is_ascii_digit())
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        Some((start, end, text[start..end].parse::<u64>().ok()?))
    });
    match number {
        Some((start, end, number)) => {
            let width = end - start;
            format!("{}{:0width$}{}", &text[..start], number.saturating_add(1), &text[end..])
        }
        // A line end stays the last.
        None => match text.strip_suffix('\n') {
            Some(line) => format!("{line}x\n"),
            None => format!("{text}x"),
        },
    }
}

/// A text as KDL has it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if letter.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
