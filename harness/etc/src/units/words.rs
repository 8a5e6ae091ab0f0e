//! The words of a systemd unit: names with instances, specifiers, command lines, variables. systemd.unit(5) and
//! systemd.service(5), "Command lines"; systemd.syntax(7) for quoting.

/// A service's name in its parts.
pub(super) struct Names {
    pub(super) full: String,
    /// `mgetty@.service`, of an instance.
    pub(super) template: Option<String>,
    /// As it stands in the name.
    pub(super) instance: Option<String>,
}

impl Names {
    pub(super) fn of(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".service")?;
        let (template, instance) = match stem.split_once('@') {
            Some((prefix, instance)) if !instance.is_empty() => {
                (Some(format!("{prefix}@.service")), Some(instance.to_owned()))
            }
            // A template that is enabled without an instance runs nothing.
            Some(_) => return None,
            None => (None, None),
        };
        Some(Self { full: name.to_owned(), template, instance })
    }

    /// The names under which files are looked for, the special one first.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.full.as_str()).chain(self.template.as_deref())
    }

    /// With specifiers replaced; those that do not exist stay.
    pub(super) fn expanded(&self, text: &str) -> String {
        self.specified(text).0
    }

    /// The same; `None`: there is a specifier that does not exist.
    pub(super) fn checked(&self, text: &str) -> Option<String> {
        let (text, known) = self.specified(text);
        known.then_some(text)
    }

    /// With specifiers replaced, and whether all of them exist (unit-printf.c of 252). A `%` before what is neither a letter
    /// nor a digit is a `%`. What only the running machine knows stays as it is written.
    fn specified(&self, text: &str) -> (String, bool) {
        let stem = self.full.strip_suffix(".service").unwrap_or(&self.full);
        let prefix = stem.split('@').next().unwrap_or(stem);
        let instance = self.instance.as_deref().unwrap_or_default();
        let (mut result, mut known) = (String::new(), true);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let specifier =
                characters.next_if(|next| character == '%' && (next.is_ascii_alphanumeric() || *next == '%'));
            match specifier {
                None => result.push(character),
                Some('i') => result.push_str(instance),
                Some('I') => result.push_str(&unescaped(instance)),
                Some('f') => {
                    result.push('/');
                    result.push_str(&unescaped(if instance.is_empty() { prefix } else { instance }));
                }
                Some('n') => result.push_str(&self.full),
                Some('N') => result.push_str(stem),
                Some('p') => result.push_str(prefix),
                Some('P') => result.push_str(&unescaped(prefix)),
                Some('j') => result.push_str(prefix.rsplit('-').next().unwrap_or(prefix)),
                Some('J') => result.push_str(&unescaped(prefix.rsplit('-').next().unwrap_or(prefix))),
                Some('%') => result.push('%'),
                Some(other) => {
                    if let Some((_, value)) = OF_THE_SYSTEM.iter().find(|(name, _)| *name == other) {
                        result.push_str(value);
                    } else {
                        known &= OF_THE_MACHINE.contains(other);
                        result.extend(['%', other]);
                    }
                }
            }
        }
        (result, known)
    }

    /// The words of a command with its variables replaced. One that stands alone is split at blanks, and is no word if it is
    /// empty; the program's own word has none.
    pub(super) fn command(&self, words: &[String], environment: &[(String, String)]) -> Vec<String> {
        let value = |name: &str| {
            let found = environment.iter().rev().find(|(key, _)| key == name);
            found.map(|(_, value)| self.expanded(value)).unwrap_or_default()
        };
        let mut result: Vec<String> = words.iter().take(1).cloned().collect();
        for word in words.iter().skip(1) {
            match word.strip_prefix('$').filter(|name| is_name(name)) {
                Some(name) => result.extend(value(name).split_whitespace().map(str::to_owned)),
                None => {
                    let mut text = word.clone();
                    for (name, _) in environment {
                        text = text.replace(&format!("${{{name}}}"), &value(name));
                    }
                    result.push(text);
                }
            }
        }
        result
    }
}

/// Specifiers that are the same on every machine, for services of the system.
const OF_THE_SYSTEM: &[(char, &str)] = &[
    ('t', "/run"),
    ('S', "/var/lib"),
    ('C', "/var/cache"),
    ('L', "/var/log"),
    ('E', "/etc"),
    ('T', "/tmp"),
    ('V', "/var/tmp"),
    ('u', "root"),
    ('U', "0"),
    ('g', "root"),
    ('G', "0"),
    ('h', "/root"),
];
/// Specifiers that a machine, its system or the unit's file decides; the last is of a later systemd.
const OF_THE_MACHINE: &str = "ABHMWYabdlmoqsvwyD";

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// A word, as it stands and as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) raw: String,
    pub(super) text: String,
}

/// The words of a value.
pub(super) struct Unquoted {
    pub(super) words: Vec<Word>,
    /// A quote is never closed.
    pub(super) unbalanced: bool,
}

