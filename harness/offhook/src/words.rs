//! Rust values as words of the scenario language.

use std::fmt::{self, Write};

/// A text in quotes, with KDL's escapes where it needs them.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' | '\\' => write!(f, "\\{letter}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                // Control characters, and those that change the direction of text, may not stand in KDL as they are.
                '\0'..='\u{1f}'
                | '\u{7f}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}' => {
                    write!(f, "\\u{{{:x}}}", u32::from(letter))?;
                }
                _ => f.write_char(letter)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_so_that_it_reads_back() {
        assert_eq!(Quoted("a\"b\\c\n\u{7}ä").to_string(), r#""a\"b\\c\n\u{7}ä""#);
    }
}
