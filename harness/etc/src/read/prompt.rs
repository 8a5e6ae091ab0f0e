//! What mgetty makes of a prompt before it prints it (logname.c, `ln_escape_prompt`): `@`, and what a backslash begins.
//!
//! In go the text of `login-prompt` or `-p` and what is known of the server; out comes what a caller sees. What only the call or
//! the kernel knows, such as `\S`, the port's speed, stands as a word between angle brackets.

/// mgetty cuts a prompt once it has so many octets (`MAX_PROMPT_LENGTH`, less 4).
const LONGEST: usize = 296;

/// The prompt as a caller on `device` sees it.
pub fn decoded(prompt: &str, system: Option<&str>, device: &str) -> String {
    let mut text = String::new();
    let mut rest = prompt.chars();
    while let Some(char) = rest.next().filter(|_| text.len() < LONGEST) {
        match char {
            '@' => text.push_str(system.unwrap_or("<name>")),
            '\\' => {
                let after = rest.as_str();
                // A backslash and nothing is the end of the text.
                let Some(escape) = rest.next() else { break };
                if escape.is_ascii_digit() {
                    let (octet, length) = number(after);
                    // What stands behind octet 0 is never printed.
                    if octet == 0 {
                        break;
                    }
                    text.push(char::from(octet));
                    rest = after[length..].chars();
                } else {
                    push_escape(&mut text, escape, device);
                }
            }
            char => text.push(char),
        }
    }
    text
}

fn push_escape(text: &mut String, escape: char, device: &str) {
    text.push(match escape {
        'n' => '\n',
        'r' => '\r',
        'g' => '\u{7}',
        'b' => '\u{8}',
        'v' => '\u{b}',
        'f' => '\u{c}',
        't' => '\t',
        'P' | 'L' => return text.push_str(device),
        's' => return text.push_str("Linux"),
        'm' => return text.push_str("<machine>"),
        'R' => return text.push_str("<release>"),
        'V' => return text.push_str("<version>"),
        'Y' => return text.push_str("<caller ID>"),
        'C' => return text.push_str("<date and time>"),
        'I' => return text.push_str("<CONNECT>"),
        'N' | 'U' => return text.push_str("<users>"),
        'S' => return text.push_str("<speed>"),
        'D' => return text.push_str("<date>"),
        'T' => return text.push_str("<time>"),
        other => other,
    });
}

/// The octet that strtol(3) with base 0 makes of the digits, and how many characters it takes.
fn number(digits: &str) -> (u8, usize) {
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (radix, digits, before) = match hex.filter(|rest| rest.starts_with(|char: char| char.is_ascii_hexdigit())) {
        Some(rest) => (16, rest, 2),
        None if digits.starts_with('0') => (8, digits, 0),
        None => (10, digits, 0),
    };
    let taken: Vec<u32> = digits.chars().map_while(|digit| digit.to_digit(radix)).collect();
    let add = |value: i64, digit: &u32| value.saturating_mul(i64::from(radix)).saturating_add(i64::from(*digit));
    // It goes into a char.
    (taken.iter().fold(0, add).to_le_bytes()[0], before + taken.len())
}

/// Whether it ends in what callers wait for before they type their name.
pub fn asks_for_a_name(decoded: &str) -> bool {
    decoded.trim_end().to_ascii_lowercase().ends_with("login:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(prompt: &str) -> String {
        decoded(prompt, Some("dialin"), "ttyS0")
    }

    #[test]
    fn numbers_are_characters_as_strtol_reads_them() {
        assert_eq!(["login:\\040", "login:\\32", "login:\\0x20"].map(seen), ["login: "; 3]);
        assert_eq!(seen("a\\0x"), "a", "x is no digit: octet 0, at which printing ends");
        assert_eq!((seen("\\0404"), seen("\\0101\\tB")), ("\u{4}".to_owned(), "A\tB".to_owned()));
    }

    #[test]
    fn names_stand_in_and_what_only_the_call_knows_is_a_word() {
        // As a caller of a server with this prompt sees it: "dialin ttyS0 login: ".
        assert_eq!(seen("@ \\P login:\\040"), "dialin ttyS0 login: ");
        assert_eq!(seen("\\s \\S\\r\\n\\Y\\!"), "Linux <speed>\r\n<caller ID>!");
        assert_eq!(decoded("@!login: ", None, "ttyS0"), "<name>!login: ");
    }

    #[test]
    fn a_long_prompt_is_cut_and_so_does_not_ask() {
        let long = format!("{}login: ", "x".repeat(294));
        assert_eq!(seen(&long).len(), LONGEST);
        assert!(asks_for_a_name(&seen("\\r\\nLogin:\\040")) && !asks_for_a_name(&seen(&long)));
        assert!(!asks_for_a_name("user: ") && !asks_for_a_name(&seen("login:\\S")));
    }

    #[test]
    fn no_prompt_is_too_odd() {
        assert_eq!(["\\", "é\\", "\\é\\0xé", "\\99999999999999999999", "\\0"].map(seen), ["", "é", "é", "ÿ", ""]);
    }
}
