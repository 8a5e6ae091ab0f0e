//! The words of a systemd unit: names with instances, specifiers, command lines, variables. systemd.unit(5) and
//! systemd.service(5), "Command lines"; systemd.syntax(7) for quoting.

/// What may stand before a command line.
const PREFIXES: [char; 6] = ['-', '@', '!', '+', ':', '|'];

/// Whether a failure of this command line counts as success.
pub(super) fn is_forgiving(line: &str) -> bool {
    line.chars().take_while(|prefix| PREFIXES.contains(prefix)).any(|prefix| prefix == '-')
}

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

    /// With specifiers replaced: `%i`, `%I`, `%n`, `%N`, `%p`, `%P`, `%f`, `%%`. Others stay.
    pub(super) fn expanded(&self, text: &str) -> String {
        let stem = self.full.strip_suffix(".service").unwrap_or(&self.full);
        let prefix = stem.split('@').next().unwrap_or(stem);
        let instance = self.instance.as_deref().unwrap_or_default();
        let mut result = String::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                result.push(character);
                continue;
            }
            match characters.next() {
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
                Some('%') => result.push('%'),
                Some(other) => result.extend(['%', other]),
                None => result.push('%'),
            }
        }
        result
    }

    /// The words of a command line: specifiers and variables replaced. A variable that stands alone is split at blanks,
    /// and is no word if it is empty.
    pub(super) fn command(&self, line: &str, environment: &[(String, String)]) -> Vec<String> {
        let line = line.trim_start_matches(PREFIXES);
        let value = |name: &str| {
            let found = environment.iter().rev().find(|(key, _)| key == name);
            found.map(|(_, value)| self.expanded(value)).unwrap_or_default()
        };
        let mut words = Vec::new();
        for word in split(line) {
            match word.strip_prefix('$').filter(|name| is_name(name)) {
                Some(name) => words.extend(value(name).split_whitespace().map(str::to_owned)),
                None => {
                    let mut text = self.expanded(&word);
                    for (name, _) in environment {
                        text = text.replace(&format!("${{{name}}}"), &value(name));
                    }
                    words.push(text);
                }
            }
        }
        words
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Words as systemd splits them: at blanks, with quotes of both kinds and backslash escapes.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let next = characters.next().unwrap_or('\\');
                word.get_or_insert_default().push(match next {
                    'n' => '\n',
                    't' => '\t',
                    's' => ' ',
                    other => other,
                });
            }
            _ if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            _ if character.is_whitespace() && quote.is_none() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
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
        let words = split(r#"/sbin/agetty -o '-p -- \\u' "a b"c $TERM"#);
        assert_eq!(words, ["/sbin/agetty", "-o", r"-p -- \u", "a bc", "$TERM"]);
        assert_eq!(quoted(&words).as_deref(), Some(r"/sbin/agetty -o '-p -- \u' 'a bc' '$TERM'"));
        assert_eq!(quoted(&[]), None);
    }
}
