//! Words as pppd reads them from its options and secrets files (options.c, `getword`).
//!
//! In go octets; out come words with the line each begins on. Blanks part words; `#` begins a comment, also right behind a
//! word; `"` and `'` hold blanks together, also within a word; a backslash takes the next octet's meaning away or gives it
//! one (`\s` is a blank, `\t` a tab, `\101` and `\x41` an A); before the end of a line it joins lines.

use std::ops::Range;

/// The longest word pppd keeps.
const LONGEST: usize = 1023;

/// One word.
#[derive(Clone, PartialEq, Eq)]
pub struct Word {
    /// What pppd makes of it.
    pub text: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The line it ends on.
    pub last_line: usize,
    /// It is the first of its line.
    pub first: bool,
    /// A quote in it is never closed: it runs to the end of the file.
    pub runaway: bool,
    /// A backslash before a letter or a digit in it: it is gone, or has become something else. `\\"` and `\\\\` are meant.
    pub escaped: bool,
    /// It is longer than pppd keeps.
    pub too_long: bool,
    /// Its octets in the file, with its quotes and backslashes.
    pub span: Range<usize>,
}

impl std::fmt::Debug for Word {
    // A word may be a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Word on line {}", self.line)
    }
}

/// All words of a file.
pub fn words(octets: &[u8]) -> Vec<Word> {
    Reader { octets, at: 0, line: 1 }.all()
}

struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
    line: usize,
}

/// isspace(3) in the C locale.
const fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

impl Reader<'_> {
    fn all(mut self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut first = true;
        while let Some((word, newline)) = self.word() {
            // The first word of the file counts as the first of a line.
            words.push(Word { first: first || newline, ..word });
            first = false;
        }
        words
    }

    fn next(&mut self) -> Option<u8> {
        let octet = *self.octets.get(self.at)?;
        self.at += 1;
        if octet == b'\n' {
            self.line += 1;
        }
        Some(octet)
    }

    fn back(&mut self) {
        self.at -= 1;
        if self.octets.get(self.at) == Some(&b'\n') {
            self.line -= 1;
        }
    }

    /// The next word, and whether a line ended before it.
    fn word(&mut self) -> Option<(Word, bool)> {
        let (mut newline, mut escape, mut comment) = (false, false, false);
        let mut current = loop {
            let octet = self.next();
            match octet {
                None => break None,
                Some(b'\n') if escape => escape = false,
                Some(b'\n') => (newline, comment) = (true, false),
                Some(_) if comment => {}
                Some(_) if escape => break octet,
                Some(b'\\') => escape = true,
                Some(b'#') => comment = true,
                Some(octet) if is_space(octet) => {}
                Some(_) => break octet,
            }
        };
        let line = self.line;
        // A backslash before the first octet is the word's own.
        let begin = self.at - usize::from(current.is_some()) - usize::from(escape);
        let mut text: Vec<u8> = Vec::new();
        let mut quoted = None;
        let mut escaped = false;
        let mut last_line = line;
        while let Some(octet) = current {
            if escape {
                escape = false;
                if octet == b'\n' {
                    current = self.next();
                    continue;
                }
                escaped |= octet.is_ascii_alphanumeric();
                let value = self.escaped(octet);
                text.push(value);
            } else if octet == b'\\' {
                escape = true;
            } else if quoted == Some(octet) {
                quoted = None;
            } else if quoted.is_none() && (octet == b'"' || octet == b'\'') {
                quoted = Some(octet);
            } else if quoted.is_none() && (is_space(octet) || octet == b'#') {
                self.back();
                break;
            } else {
                text.push(octet);
            }
            last_line = self.line;
            current = self.next();
        }
        if current.is_none() && text.is_empty() {
            return None;
        }
        let too_long = text.len() > LONGEST;
        text.truncate(LONGEST);
        let text = String::from_utf8_lossy(&text).into_owned();
        let runaway = current.is_none() && quoted.is_some();
        let span = begin..self.at;
        Some((Word { text, line, last_line, first: false, runaway, escaped, too_long, span }, newline))
    }

    /// What the octets after a backslash stand for.
    fn escaped(&mut self, octet: u8) -> u8 {
        let digits = |reader: &mut Self, radix: u32, limit: usize, mut value: u32| {
            for _ in 0..limit {
                match reader.octets.get(reader.at).and_then(|octet| char::from(*octet).to_digit(radix)) {
                    Some(digit) => value = value * radix + digit,
                    None => break,
                }
                reader.at += 1;
            }
            u8::try_from(value & 0xff).unwrap_or_default()
        };
        match octet {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b's' => b' ',
            b't' => b'\t',
            b'0'..=b'7' => digits(self, 8, 2, u32::from(octet - b'0')),
            b'x' => digits(self, 16, 2, 0),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text.as_bytes()).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_hash_ends_a_word_unless_it_is_quoted() {
        assert_eq!(texts("auth\nipparam a#b c\nname x\n"), ["auth", "ipparam", "a", "name", "x"]);
        assert_eq!(texts("ipparam \"a#b c\"\n"), ["ipparam", "a#b c"]);
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_the_rest_of_the_file() {
        let found = words(b"a * \"say\"hi\" *\nb * c *\n");
        assert_eq!(found.len(), 3);
        assert!(found[2].runaway && found[2].text.contains("b * c"));
        assert_eq!((found[2].line, found[2].last_line), (1, 3));
    }

    #[test]
    fn backslashes_mean_what_they_mean_to_pppd() {
        assert_eq!(
            texts(r"back\slash tab\tname DOM\user \101\x42 a\ b"),
            ["back lash", "tab\tname", "DOMuser", "AB", "a b"]
        );
        assert_eq!(texts("au\\\nth \\\nlock"), ["auth", "lock"]);
    }

    #[test]
    fn a_word_is_found_again_with_its_quotes_where_it_stands() {
        let text = "  auth # x\n\\a\\ b 'c d'e#f\n\"\" last";
        let spans: Vec<&str> = words(text.as_bytes()).into_iter().map(|word| &text[word.span]).collect();
        assert_eq!(spans, ["auth", "\\a\\ b", "'c d'e", "\"\"", "last"]);
    }

    #[test]
    fn the_first_word_of_a_line_is_known() {
        let found = words(b"# x\n a b\n\nc d");
        let firsts: Vec<_> = found.iter().map(|word| (word.first, word.line)).collect();
        assert_eq!(firsts, [(true, 2), (false, 2), (true, 4), (false, 4)]);
    }

    #[test]
    fn an_empty_word_counts_unless_it_ends_the_file() {
        assert_eq!(texts("\"\" * \"\"\n"), ["", "*", ""]);
        assert_eq!(texts("a * \"\""), ["a", "*"]);
    }
}