/// Words as systemd splits them: at blanks, with quotes of both kinds and backslash escapes; an escape that it does not know
/// stays as it is.
pub(super) fn words(text: &str) -> Unquoted {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut rest = text;
    let begun = |word: &mut Option<Word>, raw: &str, meant: &str| {
        let word = word.get_or_insert_with(|| Word { raw: String::new(), text: String::new() });
        word.raw.push_str(raw);
        word.text.push_str(meant);
    };
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match character {
            '\\' => {
                let (taken, meant) = escape(&rest[1..]);
                length += taken;
                begun(&mut word, &rest[..length], &meant);
            }
            _ if quote == Some(character) => {
                quote = None;
                begun(&mut word, &rest[..length], "");
            }
            '"' | '\'' if quote.is_none() => {
                quote = Some(character);
                begun(&mut word, &rest[..length], "");
            }
            _ if character.is_whitespace() && quote.is_none() => words.extend(word.take()),
            _ => begun(&mut word, &rest[..length], &rest[..length]),
        }
        rest = &rest[length..];
    }
    words.extend(word);
    Unquoted { words, unbalanced: quote.is_some() }
}

/// What follows a backslash: its length in octets, and what the whole stands for.
fn escape(rest: &str) -> (usize, String) {
    let Some(first) = rest.chars().next() else { return (0, "\\".to_owned()) };
    let number = |from: usize, digits: usize, radix: u32| {
        let digits = rest.get(from..from + digits).filter(|text| text.chars().all(|one| one.is_digit(radix)))?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        char::from_u32(code).filter(|_| code != 0).map(|one| (from + digits.len(), one.to_string()))
    };
    let plain = |meant: &str| Some((1, meant.to_owned()));
    let known = match first {
        'a' => plain("\u{7}"),
        'b' => plain("\u{8}"),
        'f' => plain("\u{c}"),
        'n' => plain("\n"),
        'r' => plain("\r"),
        't' => plain("\t"),
        'v' => plain("\u{b}"),
        's' => plain(" "),
        '\\' | '"' | '\'' => plain(&first.to_string()),
        'x' => number(1, 2, 16),
        'u' => number(1, 4, 16),
        'U' => number(1, 8, 16),
        '0'..='7' => number(0, 3, 8),
        _ => None,
    };
    known.unwrap_or_else(|| (first.len_utf8(), format!("\\{first}")))
}

/// The words as they are meant.
pub(super) fn split(text: &str) -> Vec<String> {
    words(text).words.into_iter().map(|word| word.text).collect()
}

/// A command line that a shell takes apart into these words again; `None` without words.
pub(super) fn quoted(words: &[String]) -> Option<String> {
    let plain = |word: &String| {
        !word.is_empty() && word.chars().all(|one| one.is_ascii_alphanumeric() || "@%+=:,./-_".contains(one))
    };
    let quoted = |word: &String| {
        if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    (!words.is_empty()).then(|| words.iter().map(quoted).collect::<Vec<_>>().join(" "))
}

/// A name as a path: `-` is `/`, `\x2d` is `-` (systemd-escape).
pub(super) fn unescaped(name: &str) -> String {
    let mut octets = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let code =
            rest.strip_prefix("\\x").and_then(|rest| rest.get(..2)).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) => {
                octets.push(code);
                rest = &rest[4..];
            }
            None => {
                let mut buffer = [0; 4];
                let character = if first == '-' { '/' } else { first };
                octets.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_stands_for_a_path() {
        assert_eq!(unescaped("dev-ttyS0"), "dev/ttyS0");
        assert_eq!(unescaped(r"usb\x2dmodem"), "usb-modem");
        assert_eq!(unescaped(r"bad\xzz\x"), r"bad\xzz\x");
    }

    #[test]
    fn words_are_split_as_systemd_does_and_quoted_for_a_shell() {
        let found = split(r#"/sbin/agetty -o '-p -- \\u' "a b"c $TERM"#);
        assert_eq!(found, ["/sbin/agetty", "-o", r"-p -- \u", "a bc", "$TERM"]);
        assert_eq!(quoted(&found).as_deref(), Some(r"/sbin/agetty -o '-p -- \u' 'a bc' '$TERM'"));
        assert_eq!(quoted(&[]), None);
        assert_eq!(split(r"\x41 \q a\sb \101 \xzz"), ["A", r"\q", "a b", "A", r"\xzz"]);
        assert!(words("a \"b").unbalanced && !words("a \"b\"").unbalanced);
    }

    #[test]
    fn specifiers_are_replaced_and_those_that_do_not_exist_are_told() {
        let names = Names::of("net-tty@usb-0.service");
        let checked = |text| names.as_ref().and_then(|names| names.checked(text));
        assert_eq!(checked("%i %I %p %j %t %% %- 1%").as_deref(), Some("usb-0 usb/0 net-tty tty /run % %- 1%"));
        assert_eq!(checked("%H").as_deref(), Some("%H"));
        assert_eq!((checked("%z"), checked("%1")), (None, None));
    }
}
