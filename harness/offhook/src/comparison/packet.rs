//! What is different between two packets of one kind, option by option.
//!
//! Two packets go in, in pppd's notation; out come lines: which option only one of them has, which has another value, which
//! stand in another order, or that something else in them differs.

/// The lines; none if the two are no packets with options.
pub fn differences(before: &str, after: &str) -> Vec<String> {
    let (Some((first, old)), Some((second, new))) = (options(before), options(after)) else { return Vec::new() };
    let mut lines = Vec::new();
    if first != second {
        lines.push(format!("{first} is {second}"));
    }
    let named = |options: &[&str], name: &str| -> Option<String> {
        options.iter().find(|option| self::name(option) == name).map(|option| (*option).to_owned())
    };
    for option in &old {
        match named(&new, name(option)) {
            None => lines.push(format!("without <{option}>")),
            Some(other) if other != *option => lines.push(format!("<{option}> is <{other}>")),
            Some(_) => {}
        }
    }
    let is_new = |option: &&&str| named(&old, name(option)).is_none();
    lines.extend(new.iter().filter(is_new).map(|option| format!("with <{option}>")));
    let common = |options: &[&str], others: &[&str]| -> Vec<String> {
        let names = options.iter().map(|option| name(option));
        names.filter(|name| named(others, name).is_some()).map(str::to_owned).collect()
    };
    let (old_order, new_order) = (common(&old, &new), common(&new, &old));
    if old_order != new_order {
        lines.push(format!("the order is {}, it was {}", new_order.join(", "), old_order.join(", ")));
    }
    lines
}

/// What stands before the options, and the options without their brackets.
fn options(packet: &str) -> Option<(&str, Vec<&str>)> {
    let inside = packet.strip_prefix('[')?.strip_suffix(']')?;
    let (head, mut rest) = inside.split_at(inside.find('<').unwrap_or(inside.len()));
    let mut options = Vec::new();
    while let Some(start) = rest.find('<') {
        let (option, after) = rest[start + 1..].split_once('>')?;
        options.push(option);
        rest = after;
    }
    Some((head.trim_end(), options))
}

/// The name of an option: its first word.
fn name(option: &str) -> &str {
    option.split(' ').next().unwrap_or(option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_are_missing_new_changed_or_moved_are_named() {
        let told = |before: &str, after: &str| differences(before, after).join("; ");
        let before = "[IPCP ConfReq id=0x1 <compress VJ 0f 01> <addr 192.168.32.1>]";
        assert_eq!(told(before, "[IPCP ConfReq id=0x1 <addr 192.168.32.1>]"), "without <compress VJ 0f 01>");
        assert_eq!(
            told(before, "[IPCP ConfReq id=0x2 <addr 10.0.0.1> <compress VJ 0f 01> <ms-dns1 9.9.9.9>]"),
            "IPCP ConfReq id=0x1 is IPCP ConfReq id=0x2; <addr 192.168.32.1> is <addr 10.0.0.1>; with <ms-dns1 9.9.9.9>; \
             the order is addr, compress, it was compress, addr"
        );
        assert_eq!(told("RING", "OK"), "");
        assert_eq!(told("[LCP TermReq id=0x4]", "[LCP TermReq id=0x5]"), "LCP TermReq id=0x4 is LCP TermReq id=0x5");
        assert_eq!(told("[a <b", "[a <c>]"), "");
    }
}
