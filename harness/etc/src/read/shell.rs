//! A shell's command line, as far as one that starts a getty needs it.
//!
//! In goes text; out come words ([`split`]), or the simple commands of a script, each as its words ([`commands`]). Quotes
//! hold together, a backslash takes the next character as it is, `#` at the begin of a word starts a comment. Variables
//! stay as they are written.

/// Words of the whole text.
pub fn split(text: &str) -> Vec<String> {
    Reader::default().read(text, false).into_iter().flatten().collect()
}

/// The simple commands of a script, in order: what `;`, `&`, `|`, parentheses and line ends part.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = Reader::default().read(script, true);
    commands.retain(|words| !words.is_empty());
    commands
}

#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
}

impl Reader {
    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        self.commands.push(std::mem::take(&mut self.words));
    }

    fn read(mut self, text: &str, parted: bool) -> Vec<Vec<String>> {
        let mut quote = None;
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some(open), close) if open == close => quote = None,
                (Some('\''), other) => self.word.get_or_insert_default().push(other),
                (_, '\\') => match characters.next() {
                    // A line that goes on.
                    Some('\n') | None => {}
                    Some(other) => self.word.get_or_insert_default().push(other),
                },
                (Some(_), other) => self.word.get_or_insert_default().push(other),
                (None, open @ ('"' | '\'')) => {
                    quote = Some(open);
                    self.word.get_or_insert_default();
                }
                (None, '#') if self.word.is_none() => {
                    if characters.by_ref().any(|skipped| skipped == '\n') && parted {
                        self.end_command();
                    }
                }
                (None, ';' | '&' | '|' | '(' | ')' | '\n') if parted => self.end_command(),
                (None, blank) if blank.is_whitespace() => self.end_word(),
                (None, other) => self.word.get_or_insert_default().push(other),
            }
        }
        self.end_command();
        self.commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_together_and_a_hash_begins_a_comment() {
        assert_eq!(split("a 'b c'\"d e\" f\\ g #h i"), ["a", "b cd e", "f g"]);
        assert_eq!(split("a#b \"\" '"), ["a#b", "", ""]);
    }

    #[test]
    fn a_script_is_its_commands() {
        let found = commands("stty -F /dev/ttyS0 crtscts; # set\nsleep 1 && exec \\\n /sbin/mgetty 'tty;S0' | cat\n");
        assert_eq!(
            found,
            [
                vec!["stty", "-F", "/dev/ttyS0", "crtscts"],
                vec!["sleep", "1"],
                vec!["exec", "/sbin/mgetty", "tty;S0"],
                vec!["cat"]
            ]
        );
        assert_eq!(commands(" \n# nothing\n"), [[""; 0]; 0]);
    }
}
